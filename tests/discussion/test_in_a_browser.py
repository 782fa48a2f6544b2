"""Discussions in a real browser: without a cookie, without a script, by anybody, on any screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests import desks, visitors
from tests.discussion import talks
from tests.running import Server
from tests.services.plugin import PageLog, watched_page
from tests.touching import sign_in

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549"]}
SIZES = ((320, 700), (1440, 900))


@pytest.fixture
def talked(
    founded: Callable[[str, Path], str], tmp_path: Path, serve: Callable[..., Server]
) -> Iterator[tuple[Flask, Server]]:
    """A city in which somebody has answered, and its server."""
    url = founded("sqlite", tmp_path)
    app = desks.opened(url, tmp_path)
    yield app, serve(url)
    visitors.close_house(app)


def passes(page: Page, path: str) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(path)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{path} at {width}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, f"{path} scrolls sideways at {width}"


def test_every_page_passes_the_accessibility_rules(
    talked: tuple[Flask, Server], browser: Browser, page_log: PageLog
) -> None:
    app, server = talked
    slug = talks.discussed(app)
    own, first = talks.published(app, slug, name="Jana")
    talks.of_office(app, first, "Děkujeme.")
    _, hidden = talks.published(app, slug, "Bude skryto, ale má reakci.")
    talks.published(app, slug, "Reakce pod skrytým.", replies_to=hidden)
    talks.decide(app, hidden, "hide", "Napadá někoho.")
    rejected = talks.said(app, slug, "https://a.cz https://b.cz https://c.casino", "Odbor dopravy")
    held = talks.reference(app, rejected)
    talks.decide(app, held, "reject", "Je to reklama.")
    talks.change(app, rejected, "object", objection="Není to reklama.")
    talks.report(app, slug, first, words="Nelíbí se mi.")
    with watched_page(browser, page_log) as page:
        for path in (f"/diskuse/{slug}", f"/diskuse/{slug}/{first}", f"/diskuse/{slug}/{hidden}",
                     f"/diskuse/{slug}/{first}/nahlaseni", own, rejected, f"/odpovedi/{slug}"):  # fmt: skip
            passes(page, server.address + path)
        assert page.context.cookies() == []
        sign_in(page, server)
        for path in ("/urad/diskuse", "/urad/diskuse?pohled=namitky", f"/urad/diskuse/{held}", f"/urad/diskuse/{first}",
                     "/urad/diskuse/zverejneni", f"/urad/diskuse/zverejneni/{slug}"):  # fmt: skip
            passes(page, server.address + path)


def test_without_scripts_one_comments_joins_in_and_withdraws(talked: tuple[Flask, Server], browser: Browser) -> None:
    app, server = talked
    slug = talks.discussed(app)
    _, first = talks.published(app, slug, "První příspěvek.")
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{server.address}/odpovedi/{slug}")
        page.get_by_role("link", name="1 příspěvek").click()
        page.get_by_role("button", name=re.compile("^Přidávám se")).press("Enter")
        expect(page.locator(f"#k-{first}")).to_contain_text("Započítáno, děkujeme.")
        page.get_by_role("link", name=re.compile("^Reagovat")).click()
        page.get_by_label("Váš příspěvek").fill("Reaguji bez skriptů.")
        page.get_by_role("button", name="Odeslat reakci").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Váš příspěvek máme.")
        page.locator("summary", has_text="Vzít příspěvek zpět").click()
        page.get_by_role("button", name="Nenávratně vzít zpět").click()
        expect(page.locator("main")).to_contain_text("Vzali jste ho zpět.")
        assert context.cookies() == []

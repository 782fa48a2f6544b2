"""A reader's way by the keyboard alone, in a real browser: from the front page to an answer, and to say that it helped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests import desks
from tests.running import Server
from tests.services.plugin import PageLog, watched_page
from tests.touching import enter, tab_to
from tests.visitors import close_house

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549"]}


@pytest.fixture
def answered(database_url: str, tmp_path: Path, serve: Callable[..., Server]) -> tuple[Server, str]:
    """The web of a city with an answer, and the address of that answer."""
    app = desks.open_town(database_url, tmp_path)
    _, path = desks.published(app, "Lampu opravíme v úterý.", "Kdy se rozsvítí lampa", "Kdy?", theme="doprava")
    close_house(app)
    return serve(database_url), path


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_reader_finds_an_answer_by_the_keyboard_and_says_that_it_helped(
    answered: tuple[Server, str], browser: Browser, page_log: PageLog
) -> None:
    server, path = answered
    with watched_page(browser, page_log) as page:
        page.goto(server.address)
        tab_to(page, "main input[type=search]")
        page.keyboard.type("lampám")
        enter(page)
        expect(page.locator("mark")).to_have_text(["lampa", "Lampu"])
        tab_to(page, ".finds a")
        enter(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Kdy se rozsvítí lampa")
        assert page.url.endswith(path)
        tab_to(page, "button[value='2']")
        enter(page)
        expect(page.get_by_role("status")).to_have_text("Děkujeme. Vaše odpověď: Zčásti. Ještě ji můžete změnit.")
        tab_to(page, "button[value='3']")
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Ano", pressed=True)).to_be_visible()
        feed = page.locator("link[rel=alternate][type='application/atom+xml']").get_attribute("href")
        assert page.request.get(server.address + str(feed)).status == 200
        assert page.context.cookies() == []
        page.emulate_media(media="print")
        expect(page.get_by_text(path)).to_be_visible()
        expect(page.get_by_role("button", name="Ano")).to_be_hidden()
        expect(page.get_by_role("link", name="Napište nám").first).to_be_hidden()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_somebody_asks_comments_and_says_what_was_missing_by_the_keyboard(
    answered: tuple[Server, str], browser: Browser, page_log: PageLog
) -> None:
    server, path = answered
    with watched_page(browser, page_log) as page:
        page.goto(server.address)
        tab_to(page, "nav a[href='/napiste-nam']")
        enter(page)
        tab_to(page, "#f-text")
        page.keyboard.type("Kdy opravíte lavičku v parku?")
        tab_to(page, "#place summary")
        page.keyboard.press("Enter")
        tab_to(page, "#f-street")
        page.keyboard.type("Dlouhá 12")
        tab_to(page, "#f-consent")
        page.keyboard.press("Space")
        tab_to(page, "button[data-send]")
        enter(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Vaše zpráva")
        expect(page.get_by_text("Kdy opravíte lavičku v parku?")).to_be_visible()
        page.goto(server.address + path)
        tab_to(page, "a[href^='/diskuse/']")
        enter(page)
        tab_to(page, "#f-text")
        page.keyboard.type("Pořád nesvítí.")
        tab_to(page, "#f-name")
        page.keyboard.type("Karel")
        enter(page)
        expect(page.get_by_role("paragraph").filter(has_text="Pořád nesvítí.")).to_be_visible()
        page.goto(server.address + path)
        tab_to(page, "button[value='1']")
        enter(page)
        tab_to(page, ".missed textarea")
        page.keyboard.type("Která lampa to je.")
        tab_to(page, ".missed button")
        enter(page)
        expect(page.get_by_text("Děkujeme za vaše slova.")).to_be_visible()
        assert page.context.cookies() == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_pages_of_a_reader_pass_the_accessibility_rules_on_the_smallest_screen(
    answered: tuple[Server, str], browser: Browser, page_log: PageLog
) -> None:
    server, path = answered
    with watched_page(browser, page_log) as page:
        page.set_viewport_size({"width": 320, "height": 640})
        paths = ["/", "/odpovedi", "/odpovedi?rok=2026&tema=doprava", "/odpovedi?utvar=kancelar", path, "/hledat"]
        for one in [*paths, "/hledat?q=lampa", "/hledat?q=krokodyl", "/en/hledat?q=k"]:
            page.goto(server.address + one)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), one
            broken = [
                (v["id"], [n["html"] for n in v["nodes"]])
                for v in Axe().run(page, options=RULES).response["violations"]
            ]
            assert broken == [], one
        page.goto(server.address + path)
        page.get_by_role("button", name="Ne", exact=True).click()
        expect(page.get_by_text("Co vám chybělo?")).to_be_visible()
        assert Axe().run(page, options=RULES).response["violations"] == []

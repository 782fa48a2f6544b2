"""A reader's way by the keyboard alone, in a real browser: from the front page to an answer, and to say that it helped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests import desks
from tests.running import Server
from tests.services.plugin import PageLog, watched_page
from tests.visitors import close_house

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549"]}


@pytest.fixture
def answered(database_url: str, tmp_path: Path, serve: Callable[..., Server]) -> tuple[Server, str]:
    """The web of a city with an answer, and the address of that answer."""
    app = desks.open_town(database_url, tmp_path)
    _, path = desks.published(app, "Lampu opravíme v úterý.", "Kdy se rozsvítí lampa", "Kdy?", theme="doprava")
    close_house(app)
    return serve(database_url), path


def tab_to(page: Page, what: str) -> None:
    """Go on by the keyboard until the element of this selector has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", what):
            return
    pytest.fail(f"the keyboard does not come to {what}")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_reader_finds_an_answer_by_the_keyboard_and_says_that_it_helped(
    answered: tuple[Server, str], browser: Browser, page_log: PageLog
) -> None:
    server, path = answered
    with watched_page(browser, page_log) as page:
        page.goto(server.address)
        tab_to(page, "main input[type=search]")
        page.keyboard.type("lampám")
        page.keyboard.press("Enter")
        expect(page.locator("mark")).to_have_text(["lampa", "Lampu"])
        tab_to(page, ".finds a")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Kdy se rozsvítí lampa")
        assert page.url.endswith(path)
        tab_to(page, "button[value='2']")
        page.keyboard.press("Enter")
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

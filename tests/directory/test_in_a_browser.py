"""In a real browser: a need leads to its guide, staff correct it, and every page of the directory is for everybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.running import Server
from tests.services.plugin import PageLog, watched_page
from tests.touching import enter, found, sign_in, tab_to

SIZES = ((320, 700), (1440, 900))
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549"]}
DIRECTORY: dict[str, Any] = {
    "offices": [
        {
            "department": "dopravy",
            "building": "Radnice, 1. patro",
            "address": "Dlouhá 1, Havířov",
            "phone": "596 803 111",
            "email": "doprava@mesto.example",
            "hours": {"mon": "8:00-11:30, 12:30-17:00", "wed": "8:00-17:00"},
        }
    ],
    "officials": [
        {
            "department": "dopravy",
            "title": "Registr řidičů",
            "name": "Eva Vzorová",
            "room": "112",
            "phone": "+420 596 803 112",
        }
    ],
    "guides": [
        {
            "slug": "ridicsky-prukaz",
            "theme": "transport",
            "department": "dopravy",
            "keywords": ["řidičák"],
            "links": [{"label": "Žádost", "url": "https://gov.cz"}],
            "cs": {
                "title": "Výměna řidičského průkazu",
                "summary": "Pro řidiče.",
                "steps": "Přijďte.",
                "fee": "200 Kč",
            },
        }
    ],
}
PAGES = (
    "/kontakty",
    "/kontakty?q=ridicak",
    "/kontakty?q=nic",
    "/kontakty/dopravy",
    "/uk/kontakty/zivotni-situace/ridicsky-prukaz",
    "/kontakty/neni",
    "/urad/kontakty",
    "/urad/kontakty/odbor/dopravy",
    "/urad/kontakty/novy-urednik",
    "/urad/kontakty/zivotni-situace/ridicsky-prukaz",
)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_from_a_need_to_its_guide_and_every_page_is_accessible(
    database_url: str, tmp_path: Path, serve: Callable[..., Server], browser: Browser, page_log: PageLog
) -> None:
    found(database_url, tmp_path, **DIRECTORY)
    server = serve(database_url)
    with watched_page(browser, page_log) as page:
        page.goto(server.address)
        tab_to(page, "nav a[href='/kontakty']")  # a citizen comes this far by the keyboard alone
        enter(page)
        tab_to(page, "main input[type=search]")
        page.keyboard.type("ridicaku")
        enter(page)
        tab_to(page, "a[href='/kontakty/zivotni-situace/ridicsky-prukaz']")
        enter(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Výměna řidičského průkazu")
        assert page.context.cookies() == []
        sign_in(page, server)
        menu = page.get_by_role("navigation", name="Hlavní nabídka")
        menu.get_by_text("Správa").click()
        menu.get_by_role("link", name="Kontakty").click()
        page.get_by_role("link", name="Výměna řidičského průkazu").click()
        page.get_by_label("Kolik to stojí").first.fill("Zdarma")
        page.get_by_label("Ověřil(a) jsem to dnes").check()
        page.get_by_role("button", name="Uložit").click()
        expect(page.get_by_role("status")).to_contain_text("Uloženo.")
        for path in PAGES:
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                page.goto(server.address + path)
                looked = Axe().run(page, options=RULES)
                assert looked.violations_count == 0, f"{path} at {width}: {looked.generate_report()}"
                too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
                assert not too_wide, f"{path} scrolls sideways at {width}"

"""What the script adds to the form: answers offered while one writes, a point marked without losing the chosen files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests import desks, visitors
from tests.hub.test_pictures import jpeg
from tests.running import Server
from tests.town_map import with_places

TITLE = "Kdy se rozsvítí lampa na Dlouhé?"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549"]}


@pytest.fixture
def server(database_url: str, tmp_path: Path, serve: Callable[..., Server]) -> Server:
    """A running server of a city with a map, which has answered one question."""
    app = with_places(desks.open_town(database_url, tmp_path))
    desks.published(app, "Lampu na ulici Dlouhá opravíme.", TITLE)
    visitors.close_house(app)
    return serve(database_url)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_writing_offers_answers_and_marking_a_point_keeps_the_files(server: Server, page: Page, tmp_path: Path) -> None:
    (tmp_path / "lampa.jpg").write_bytes(jpeg())
    page.goto(f"{server.address}/napiste-nam")
    page.locator("#f-text").fill("Na Dlouhé ulici zase nesvítí lampa.")
    expect(page.locator("#near").get_by_role("link", name=TITLE)).to_be_visible()
    page.locator("#attachments > summary").click()
    page.locator("#f-files").set_input_files(tmp_path / "lampa.jpg")
    page.locator("#place > summary").click()
    page.locator("#f-street").fill("dlouha 3")
    page.locator(".map-large input").click(position={"x": 280, "y": 216})
    expect(page.get_by_text("Bod je označen: 49.75")).to_be_visible()
    page.get_by_role("button", name="Odebrat bod").click()
    expect(page.get_by_text("Bod je označen:")).to_have_count(0)
    page.locator(".map-large input").click(position={"x": 280, "y": 216})
    for size in ({"width": 320, "height": 640}, {"width": 1440, "height": 900}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.locator("[data-send]").click()
    expect(page.get_by_text("Dlouhá 3, 49.75")).to_be_visible()
    expect(page.get_by_text("lampa.jpg")).to_be_visible()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_enter_in_a_field_sends_the_form_and_marks_no_point(server: Server, page: Page) -> None:
    page.goto(f"{server.address}/napiste-nam")
    page.locator("#f-text").fill("Kdy bude otevřeno?")
    page.locator("#place > summary").click()
    page.locator("#f-street").fill("u radnice")
    page.locator("#f-street").press("Enter")
    expect(page.get_by_text("Vaši zprávu jsme přijali")).to_be_visible()
    expect(page.get_by_text("u radnice")).to_be_visible()
    assert "OpenStreetMap" not in page.content()

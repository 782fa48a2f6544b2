"""The way through the whole house, told like a story: a touch in a real browser becomes a figure, on either engine."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from hub.app import create_app
from hub.database import db
from kiosk import actions
from tests.conftest import test_settings
from tests.factories import PASSWORD, found_city
from tests.presses import press
from tests.running import Server
from tests.services.plugin import PageLog, watched_page

KIOSK = {"width": 1080, "height": 1920}


@pytest.fixture
def server(database_url: str, tmp_path: Path, serve: Callable[..., Server]) -> Server:
    """A running server of a city in which four people rated the driving licences well today."""
    app = create_app(test_settings(database_url=database_url, data_dir=tmp_path))
    now = datetime.now(UTC)
    with app.app_context():
        found_city(now)
        actions.record("ridici", [press(5) for _ in range(4)], now)
        db.session.remove()
        db.engine.dispose()
    return serve(database_url)


def taps(url: str) -> list[tuple[str, int]]:
    """(question, level) of every rating that is stored."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT q.code, r.level FROM ratings r JOIN questions q ON q.id = r.question_id ORDER BY q.code, r.level"
            )
        ).all()
    engine.dispose()
    return [(row[0], row[1]) for row in rows]


def let_the_finger_rise(page: Page) -> None:
    """Until a screen takes a touch again: for 400 ms it ignores the same finger."""
    page.wait_for_function("shown => performance.now() > shown + 400", arg=page.evaluate("performance.now()"))


def sign_in(page: Page, server: Server, email: str = "spravce@mesto.example") -> None:
    page.goto(f"{server.address}/urad/prihlaseni")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Heslo").fill(PASSWORD)
    page.get_by_role("button", name="Přihlásit se").click()
    page.wait_for_url(re.compile("/urad/spokojenost"))


def test_a_touch_becomes_a_figure(server: Server, database_url: str, page: Page) -> None:
    # The head of the office looks first: four ratings are too few to be shown.
    sign_in(page, server)
    expect(page.get_by_text("Za tento měsíc zatím není co zobrazit")).to_be_visible()

    # A citizen touches a face; it is stored before anything else is asked.
    page.set_viewport_size(KIOSK)  # type: ignore[arg-type]
    page.goto(f"{server.address}/kiosk/ridici")
    with page.expect_response("**/dotek") as answer:
        page.get_by_role("button", name="spíše špatně").click()
    assert answer.value.status == 201
    assert taps(database_url) == [("visit", 2), *[("visit", 5)] * 4]

    # One reason, as an amendment of the same sitting; then thanks, and by itself back to the faces.
    expect(page.get_by_role("heading", name="Co bychom měli zlepšit?")).to_be_visible()
    with page.expect_response("**/dotek") as answer:
        expect(page.get_by_role("button", name="čekání")).to_be_enabled()
        let_the_finger_rise(page)
        page.get_by_role("button", name="čekání").click()
    assert answer.value.status == 201
    assert taps(database_url) == [("reason", 1), ("visit", 2), *[("visit", 5)] * 4]
    expect(page.get_by_role("heading", name="Děkujeme")).to_be_visible()
    expect(page.get_by_role("heading", name="Jak hodnotíte dnešní návštěvu úřadu?")).to_be_visible(timeout=10_000)

    # Now there are five, and the head sees the figure, its count and its interval.
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server.address}/urad/spokojenost?misto=ridici")
    row = page.get_by_role("row").filter(has_text="Řidičské průkazy")
    expect(row).to_contain_text("5")
    expect(page.get_by_role("img", name=re.compile("po dnech", re.IGNORECASE))).to_be_visible()
    expect(page.locator("main")).to_contain_text("37,6")  # 4 of 5: Wilson's interval is 37,6 % to 96,4 %
    expect(page.locator("main")).to_contain_text("96,4")

    # And gets it as a table.
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("místa.*CSV", re.IGNORECASE)).click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "Řidičské průkazy;Odbor dopravy;5;4;0,8;0,3755;0,9638;top2@1;Wilson 95 %" in text


def test_it_works_without_scripts(server: Server, database_url: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="cs-CZ")
    page = context.new_page()
    page.goto(f"{server.address}/kiosk/davky")
    page.get_by_role("button", name="velmi dobře").click()
    expect(page.get_by_role("heading", name="Co se povedlo?")).to_be_visible()
    page.reload()
    assert taps(database_url) == [("visit", 5)] * 5

    # The face was a mistake: back, another one; it is still one sitting.
    page.get_by_role("link", name="Zpět").click()
    page.get_by_role("button", name="velmi špatně").click()
    expect(page.get_by_role("heading", name="Co bychom měli zlepšit?")).to_be_visible()
    assert taps(database_url) == [("visit", 1), *[("visit", 5)] * 4]
    page.get_by_role("button", name="ochota").click()
    expect(page.get_by_role("heading", name="Děkujeme")).to_be_visible()
    assert taps(database_url) == [("reason", 2), ("visit", 1), *[("visit", 5)] * 4]
    expect(page.get_by_role("heading", name="Jak hodnotíte dnešní návštěvu úřadu?")).to_be_visible(timeout=10_000)
    context.close()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_tap_survives_a_server_that_is_away_for_a_moment(
    server: Server, database_url: str, page: Page, page_log: PageLog, serve: Callable[..., Server]
) -> None:
    page.goto(f"{server.address}/kiosk/ridici")
    server.kill()
    page.get_by_role("button", name="velmi dobře").click()
    expect(page.locator("body")).to_have_attribute("data-unsent", re.compile(r"[1-9]"))
    with page.expect_response(lambda r: r.url.endswith("/dotek") and r.status == 201, timeout=30_000):
        server.restart()
    assert taps(database_url) == [("visit", 5)] * 5
    page_log.console_errors.clear()
    page_log.failed_requests.clear()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_touch_screen_speaks_six_languages_and_returns_to_czech(server: Server, page: Page) -> None:
    for code, question in {
        "en": "How do you rate your visit to the office today?",
        "uk": "Як ви оцінюєте сьогоднішнє відвідування установи?",
        "pl": "Jak oceniają Państwo dzisiejszą wizytę w urzędzie?",
        "de": "Wie bewerten Sie Ihren heutigen Besuch im Amt?",
        "vi": "Quý vị đánh giá lần đến cơ quan hôm nay thế nào?",
    }.items():
        page.goto(f"{server.address}/{code}/kiosk/ridici")
        assert page.locator("html").get_attribute("lang") == code
        expect(page.get_by_role("heading", name=question)).to_be_visible()
    page.goto(f"{server.address}/en/kiosk/ridici")
    page.get_by_role("button", name="very good").click()
    expect(page.get_by_role("heading", name="What went well?")).to_be_visible()
    let_the_finger_rise(page)
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("heading", name="Jak hodnotíte dnešní návštěvu úřadu?")).to_be_visible(timeout=15_000)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_page_passes_the_accessibility_rules(server: Server, browser: Browser, page_log: PageLog) -> None:
    from axe_playwright_python.sync_playwright import Axe

    sizes = {"kiosk": KIOSK, "phone": {"width": 390, "height": 844}, "desktop": {"width": 1440, "height": 900}}
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549"]}
    with watched_page(browser, page_log) as page:
        sign_in(page, server)
        paths = [
            "/",
            "/kiosk/ridici",
            "/kiosk/nikde",
            "/kiosk/ridici/dekujeme",
            "/urad/spokojenost",
            "/neni",
            "/urad/prihlaseni",
        ]
        for path in paths:
            for size in sizes.values():
                page.set_viewport_size(size)  # type: ignore[arg-type]
                page.goto(server.address + path)
                found = Axe().run(page, options=rules)
                assert found.violations_count == 0, f"{path} at {size}: {found.generate_report()}"
                too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
                assert not too_wide, f"{path} scrolls sideways at {size}"

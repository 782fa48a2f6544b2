"""The touch screens in a real browser: without scripts, without network, in six languages, with long names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.cityfile import default_questionnaire
from tests.running import Server
from tests.services.plugin import PageLog
from tests.touching import KIOSK, close, found, taps, touch


@pytest.fixture
def server(database_url: str, tmp_path: Path, serve: Callable[..., Server]) -> Server:
    """A running server of a city in which four people rated the driving licences well today."""
    found(database_url, tmp_path, rated=4)
    return serve(database_url)


OUTCOME = "Vyřídili jste, co jste potřebovali?"


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
    expect(page.get_by_role("heading", name=OUTCOME)).to_be_visible()
    assert taps(database_url) == [("reason", 2), ("visit", 1), *[("visit", 5)] * 4]

    # The outcome; back to the reason, which stays chosen, past it, and the outcome again.
    asked = page.url
    page.get_by_role("button", name="zčásti").click()
    expect(page.get_by_role("heading", name="Děkujeme")).to_be_visible()
    page.goto(asked)
    page.get_by_role("link", name="Zpět").click()
    expect(page.get_by_role("button", name="ochota")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Přeskočit").click()
    expect(page.get_by_role("heading", name=OUTCOME)).to_be_visible()
    page.get_by_role("link", name="Přeskočit").click()
    expect(page.get_by_role("heading", name="Děkujeme")).to_be_visible()
    assert taps(database_url) == [("outcome", 2), ("reason", 2), ("visit", 1), *[("visit", 5)] * 4]
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
    touch(page, "Skip")
    touch(page, "Skip")
    expect(page.get_by_role("heading", name="Jak hodnotíte dnešní návštěvu úřadu?")).to_be_visible(timeout=15_000)


ON_SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
FACES = "Jak hodnotíte dnešní návštěvu úřadu?"


@ON_SQLITE
def test_praise_and_complaints_are_answers_to_two_questions(server: Server, database_url: str, page: Page) -> None:
    page.goto(f"{server.address}/kiosk/davky")
    touch(page, "velmi dobře")
    expect(page.get_by_role("heading", name="Co se povedlo?")).to_be_visible()
    expect(page.get_by_text("Vaše hodnocení velmi dobře").locator("visible=true")).to_have_count(1)

    # The best face was a mistake: the other question is asked.
    touch(page, "Zpět")
    touch(page, "ani dobře, ani špatně")
    expect(page.get_by_role("heading", name="Co bychom měli zlepšit?")).to_be_visible()
    touch(page, "Zpět")
    with page.expect_response("**/dotek"):
        touch(page, "velmi dobře")
    with page.expect_response("**/dotek") as answer:
        touch(page, "krátké čekání")
    assert answer.value.status == 201
    assert taps(database_url) == [("praise", 1), *[("visit", 5)] * 5]
    expect(page.get_by_role("heading", name=OUTCOME)).to_be_visible()
    touch(page, "Zpět")
    expect(page.get_by_role("button", name="krátké čekání")).to_have_attribute("aria-current", "true")
    touch(page, "Přeskočit")
    with page.expect_response("**/dotek"):
        touch(page, "ano")
    assert taps(database_url) == [("outcome", 1), ("praise", 1), *[("visit", 5)] * 5]
    expect(page.get_by_role("heading", name="Děkujeme")).to_be_visible()


@ON_SQLITE
@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
@pytest.mark.parametrize("asked", [("visit",), ("visit", "reason"), ("visit", "praise", "outcome")], ids="+".join)
def test_a_questionnaire_may_ask_less(
    asked: tuple[str, ...],
    scripts: bool,
    database_url: str,
    tmp_path: Path,
    serve: Callable[..., Server],
    browser: Browser,
) -> None:
    known = {question.code: question.model_dump() for question in default_questionnaire().questions}
    found(database_url, tmp_path, questionnaire={"questions": [known[code] for code in asked]})
    server = serve(database_url)
    context = browser.new_context(java_script_enabled=scripts, locale="cs-CZ")
    page = context.new_page()
    for face, code in (("velmi dobře", "praise"), ("velmi špatně", "reason")):
        page.goto(f"{server.address}/kiosk/ridici")
        page.get_by_role("button", name=face).click()
        next_one = [one for one in (code, "outcome") if one in asked]
        words = known[next_one[0]]["text"]["cs"] if next_one else "Děkujeme"
        expect(page.get_by_role("heading", name=words)).to_be_visible()
    context.close()


@ON_SQLITE
def test_long_names_fit_the_touch_screen_in_every_language(
    database_url: str, tmp_path: Path, serve: Callable[..., Server], page: Page
) -> None:
    found(
        database_url,
        tmp_path,
        departments=[{"slug": "dopravy", "name": "Odbor dopravy a silničního hospodářství"}],
        touchpoints=[
            {"slug": "ridici", "name": "Řidičské průkazy", "department": "dopravy", "place": "Magistrát, 1. patro"}
        ],
        accounts=[],
    )
    server = serve(database_url)
    page.set_viewport_size(KIOSK)  # type: ignore[arg-type]
    sizes = """() => [
      document.documentElement.scrollHeight,
      ...[...document.querySelectorAll('button, a')].map(part => part.getBoundingClientRect()).filter(box => box.width)
        .map(box => Math.min(box.height, box.width)),
    ]"""
    for prefix in ("", "/en", "/uk", "/pl", "/de", "/vi"):
        for screen, face in (("faces", None), ("praise", 0), ("reason", 1), ("outcome", 1)):
            page.goto(f"{server.address}{prefix}/kiosk/ridici")
            if face is not None:
                page.locator(".faces .choice").nth(face).click()
            if screen == "outcome":
                touch(page, page.locator("[data-screen=reason] [data-go=skip]").inner_text())
            expect(page.locator("body")).to_have_attribute("data-state", screen)
            height, *targets = page.evaluate(sizes)
            assert height <= 1920, (prefix, screen)
            assert len(targets) >= (5 if screen == "outcome" else 8)
            assert min(targets) >= 88, (prefix, screen)


@ON_SQLITE
def test_a_face_touched_before_the_script_came_is_corrected_and_not_counted_twice(
    server: Server, database_url: str, page: Page
) -> None:
    page.route("**/kiosk.js", lambda route: route.abort())
    page.goto(f"{server.address}/kiosk/davky")
    page.get_by_role("button", name="velmi dobře").click()
    expect(page.get_by_role("heading", name="Co se povedlo?")).to_be_visible()
    page.unroute("**/kiosk.js")
    page.get_by_role("link", name="Zpět").click()
    expect(page.get_by_role("button", name="velmi dobře")).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="velmi špatně").click()
    expect(page.get_by_role("heading", name="Co bychom měli zlepšit?")).to_be_visible()
    assert taps(database_url) == [("visit", 1), *[("visit", 5)] * 4]
    page.get_by_role("button", name="čekání").click()
    expect(page.get_by_role("heading", name=OUTCOME)).to_be_visible()
    assert taps(database_url) == [("reason", 1), ("visit", 1), *[("visit", 5)] * 4]


OLD_PAGE = "document.querySelector('[data-kiosk]').dataset.questionnaire = 'kiosk@9'; window.old = true"
"""Make of this page one that has stood here since other questions were asked."""

NOT_STORED = "Hodnocení se nepodařilo uložit"


def refused_touch(page: Page) -> None:
    """Touch a face of an old page."""
    page.evaluate(OLD_PAGE)
    with page.expect_response("**/dotek") as answer:
        touch(page, "velmi dobře")
    assert answer.value.status == 400
    expect(page.get_by_role("heading", name=NOT_STORED)).to_be_visible()
    expect(page.get_by_text("Děkujeme")).to_be_hidden()
    expect(page.locator(".tick")).to_be_hidden()


@ON_SQLITE
@pytest.mark.parametrize("storage", [True, False], ids=["with-storage", "without"])
def test_a_refused_tap_is_not_thanked_for_and_the_page_renews_itself_once_a_minute(
    storage: bool, server: Server, database_url: str, page: Page
) -> None:
    page.clock.install()
    if not storage:
        page.add_init_script("Object.defineProperty(window, 'sessionStorage', {get() { throw new Error('denied'); }})")
    probes: list[str] = []
    page.on("request", lambda request: probes.append(request.url) if request.method == "HEAD" else None)
    page.goto(f"{server.address}/kiosk/davky")
    if storage:
        refused_touch(page)
        page.clock.fast_forward(6_000)
        page.wait_for_function("() => !window.old")
        assert len(probes) == 1

    # Refused again within the minute: the page stays until the minute is over.
    refused_touch(page)
    before = len(probes)
    page.clock.fast_forward(6_000)
    expect(page.get_by_role("heading", name=FACES)).to_be_visible()
    page.clock.fast_forward(30_000)
    assert page.evaluate("window.old")
    assert len(probes) == before
    page.clock.fast_forward(40_000)
    page.wait_for_function("() => !window.old")
    assert len(probes) == before + 1

    # What comes after it is stored and thanked for.
    with page.expect_response("**/dotek") as answer:
        touch(page, "velmi dobře")
    assert answer.value.status == 201
    touch(page, "Přeskočit")
    touch(page, "Přeskočit")
    expect(page.get_by_role("heading", name="Děkujeme")).to_be_visible()
    assert taps(database_url) == [("visit", 5)] * 5


@ON_SQLITE
def test_a_place_closed_meanwhile_says_so(server: Server, database_url: str, page: Page) -> None:
    page.clock.install()
    page.goto(f"{server.address}/kiosk/davky")
    close(database_url, "davky", datetime.now(UTC))
    touch(page, "velmi dobře")
    expect(page.get_by_role("heading", name=NOT_STORED)).to_be_visible()
    page.clock.fast_forward(6_000)
    expect(page.get_by_text("Místo s tímto názvem zde hodnotit nelze.")).to_be_visible()
    close(database_url, "davky", None)
    page.get_by_role("link", name="Na začátek").click()
    expect(page.get_by_role("heading", name=FACES)).to_be_visible()


@ON_SQLITE
def test_an_idle_page_renews_itself_once_a_day_but_never_into_a_dead_end(server: Server, page: Page) -> None:
    page.clock.install()
    page.goto(f"{server.address}/kiosk/ridici")
    page.evaluate("window.old = true")
    page.clock.fast_forward("23:59:00")
    assert page.evaluate("window.old")
    server.kill()
    with page.expect_event("requestfailed", lambda request: request.method == "HEAD"):
        page.clock.fast_forward("01:01")
    expect(page.get_by_role("heading", name=FACES)).to_be_visible()
    expect(page.get_by_role("status")).to_be_empty()
    assert page.evaluate("window.old")
    server.restart()
    page.clock.fast_forward("01:01")
    page.wait_for_function("() => !window.old")
    expect(page.get_by_role("heading", name=FACES)).to_be_visible()


@ON_SQLITE
def test_an_error_of_the_touch_screen_leads_back_to_its_faces_in_czech(server: Server, page: Page) -> None:
    page.route("**/kiosk.js", lambda route: route.abort())
    page.goto(f"{server.address}/de/kiosk/ridici")
    page.evaluate("document.querySelector('[name=token]').value = 'abgelaufen'")
    page.get_by_role("button", name="sehr gut").click()
    back = page.get_by_role("link", name="Zum Anfang")
    expect(back).to_have_attribute("href", "/kiosk/ridici")
    back.click()
    expect(page.get_by_role("heading", name=FACES)).to_be_visible()
    page.goto(f"{server.address}/en/kiosk/neni%3F%22")
    expect(page.get_by_role("link")).to_have_count(2)
    expect(page.get_by_role("link", name="Home page of the city")).to_have_attribute("href", "/en/")
    page.goto(f"{server.address}/de/kiosk/neni")  # the pages of the city are not in German
    page.get_by_role("link", name="Abteilungen und Kontakte").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("link", name="Odbor dopravy").first).to_be_visible()
    page.goto(f"{server.address}/en/static/kiosk/neni.css")
    expect(page.get_by_role("link")).to_have_count(0)

"""A day of an office in a real browser: forty cases that came in three ways, two officials, a head and the press office."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from hub.database import db
from hub.envelopes import Said
from hub.models import Case
from hub.steps import intake
from hub.work import CITIZEN, work
from tests import desks
from tests.desks import HEAD, OFFICE, PRESS, A
from tests.running import Server
from tests.services.plugin import PageLog, watched_page
from tests.touching import enter, sign_in
from tests.visitors import close_house

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549"]}
OF_THE_WEB, OF_THE_KIOSK, OF_THE_OFFICE = 27, 8, 3
"""With the two that are entered from paper, forty."""


@pytest.fixture
def morning(
    founded: Callable[[str, Path], str], tmp_path: Path, serve: Callable[..., Server]
) -> Iterator[tuple[Flask, Server]]:
    """What waits when the office opens: questions from the web, words from touch screens, three for the mayor's office."""
    url = founded("sqlite", tmp_path)
    app = desks.opened(url, tmp_path)
    for n in range(OF_THE_WEB):
        desks.asked(
            app, f"Kdy opravíte lampu číslo {n} v ulici {'ABCDEFGHIJ'[n % 10]}?", email=f"obcan{n}@posta.example"
        )
    for n in range(OF_THE_OFFICE):
        desks.asked(app, f"Přijde pan primátor na slavnost číslo {n}?", department="kancelar")
    with app.app_context():
        for n in range(OF_THE_KIOSK):
            said = Said("kiosk:ridici", uuid4().hex, "", f"U přepážky {n} bylo dlouhé čekání.")
            with work(CITIZEN, "speak", datetime.now(UTC), audited=False) as w:
                assert intake.record(w.session, [said], datetime.now(UTC))[0].about
        db.session.remove()
    yield app, serve(url)
    close_house(app)


@contextmanager
def at_the_desk(browser: Browser, log: PageLog, server: Server, who: str) -> Iterator[Page]:
    """Somebody of the office, signed in."""
    with watched_page(browser, log) as page:
        page.set_viewport_size({"width": 1440, "height": 900})
        sign_in(page, server, who)
        yield page


def looks_well(page: Page) -> None:
    """What stands on the screen is for everybody, and fits in the width of an old monitor too."""
    for width in (1440, 1024):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{page.url} at {width}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    page.set_viewport_size({"width": 1440, "height": 900})


def enter_paper(page: Page, server: Server, words: str) -> str:
    """An official writes down what came on paper; the reference on the receipt that is handed over."""
    page.goto(f"{server.address}/urad/pripady")
    page.get_by_role("link", name="Zapsat, co přišlo na papíře, telefonem nebo osobně").click()
    page.get_by_label("Co občan řekl").fill(words)
    page.get_by_label("Odbor").select_option(label="Odbor dopravy")
    page.get_by_role("button", name="Zapsat", exact=False).last.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    found = re.search(r"[A-Z0-9]{3}-[A-Z0-9]{3}-[A-Z0-9]", page.inner_text("main"))
    assert found, page.inner_text("main")
    return found[0]


def waiting(page: Page) -> int:
    """The number that stands beside the open cases."""
    text = page.get_by_role("link", name=re.compile("^Otevřené")).inner_text()
    return int(re.sub(r"\D", "", text))


def answer(page: Page, words: str) -> None:
    """Write an answer on the page of a case and send it, or hand it over."""
    page.locator("#f-text").fill(words)
    page.get_by_role("button", name=re.compile("^(Odeslat odpověď|Předat ke schválení)$")).click()
    expect(page.get_by_role("status").first).to_be_visible()


def test_a_day_of_an_office(morning: tuple[Flask, Server], browser: Browser, page_log: PageLog) -> None:
    app, server = morning
    with at_the_desk(browser, page_log, server, A) as page:
        papers = [enter_paper(page, server, f"Prosím o lavičku u zastávky {n}.") for n in range(2)]

    # The head gives half of what waits to an official, in one step.
    with at_the_desk(browser, page_log, server, HEAD) as page:
        assert waiting(page) == OF_THE_WEB + OF_THE_KIOSK + len(papers)
        looks_well(page)
        boxes = page.locator("input[name=case]")
        for n in range(12):
            boxes.nth(n).check()
        page.get_by_label("Kolega").select_option(label="Referent A")
        page.get_by_role("button", name="Přidělit").click()
        expect(page.get_by_text(re.compile(r"12\sp"))).to_be_visible()

    # The official works through them by keyboard: from case to case of the own list.
    with at_the_desk(browser, page_log, server, A) as page:
        with page.expect_navigation():
            page.locator("nav a[href$='pohled=moje']").click()
        page.keyboard.press("j")
        enter(page)
        looks_well(page)
        for n in range(4):
            page.keyboard.press("a")
            page.keyboard.type(f"Lampu opravíme v úterý, je {n + 1}. v pořadí.")
            page.get_by_role("button", name="Odeslat odpověď").click()
            expect(page.get_by_text(f"je {n + 1}. v pořadí").first).to_be_visible()
            page.locator("h1").click()
            with page.expect_navigation():
                page.keyboard.press("n")
        page.goto(f"{server.address}/urad/pripady?q={papers[0]}")
        page.get_by_role("link", name=re.compile("Prosím o lavičku")).first.click()
        answer(page, "Lavičku dáme na jaro.")

    # For the mayor's office a second person approves what its official wrote.
    with at_the_desk(browser, page_log, server, OFFICE) as page:
        assert waiting(page) == OF_THE_OFFICE
        page.locator("table.inbox th a").first.click()
        answer(page, "Pan primátor přijde v pět.")
        expect(page.get_by_text("čeká na schválení").first).to_be_visible()
        handed_over = page.url
    with at_the_desk(browser, page_log, server, PRESS) as page:
        page.get_by_role("link", name=re.compile("^Ke schválení")).click()
        page.locator("table.inbox th a").first.click()
        assert page.url.partition("?")[0] == handed_over.partition("?")[0]
        looks_well(page)
        page.get_by_role("button", name="Schválit", exact=False).click()
        expect(page.get_by_text("Odpověď je schválená a předaná k odeslání.")).to_be_visible()
        page.goto(f"{server.address}/urad/kalendar")
        looks_well(page)

    with app.app_context():
        states = dict(db.session.execute(sa.select(Case.state, sa.func.count()).group_by(Case.state)).all())
        assert sum(states.values()) == 40
        assert states["answered"] == 6
        db.session.remove()

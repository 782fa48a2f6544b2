"""The ways through the whole house, told like stories in a real browser, on either engine.

A touch becomes a figure. A question becomes a public answer and an e-mail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running import Server, Worker
from tests.services.mail import SmtpServer
from tests.services.plugin import PageLog, watched_page
from tests.touching import KIOSK, found, let_the_finger_rise, sign_in, taps


@pytest.fixture
def server(database_url: str, tmp_path: Path, serve: Callable[..., Server]) -> Server:
    """A running server of a city in which four people rated the driving licences well today."""
    found(database_url, tmp_path, rated=4)
    return serve(database_url)


def test_a_touch_becomes_a_figure(server: Server, database_url: str, page: Page) -> None:
    # The head of the office looks first: four ratings are too few to be shown.
    sign_in(page, server)
    page.get_by_role("link", name="Spokojenost").click()
    expect(page.get_by_text("Za tento měsíc zatím není co zobrazit")).to_be_visible()

    # A citizen touches a face; it is stored before anything else is asked.
    page.set_viewport_size(KIOSK)  # type: ignore[arg-type]
    page.goto(f"{server.address}/kiosk/ridici")
    with page.expect_response("**/dotek") as answer:
        page.get_by_role("button", name="spíše špatně").click()
    assert answer.value.status == 201
    assert taps(database_url) == [("visit", 2), *[("visit", 5)] * 4]

    # One reason and the outcome, as amendments of the same sitting; then thanks, and by itself back to the faces.
    expect(page.get_by_role("heading", name="Co bychom měli zlepšit?")).to_be_visible()
    with page.expect_response("**/dotek") as answer:
        expect(page.get_by_role("button", name="čekání")).to_be_enabled()
        let_the_finger_rise(page)
        page.get_by_role("button", name="čekání").click()
    assert answer.value.status == 201
    assert taps(database_url) == [("reason", 1), ("visit", 2), *[("visit", 5)] * 4]
    expect(page.get_by_role("heading", name="Vyřídili jste, co jste potřebovali?")).to_be_visible()
    with page.expect_response("**/dotek") as answer:
        expect(page.get_by_role("button", name="zčásti")).to_be_enabled()
        let_the_finger_rise(page)
        page.get_by_role("button", name="zčásti").click()
    assert answer.value.status == 201
    assert taps(database_url) == [("outcome", 2), ("reason", 1), ("visit", 2), *[("visit", 5)] * 4]
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


OFFICE: dict[str, Any] = {
    "departments": [
        {"slug": "dopravy", "name": "Odbor dopravy", "keywords": ["lampa", "chodník", "parkování"]},
        {"slug": "socialni", "name": "Odbor sociálních věcí", "needs_approval": True, "keywords": ["*"]},
    ],
    "accounts": [
        {"email": "spravce@mesto.example", "name": "Správa aplikace", "role": "administrator"},
        {"email": "doprava@mesto.example", "name": "Referent dopravy", "role": "official", "department": "dopravy"},
        {"email": "davky@mesto.example", "name": "Referentka dávek", "role": "official", "department": "socialni"},
        {"email": "vedouci@mesto.example", "name": "Vedoucí odboru", "role": "head", "department": "socialni"},
    ],
}


@pytest.fixture
def office(database_url: str, tmp_path: Path, serve: Callable[..., Server], smtp: SmtpServer) -> Iterator[Server]:
    """Web and work of a city, with a real mail server."""
    found(database_url, tmp_path, **OFFICE)
    mail = {"HUB_MAIL_URL": smtp.url, "HUB_MAIL_FROM": "Město Havířov <ozvena@havirov.example>", "HUB_TICK": "0.5"}
    server = serve(database_url, **mail)
    worker = Worker(database_url, tmp_path, {**mail, "HUB_PUBLIC_URL": server.address})
    yield server
    worker.stop()


@contextmanager
def somebody(browser: Browser, log: PageLog) -> Iterator[Page]:
    """A person with a browser of their own."""
    with watched_page(browser, log) as page:
        yield page


def ask(page: Page, server: Server, text: str, email: str = "", consent: bool = False, file: Path | None = None) -> str:
    """Fill in the form as a citizen does and send it; the address of the private page that comes."""
    page.goto(server.address)
    page.get_by_role("link", name="Napište nám").first.click()
    page.get_by_label("Co nám chcete sdělit?").fill(text)
    if email:
        page.get_by_label("Váš e-mail").fill(email)
    if consent:
        page.get_by_label(re.compile("zveřejnit")).check()
    if file:
        page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Odeslat městu").click()
    page.wait_for_url(re.compile("/sledovani/"))
    return page.url


def reference_on(page: Page) -> str:
    """The reference that the page shows."""
    found_one = re.search(r"[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]", page.locator("main").inner_text())
    assert found_one
    return found_one[0]


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def test_a_question_becomes_a_public_answer_and_an_e_mail(
    office: Server, browser: Browser, page_log: PageLog, smtp: SmtpServer, tmp_path: Path
) -> None:
    plan = tmp_path / "plánek.pdf"
    plan.write_bytes(PDF)
    words = "Na Dlouhé ulici nesvítí lampa.\nVolejte mi na 777 123 456, Jana Nováková."
    with somebody(browser, page_log) as citizen, somebody(browser, page_log) as official:
        # A citizen of Havířov writes to the city, with a plan of the place; no account, no cookie.
        address = ask(citizen, office, words, "jana@posta.example", consent=True, file=plan)
        reference = reference_on(citizen)
        assert citizen.context.cookies() == []
        expect(citizen.locator("main")).to_contain_text("Odbor dopravy")

        # The receipt comes by mail, with the reference and a link of its own to the same page.
        (receipt,) = smtp.wait_for(1)
        assert reference in str(receipt["Subject"])
        link = re.search(r"http://\S+/sledovani/\S+", receipt.get_body(("plain",)).get_content())  # type: ignore[union-attr]
        assert link
        assert link[0] != address
        citizen.goto(link[0])
        assert reference_on(citizen) == reference

        # The official finds it first in the inbox, reads it with its deadline, opens the plan and answers to everybody.
        sign_in(official, office, "doprava@mesto.example")
        official.get_by_role("link", name=re.compile("Na Dlouhé ulici nesvítí lampa")).click()
        expect(official.locator("main")).to_contain_text("vnitřní pravidlo města")
        with official.expect_download() as download:
            official.get_by_role("link", name=re.compile("plánek.pdf")).click()
        assert Path(download.value.path()).read_bytes() == PDF
        page_log.failed_requests.clear()  # to the browser, a page that became a download is one that did not come
        official.get_by_label("Odpověď občanovi").fill("Dobrý den,\n\nlampu v Havířově opravíme do pátku.")
        official.get_by_label(re.compile("soukromě a zveřejnit|zveřejnit", re.IGNORECASE)).check()
        question = official.get_by_label("Dotaz, jak bude zveřejněn")
        expect(question).to_have_value(re.compile(r"\[telefon\]"))
        question.fill("Na Dlouhé ulici nesvítí lampa.")
        official.get_by_label("Veřejný nadpis").fill("Lampa na Dlouhé ulici")
        official.get_by_role("button", name="Odeslat odpověď").click()
        expect(official.locator(".flashes")).to_contain_text("předaná k odeslání")

        # The answer is in the citizen's mail, in the thread of the receipt, and on the private page.
        answer = smtp.wait_for(2)[1]
        assert answer["In-Reply-To"] == receipt["Message-ID"]
        assert "lampu v Havířově opravíme do pátku" in answer.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        citizen.reload()
        expect(citizen.locator("main")).to_contain_text("opravíme do pátku")

        # Anybody finds it, without diacritics and in another case; nobody finds who asked.
        with somebody(browser, page_log) as neighbour:
            neighbour.goto(f"{office.address}/odpovedi")
            for query in ("lampách", "havirov"):
                neighbour.locator("main").get_by_role("searchbox").fill(query)
                neighbour.locator("main").get_by_role("searchbox").press("Enter")
                expect(neighbour.get_by_role("link", name="Lampa na Dlouhé ulici")).to_be_visible()
            neighbour.get_by_role("link", name="Lampa na Dlouhé ulici").click()
            expect(neighbour.locator("main")).to_contain_text("opravíme do pátku")
            for secret in ("Nováková", "777", "jana@", reference):
                assert secret not in neighbour.content()

        # The official sees that it went.
        official.reload()
        expect(official.locator("main")).to_contain_text("odesláno")


def test_a_private_answer_needs_a_second_person_where_the_department_asks_for_it(
    office: Server, browser: Browser, page_log: PageLog, smtp: SmtpServer
) -> None:
    with (
        somebody(browser, page_log) as citizen,
        somebody(browser, page_log) as official,
        somebody(browser, page_log) as head,
    ):
        address = ask(citizen, office, "Jak požádám o příspěvek na péči?", "vera@posta.example")
        reference = reference_on(citizen)

        # The author hands it over; nothing goes out by that.
        sign_in(official, office, "davky@mesto.example")
        official.goto(f"{office.address}/urad/pripady/{reference}")
        official.get_by_label("Odpověď občanovi").fill("Zastavte se u nás.")
        official.get_by_role("button", name="Předat ke schválení").click()
        expect(official.locator(".flashes")).to_contain_text("schválí druhá osoba")
        citizen.goto(address)
        expect(citizen.locator("main")).not_to_contain_text("Zastavte se")

        # The head wants it friendlier; the author finds the reason and the draft.
        sign_in(head, office, "vedouci@mesto.example")
        head.goto(f"{office.address}/urad/pripady/{reference}")
        head.locator("textarea[name=reason]").fill("Napište i kdy a kam.")
        head.get_by_role("button", name=re.compile("Vrátit")).click()
        official.reload()
        expect(official.locator("main")).to_contain_text("Napište i kdy a kam.")
        expect(official.get_by_label("Odpověď občanovi")).to_have_value("Zastavte se u nás.")
        official.get_by_label("Odpověď občanovi").fill("Zastavte se u nás v pondělí, budova B.")
        official.get_by_role("button", name="Předat ke schválení").click()

        # Now it is approved, and the citizen has it, once.
        head.goto(f"{office.address}/urad/pripady/{reference}")
        head.get_by_role("button", name=re.compile("Schválit")).click()
        letters = smtp.wait_for(2)
        assert "v pondělí, budova B" in letters[1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        citizen.reload()
        expect(citizen.locator("main")).to_contain_text("budova B")
        citizen.goto(f"{office.address}/odpovedi")
        assert "budova B" not in citizen.content()
        assert len(smtp.by_recipient("vera@posta.example")) == 2


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

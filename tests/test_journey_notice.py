"""The third way through the whole house, told like a story in a real browser, on either engine: a notice lives by the clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from hub.rules.localtime import local
from tests.running import Server, Worker
from tests.services.mail import SmtpServer
from tests.services.plugin import PageLog, watched_page
from tests.test_journey import OFFICE, somebody
from tests.touching import KIOSK, found, sign_in

PRESS = {"email": "tisk@mesto.example", "name": "Tiskové oddělení", "role": "press"}


@pytest.fixture
def house(database_url: str, tmp_path: Path, serve: Callable[..., Server], smtp: SmtpServer) -> Iterator[Server]:
    """Web and work of a city with a press office, and a real mail server."""
    found(database_url, tmp_path, **{**OFFICE, "accounts": [*OFFICE["accounts"], PRESS]})
    mail = {"HUB_MAIL_URL": smtp.url, "HUB_MAIL_FROM": "Město Havířov <ozvena@havirov.example>", "HUB_TICK": "0.5"}
    server = serve(database_url, **mail)
    worker = Worker(database_url, tmp_path, {**mail, "HUB_PUBLIC_URL": server.address})
    yield server
    worker.stop()


def link_in(letter: object, path: str) -> str:
    text = letter.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    found_one = re.search(rf"http://\S+/{path}/\S+", text)
    assert found_one, text
    return found_one[0]


def subscribe(citizen: Page, house: Server, smtp: SmtpServer) -> None:
    # A citizen wants to know what is posted; only their click on the link of a letter makes it so.
    citizen.goto(house.address)
    citizen.get_by_role("navigation", name="Hlavní nabídka").get_by_role("link", name="Novinky e-mailem").click()
    citizen.get_by_label("Co město odpovědělo všem").uncheck()
    citizen.get_by_label("Váš e-mail").fill("jana@posta.example")
    citizen.get_by_role("button", name="Posílejte mi novinky").click()
    expect(citizen.get_by_role("status")).to_contain_text("Podívejte se do pošty")
    citizen.goto(link_in(smtp.wait_for(1)[0], "odbery/potvrzeni"))
    citizen.get_by_role("button", name="Ano, chci je").click()
    expect(citizen.get_by_role("status")).to_contain_text("Potvrzeno")
    assert citizen.context.cookies() == []


def write(official: Page, house: Server) -> None:
    # An official writes a notice that will come down on a day of its own, and hands it over.
    sign_in(official, house, "doprava@mesto.example")
    official.get_by_role("link", name="Úřední deska").click()
    official.get_by_role("link", name="Nové oznámení").click()
    official.get_by_label("Název").fill("Uzavírka Dlouhé ulice")
    official.get_by_label("Text").fill("Od pondělí do pátku je ulice v Havířově uzavřena.")
    ends = local(datetime.now(UTC)).date() + timedelta(days=20)
    official.get_by_label("Den, na jehož začátku bude sejmuto").fill(ends.isoformat())
    official.get_by_role("button", name="Předat ke schválení").click()
    expect(official.locator(".flashes")).to_contain_text("čeká na schválení druhým člověkem")
    expect(official.locator("main")).to_contain_text("Schválit je musí někdo jiný")


def test_a_notice_lives_its_life_by_the_clock(
    house: Server, browser: Browser, page_log: PageLog, smtp: SmtpServer
) -> None:
    with (
        somebody(browser, page_log) as citizen,
        somebody(browser, page_log) as official,
        somebody(browser, page_log) as press,
    ):
        subscribe(citizen, house, smtp)
        write(official, house)
        nothing_is_shown(citizen, house)

        # The press office approves it; the clock posts it.
        sign_in(press, house, "tisk@mesto.example")
        press.get_by_role("link", name="Úřední deska").click()
        press.get_by_role("link", name=re.compile("Ke schválení")).click()
        press.get_by_role("link", name="Uzavírka Dlouhé ulice").click()
        press.get_by_role("button", name="Schválit").click()
        expect(press.locator(".flashes")).to_contain_text("V určený čas se vyvěsí samo")

        # It is announced by mail, with a link to it; anybody finds it by words, and the touch screen tells of it.
        letter = smtp.wait_for(2)[1]
        assert letter["Subject"] == "Uzavírka Dlouhé ulice"
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        citizen.goto(link_in(letter, "uredni-deska"))
        expect(citizen.get_by_role("heading", name="Uzavírka Dlouhé ulice")).to_be_visible()
        citizen.goto(f"{house.address}/uredni-deska?q=havirov")
        expect(citizen.get_by_role("link", name="Uzavírka Dlouhé ulice")).to_be_visible()
        citizen.set_viewport_size(KIOSK)  # type: ignore[arg-type]
        citizen.goto(f"{house.address}/kiosk/ridici")
        expect(citizen.locator(".news")).to_contain_text("Uzavírka Dlouhé ulice")
        citizen.set_viewport_size({"width": 390, "height": 844})

        # A mistake in it: the press office takes it down with a reason, and nothing shows it any more.
        press.reload()
        press.get_by_text("Sejmout předčasně").click()
        press.get_by_label(re.compile("Proč se snímá")).fill("Chybný název ulice.")
        press.get_by_role("button", name="Sejmout teď").click()
        expect(press.locator("main")).to_contain_text("Chybný název ulice.")
        nothing_is_shown(citizen, house)
        page_log.failed_requests.clear()
        gone = citizen.goto(link_in(letter, "uredni-deska"))
        assert gone is not None
        assert gone.status == 410
        expect(citizen.locator("main")).to_contain_text("bylo sejmuto")
        assert "Dlouhé" not in citizen.content()

        # One click in the mail program ends the news.
        stop = re.search(r"<(http\S+)>", str(letter["List-Unsubscribe"]))
        assert stop
        answer = citizen.request.post(stop[1], form={"List-Unsubscribe": "One-Click"})
        assert answer.status == 200
        citizen.goto(stop[1])
        citizen.get_by_role("link", name="Změnit, co vám posíláme").click()
        expect(citizen.get_by_label("Nová oznámení na úřední desce")).not_to_be_checked()


def nothing_is_shown(citizen: Page, house: Server) -> None:
    for path in ("/", "/uredni-deska", "/uredni-deska?q=uzavirka", "/kiosk/ridici"):
        citizen.goto(house.address + path)
        assert "Uzavírka Dlouhé" not in citizen.content(), path


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_pages_of_notices_and_news_pass_the_accessibility_rules(
    house: Server, browser: Browser, page_log: PageLog
) -> None:
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549"]}
    with watched_page(browser, page_log) as page:
        sign_in(page, house, "tisk@mesto.example")
        page.goto(f"{house.address}/urad/nove-oznameni")
        page.get_by_label("Název").fill("Svoz odpadu")
        page.get_by_role("button", name="Uložit koncept").click()
        paths = [
            "/uredni-deska",
            "/uredni-deska?q=nic",
            "/odbery",
            "/odbery?odeslano=1",
            "/odbery/potvrzeni/x",
            "/urad/uredni-deska",
            "/urad/nove-oznameni",
            page.url.removeprefix(house.address),
        ]
        for path in paths:
            for size in ({"width": 320, "height": 700}, {"width": 1440, "height": 900}):
                page.set_viewport_size(size)  # type: ignore[arg-type]
                page.goto(house.address + path)
                found_here = Axe().run(page, options=rules)
                assert found_here.violations_count == 0, f"{path} at {size}: {found_here.generate_report()}"
                too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
                assert not too_wide, f"{path} scrolls sideways at {size}"

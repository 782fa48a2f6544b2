"""The pages of the desk in a browser: each state accessible, eight kiosks on one screen, the menu in one line, nothing too wide."""

from __future__ import annotations

from datetime import UTC, datetime

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.kiosk.line import Line
from tests.kiosk.test_telling import devices_in_every_state
from tests.services.plugin import PageLog
from tests.visitors import signed_in

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
SIZES = ((1440, 900), (1024, 768), (390, 844))


def look(page: Page, name: str) -> None:
    """Nothing is too wide on any screen, and no rule of accessibility is broken on the smallest."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
    broken = [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page, options=RULES).response["violations"]]
    assert broken == [], name


def test_every_page_and_state_of_the_desk(line: Line, browser: Browser, page_log: PageLog) -> None:
    client = signed_in(line.app)
    cookie = client.get_cookie(line.app.config["SESSION_COOKIE_NAME"])
    assert cookie
    context = browser.new_context(locale="cs-CZ")
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": line.address}])
    page_log.watch(context)
    page = context.new_page()
    home = f"{line.address}/urad/kiosky"
    page.goto(home)
    look(page, "no device")
    page.goto(f"{home}/novy")
    look(page, "new")
    page.get_by_label("Název kiosku").fill("Kiosek")
    page.get_by_role("button", name="Uložit").click()
    look(page, "refused")
    refs = devices_in_every_state(line.app, datetime.now(UTC))
    for _ in range(2):
        line.device(places=3)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(home)
    cards = page.locator(".fleet > li")
    expect(cards).to_have_count(8)
    assert cards.last.evaluate("card => card.getBoundingClientRect().bottom") <= 900
    for width, height in SIZES[:2]:
        page.set_viewport_size({"width": width, "height": height})
        menu = page.locator(".main-menu").bounding_box()
        assert menu
        assert menu["height"] < 70, width
    look(page, "list")
    for name, ref in refs.items():
        page.goto(f"{home}/{ref}")
        look(page, name)
    page.goto(f"{home}/{refs['Nový']}")
    page.get_by_role("button", name="Vytvořit kód pro spárování").click()
    expect(page.locator(".pairing-code")).to_be_visible()
    look(page, "code")
    for path in ("nastaveni", "presun", "navod"):
        page.goto(f"{home}/{refs['Zdravý']}/{path}")
        look(page, path)
    page.goto(f"{home}/{refs['Odpojený']}")
    page.get_by_text("Vyřadit natrvalo").click()
    page.get_by_role("button", name="Vyřadit", exact=True).click()
    page.goto(f"{home}/{refs['Odpojený']}")
    expect(page.get_by_text("Vyřazen", exact=True)).to_be_visible()
    look(page, "retired")
    page.locator(".rare summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Kiosky", exact=True)).to_be_visible()
    look(page, "menu")
    context.close()

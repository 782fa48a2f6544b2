"""A day at the desk by keyboard alone: through the inbox, a case and back, and the shortcuts switched off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.desks import A, asked, opened
from tests.factories import PASSWORD
from tests.running import Server

SMALL = Path(__file__).parent.parent.parent / "hub" / "static" / "keys.js"


def test_the_script_of_the_shortcuts_is_small() -> None:
    assert SMALL.stat().st_size <= 3000


@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_official_works_by_keyboard(
    founded: Callable[[str, Path], str], serve: Callable[..., Server], browser: Any, engine: str, tmp_path: Path
) -> None:
    url = founded(engine, tmp_path)
    app = opened(url, tmp_path)
    first, second = asked(app), asked(app, "Kdy bude opraven chodník?")
    server = serve(url)
    page = browser.new_page()
    page.goto(f"http://localhost:{server.port}/urad/pripady")
    page.fill("[name=email]", A)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-lines]")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator(f'input[name=case][value^="{first}"]').is_checked()
    page.keyboard.press("Enter")  # on a box: nothing is sent, the case opens
    page.wait_for_url(f"**/{first}*")
    page.keyboard.press("n")
    page.wait_for_url(f"**/{second}*")
    page.keyboard.press("a")
    page.keyboard.type("npu")  # letters of an answer are no shortcuts
    assert page.input_value("#f-text") == "npu"
    page.locator("h1").click()
    page.keyboard.press("p")
    page.wait_for_url(f"**/{first}*")
    page.keyboard.press("u")
    page.wait_for_url("**/urad/pripady")
    page.keyboard.press("/")
    page.keyboard.type("chodník jk")
    assert page.input_value("#q") == "chodník jk"
    page.locator("h1").click()
    page.keyboard.press("?")
    page.uncheck("#keys-on")
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.close()

"""What a person and a test do at the screen of a paired device."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, expect

from tests.services.browser import ARGUMENTS, find_chromium

PANEL = {"width": 1080, "height": 1920}
SHELL = "/kiosk/zarizeni/"


@contextmanager
def lasting(browser: Browser, profile: Path) -> Iterator[BrowserContext]:
    """A browser of its own with a profile that stays, as on a device. It may be killed meanwhile."""
    chromium = find_chromium()
    scratch = profile.with_name(f"{profile.name}-home")
    scratch.mkdir(exist_ok=True)
    context = browser.browser_type.launch_persistent_context(
        str(profile),
        executable_path=chromium.executable,
        args=[*ARGUMENTS, "--no-sandbox"],
        chromium_sandbox=False,
        env=chromium.environment(scratch),
        viewport=PANEL,  # type: ignore[arg-type]
        locale="cs-CZ",
        timezone_id="Europe/Prague",
    )
    try:
        yield context
    finally:
        with suppress(Error):  # it was killed
            context.close()


def kill(profile: Path) -> None:
    """End the browser of a profile without a warning, as a power cut would."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            said = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"--user-data-dir={profile}".encode() in said and not any(part.startswith(b"--type=") for part in said):
            os.kill(int(folder.name), signal.SIGKILL)


def shows(page: Page, screen: str) -> None:
    """Wait for a screen."""
    expect(page.locator("body")).to_have_attribute("data-screen", screen, timeout=40_000)


def touch(page: Page, does: str, value: str | int | None = None) -> None:
    """Touch a button by what it does, once its screen takes touches: for 400 ms a screen ignores the same finger."""
    button = page.locator(f"button[data-do={does}]" + (f"[value='{value}']" if value is not None else ""))
    expect(button.first).to_be_visible(timeout=40_000)
    let_the_finger_rise(page)
    button.first.click()


def let_the_finger_rise(page: Page) -> None:
    """Until a screen takes touches again; at once where the page's clock is in our hands."""
    if page.evaluate("'__pwClock' in globalThis"):
        page.clock.run_for(450)
    else:
        page.wait_for_function("shown => performance.now() > shown + 450", arg=page.evaluate("performance.now()"))


def enter(page: Page, code: str) -> None:
    """Type a code on the keys of the screen and pair."""
    let_the_finger_rise(page)
    for n, character in enumerate(code, 1):
        page.locator(f".key[value='{character}']").click(delay=95)
        expect(page.locator("#code")).to_have_value(code[:n])
    touch(page, "pair")


def pair(page: Page, address: str, code: str, screen: str = "attract") -> None:
    """Open the shell and pair it by its field."""
    page.goto(address + SHELL)
    shows(page, "pair")
    page.locator("#code").fill(code)
    touch(page, "pair")
    shows(page, screen)
    by_hand(page)


def by_hand(page: Page) -> None:
    """From here on a clock that was installed goes only where a test moves it, however slow the machine is."""
    if page.evaluate("'__pwClock' in globalThis"):
        if page not in AWAITED:
            awaited = AWAITED[page] = set()

            def asks(request: Request) -> None:  # a bound method of a set is nothing Playwright can take
                awaited.add(request)

            def hears(request: Request) -> None:
                awaited.discard(request)

            page.on("request", asks)
            page.on("requestfinished", hears)
            page.on("requestfailed", hears)
        page.clock.pause_at(datetime.fromtimestamp(page.evaluate("Date.now()") / 1_000 + 1, UTC))


AWAITED: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()
"""What a page by hand asked for and has no answer to yet."""


def in_time(page: Page, look: Callable[[], Any], wanted: Any) -> None:
    """Let the time of a page by hand go on until what is there is what is wanted, but never past an answer that is awaited."""

    def later() -> Any:
        if not AWAITED[page]:
            page.clock.run_for(2_000)
        return look()

    eventually(page, later, wanted)


def unsent(page: Page, number: int) -> None:
    """Wait until so many records wait to be sent."""
    expect(page.locator("body")).to_have_attribute("data-unsent", str(number), timeout=40_000)


def waiting(page: Page) -> str | None:
    """How many records wait to be sent, as the screen says."""
    return page.locator("body").get_attribute("data-unsent")


def eventually(page: Page, look: Callable[[], Any], wanted: Any) -> None:
    """Look until what is there is what is wanted; the page's own time goes on meanwhile."""
    end = monotonic() + 40
    while (found := look()) != wanted:
        assert monotonic() < end, (found, wanted)
        page.wait_for_timeout(50)


OUTBOX = """(store) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('kiosk');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const asking = opening.result.transaction(store).objectStore(store).getAll();
    asking.onsuccess = () => { opening.result.close(); resolve(asking.result); };
  };
})"""


def kept(page: Page, store: str = "presses") -> list[dict[str, Any]]:
    """What lies on the disk of the device."""
    return page.evaluate(OUTBOX, store)  # type: ignore[no-any-return]


PILE_UP = """([count, place, text]) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('kiosk');
  opening.onsuccess = () => {
    const writing = opening.result.transaction('presses', 'readwrite');
    for (let n = 0; n < count; n += 1) {
      const record = {
        id: crypto.randomUUID(), rev: 0, place, questionnaire: 'kiosk@2', language: 'cs', ratings: { visit: 1 + n % 5 },
        text: n < 200 ? text : null, page: crypto.randomUUID(), mono: 1, device_ms: Date.now(), anchor: null, offset_ms: 0,
      };
      writing.objectStore('presses').put({ id: record.id, rev: 0, n, at: Date.now(), record });
    }
    writing.oncomplete = () => { opening.result.close(); resolve(); };
    writing.onabort = () => reject(writing.error);
  };
})"""
"""Puts so many presses of a place into the outbox; the first 200 have this text."""

"""The line of a touch screen fails in every way that lines do: nothing is lost, nothing is counted twice, nobody is deceived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from kiosk import shell
from kiosk.device_texts import texts
from tests.kiosk.line import Line
from tests.kiosk.screen import PILE_UP, SHELL, eventually, in_time, kept, pair, shows, touch, unsent, waiting


@pytest.mark.parametrize("fault", ["portal", "swallow", "down"])
def test_a_press_waits_until_the_line_is_whole_and_is_stored_once(line: Line, screen: Page, fault: str) -> None:
    ref, code = line.device()
    screen.clock.install()
    pair(screen, line.address, code)
    line.fault = fault
    line.asked.clear()
    touch(screen, "rate", 4)
    shows(screen, "reason")
    unsent(screen, 1)
    eventually(screen, lambda: "doteky" in line.asked, True)
    expect(screen.get_by_role("status")).to_have_text("Bez spojení. Čeká na odeslání: 1")
    screen.clock.run_for(5_000)
    assert len(kept(screen)) == 1
    line.fault = ""
    in_time(screen, lambda: waiting(screen), "0")
    assert line.stored(ref) == [{"visit": 4}]
    expect(screen.get_by_role("status")).to_be_empty()


def test_the_time_of_a_press_is_right_though_the_clock_of_the_device_is_days_behind(line: Line, screen: Page) -> None:
    ref, code = line.device()
    screen.clock.install(time=datetime.now(UTC) - timedelta(days=3))
    pair(screen, line.address, code)
    line.fault = "down"
    touch(screen, "rate", 3)
    unsent(screen, 1)
    screen.clock.fast_forward(3_600_000)
    line.fault = ""
    in_time(screen, lambda: waiting(screen), "0")
    ((moment, quality),) = line.moments(ref)
    assert quality == "exact"
    # An hour of the page went by while the server's stood still.
    assert timedelta(minutes=59) < datetime.now(UTC) - moment < timedelta(minutes=63)


def test_a_clock_that_jumps_is_not_believed_until_the_server_was_heard_again(line: Line, screen: Page) -> None:
    ref, code = line.device()
    pair(screen, line.address, code)
    heard(line, screen, ref)
    jump = """async () => {
      const time = await import('/static/kiosk/device/time.js');
      const real = Date.now;
      const before = time.known().offset_ms;
      Date.now = () => real() + 3600000;
      const jumped = time.known().offset_ms;
      time.measured(real(), performance.now(), performance.now());
      const healed = time.known();
      Date.now = real;
      return [before, jumped, healed.offset_ms, time.known().offset_ms];
    }"""
    before, jumped, healed, back = screen.evaluate(jump)
    assert abs(before) < 2_000
    assert jumped is None
    assert abs(healed + 3_600_000) < 100
    assert back is None


def heard(line: Line, screen: Page, ref: str) -> None:
    """Wait for the first heartbeat."""
    eventually(screen, lambda: line.state(ref) is not None, True)


BROKEN = """([id, place]) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('kiosk');
  opening.onsuccess = () => {
    const writing = opening.result.transaction('presses', 'readwrite');
    const record = {
      id, rev: 0, place, questionnaire: 'kiosk@2', language: 'cs', ratings: { visit: 1 }, text: null,
      page: crypto.randomUUID(), mono: 1, device_ms: Date.now(), anchor: null, offset_ms: null,
    };
    writing.objectStore('presses').put({ id, rev: 0, n: 0, at: Date.now(), record });
    writing.oncomplete = () => { opening.result.close(); resolve(); };
    writing.onabort = () => reject(writing.error);
  };
})"""


def test_a_broken_press_is_kept_apart_and_holds_up_no_other(line: Line, screen: Page) -> None:
    ref, code = line.device()
    screen.clock.install()
    pair(screen, line.address, code)
    screen.evaluate(BROKEN, ["8d6bd4ae-4d0c-4dd2-9a3f-6ec7a4b1d001", "davno-zruseny-odbor"])
    screen.evaluate(BROKEN, ["not a press at all", "Nikde"])
    touch(screen, "rate", 5)
    eventually(screen, lambda: line.stored(ref), [{"visit": 5}])
    unsent(screen, 0)
    dead = {row["id"]: row["problem"] for row in kept(screen, "dead")}
    assert dead == {"8d6bd4ae-4d0c-4dd2-9a3f-6ec7a4b1d001": "unknown_place", "not a press at all": "bad_input"}
    in_time(screen, lambda: getattr(line.state(ref), "refused", None), 2)  # it tells of them
    said = line.state(ref)
    assert said is not None
    assert set(said.problems) == {"unknown_place", "bad_input"}


def test_a_disconnected_kiosk_keeps_its_presses_and_sends_them_once_it_is_paired_again(
    line: Line, screen: Page
) -> None:
    ref, code = line.device()
    screen.clock.install()
    pair(screen, line.address, code)
    heard(line, screen, ref)
    line.revoke(ref)
    touch(screen, "rate", 1)
    shows(screen, "reason")
    screen.clock.run_for(200)
    shows(screen, "reason")  # nobody is interrupted
    touch(screen, "skip")
    touch(screen, "skip")
    shows(screen, "thanks")
    touch(screen, "home")
    shows(screen, "disconnected")
    expect(screen.get_by_text("Hodnocení, která čekají na odeslání: 1.")).to_be_visible()
    screen.locator("#code").fill("2222-2222")
    touch(screen, "pair")
    expect(screen.get_by_role("alert").filter(has_text="Tento kód neplatí")).to_be_visible()
    assert line.stored(ref) == []
    screen.locator("#code").fill(line.code(ref).lower())
    touch(screen, "pair")
    shows(screen, "attract")
    in_time(screen, lambda: waiting(screen), "0")
    assert line.stored(ref) == [{"visit": 1}]


def test_a_configuration_that_somebody_changed_on_its_way_is_not_taken(line: Line, screen: Page) -> None:
    _, code = line.device()
    screen.clock.install()
    line.fault = "forged"
    pair(screen, line.address, code, screen="starting")
    in_time(screen, lambda: line.asked.count("nastaveni") >= 2, True)
    shows(screen, "starting")
    line.fault = ""
    in_time(screen, lambda: screen.locator("body").get_attribute("data-screen"), "attract")
    expect(screen.locator(".city")).to_have_text("Havířov")


FULL = """() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException('The disk is full.', 'QuotaExceededError'); };
}"""
"""What a browser says when its disk is full."""


def test_a_full_disk_is_told_and_the_press_is_sent_from_memory(line: Line, screen: Page) -> None:
    ref, code = line.device()
    screen.clock.install()
    pair(screen, line.address, code)
    line.fault = "down"
    screen.evaluate(FULL)
    screen.evaluate("() => { window.kept = true; }")
    touch(screen, "rate", 2)
    shows(screen, "reason")
    touch(screen, "skip")
    touch(screen, "skip")
    shows(screen, "thanks")
    expect(screen.get_by_role("alert").filter(has_text="Paměť této obrazovky je plná")).to_be_visible()
    expect(screen.locator(".tick")).to_have_count(0)
    assert kept(screen) == []
    line.fault = ""
    in_time(screen, lambda: waiting(screen), "0")
    assert line.stored(ref) == [{"visit": 2}]
    assert screen.evaluate("window.kept")  # the page was not loaded anew meanwhile, which would have lost it


def test_one_window_is_the_kiosk_and_another_says_so(line: Line, screen: Page) -> None:
    _, code = line.device()
    pair(screen, line.address, code)
    second = screen.context.new_page()
    second.goto(line.address + SHELL)
    shows(second, "elsewhere")
    expect(second.get_by_role("heading", name="Kiosek už běží v jiném okně")).to_be_visible()
    screen.close()
    shows(second, "attract")


WAITING = "async () => (await navigator.serviceWorker.getRegistration()).waiting !== null"


def test_a_new_version_waits_until_nobody_is_at_the_screen(
    line: Line, screen: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, code = line.device(places=2)
    screen.clock.install()
    pair(screen, line.address, code)
    screen.wait_for_function("navigator.serviceWorker.controller")
    old = screen.locator("html").get_attribute("data-version")
    touch(screen, "place")
    shows(screen, "faces")

    monkeypatch.setattr(
        shell, "texts", lambda codes: {code: {**said, "pair": "Jinak"} for code, said in texts(codes).items()}
    )
    shell.forget()
    try:
        beats = line.asked.count("tep")
        for _ in range(5):  # somebody is here for more than a minute
            screen.clock.run_for(15_000)
            touch(screen, "tool", "contrast")
        eventually(screen, lambda: line.asked.count("tep") > beats, True)

        def waits() -> bool:
            touch(screen, "tool", "contrast")  # or the screen would go home by itself
            return bool(screen.evaluate(WAITING))

        eventually(screen, waits, True)
        for _ in range(6):
            touch(screen, "tool", "contrast")
            screen.clock.run_for(2_000)
            shows(screen, "faces")
            assert screen.evaluate(WAITING)
        assert screen.locator("html").get_attribute("data-version") == old
        shows(screen, "faces")

        touch(screen, "back")
        shows(screen, "attract")

        in_time(screen, lambda: screen.locator("html").get_attribute("data-version") != old, True)
        shows(screen, "attract")
    finally:
        shell.forget()


def test_what_piled_up_goes_in_batches_which_are_halved_where_they_are_too_large(line: Line, screen: Page) -> None:
    ref, code = line.device(asks_words=True)
    screen.clock.install()
    pair(screen, line.address, code)
    heard(line, screen, ref)
    line.fault = "swallow"
    screen.evaluate(PILE_UP, [450, line.place(ref), "ě" * 1_200])
    line.asked.clear()
    touch(screen, "rate", 5)
    eventually(screen, lambda: line.asked.count("doteky") >= 1, True)
    screen.clock.run_for(3_000)
    line.fault = ""
    in_time(screen, lambda: waiting(screen), "0")
    assert len(line.stored(ref)) == 451
    assert kept(screen, "dead") == []

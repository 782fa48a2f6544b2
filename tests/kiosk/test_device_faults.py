"""A touch screen and its server at the edges: a bomb, a kill halfway, a full disk, the hour that comes twice, refused words."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Error, Page, expect

from hub.database import db
from hub.jobs.retention import REFUSED_WORDS
from hub.models import Count, Feedback
from hub.queries import recount
from kiosk import receiving, shell
from kiosk.presses import Batch, DevicePress
from tests.kiosk.devices import Kiosk, device_id, new_device, pair
from tests.kiosk.line import Line
from tests.kiosk.screen import PILE_UP, SHELL, eventually, kept, kill, lasting, shows, touch, unsent
from tests.kiosk.screen import pair as pair_screen

NOW = datetime.now(UTC)


@pytest.fixture
def ref(city: Flask) -> str:
    return new_device(NOW - timedelta(days=900), "ridici")


@pytest.fixture
def kiosk(city: Flask, ref: str) -> Kiosk:
    return Kiosk(city, pair(ref, NOW), NOW - timedelta(hours=8))


def test_a_bomb_is_refused_before_it_is_unpacked(kiosk: Kiosk) -> None:
    batch = kiosk.batch(NOW, [kiosk.press(NOW)])
    packed = gzip.compress(json.dumps(batch).encode() + b" " * 200_000_000)
    assert len(packed) < 512 * 1024  # as it comes, it is small enough
    address = "/kiosk/zarizeni/v1/doteky"
    headers = {**kiosk.headers, "Content-Type": "application/json"}
    tracemalloc.start()
    answer = kiosk.client.post(address, data=packed, headers={**headers, "Content-Encoding": "gzip"})
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code in {400, 413, 415}
    assert most < 20_000_000
    large = kiosk.client.post(address, data=b"[" * (512 * 1024 + 1), headers=headers)
    assert large.status_code == 413
    deep = kiosk.client.post(address, data=b"[" * 400_000, headers=headers)
    assert deep.status_code == 400
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Feedback)) == 0


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 10, 31)])
def test_both_hours_that_are_called_two_in_october_have_their_presses(kiosk: Kiosk, ref: str, day: date) -> None:
    first = datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC)  # 02:30 of summer
    moments = [first, first + timedelta(hours=1), first + timedelta(hours=2)]  # 02:30 of winter, 03:30
    kiosk.load(first - timedelta(hours=5))
    sent = moments[-1] + timedelta(hours=1)
    batch = Batch.model_validate(kiosk.batch(sent, [kiosk.press(at) for at in moments]))
    items = [DevicePress.model_validate(one) for one in batch.presses]
    receipts = receiving.record(device_id(ref), items, batch.sending(sent))
    assert [str(one.outcome) for one in receipts] == ["stored"] * 3
    hours = db.session.scalars(sa.select(Feedback.hour_at).order_by(Feedback.hour_at)).all()
    assert [at - hours[0] for at in hours] == [timedelta(hours=n) for n in range(3)]  # two hours, not one
    counted = db.session.execute(
        sa.select(Count.day_on, Count.hour, sa.func.sum(Count.counted))
        .group_by(Count.day_on, Count.hour)
        .order_by(Count.hour)
    )
    assert [tuple(row) for row in counted] == [(day, 2, 2), (day, 3, 1)]
    assert recount.differences(db.session()) == []


def test_two_bodies_of_one_revision_in_one_batch_are_one_press_and_a_conflict(kiosk: Kiosk) -> None:
    press = kiosk.press(NOW, 2)
    receipts = kiosk.send(NOW, press, {**press, "ratings": {"visit": 5}}, press)
    assert [one["problem"] or one["outcome"] for one in receipts] == ["stored", "conflict", "known"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Feedback)) == 1


def test_a_device_that_loses_power_while_half_of_its_presses_are_committed_sends_all_and_none_twice(
    line: Line, browser: Browser, tmp_path: Path
) -> None:
    ref, code = line.device()
    profile = tmp_path / "profile"
    with lasting(browser, profile) as context:
        page = context.new_page()
        pair_screen(page, line.address, code)
        page.wait_for_function("navigator.serviceWorker.controller")
        line.fault = "swallow"  # the server commits, and nobody hears of it
        page.evaluate(PILE_UP, [390, line.place(ref), None])
        touch(page, "rate", 5)
        eventually(page, lambda: len(line.stored(ref)), 200)  # one batch of two
        kill(profile)
        with contextlib.suppress(Error):
            page.wait_for_event("close", timeout=10_000)
    line.fault = ""
    with lasting(browser, profile) as context:
        page = context.new_page()
        page.goto(line.address + SHELL)
        shows(page, "attract")
        unsent(page, 0)
        assert kept(page, "dead") == []
    assert len(line.stored(ref)) == 391


FILL = """async () => {
  const db = await new Promise((resolve) => { indexedDB.open('kiosk').onsuccess = ({ target }) => resolve(target.result); });
  const put = (size, n) => new Promise((resolve) => {
    const writing = db.transaction('settings', 'readwrite');
    writing.objectStore('settings').put(crypto.getRandomValues(new Uint8Array(size)), `ballast ${size} ${n}`);
    writing.oncomplete = () => resolve('');
    writing.onabort = () => resolve(writing.error.name);
  });
  let said = '';
  for (let size = 65536; size >= 16; size /= 4) for (let n = 0; n < 60 && !(said = await put(size, n)); n += 1);
  db.close();
  return said;
}"""
"""Fill what the browser allows, to the last byte."""


def test_a_disk_that_is_really_full_is_told_counted_and_loses_nothing(line: Line, screen: Page) -> None:
    ref, code = line.device()
    screen.clock.install()
    browser = screen.context.new_cdp_session(screen)
    browser.send("Storage.overrideQuotaForOrigin", {"origin": line.address, "quotaSize": 1_000_000})
    pair_screen(screen, line.address, code)
    line.fault = "down"
    assert screen.evaluate(FILL) == "QuotaExceededError"
    touch(screen, "rate", 2)
    shows(screen, "reason")
    touch(screen, "skip")
    touch(screen, "skip")
    shows(screen, "thanks")
    expect(screen.get_by_role("alert").filter(has_text="Paměť této obrazovky je plná")).to_be_visible()
    unsent(screen, 1)
    assert kept(screen) == []
    line.fault = ""
    screen.clock.run_for(65_000)
    eventually(screen, lambda: line.stored(ref), [{"visit": 2}])
    browser.send("Storage.overrideQuotaForOrigin", {"origin": line.address})
    screen.clock.run_for(65_000)
    unsent(screen, 0)


REFUSED = """(record) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('kiosk');
  opening.onsuccess = () => {
    const writing = opening.result.transaction('dead', 'readwrite');
    const { id, rev } = record;
    writing.objectStore('dead').put({ id, rev, record, problem: 'unknown_place', since: 0 });
    writing.oncomplete = () => { opening.result.close(); resolve(); };
    writing.onabort = () => reject(writing.error);
  };
})"""
OLDER = """(ms) => new Promise((resolve) => {
  const opening = indexedDB.open('kiosk');
  opening.onsuccess = () => {
    const store = opening.result.transaction('dead', 'readwrite').objectStore('dead');
    store.getAll().onsuccess = ({ target }) => {
      for (const row of target.result) store.put({ ...row, told: row.told - ms });
      store.transaction.oncomplete = () => { opening.result.close(); resolve(); };
    };
  };
})"""


def test_words_that_were_refused_go_a_month_after_the_server_heard_of_them(line: Line, screen: Page) -> None:
    ref, code = line.device()
    screen.clock.install()
    pair_screen(screen, line.address, code)
    line.fault = "down"
    record = {"id": "8d6bd4ae-4d0c-4dd2-9a3f-6ec7a4b1d001", "rev": 3, "ratings": {"visit": 1}, "text": "Paní Nováková"}
    screen.evaluate(REFUSED, record)
    screen.clock.run_for(61_000)
    assert "told" not in kept(screen, "dead")[0]  # nobody heard of it yet
    line.fault = ""

    def beat() -> None:
        screen.clock.run_for(61_000)

    def heard() -> bool:
        screen.clock.run_for(1_000)
        return "told" in kept(screen, "dead")[0]

    beat()
    eventually(screen, heard, True)
    state = line.state(ref)
    assert state is not None
    assert state.refused == 1
    day = 86_400_000
    for days, words in ((29, "Paní Nováková"), (2, None)):
        screen.evaluate(OLDER, days * day)
        beats = line.asked.count("karty")
        beat()
        eventually(screen, lambda seen=beats: line.asked.count("karty") > seen, True)  # type: ignore[misc]
        (row,) = kept(screen, "dead")
        assert row["record"] == {**record, "text": words}
    assert row["problem"] == "unknown_place"


def test_the_privacy_page_says_how_long_the_screen_keeps_them() -> None:
    script = (shell.FOLDER / "device/outbox.js").read_text(encoding="utf-8")
    found = re.search(r"const MONTH = (\d+) \* 86_400_000;", script)
    assert found
    assert timedelta(days=int(found[1])) == REFUSED_WORDS

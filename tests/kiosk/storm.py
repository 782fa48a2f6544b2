"""The storm: a paired screen in a real browser through kills of the server and of the browser, lost answers and jumps of its clock.

Whatever was on the disk must be there once, in its own hour or in none. Presses are put into the outbox by its own code, as fast
as it takes them: a finger would need hours for thousands.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Browser, Error, Page, Route

from hub.database import db
from hub.models import Feedback
from hub.queries import recount
from hub.vocabulary import TimeQuality
from tests.kiosk.devices import device_id, new_device, pair
from tests.kiosk.line import close_city, open_city
from tests.kiosk.screen import SHELL, kept, kill, lasting, shows
from tests.running import Server

NEAR = timedelta(seconds=20)
"""How far a press may be stored from its true moment; a clock here jumps by hours."""
HOURS = (-30, -3, -1, 1, 2, 26)
CHUNK = 20
"""Presses that are put down together."""

SKEW = """
const real = Date.now.bind(Date);
let skew = Number(localStorage.skew || 0);
Date.now = () => real() + skew;
globalThis.jump = (ms) => { skew = ms; localStorage.skew = ms; };
"""

PUT = """async ([number, place, level]) => {
  const { Outbox } = await import('/static/kiosk/device/outbox.js');
  const time = await import('/static/kiosk/device/time.js');
  const outbox = await new Outbox().open();
  const ids = [];
  for (let n = 0; n < number; n += 1) {
    const id = crypto.randomUUID();
    const kept = await outbox.keep({
      id, rev: 0, place, questionnaire: 'kiosk@2', language: 'cs', ratings: { visit: 1 + (level + n) % 5 }, text: null,
      ...time.stamp(), ...time.known(),
    });
    if (kept) ids.push(id);
  }
  dispatchEvent(new Event('online'));
  return ids;
}"""


@dataclass
class Found:
    """What was kept on the device with its true moment, and what the database has of it."""

    pressed: dict[str, datetime] = field(default_factory=dict)
    stored: Counter[str] = field(default_factory=Counter)
    misplaced: list[str] = field(default_factory=list)
    qualities: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    wrong_counts: int = 0

    def complaints(self) -> list[str]:
        """Everything that is not as it must be; nothing when all is well."""
        wrong = [f"{one} is there {self.stored[one]} times" for one in self.pressed if self.stored[one] != 1]
        wrong += [f"{self.wrong_counts} counts differ from their ratings"] * bool(self.wrong_counts)
        return [*wrong, *self.misplaced]


def run(browser: Browser, url: str, folder: Path, presses: int, seed: int, chunk: int = CHUNK) -> Found:
    """Let it storm over a migrated, empty database until so many presses are on the disk, then wait for calm, and look."""
    app = open_city(url, folder)
    with app.app_context():
        ref = new_device(datetime.now(UTC), "ridici", hours=())
        token, source = pair(ref, datetime.now(UTC)), f"device:{device_id(ref)}"
        db.session.remove()
    server = Server(url, folder, {"HUB_MODE": "test", "HUB_DEVICE_REQUESTS_PER_MINUTE": "1000000"})
    found, random = Found(), Random(seed)
    try:
        _storm(browser, server, folder / "profile", token, (presses, chunk), random, found)
    finally:
        server.stop()
    with app.app_context():
        _look(source, found)
    close_city(app)
    return found


def _storm(
    browser: Browser, server: Server, profile: Path, token: str, size: tuple[int, int], random: Random, found: Found
) -> None:
    is_down = False
    presses, chunk = size
    while len(found.pressed) < presses:
        with lasting(browser, profile) as context:
            context.add_init_script(SKEW)
            context.route("**/doteky", lambda route: _perhaps_lost(route, random))
            page = context.new_page()
            page.goto(server.address + SHELL)
            if not kept_token(page):
                page.evaluate(REMEMBER, token)
                page.reload()
            shows(page, "attract")
            for _ in range(random.randint(2, 5)):
                is_down = _trouble(page, server, random, found, is_down)
                if not is_down and random.random() < 0.7:
                    _until(page, HEARD)
                _press(page, random, found, chunk)
                if not is_down and random.random() < 0.5:
                    _until(page, EMPTY)
            if random.random() < 0.7:
                kill(profile)
                found.kills["browser"] += 1
    if is_down:
        server.restart()
    _calm(browser, server, profile)


HEARD = "async () => (await import('/static/kiosk/device/time.js')).known().anchor !== null"
EMPTY = "() => document.body.dataset.unsent === '0'"


def _until(page: Page, what: str) -> None:
    """Give it some time, as a hall does; it need not come to that."""
    for _ in range(40):
        if page.evaluate(what):
            return
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_timeout(50)


def _press(page: Page, random: Random, found: Found, chunk: int) -> None:
    before = datetime.now(UTC)
    ids = page.evaluate(PUT, [chunk, "ridici", random.randint(0, 4)])
    for one in ids:
        found.pressed[one] = before


def _trouble(page: Page, server: Server, random: Random, found: Found, is_down: bool) -> bool:
    match random.choice(("server", "clock", "reload", "nothing")):
        case "server" if is_down:
            server.restart()
            return False
        case "server":
            server.kill()
            found.kills["server"] += 1
            return True
        case "clock":
            page.evaluate("ms => globalThis.jump(ms)", random.choice(HOURS) * 3_600_000)
            found.kills["clock"] += 1
        case "reload":
            page.reload()
            shows(page, "attract")
    return is_down


def _perhaps_lost(route: Route, random: Random) -> None:
    """One answer in three is lost on its way back."""
    try:
        if random.random() < 1 / 3:
            route.fetch()
            route.fulfill(status=504, content_type="text/html", body="<h1>504</h1>")
        else:
            route.continue_()
    except Error:  # the server or the browser is gone
        return


REMEMBER = """async (token) => {
  const { Outbox } = await import('/static/kiosk/device/outbox.js');
  await (await new Outbox().open()).set({ token });
}"""


def kept_token(page: Page) -> Any:
    """The token that lies on the disk of the device."""
    return page.evaluate(
        "async () => (await (await new (await import('/static/kiosk/device/outbox.js')).Outbox().open()).get('token')) || ''"
    )


def _calm(browser: Browser, server: Server, profile: Path) -> None:
    """Everything works again: what lies on the disk goes."""
    with lasting(browser, profile) as context:
        page = context.new_page()
        page.goto(server.address + SHELL)
        shows(page, "attract")
        for _ in range(600):
            if not kept(page):
                break
            page.evaluate("dispatchEvent(new Event('online'))")
            page.wait_for_timeout(100)
        assert kept(page) == []
        assert kept(page, "dead") == []


def _look(source: str, found: Found) -> None:
    rows = db.session.execute(
        sa.select(Feedback.external_id, Feedback.occurred_at, Feedback.time_quality).where(Feedback.source == source)
    ).all()
    found.stored = Counter(row.external_id for row in rows)
    found.qualities = Counter(row.time_quality for row in rows)
    found.wrong_counts = len(recount.differences(db.session()))
    for row in rows:
        true = found.pressed.get(row.external_id)
        if true is not None and row.time_quality != TimeQuality.UNCERTAIN and abs(row.occurred_at - true) > NEAR:
            found.misplaced.append(f"{row.external_id} ({row.time_quality}) stands at {row.occurred_at}, not at {true}")

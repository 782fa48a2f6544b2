"""The paired kiosk at its two ends: how soon a person is thanked, and how fast ten thousand queued presses are taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from bench.numbers import interleave, ratios, spread
from bench.report import Goal, Table
from bench.serving import Bench
from hub.database import begin_to_write, db, table_of
from hub.models import Feedback, Rating
from kiosk.presses import LONGEST_BATCH
from tests.kiosk.devices import Kiosk, device_id, new_device, pair
from tests.kiosk.line import close_city, open_city, open_line
from tests.kiosk.screen import pair as pair_screen
from tests.kiosk.screen import shows, touch
from tests.running import migrate
from tests.services.browser import find_chromium, launch

SOON = 100
"""Milliseconds from a touch to the thank-you on the screen."""
LEAST = 0.5
"""How much of the bare inserts' speed the real endpoint must reach."""

DOOR = "/kiosk/zarizeni/v1/doteky"

WATCH = """() => {
  globalThis.took = [];
  let touched = 0;
  addEventListener('click', (event) => { touched = event.timeStamp; }, true);
  new MutationObserver(() => {
    if (document.body.dataset.screen !== 'thanks') return;
    const began = touched;
    requestAnimationFrame(() => requestAnimationFrame(() => took.push(performance.now() - began)));
  }).observe(document.body, { attributes: true, attributeFilter: ['data-screen'] });
}"""


def thanked(bench: Bench) -> tuple[Table, list[Goal]]:
    """From the last touch to the frame in which the thanks stand, with the network and without."""
    touches, rows, goals = 3 if bench.quick else 40, [], []
    folder = bench.folder / "touching"
    folder.mkdir()
    migrate(f"sqlite:///{folder / 'hub.db'}", folder)
    line = open_line(folder / "hub.db", folder)
    with launch(find_chromium()) as browser:
        page = browser.new_page(viewport={"width": 1080, "height": 1920}, locale="cs-CZ")
        pair_screen(page, line.address, line.device()[1])
        page.evaluate(WATCH)
        for name, fault in (("with the network", ""), ("without it", "down")):
            line.fault = fault
            took = _touched(page, touches)
            rows.append((name, f"{len(took)}", f"{median(took):.0f}", f"{max(took):.0f}"))
            goals.append(Goal(f"thanked within {SOON} ms {name} (the worst)", f"{max(took):.0f} ms", max(took) < SOON))
    line.stop()
    close_city(line.app)
    return Table(("touch to thank-you", "touches", "median ms", "worst ms"), rows), goals


def _touched(page: Page, touches: int) -> list[float]:
    page.evaluate("took.length = 0")
    for n in range(touches):
        touch(page, "rate", 1 + n % 4)
        shows(page, "reason")
        touch(page, "answer", 1)
        shows(page, "outcome")
        touch(page, "answer", 1)
        shows(page, "thanks")
        touch(page, "home")
        shows(page, "attract")
    took: list[float] = page.evaluate("took")
    return took


def handed_over(bench: Bench) -> tuple[Table, list[Goal]]:
    """Queued presses through the endpoint, and the very rows they become by bare executemany, in turn, with as many commits."""
    presses, rounds = (400, 2) if bench.quick else (10_000, 5)
    rows, goals = [], []
    for engine in ("SQLite", "PostgreSQL"):
        folder = bench.folder / f"handing-{engine}"
        folder.mkdir()
        url = bench.empty(engine, "handing")
        migrate(url, folder)
        app = open_city(url, folder)
        ours, bare = interleave(rounds, _runs(app, presses))
        close_city(app)
        found = ratios([float(presses) / one for one in ours], [float(presses) / one for one in bare])
        speeds = [spread([presses / one for one in side]) for side in (ours, bare)]
        rows.append((engine, f"{presses:,}", *speeds, spread(found, 2)))
        text = f"{engine}: queued presses at least {LEAST} as fast as bare inserts of the same rows"
        goals.append(Goal(text, f"{median(found):.2f}", median(found) >= LEAST))
    return Table(("engine", "presses", "endpoint: presses/s", "bare: presses/s", "ratio of speeds"), rows), goals


def _runs(app: Flask, presses: int) -> list[Callable[[], float]]:
    loaded = datetime.now(UTC) - timedelta(hours=8)
    with app.app_context():
        ref = new_device(loaded, "ridici", hours=())
        token, source = pair(ref, loaded), f"device:{device_id(ref)}"
        db.session.remove()
    kiosk = Kiosk(app, token, loaded)

    def endpoint() -> float:
        made = [kiosk.press(loaded + timedelta(seconds=2 * n), 1 + n % 5) for n in range(presses)]
        bodies = [json.dumps(kiosk.batch(datetime.now(UTC), part)) for part in _parts(made)]
        began = perf_counter()  # what the device does to write and to read is not the server's work
        answers = [
            kiosk.client.post(DOOR, data=body, content_type="application/json", headers=kiosk.headers).get_data()
            for body in bodies
        ]
        took = perf_counter() - began
        outcomes = [one["outcome"] for answer in answers for one in json.loads(answer)["receipts"]]
        assert outcomes == ["stored"] * presses
        return took

    def bare() -> float:
        with app.app_context():
            return _bare(source, presses)

    return [endpoint, bare]


def _bare(source: str, presses: int) -> float:
    """The rows of the last run once more, with ids and names of their own."""
    sittings, ratings = table_of(Feedback), table_of(Rating)
    newest = sa.select(sittings).where(sittings.c.source == source).order_by(sittings.c.id.desc()).limit(presses)
    found = [dict(row) for row in db.session.execute(newest).mappings()]
    of_them = sa.select(ratings).where(ratings.c.feedback_id.in_(sa.select(newest.subquery().c.id)))
    level = {row["feedback_id"]: dict(row) for row in db.session.execute(of_them).mappings()}
    above = (db.session.scalar(sa.select(sa.func.max(sittings.c.id))) or 0) + 10_000_000
    new = [{**row, "id": above + n, "external_id": str(uuid4()), "source": "bare"} for n, row in enumerate(found)]
    rated = [{**level[row["id"]], "feedback_id": above + n} for n, row in enumerate(found)]
    db.session.rollback()
    began = perf_counter()
    for some, theirs in zip(_parts(new), _parts(rated), strict=True):
        connection = begin_to_write(db.session())
        connection.execute(sa.insert(sittings), some)
        connection.execute(sa.insert(ratings), theirs)
        db.session.commit()
    return perf_counter() - began


def _parts(items: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [items[start : start + LONGEST_BATCH] for start in range(0, len(items), LONGEST_BATCH)]

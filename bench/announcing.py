"""Announcements: giving a hundred thousand people a delivery while others tap, and sending letters as fast as mail goes."""

from __future__ import annotations

import http.client
import json
import smtplib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from threading import Event, Thread

import sqlalchemy as sa
from flask import Flask

from bench import sink
from bench.numbers import interleave, ratios, spread
from bench.report import Goal, Section, Table
from bench.serving import PLACES, Bench, Town, app_of, hub_server, rows_in
from channels import email
from hub.actions import dispatches
from hub.actions.answers import Written, submit
from hub.actions.asking import ask
from hub.database import begin_to_write, db, table_of
from hub.envelopes import Said
from hub.jobs import deliveries as job
from hub.models import Account, Address, Case, Contact, Delivery, Dispatch, Subscription, Topic
from hub.rules.access import scope_of
from hub.vocabulary import ANSWERS
from tests.presses import press_json

PACE = 50
"""Taps a second while an announcement is expanded."""
CLIENTS = 10
"""Touch screens that send them, each on a connection of its own."""
LONGEST = 0.5
"""Seconds that a tap may wait, at the 99.9th percentile."""
LEAST, LEAST_MAIL = 0.5, 0.7
CHUNK = 20_000
ADMINISTRATOR = "spravce@havirov.example"


@contextmanager
def _within(town: Town) -> Iterator[Flask]:
    app = app_of(town)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _subscribed(number: int) -> None:
    """So many people who listen, straight into the tables."""
    at = datetime.now(UTC) - timedelta(days=1)
    connection = begin_to_write(db.session())
    topic = connection.scalar(sa.select(Topic.id).where(Topic.code == ANSWERS))
    if topic is None:
        topic = connection.scalar(sa.insert(Topic).values(code=ANSWERS).returning(Topic.id))
    for start in range(1, number + 1, CHUNK):
        ids = [10**6 + n for n in range(start, min(start + CHUNK, number + 1))]
        contacts = [{"id": n, "language": "cs", "first_seen_at": at} for n in ids]
        connection.execute(sa.insert(table_of(Contact)), contacts)
        places = [
            {"id": n, "contact_id": n, "channel": "email", "value": f"o{n}@mesto.example", "state": "active"}
            for n in ids
        ]
        connection.execute(sa.insert(table_of(Address)), places)
        rows = [{"topic_id": topic, "address_id": n, "confirmed_at": at} for n in ids]
        connection.execute(sa.insert(table_of(Subscription)), rows)
    db.session.commit()
    _analyse()


def _analyse() -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _announced(number: int) -> int:
    """A public answer, with its announcement still to be expanded; the id of that."""
    now = datetime.now(UTC)
    said = Said("bench:announcing", f"{number}", "", "Kdy bude opraven chodník v Lesní ulici?", may_publish=True)
    asked = ask(said, f"bench-{number}-0123456789abcdef", now)
    reference = db.session.scalar(sa.select(Case.reference).where(Case.id == asked.receipt.about))
    account = db.session.scalars(sa.select(Account).where(Account.email == ADMINISTRATOR)).one()
    scope = scope_of(account.id, None, ["administrator"])
    assert scope
    assert reference
    text = "Dobrý den, chodník v Lesní ulici bude opraven v květnu. " * 8
    submit(scope, reference, Written(0, text, True, "Chodník v Lesní ulici", "Kdy bude opraven chodník?"), now)
    return int(db.session.scalars(sa.select(sa.func.max(Dispatch.id))).one())


@dataclass(frozen=True)
class Expanded:
    """Rows a second, and how long each tap took meanwhile, in seconds."""

    rate: float
    waits: Sequence[float]


def dispatch(bench: Bench) -> Section:
    """Our expansion and the bare insert, in turn, while taps go on."""
    number, rounds = (3_000, 1) if bench.quick else (100_000, 3)
    rows, goals = [], []
    for town in bench.towns("dispatch"):
        with _within(town), hub_server(town) as web:
            _subscribed(number)
            bare = _Bare()
            runs = [lambda: _tapped(web.port, _expanding(number)), lambda: _tapped(web.port, bare.run)]  # noqa: B023
            ours, theirs = interleave(rounds, runs)
            kept, wanted = rows_in(town.url, "deliveries"), number * rounds
        waits = sorted(wait for run in ours for wait in run.waits)
        late = waits[min(len(waits) - 1, int(len(waits) * 0.999))]
        of_bare = sorted(wait for run in theirs for wait in run.waits)
        ratio = median(ratios([run.rate for run in ours], [run.rate for run in theirs]))
        rows += [
            _row(f"{town.engine}, Ozvěna", ours, waits),
            _row(f"{town.engine}, bare INSERT … SELECT", theirs, of_bare),
        ]
        goals += [
            Goal(f"{town.engine}: a tap waits at most {LONGEST} s (p99.9)", f"{late:.3f} s", late <= LONGEST),
            Goal(f"{town.engine}: at least {LEAST} of the bare rate", f"{ratio:.2f}", ratio >= LEAST),
            Goal(f"{town.engine}: one delivery each", f"{kept:,} = {wanted:,}", kept == wanted),
        ]
    how = (
        f"{number:,} subscribers get a delivery of one announcement, {dispatches.CHUNK:,} in a commit, with breaths between,"
        f" as the worker does it. Beside it {CLIENTS} touch screens send {PACE} taps a second to a real web server; each wait"
        " counts from the moment at which the tap was due. The reference is the same chunks and commits of"
        " `INSERT … SELECT` into a table of the same columns, keys, checks and indexes, without triggers and without breaths,"
        " under the same taps, in turn."
    )
    head = ("what", "deliveries/s", "tap p50 ms", "tap p99.9 ms", "taps")
    return Section("Announcement", how, [Table(head, rows)], goals)


def _row(name: str, runs: Sequence[Expanded], waits: Sequence[float]) -> Sequence[str]:
    late = waits[min(len(waits) - 1, int(len(waits) * 0.999))]
    rates = spread([run.rate for run in runs])
    return (name, rates, f"{median(waits) * 1000:.1f}", f"{late * 1000:.0f}", f"{len(waits):,}")


numbers = iter(range(1, 10**6))


def _expanding(number: int) -> Callable[[], float]:
    dispatch_id = _announced(next(numbers))

    def run() -> float:
        began = time.perf_counter()
        job.expand(dispatch_id)
        return number / (time.perf_counter() - began)

    return run


class _Bare:
    """The same rows by the shortest way: a table like `deliveries`, and its insert in the same chunks."""

    def __init__(self) -> None:
        known = sa.MetaData()
        for table in db.metadata.sorted_tables:
            table.to_metadata(known)
        self._table = table_of(Delivery).to_metadata(known, name="bare_deliveries")
        for key in self._table.constraints:
            key.name = None
        for index in self._table.indexes:
            index.name = sa.sql.quoted_name(f"bare_{index.name}", None)
        connection = begin_to_write(db.session())
        self._table.create(connection)
        db.session.commit()

    def run(self) -> float:
        """Insert for every subscription; returns rows a second."""
        connection = begin_to_write(db.session())
        connection.execute(sa.delete(self._table))
        last = connection.scalar(sa.select(sa.func.max(Dispatch.id)))
        db.session.commit()
        made, cursor, began = 0, 0, time.perf_counter()
        while True:
            connection = begin_to_write(db.session())
            ids = sa.select(Subscription.id).where(Subscription.id > cursor).order_by(Subscription.id)
            chosen = ids.limit(dispatches.CHUNK).subquery()
            count, top = connection.execute(sa.select(sa.func.count(), sa.func.max(chosen.c.id))).one()
            if not count:
                took = time.perf_counter() - began
                assert connection.scalar(sa.select(sa.func.count()).select_from(self._table)) == made
                db.session.rollback()
                return made / took
            one = db.session.get_one(Dispatch, last)
            names = ("id", "message_id", "n", "topic_id", "lane", "frozen_at")
            here = Dispatch(cursor=cursor, **{name: getattr(one, name) for name in names})
            rows = dispatches.chosen(here, top, datetime.now(UTC))
            inserted = sa.insert(self._table).from_select(dispatches.COLUMNS, rows, include_defaults=False)
            connection.execute(inserted)
            db.session.commit()
            made, cursor = made + count, top


def _tapped(port: int, run: Callable[[], float]) -> Expanded:
    """Run while taps go on at their pace; a tap that comes late because the one before it waited counts from its own moment."""
    over, waits = Event(), list[float]()
    tapping = [Thread(target=_tap, args=(port, n / PACE, over, waits)) for n in range(CLIENTS)]
    for client in tapping:
        client.start()
    rate = run()
    over.set()
    for client in tapping:
        client.join()
    return Expanded(rate, waits)


def _tap(port: int, first: float, over: Event, waits: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    due = time.perf_counter() + first
    while not over.wait(max(0.0, due - time.perf_counter())):
        path = f"/kiosk/{PLACES[len(waits) % len(PLACES)]}/dotek"
        connection.request("POST", path, json.dumps(press_json(4)), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 201, answer.status
        waits.append(time.perf_counter() - due)
        due += CLIENTS / PACE
    connection.close()


def mail(bench: Bench) -> Section:
    """Our worker and a bare loop of smtplib, in turn, to the same sink."""
    number, rounds = (60, 1) if bench.quick else (1_000, 5)
    rows, goals = [], []
    for town in bench.towns("mail"):
        with sink.running(town.folder / "sink") as port, _within(town) as app:
            road = email.Server("127.0.0.1", port, tls="off")
            app.extensions["hub_channels"] = {"email": email.EmailChannel(road, "ozvena@mesto.example")}
            _subscribed(number)
            runs: list[Callable[[], float]] = [lambda: _ours(number), lambda: _bare(port, number, town.folder / "sink")]  # noqa: B023
            ours, theirs = interleave(rounds, runs)
            came = len(list((town.folder / "sink").iterdir()))
            states = db.session.execute(sa.select(Delivery.state, sa.func.count()).group_by(Delivery.state)).all()
        rates = ratios(ours, theirs)
        rows.append((town.engine, spread(ours), spread(theirs), spread(rates, 2)))
        goals += [
            Goal(
                f"{town.engine}: at least {LEAST_MAIL} of a bare loop",
                f"{median(rates):.2f}",
                median(rates) >= LEAST_MAIL,
            ),
            Goal(
                f"{town.engine}: each letter came once",
                f"{came - number * rounds:,} of {number * rounds:,}",
                came == 2 * number * rounds and [tuple(row) for row in states] == [("sent", number * rounds)],
            ),
        ]
    how = (
        f"{number:,} letters of an announcement (plain and HTML), sent by the worker's job: each composed, begun and settled in"
        f" durable commits of up to {job.MOST} letters, its envelope sent in one go (RFC 2920)."
        " The reference is a loop over `smtplib.SMTP.sendmail` that sends as many letters of the same size,"
        " made before, over one connection, and notes nothing. Both to `bench/sink.py`, a small SMTP server in a process of"
        " its own that fsyncs each letter before it says 250 (RFC 5321 § 6.1)."
    )
    return Section("Mail", how, [Table(("engine", "worker: letters/s", "smtplib: letters/s", "ratio"), rows)], goals)


def _ours(number: int) -> float:
    dispatch_id = _announced(next(numbers))
    while dispatches.expand(dispatch_id, datetime.now(UTC)):
        pass
    _analyse()
    began = time.perf_counter()
    assert job.deliver() == number
    return number / (time.perf_counter() - began)


def _bare(port: int, number: int, folder: Path) -> float:
    like = max(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns).read_bytes()
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for n in range(number):
            smtp.sendmail("ozvena@mesto.example", [f"o{n}@mesto.example"], like)
    return number / (time.perf_counter() - began)

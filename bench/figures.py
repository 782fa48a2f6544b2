"""The page of figures over few taps and over a hundred times as many: it must stay flat."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median

import sqlalchemy as sa
from flask import Flask

from bench.filling import fill
from bench.numbers import interleave, spread
from bench.report import Goal, Section, Table
from bench.serving import Bench, Town, app_of
from hub.database import db
from hub.models import Account
from hub.queries import recount

SIZES = (10_000, 1_000_000)
QUICK_SIZES = (1_000, 4_000)
FLAT = 1.5
ADMINISTRATOR = "spravce@havirov.example"
PAGES = {
    "page, whole city": "/urad/spokojenost?mesic=2026-05",
    "page, one place": "/urad/spokojenost?mesic=2026-05&misto=ridicske-prukazy",
    "CSV, places": "/urad/spokojenost.csv?mesic=2026-05&tabulka=mista",
    "CSV, days": "/urad/spokojenost.csv?mesic=2026-05&tabulka=dny",
    "CSV, hours": "/urad/spokojenost.csv?mesic=2026-05&tabulka=hodiny",
}
BARE = "/urad"
"""A signed-in request that only redirects: what every request costs."""


@dataclass(frozen=True)
class Asked:
    """One answer: how long it took and how many statements it needed."""

    ms: float
    statements: int


class Reader:
    """A signed-in administrator of a town, asking the app in this process."""

    def __init__(self, town: Town) -> None:
        self.app: Flask = app_of(town)
        self._statements = self._sent = 0
        with self.app.app_context():
            uniquifier = db.session.scalar(sa.select(Account.fs_uniquifier).where(Account.email == ADMINISTRATOR))
            sa.event.listen(db.engine, "before_cursor_execute", self._count)
        self._client = self.app.test_client()
        with self._client.session_transaction() as session:
            session.update({"_user_id": uniquifier, "_fresh": True})

    def ask(self, address: str) -> Asked:
        """Ask for a page."""
        self._statements = 0
        began = time.perf_counter()
        response = self._client.get(address, buffered=True)
        took = time.perf_counter() - began
        assert response.status_code in {200, 302}, f"{address}: {response.status_code}"
        return Asked(took * 1000, self._statements)

    def send(self, address: str, **fields: str) -> Asked:
        """Send a form, from another address each time."""
        self._statements, self._sent = 0, self._sent + 1
        began = time.perf_counter()
        sender = {"REMOTE_ADDR": f"10.0.{self._sent >> 8}.{self._sent & 255}"}
        response = self._client.post(address, data=fields, environ_base=sender, buffered=True)
        took = time.perf_counter() - began
        assert response.status_code == 200, f"{address}: {response.status_code}"
        return Asked(took * 1000, self._statements)

    def read(self, address: str) -> str:
        """A page."""
        return self._client.get(address).get_data(as_text=True)

    def counts_agree(self) -> bool:
        """Whether the counts are those of the ratings."""
        with self.app.app_context():
            return not recount.differences(db.session())

    def close(self) -> None:
        """Let the connections go."""
        with self.app.app_context():
            db.engine.dispose()

    def _count(self, *_: object) -> None:
        self._statements += 1


def flatness(bench: Bench) -> Section:
    """Page and CSV over both sizes, in turn."""
    sizes = QUICK_SIZES if bench.quick else SIZES
    rows: list[Sequence[str]] = []
    goals: list[Goal] = []
    for engine in ("SQLite", "PostgreSQL"):
        with _readers(bench, engine, sizes) as (few, many):
            goals.append(Goal(f"{engine}: counts agree with the ratings they count", "yes", few.counts_agree()))
            for name, address in PAGES.items():
                row, goal = compare(f"{engine}, {name}", _asking(few, many, address, bench))
                rows.append(row)
                goals += goal
            overhead = _asking(few, many, BARE, bench)
            rows.append(compare(f"{engine}, a redirect (what every request costs)", overhead)[0])
    head = ("what", f"{sizes[0]:,} taps: ms", f"{sizes[1]:,} taps: ms", "statements", "ratio of medians")
    how = (
        "`/urad/spokojenost` for one month, signed in as an administrator, through Flask's test client in this process"
        " (no HTTP). Taps are put into the tables directly: the same eight places and two years in both sizes, so the"
        " months are a hundred times as dense; SQL statements are counted by an event of the engine."
    )
    return Section("Figures", how, [Table(head, rows)], goals)


@contextmanager
def _readers(bench: Bench, engine: str, sizes: Sequence[int]) -> Iterator[tuple[Reader, Reader]]:
    readers = []
    with ExitStack() as stack:
        for size in sizes:
            town = bench.town(engine, f"figures-{size}")
            fill(town.url, size)
            readers.append(Reader(town))
            stack.callback(readers[-1].close)
        yield readers[0], readers[1]


def _asking(few: Reader, many: Reader, address: str, bench: Bench) -> tuple[list[Asked], list[Asked]]:
    def asking(reader: Reader) -> Callable[[], Asked]:
        return lambda: reader.ask(address)

    runs = [asking(few), asking(many)]
    interleave(2, runs)
    results = interleave(3 if bench.quick else 60, runs)
    return results[0], results[1]


def in_turn(readers: Sequence[Reader], addresses: Sequence[str], bench: Bench) -> tuple[list[Asked], list[Asked]]:
    """Forty answers of each of two readers, each asked for its own address, in turn."""
    runs = [partial(reader.ask, address) for reader, address in zip(readers, addresses, strict=True)]
    interleave(2, runs)
    results = interleave(3 if bench.quick else 40, runs)
    return results[0], results[1]


def compare(name: str, asked: tuple[list[Asked], list[Asked]]) -> tuple[Sequence[str], list[Goal]]:
    """The row of one page over both sizes, and its goals."""
    times = [[one.ms for one in answers] for answers in asked]
    statements = [sorted({one.statements for one in answers}) for answers in asked]
    ratio = median(times[1]) / median(times[0])
    counted = " / ".join(", ".join(map(str, numbers)) for numbers in statements)
    row = (name, spread(times[0], 1), spread(times[1], 1), counted, f"{ratio:.2f}")
    same = Goal(f"{name}: the same number of statements", counted, statements[0] == statements[1])
    flat = Goal(f"{name}: at most {FLAT} times as long", f"{ratio:.2f} times", ratio <= FLAT)
    return row, [same, flat]

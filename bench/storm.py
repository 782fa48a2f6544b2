"""A storm: a hundred and two thousand citizens write the same, an official joins them in one act, answers once, and undoes it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa

from bench.figures import ADMINISTRATOR, FLAT, Reader, compare, in_turn
from bench.report import Goal, Section, Table
from bench.serving import Bench
from hub.actions import answers, asking
from hub.actions import gathering as acts
from hub.actions.answers import Written
from hub.database import db
from hub.envelopes import Said
from hub.jobs import gathering as job
from hub.jobs import sharing
from hub.models import Account, Case
from hub.queries import gathering, merging
from hub.queries.inbox import Narrowed
from hub.rules.access import Scope
from hub.rules.listing import View

SIZES, QUICK_SIZES = (100, 2_000), (10, 60)
WORDS = ("vánice", "povodeň")
WHY = "Jedna bouře."
STEPS = ("joined", "the answer shared", "parted")


class _Storm:
    """So many cases with one word, and what is done with them; each step in seconds and statements a case."""

    def __init__(self, reader: Reader, word: str, number: int) -> None:
        self._app, self._word, self._number = reader.app, word, number
        self.took: dict[str, tuple[float, float]] = {}
        with self._app.app_context():
            for n in range(number + 1):
                text = f"{word}: v noci zmizela cedule číslo {n} a nikdo o ní neví."
                said = Said("web:napiste-nam", uuid4().hex, f"o{n}@seznam.example", text, reply_channel="email")
                asking.ask(said, uuid4().hex, datetime.now(UTC))
            account = db.session.scalars(sa.select(Account).where(Account.email == ADMINISTRATOR)).one()
            self._scope = Scope(account.id, None, approves=True)
            db.session.rollback()

    def live(self) -> str:
        """Join, answer, part; the address of the main case. It is parted last, so its pages are asked for in between."""
        with self._app.app_context():
            session, wanted = db.session(), Narrowed(view=View.ALL, words=self._word)
            found = gathering.of_list(session, self._scope, wanted)
            first = found.first()
            assert first is not None
            assert len(found.cases) == self._number + 1
            main = session.get_one(Case, first.id).reference
            db.session.rollback()
            seen = (len(found.cases), found.last_id)
            _, self._made = acts.begin(self._scope, wanted, main, seen, WHY, datetime.now(UTC))
            self._measure(STEPS[0], lambda: job.gather(self._made))
            answers.submit(self._scope, main, Written(0, "Cedule stojí."), datetime.now(UTC))
            self._measure(STEPS[1], self._share)
            self._main = main
            return f"/urad/pripady/{main}"

    def undo(self) -> None:
        """Part everything again."""
        with self._app.app_context():
            undoing = acts.undo(self._scope, self._main, self._made, WHY, datetime.now(UTC))
            self._measure(STEPS[2], lambda: job.gather(undoing))

    def _share(self) -> None:
        for one in merging.open_sharings(db.session()):
            db.session.rollback()
            sharing.share(one)

    def _measure(self, step: str, act: Callable[[], None]) -> None:
        counted: list[int] = []

        def note(*_: object) -> None:
            counted.append(1)

        sa.event.listen(db.engine, "before_cursor_execute", note)
        began = time.perf_counter()
        act()
        took = time.perf_counter() - began
        sa.event.remove(db.engine, "before_cursor_execute", note)
        self.took[step] = (took / self._number, len(counted) / self._number)


def storm(bench: Bench) -> Section:
    """Both sizes on both engines: what a case costs, and the pages of the main case."""
    sizes = QUICK_SIZES if bench.quick else SIZES
    rows: list[Sequence[str]] = []
    pages: list[Sequence[str]] = []
    goals: list[Goal] = []
    for engine in ("SQLite", "PostgreSQL"):
        readers = [Reader(bench.town(engine, f"storm-{size}")) for size in sizes]
        storms = [_Storm(*given) for given in zip(readers, WORDS, sizes, strict=True)]
        mains = [one.live() for one in storms]
        for name, more in (("main case", ""), ("list of what is joined to it", "/spojeni/seznam")):
            alone = [f"{main}{more}?q={main[-9:]}" for main in mains]
            row, goal = compare(f"{engine}, {name}", in_turn(readers, alone, bench))
            pages.append(row)
            goals += goal
        for one in storms:
            one.undo()
        for step in STEPS:
            few, many = (one.took[step] for one in storms)
            ratio = many[0] / few[0]
            each = (f"{few[0] * 1000:.1f}", f"{many[0] * 1000:.1f}", f"{few[1]:.1f} / {many[1]:.1f}", f"{ratio:.2f}")
            rows.append((f"{engine}, {step}", *each))
            goals.append(
                Goal(f"{engine}, {step}: at most {FLAT} times as long a case", f"{ratio:.2f} times", ratio <= FLAT)
            )
            same = many[1] <= few[1] * FLAT
            goals.append(Goal(f"{engine}, {step}: at most {FLAT} times as many statements a case", each[2], same))
        for reader in readers:
            reader.close()
    what = [f"{size:,} cases: ms" for size in sizes]
    how = (
        "So many citizens wrote the same; all of it is joined to one case in a single act of an official (25 cases a commit, by"
        " the worker's own job), answered once, and parted again. Milliseconds and SQL statements are of one case, pauses in"
        " which the job leaves the database to others are in them; the pages are those of the main case while all is joined. In a"
        " larger storm a larger part waited aside as perhaps spam (9 of 10, against 4 of 10 here): their citizens get their"
        " receipts by the joining, which costs five statements more."
    )
    return Section(
        "A storm",
        how,
        [
            Table(("what", *what, "statements", "ratio"), rows),
            Table(("page", *what, "statements", "ratio of medians"), pages),
        ],
        goals,
    )

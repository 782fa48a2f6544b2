"""Five hundred notices due in the same seconds, and as many to be taken down, while work processes are killed at random."""

from __future__ import annotations

from random import randrange

from bench.report import Goal, Section, Table
from bench.serving import Bench
from tests import desks, visitors
from tests.clocks import ON_TIME, storm
from tests.running import migrate


def clocks(bench: Bench) -> Section:
    """Two and four workers on each engine."""
    notices, kills = (10, 2) if bench.quick else (500, 12)
    rows, goals = [], []
    longest = ON_TIME.total_seconds()
    for engine in ("SQLite", "PostgreSQL"):
        for workers in (2, 4):
            name = f"clocks-{engine}-{workers}"
            folder = bench.folder / name
            folder.mkdir()
            url = bench.empty(engine, name)
            migrate(url, folder)
            app = desks.open_town(url, folder)
            seed = randrange(10**6)
            outcome = storm(app, url, folder, workers=workers, notices=notices, kills=kills, seed=seed)
            visitors.close_house(app)
            what = f"{engine}, {workers} workers"
            rows.append((what, f"{2 * notices:,}", f"{outcome.kills}", f"{outcome.latest:.1f}"))
            wrong = f"{len(outcome.complaints)}" + "".join(f"; {one}" for one in outcome.complaints[:3])
            goals += [
                Goal(
                    f"{what}: each posted, announced and taken down once (seed {seed})",
                    f"{wrong} complaints",
                    not outcome.complaints,
                ),
                Goal(f"{what}: on time within {longest:.0f} s", f"{outcome.latest:.1f} s", outcome.latest <= longest),
                Goal(f"{what}: at least {kills} kills", f"{outcome.kills}", outcome.kills >= kills),
            ]
    how = (
        f"{notices:,} notices are due within two seconds, and {notices:,} that hang are over; `flask work` (a tick of 0.3 s)"
        f" posts and takes them down while one process after another gets SIGKILL and starts again, {kills} times. Afterwards"
        " the database is asked: states, audit log, decisions, announcements, letters, and numbers without a gap"
        " (`tests/clocks.py`)."
    )
    return Section("Clocks", how, [Table(("what", "notices", "kills", "latest s"), rows)], goals)

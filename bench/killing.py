"""The kill test at full size: nothing acknowledged is lost, nothing is sent twice."""

from __future__ import annotations

from random import randrange

from bench.report import Goal, Section, Table
from bench.serving import Bench
from tests import kills as test
from tests.running import migrate


def kills(bench: Bench) -> Section:
    """A city at work whose processes are killed, on both engines."""
    rows, goals = [], []
    for engine in ("SQLite", "PostgreSQL"):
        folder = bench.folder / f"kills-{engine}"
        folder.mkdir()
        url = bench.empty(engine, "kills")
        migrate(url, folder)
        seed = randrange(10**6)
        size = (50, 4, 1) if bench.quick else (2_000, 200, 40)
        outcome = test.run(url, folder, test.Plan(*size, seed=seed, workers=1 if engine == "SQLite" else 2))
        rows.append(
            (
                engine,
                f"{outcome.kills}",
                f"{outcome.taps:,}",
                f"{outcome.questions}",
                f"{outcome.sent}",
                f"{outcome.unknown}",
                f"{outcome.seconds:.0f}",
            )
        )
        wrong = f"{len(outcome.complaints)}" + "".join(f"; {one}" for one in outcome.complaints[:3])
        goals.append(
            Goal(
                f"{engine}: nothing lost, nothing doubled (seed {seed})", f"{wrong} complaints", not outcome.complaints
            )
        )
        goals.append(Goal(f"{engine}: at least {size[2]} kills", f"{outcome.kills}", outcome.kills >= size[2]))
    how = (
        "Kiosks send batches, citizens ask with an e-mail, an official answers each; each request is repeated until it is"
        " acknowledged. Meanwhile gunicorn and `flask work` get SIGKILL at random moments and start again, and the queue's"
        " file is deleted. Afterwards every acknowledged tap and question is there once, with one answer, and every letter"
        " either came once to a real SMTP server, or is listed as unknown and came at most once (`tests/kills.py`)."
    )
    head = ("engine", "kills", "taps", "questions and answers", "letters sent", "unknown", "seconds")
    return Section("Kills", how, [Table(head, rows)], goals)

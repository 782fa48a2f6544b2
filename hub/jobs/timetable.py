"""When jobs are due. The clock only ticks; each tick asks what is due now, so a missed tick is made up for by the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time

import structlog

from hub import logs
from hub.actions import timetable
from hub.database import db
from hub.rules.localtime import local

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do once a local day, from `at` (Europe/Prague) on. `run` takes the present instant and must bear repetition."""

    name: str
    at: time
    run: Callable[[datetime], object]


def tick(jobs: Iterable[Job], now: datetime) -> list[str]:
    """Run every job that is due and not done yet; returns the names of those run here.

    One that fails is tried again after its lease.
    """
    done = []
    wall = local(now)
    for job in jobs:
        due = wall.date().isoformat()
        if wall.time() < job.at:
            continue
        try:
            if not timetable.claim(job.name, due, now):
                continue
            result = job.run(now)
            timetable.finish(job.name, due, now)
        except Exception as error:  # one job must not stop the others; the claim makes it come again
            db.session.rollback()
            logs.unexpected(error)
            continue
        log.info("job done", job=job.name, due=due, result=result if isinstance(result, int) else None)
        done.append(job.name)
    return done

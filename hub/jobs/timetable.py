"""When jobs are due. The clock only ticks; each tick asks what is due now, so a missed tick is made up for by the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time

import structlog
from sqlalchemy.exc import DBAPIError

from hub import logs
from hub.actions import timetable
from hub.database import db
from hub.rules.localtime import local

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do once a local day, from `at` (Europe/Prague) on; or at every tick, when `at` is None.

    `run` takes the present instant and must bear repetition. One of every tick asks by itself what is due, bears any number of
    workers, and is left out while the clock cannot be trusted: it is for acts whose moment has legal effect.
    """

    name: str
    at: time | None
    run: Callable[[datetime], object]


def tick(jobs: Iterable[Job], now: datetime) -> list[str]:
    """Run every job that is due and not done yet; returns the names of those run here.

    One that fails is tried again after its lease.
    """
    done = []
    is_right = _marked(now)
    for job in jobs:
        try:
            ran = _daily(job, job.at, now) if job.at else (is_right and _always(job, now))
        except Exception as error:  # one job must not stop the others; what is due makes it come again
            db.session.rollback()
            logs.unexpected(error)
            continue
        if ran:
            done.append(job.name)
    return done


def _marked(now: datetime) -> bool:
    """Note the tick; False, with an alarm, when the clock went back (or nobody can tell)."""
    try:
        is_right = timetable.mark(now)
    except DBAPIError as error:
        db.session.rollback()
        logs.unexpected(error)
        return False
    if not is_right:
        log.error("the clock has gone back", consequence="nothing is posted or taken down", remedy="flask trust-clock")
    return is_right


def _daily(job: Job, at: time, now: datetime) -> bool:
    wall = local(now)
    due = wall.date().isoformat()
    if wall.time() < at or not timetable.claim(job.name, due, now):
        return False
    result = job.run(now)
    timetable.finish(job.name, due, now)
    _log(job, due, result)
    return True


def _always(job: Job, now: datetime) -> bool:
    result = job.run(now)
    if not result:
        return False
    _log(job, None, result)
    return True


def _log(job: Job, due: str | None, result: object) -> None:
    log.info("job done", job=job.name, due=due, result=result if isinstance(result, int) else None)

"""What the clock does with answers at every tick: let go those whose time has come."""

from __future__ import annotations

from datetime import datetime

from hub import logs
from hub.actions import planning
from hub.clock import WALL, Clock
from hub.database import db
from hub.jobs.timetable import Job
from hub.queries import planned

CHUNK = 50


def by_the_clock(_now: datetime, clock: Clock = WALL) -> int:
    """Send and publish every answer that is due; returns how many. One that fails does not hold the others up."""
    done, tried, problem = 0, set[int](), None
    while True:
        found = [one for one in planned.due(db.session(), clock.now(), CHUNK + len(tried)) if one not in tried]
        db.session.rollback()
        if not found:
            break
        for case_id in found:
            tried.add(case_id)
            try:
                planning.let_go(case_id, clock.now())
                done += 1
            except planning.NotDue:  # another worker was first
                db.session.rollback()
            except Exception as error:
                db.session.rollback()
                logs.unexpected(error)
                problem = error
    if problem is not None:
        raise problem
    return done


BY_THE_CLOCK = Job("send answers at their time", None, by_the_clock)

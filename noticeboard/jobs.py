"""What the clock does with notices at every tick: post what is due, take down what is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hub import logs
from hub.clock import WALL, Clock
from hub.database import db
from hub.jobs.timetable import Job
from noticeboard import actions, queries

CHUNK = 50


def by_the_clock(_now: datetime, clock: Clock = WALL) -> int:
    """Post and take down everything that is due; returns how many. Each is dated by its own moment, in its own commit."""
    return _each(queries.due, actions.post, clock) + _each(queries.over, actions.end, clock)


def _each(find: Callable[..., list[int]], act: Callable[[int, datetime], None], clock: Clock) -> int:
    """Act on what is found until nothing new is. One that fails must not hold the others up; it is tried at the next tick."""
    done, tried, problem = 0, set[int](), None
    while True:
        found = [one for one in find(db.session(), clock.now(), CHUNK + len(tried)) if one not in tried]
        db.session.rollback()
        if not found:
            break
        for message_id in found:
            try:
                act(message_id, clock.now())
                done += 1
            except actions.NotDue:  # another worker was first
                tried.add(message_id)
            except Exception as error:
                db.session.rollback()
                logs.unexpected(error)
                tried.add(message_id)
                problem = error
    if problem is not None:
        raise problem
    return done


BY_THE_CLOCK = Job("post and take down notices", None, by_the_clock)

"""The clock jobs that tell the office of its deadlines, and the one that forgets what was told."""

from __future__ import annotations

from datetime import datetime, time

from hub import workdays
from hub.actions import reminders
from hub.jobs.timetable import Job
from hub.rules.localtime import local

CHUNK = 1000
NOON = time(12)


def warn(now: datetime) -> int:
    """Tell of the cases that reached 50, 80 or 100 % of their time, a chunk a transaction; returns how many letters."""
    total, after = 0, 0
    while True:
        last, written = reminders.warn(after, now)
        total += written
        if last is None:
            return total
        after = last


def summarize(now: datetime) -> int:
    """Write the summaries of a working day, in its morning: after a long outage nobody needs them in the evening."""
    wall = local(now)
    if workdays.is_free(wall.date()) or wall.time() >= NOON:
        return 0
    return reminders.summarize(now)


def forget(now: datetime) -> int:
    """Delete what was sent to the office weeks ago, a chunk a transaction; returns how many."""
    total = 0
    while gone := reminders.forget(CHUNK, now):
        total += gone
    return total


JOBS = (
    Job("warn-of-deadlines", time(6), warn),
    Job("daily-summary", time(7), summarize),
    Job("forget-staff-letters", time(3, 40), forget),
)

"""The time by which jobs work, and the clock of the worker.

APScheduler ticks in UTC and knows nothing of jobs; what is due stands in the database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler

EVERY = 20
"""Seconds between ticks; a job starts within this time of its moment."""


class Clock:
    """The time by which jobs work."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)

    def rest(self, seconds: float) -> None:
        """Come back after so many seconds."""
        Event().wait(seconds)


WALL = Clock()


def start(tick: Callable[[], object], every: float = EVERY) -> Callable[[], None]:
    """Tick now and then every so many seconds in a thread of its own, one at a time. Returns what stops it and waits for it."""
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    scheduler.add_job(tick, "interval", seconds=every, next_run_time=datetime.now(UTC))
    scheduler.start()
    return lambda: scheduler.shutdown(wait=True)

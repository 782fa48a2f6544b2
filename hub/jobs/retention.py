"""What the hub forgets by itself."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import current_app

from hub.actions import forgetting
from hub.jobs.timetable import Job

CHUNK = 1000


def forget_exact_times(now: datetime) -> int:
    """Erase exact times past their days, a chunk a transaction so that taps never wait long; returns how many."""
    before = now - timedelta(days=current_app.config["HUB"].exact_time_days)
    total = 0
    while erased := forgetting.exact_times(before, CHUNK, now):
        total += erased
    return total


FORGET_EXACT_TIMES = Job("forget-exact-times", time(2, 30), forget_exact_times)

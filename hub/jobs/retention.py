"""What the hub forgets by itself."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import islice

from flask import current_app

from hub.actions import forgetting, subscribing
from hub.database import db
from hub.jobs.timetable import Job
from hub.queries import cases
from hub.storage import storage

CHUNK = 1000

LOST_AFTER = timedelta(days=1)
"""A file is in the storage before its row is in the database; a day later it will not come any more."""


def forget_exact_times(now: datetime) -> int:
    """Erase exact times past their days, a chunk a transaction so that taps never wait long; returns how many."""
    before = now - timedelta(days=current_app.config["HUB"].exact_time_days)
    total = 0
    while erased := forgetting.exact_times(before, CHUNK, now):
        total += erased
    return total


FORGET_EXACT_TIMES = Job("forget-exact-times", time(2, 30), forget_exact_times)


def forget_lost_files(now: datetime) -> int:
    """Delete files that no message has: their sender was told that nothing was recorded, or the web was killed in between."""
    total, keys = 0, storage().keys_older_than(now - LOST_AFTER)
    while some := list(islice(keys, CHUNK)):
        kept = cases.kept_files(db.session(), some)
        db.session.rollback()
        for key in set(some) - kept:
            storage().delete(key)
            total += 1
    return total


def forget_follow_links(now: datetime) -> int:
    """Delete secret links that have ended, a chunk a transaction; returns how many."""
    total = 0
    while gone := forgetting.follow_links(CHUNK, now):
        total += gone
    return total


def forget_opt_ins(now: datetime) -> int:
    """Delete requests for news that nobody confirmed, and what is left of those that were; returns how many."""
    total = 0
    while gone := subscribing.forget(CHUNK, now):
        total += gone
    return total


FORGET_OPT_INS = Job("forget-opt-ins", time(3, 45), forget_opt_ins)
FORGET_LOST_FILES = Job("forget-lost-files", time(3, 0), forget_lost_files)
FORGET_FOLLOW_LINKS = Job("forget-follow-links", time(3, 30), forget_follow_links)

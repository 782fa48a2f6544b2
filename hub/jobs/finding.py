"""The words by which officials find cases, for cases that came before these were kept."""

from __future__ import annotations

from datetime import datetime, time

from hub.actions import finding
from hub.jobs.timetable import Job

CHUNK = 100


def index_cases(now: datetime) -> int:
    """Let every case be found, a chunk a transaction; returns how many were not. Repeating it does nothing more."""
    total = 0
    while made := finding.index(CHUNK, now):
        total += made
    return total


INDEX_CASES = Job("index-cases", time(2, 0), index_cases)

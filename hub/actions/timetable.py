"""Claiming and finishing runs of clock jobs; the unique row decides who runs, whatever the number of workers."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from hub import database
from hub.database import table_of
from hub.models import JobRun
from hub.steps import clockmarks
from hub.work import SYSTEM, work

job_runs = table_of(JobRun)

LEASE = timedelta(minutes=10)
"""How long a run belongs to its worker; a run not finished by then is taken over."""


def claim(job: str, due: str, now: datetime) -> bool:
    """True when this due run is ours to do: nobody has it, or who had it let its lease pass."""
    with work(SYSTEM, "claim a job", now, audited=False) as w:
        return database.claim(
            w.connection,
            job_runs,
            {"job": job, "due": due, "claimed_until": now + LEASE},
            ("job", "due"),
            {"claimed_until": now + LEASE},
            sa.and_(job_runs.c.finished_at.is_(None), job_runs.c.claimed_until < now),
        )


def mark(now: datetime) -> bool:
    """Note that the clock ticked; False when it has gone back since it was last seen, by more than clocks may differ."""
    with work(SYSTEM, "mark the clock", now, audited=False) as w:
        return clockmarks.advance(w.session, now)


def trust_clock(now: datetime) -> None:
    """Take the clock for right from now on."""
    with work(SYSTEM, "trust the clock", now) as w:
        clockmarks.trust(w.session, now)


def finish(job: str, due: str, now: datetime) -> None:
    """The run is done and will not be repeated."""
    with work(SYSTEM, f"job {job}", now) as w:
        w.connection.execute(
            sa.update(job_runs).where(job_runs.c.job == job, job_runs.c.due == due).values(finished_at=now)
        )

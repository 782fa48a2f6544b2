"""Runs of jobs, and whether the clock they go by can be trusted."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import ClockMark, JobRun

LEEWAY = timedelta(minutes=2)
"""How far clocks of two nodes, or one corrected by its time server, may differ."""


def is_unfinished(session: Session, job: str, due: str) -> bool:
    """Whether a run was claimed and has not been finished."""
    run = sa.select(JobRun.id).where(JobRun.job == job, JobRun.due == due, JobRun.finished_at.is_(None))
    return session.scalar(run) is not None


def clock_is_right(session: Session, now: datetime) -> bool:
    """Whether the clock agrees with the latest instant any worker has seen. While it does not, nothing of legal effect is done."""
    latest = session.scalar(sa.select(ClockMark.latest_at))
    return agrees(latest, now)


def agrees(latest: datetime | None, now: datetime) -> bool:
    """Whether a clock that says `now` can be right when `latest` was seen before."""
    return latest is None or latest - now <= LEEWAY

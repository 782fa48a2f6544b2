"""Runs of jobs."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import JobRun


def is_unfinished(session: Session, job: str, due: str) -> bool:
    """Whether a run was claimed and has not been finished."""
    run = sa.select(JobRun.id).where(JobRun.job == job, JobRun.due == due, JobRun.finished_at.is_(None))
    return session.scalar(run) is not None

"""Whether the hub is well, part by part; and how much waits."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.database import room_to_grow
from hub.models import Case, City, Delivery, JobRun
from hub.queries.cases import OPEN
from hub.queries.timetable import clock_is_right
from hub.rules.localtime import local
from hub.storage import Storage
from hub.vocabulary import DeliveryState

LEAST_FREE = 16 * 1024 * 1024
"""Bytes: with less, taps may soon be refused for want of space."""


Checks = Iterable[Callable[[], Mapping[str, bool]]]
"""What the rooms say of themselves."""


def health(session: Session, folder: Path, files: Storage, checks: Checks) -> dict[str, bool]:
    """Part → is it well; `folder` is the data folder, `files` are what people attached."""
    parts = {
        "database": _answers(session),
        "storage": _has_space(session, folder) and files.is_well(LEAST_FREE),
        "clock": _is_on_time(session),
    }
    for check in checks:
        parts.update(check())
    return parts


def _answers(session: Session) -> bool:
    try:
        session.scalar(sa.select(City.id))
    except SQLAlchemyError:
        session.rollback()
        return False
    return True


def _is_on_time(session: Session) -> bool:
    try:
        return clock_is_right(session, datetime.now(UTC))
    except SQLAlchemyError:  # then the database is what is unwell
        session.rollback()
        return True


def _has_space(session: Session, folder: Path) -> bool:
    try:
        return min(shutil.disk_usage(folder).free, room_to_grow(session)) >= LEAST_FREE
    except OSError:
        return False
    except SQLAlchemyError:  # then the database is what is unwell
        session.rollback()
        return True


Measure = tuple[str, str, str, list[tuple[str, float]]]
"""Name, kind, what it is, and (labels, value) of each."""


def measures(session: Session, now: datetime) -> list[Measure]:
    """How much waits, by kind, and how old the oldest of it is (seconds); 0 where nothing does."""
    waiting = [DeliveryState.QUEUED.value, DeliveryState.RETRY.value, DeliveryState.CLAIMED.value]
    trouble = [DeliveryState.FAILED.value, DeliveryState.UNKNOWN.value]
    lanes = session.execute(
        sa.select(Delivery.lane, sa.func.count()).where(Delivery.state.in_(waiting)).group_by(Delivery.lane)
    )
    oldest = session.scalar(sa.select(sa.func.min(Delivery.queued_at)).where(Delivery.state.in_(waiting)))
    unseen = (
        sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state.in_(trouble), Delivery.seen_at.is_(None))
    )
    cases = session.execute(sa.select(Case.state, sa.func.count()).group_by(Case.state))
    late = (
        sa.select(sa.func.count())
        .select_from(Case)
        .where(
            Case.state.in_([state.value for state in OPEN]),
            Case.due_on < local(now).date(),
        )
    )
    runs = session.execute(sa.select(JobRun.job, sa.func.max(JobRun.finished_at)).group_by(JobRun.job))
    return [
        (
            "letters_waiting",
            "gauge",
            "Letters that are still to be sent",
            [(f'{{lane="{r[0]}"}}', r[1]) for r in lanes],
        ),
        ("oldest_letter_seconds", "gauge", "Age of the oldest of them", [("", _age(oldest, now))]),
        (
            "letters_in_trouble",
            "gauge",
            "Letters that failed or of which nobody knows",
            [("", session.scalar(unseen) or 0)],
        ),
        ("cases", "gauge", "Cases by state", [(f'{{state="{r[0]}"}}', r[1]) for r in cases]),
        ("cases_overdue", "gauge", "Open cases past their deadline", [("", session.scalar(late) or 0)]),
        ("clock_is_right", "gauge", "0 when the clock went back", [("", float(clock_is_right(session, now)))]),
        (
            "job_finished_seconds",
            "gauge",
            "Seconds since a job of the clock was last finished",
            [(f'{{job="{r[0]}"}}', _age(r[1], now)) for r in runs],
        ),
    ]


def _age(at: datetime | None, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds()) if at else 0.0

"""Whether the hub is well, part by part."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.database import room_to_grow
from hub.models import City
from hub.queries.timetable import clock_is_right

LEAST_FREE = 16 * 1024 * 1024
"""Bytes: with less, taps may soon be refused for want of space."""


def health(session: Session, folder: Path, checks: Iterable[Callable[[], Mapping[str, bool]]]) -> dict[str, bool]:
    """Part → is it well; `folder` is the data folder, `checks` are what the rooms say of themselves."""
    parts = {"database": _answers(session), "storage": _has_space(session, folder), "clock": _is_on_time(session)}
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

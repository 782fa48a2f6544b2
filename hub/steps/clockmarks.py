"""Whether the clock can be trusted: acts of legal effect wait while it has gone back. One row, locked, so one act at a time."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import database
from hub.database import row_lock, table_of
from hub.models import ClockMark
from hub.queries.timetable import agrees

ONLY = 1

marks = table_of(ClockMark)


def advance(session: Session, now: datetime) -> bool:
    """Note that it is `now`; False when a later instant was seen before, so that nothing may be dated by this clock."""
    row = {"id": ONLY, "latest_at": now}
    if database.insert_new(session.connection(), marks, [row], ("id",), ("id",)):
        return True
    latest = session.connection().scalar(row_lock(sa.select(marks.c.latest_at).where(marks.c.id == ONLY)))
    if latest is not None and latest < now:
        session.connection().execute(sa.update(marks).where(marks.c.id == ONLY).values(latest_at=now))
    return agrees(latest, now)


def trust(session: Session, now: datetime) -> None:
    """A person has looked: it is `now`, whatever was seen before."""
    row = {"id": ONLY, "latest_at": now}
    if not database.insert_new(session.connection(), marks, [row], ("id",), ("id",)):
        session.connection().execute(sa.update(marks).where(marks.c.id == ONLY).values(latest_at=now))

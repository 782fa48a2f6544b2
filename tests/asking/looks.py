"""What a question looks like in the database, and its deadline counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from hub import workdays
from hub.database import db
from hub.models import Case
from hub.rules.localtime import local


def case_of(reference: str) -> Case:
    return db.session.scalars(sa.select(Case).where(Case.reference == reference)).one()


def due_after(days: int) -> tuple[date, date]:
    """Today in Prague and the last day for an answer, counted here by hand."""
    today = local(datetime.now(UTC)).date()
    last = today + timedelta(days=days)
    while workdays.is_free(last):
        last += timedelta(days=1)
    return today, last

"""Erasing what is no longer needed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from hub.database import table_of
from hub.models import Feedback
from hub.work import SYSTEM, work

feedback = table_of(Feedback)


def exact_times(received_before: datetime, at_most: int, now: datetime) -> int:
    """Erase the exact times of at most so many sittings received before; returns how many. Their hours stay."""
    old = sa.select(feedback.c.id).where(feedback.c.received_at < received_before).limit(at_most)
    with work(SYSTEM, "forget exact times", now) as w:
        change = (
            sa.update(feedback)
            .where(feedback.c.id.in_(old.scalar_subquery()))
            .values(received_at=None, occurred_at=None)
        )
        return int(w.connection.execute(change).rowcount)

"""A second look at the counts: the same numbers, counted anew from the ratings themselves."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import Count, Feedback, Rating


def differences(session: Session) -> list[tuple[object, ...]]:
    """Rows (question, hour, place, department, level) whose unfrozen counts differ from their ratings; empty when all is well."""
    stored = {
        tuple(row[:5]): (row[5], row[6])
        for row in session.execute(
            sa.select(
                Count.question_id,
                Count.hour_at,
                Count.touchpoint_id,
                Count.department_id,
                Count.level,
                Count.counted,
                Count.set_aside,
            ).where(Count.frozen_at.is_(None))
        )
        if row[5] or row[6]
    }
    key = (Rating.question_id, Feedback.hour_at, Feedback.touchpoint_id, Feedback.department_id, Rating.level)
    counted = sa.func.sum(sa.case((Feedback.standing == "counted", 1), else_=0))
    aside = sa.func.sum(sa.case((Feedback.standing == "set_aside", 1), else_=0))
    real = {
        tuple(row[:5]): (row[5], row[6])
        for row in session.execute(sa.select(*key, counted, aside).join_from(Rating, Feedback).group_by(*key))
    }
    return sorted((key for key in stored.keys() | real.keys() if stored.get(key) != real.get(key)), key=str)

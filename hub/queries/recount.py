"""A second look at the counts: the same numbers, counted anew from the ratings themselves."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import UNKNOWN_HOUR, Count, Feedback, Rating
from hub.vocabulary import TimeQuality


def differences(session: Session) -> list[tuple[object, ...]]:
    """Rows (question, hour, is it sure, place, department, level) whose unfrozen counts differ from their ratings."""
    stored = {
        tuple(row[:6]): (row[6], row[7])
        for row in session.execute(
            sa.select(
                Count.question_id,
                Count.hour_at,
                Count.hour < UNKNOWN_HOUR,
                Count.touchpoint_id,
                Count.department_id,
                Count.level,
                Count.counted,
                Count.set_aside,
            ).where(Count.frozen_at.is_(None))
        )
        if row[6] or row[7]
    }
    is_sure = Feedback.time_quality != TimeQuality.UNCERTAIN
    key = (Rating.question_id, Feedback.hour_at, is_sure, Feedback.touchpoint_id, Feedback.department_id, Rating.level)
    counted = sa.func.sum(sa.case((Feedback.standing == "counted", 1), else_=0))
    aside = sa.func.sum(sa.case((Feedback.standing == "set_aside", 1), else_=0))
    real = {
        tuple(row[:6]): (row[6], row[7])
        for row in session.execute(sa.select(*key, counted, aside).join_from(Rating, Feedback).group_by(*key))
    }
    return sorted((key for key in stored.keys() | real.keys() if stored.get(key) != real.get(key)), key=str)

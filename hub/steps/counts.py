"""Hourly counts move together with the ratings they count."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hub.database import table_of, upsert_sum
from hub.models import UNKNOWN_HOUR, Count
from hub.rules.localtime import local
from hub.vocabulary import Standing

Place = tuple[datetime, bool, int, int]
"""hour_at, whether that is sure, touchpoint_id, department_id"""

Key = tuple[int, datetime, bool, int, int, int]

counts = table_of(Count)


class Moves:
    """Changes of counts, gathered over a batch and written once, sorted by key so that two batches never deadlock."""

    def __init__(self) -> None:
        self._by_key: dict[Key, list[int]] = defaultdict(lambda: [0, 0])

    def add(self, place: Place, standing: Standing, question_id: int, level: int, by: int) -> None:
        """Count one rating in (`by` = 1) or out (-1)."""
        column = 0 if standing is Standing.COUNTED else 1
        self._by_key[(question_id, *place, level)][column] += by

    def write(self, connection: Connection) -> None:
        """Upsert what rose, lower what fell; keys that ended at zero cost nothing."""
        rising, falling = [], []
        for key, (counted, set_aside) in sorted(self._by_key.items()):
            if counted < 0 or set_aside < 0:
                falling.append((key, counted, set_aside))
            elif counted or set_aside:
                rising.append(_row(key, counted, set_aside))
        if not falling:
            if rising:
                upsert_sum(connection, counts, rising, ("counted", "set_aside"))
            return
        self._write_one_by_one(connection)

    def _write_one_by_one(self, connection: Connection) -> None:
        # A correction both raises and lowers; in one sorted sequence, so that row locks are always taken in the same order.
        for key, (counted, set_aside) in sorted(self._by_key.items()):
            if counted < 0 or set_aside < 0:
                connection.execute(_LOWER, {**_key(key), "by_counted": counted, "by_set_aside": set_aside})
            elif counted or set_aside:
                upsert_sum(connection, counts, [_row(key, counted, set_aside)], ("counted", "set_aside"))


def _key(key: Key) -> dict[str, object]:
    names = ("question_id", "hour_at", "touchpoint_id", "department_id", "level", "day_on", "hour")
    row = _row(key, 0, 0)
    return {f"k_{name}": row[name] for name in names}


def _row(key: Key, counted: int, set_aside: int) -> dict[str, object]:
    question_id, hour_at, is_sure, touchpoint_id, department_id, level = key
    wall = local(hour_at)
    return {
        "question_id": question_id,
        "hour_at": hour_at,
        "touchpoint_id": touchpoint_id,
        "department_id": department_id,
        "level": level,
        "day_on": wall.date(),
        "hour": wall.hour if is_sure else UNKNOWN_HOUR,
        "counted": counted,
        "set_aside": set_aside,
    }


_LOWER = (
    sa.update(counts)
    .where(
        counts.c.question_id == sa.bindparam("k_question_id"),
        counts.c.day_on == sa.bindparam("k_day_on"),
        counts.c.hour_at == sa.bindparam("k_hour_at"),
        counts.c.touchpoint_id == sa.bindparam("k_touchpoint_id"),
        counts.c.department_id == sa.bindparam("k_department_id"),
        counts.c.level == sa.bindparam("k_level"),
        counts.c.hour == sa.bindparam("k_hour"),
    )
    .values(
        counted=counts.c.counted + sa.bindparam("by_counted"),
        set_aside=counts.c.set_aside + sa.bindparam("by_set_aside"),
    )
)

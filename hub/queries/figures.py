"""Hourly counts, summed for the figures. Pages read counts only, so they cost the same over a thousand taps and over millions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from operator import add
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import UNKNOWN_HOUR, Count, Level, Question, Questionnaire
from hub.rules.figures import Cell, Leaf
from hub.rules.localtime import Month


@dataclass(frozen=True, slots=True)
class Series:
    """Questions whose ratings may be added up: the same code and scale, over all versions of the questionnaire.

    `labels` is level → language → words, from the newest version.
    """

    question_ids: tuple[int, ...]
    labels: dict[int, dict[str, str]]

    @property
    def width(self) -> int:
        """How many levels there are."""
        return max(self.labels, default=0)


def series(session: Session, code: str) -> Series:
    """The series of a question code in its newest scale; empty when there is none."""
    rows = session.execute(
        sa.select(Question.id, Question.scale, Level.level, Level.labels)
        .join(Questionnaire)
        .join(Level, Level.question_id == Question.id)
        .where(Question.code == code, Questionnaire.published_at.is_not(None))
        .order_by(Questionnaire.version.desc(), Question.id.desc())
    ).all()
    if not rows:
        return Series((), {})
    newest = rows[0]
    same = tuple(dict.fromkeys(row.id for row in rows if row.scale == newest.scale))
    return Series(same, {row.level: row.labels for row in rows if row.id == newest.id})


def cells(
    session: Session,
    series: Series,
    month: Month,
    slot: Literal["day_on", "hour"],
    leaves: Collection[Leaf] | None = None,
) -> list[Cell]:
    """The month's cells by leaf and Prague day or hour of day; of some leaves only, when told which. What came at an
    uncertain time is in no hour.
    """
    rows = session.execute(_grouped(series, month, slot, leaves))
    return [
        Cell((row[0], row[1]), row[2], tuple(n or 0 for n in row[4:]), row[3])  # no row of a level: NULL
        for row in rows
    ]


def choices(session: Session, series: Series, month: Month, leaves: Collection[Leaf]) -> dict[Leaf, tuple[int, ...]]:
    """Leaf → how often each option was taken in the month."""
    gathered: dict[Leaf, tuple[int, ...]] = defaultdict(lambda: (0,) * series.width)
    for cell in cells(session, series, month, "day_on", leaves):
        gathered[cell.leaf] = tuple(map(add, gathered[cell.leaf], cell.levels))
    return dict(gathered)


def first_day(session: Session, series: Series) -> date | None:
    """The Prague day of the oldest count, None when nothing was counted yet."""
    return session.scalar(sa.select(sa.func.min(Count.day_on)).where(Count.question_id.in_(series.question_ids)))


def _grouped(series: Series, month: Month, slot: str, leaves: Collection[Leaf] | None) -> sa.Select[*tuple[Any, ...]]:
    """One row for a slot and leaf, a column for each level: few rows to carry, and days come in the key's own order."""
    days = month.days()
    columns = [getattr(Count, slot), Count.touchpoint_id, Count.department_id]
    levels = [sa.func.sum(Count.counted).filter(Count.level == level) for level in range(1, series.width + 1)]
    asked: list[sa.ColumnElement[bool]] = []
    if leaves is not None:
        asked.append(Count.touchpoint_id.in_({leaf[0] for leaf in leaves}))
    if slot == "hour":
        asked.append(Count.hour < UNKNOWN_HOUR)
    return (
        sa.select(Count.touchpoint_id, Count.department_id, columns[0], sa.func.sum(Count.set_aside), *levels)
        .where(Count.question_id.in_(series.question_ids), Count.day_on.between(days[0], days[-1]), *asked)
        .group_by(*columns)
    )

"""Hourly counts, summed for the figures. Pages read counts only, so they cost the same over a thousand taps and over millions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import Count, Level, Question, Questionnaire
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
    questions = session.execute(
        sa.select(Question.id, Question.scale)
        .join(Questionnaire)
        .where(Question.code == code, Questionnaire.published_at.is_not(None))
        .order_by(Questionnaire.version.desc(), Question.id.desc())
    ).all()
    if not questions:
        return Series((), {})
    newest = questions[0]
    same = tuple(row.id for row in questions if row.scale == newest.scale)
    levels = session.execute(sa.select(Level.level, Level.labels).where(Level.question_id == newest.id))
    return Series(same, {row.level: row.labels for row in levels})


def cells(session: Session, series: Series, month: Month, slot: Literal["day_on", "hour"]) -> list[Cell]:
    """The month's cells by leaf and Prague day or hour of day."""
    gathered: dict[tuple[Leaf, Hashable], list[int]] = defaultdict(lambda: [0] * series.width)
    aside: dict[tuple[Leaf, Hashable], int] = defaultdict(int)
    for row in session.execute(_grouped(series, month, slot)):
        key = ((row.touchpoint_id, row.department_id), row.slot)
        gathered[key][row.level - 1] = row.counted
        aside[key] += row.set_aside
    return [Cell(leaf, at, tuple(levels), aside[(leaf, at)]) for (leaf, at), levels in gathered.items()]


def choices(session: Session, series: Series, month: Month) -> dict[Leaf, tuple[int, ...]]:
    """Leaf → how often each option was taken in the month."""
    gathered: dict[Leaf, list[int]] = defaultdict(lambda: [0] * series.width)
    for row in session.execute(_grouped(series, month, None)):
        gathered[(row.touchpoint_id, row.department_id)][row.level - 1] = row.counted
    return {leaf: tuple(options) for leaf, options in gathered.items()}


def first_hour(session: Session, series: Series) -> datetime | None:
    """The hour of the oldest count, None when nothing was counted yet."""
    return session.scalar(sa.select(sa.func.min(Count.hour_at)).where(Count.question_id.in_(series.question_ids)))


def _grouped(series: Series, month: Month, slot: str | None) -> sa.Select[*tuple[Any, ...]]:
    start, end = month.bounds()
    columns = [Count.touchpoint_id, Count.department_id, Count.level]
    slots = [getattr(Count, slot).label("slot")] if slot else []
    return (
        sa.select(
            *columns,
            *slots,
            sa.func.sum(Count.counted).label("counted"),
            sa.func.sum(Count.set_aside).label("set_aside"),
        )
        .where(Count.question_id.in_(series.question_ids), Count.hour_at >= start, Count.hour_at < end)
        .group_by(*columns, *slots)
    )

"""When the office is told that the time of a case is passing, and who of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

LEVELS = (50, 80, 100)
"""Hundredths of the time of a case at which somebody is told."""

HEADS_FROM = 80
"""From this level on the head of the department is told too."""


def reached(counted_from: date, due_on: date, today: date) -> list[int]:
    """The levels that are reached on a day, in whole days: the last one is the last level, whatever comes before."""
    whole, gone = (due_on - counted_from).days, (today - counted_from).days
    return [level for level in LEVELS if today >= due_on or (whole > 0 and gone * 100 >= level * whole)]


def told(level: int, official: int | None, heads: Collection[int]) -> set[int]:
    """The accounts to be told of a level: who has the case, or the heads while nobody has; from 80 % on the heads too."""
    mine = {official} if official is not None else set(heads)
    return mine | set(heads) if level >= HEADS_FROM else mine

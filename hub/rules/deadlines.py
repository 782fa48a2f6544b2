"""By when a text must be answered, counted in days and months as § 40 odst. 1 of the administrative code (500/2004) says."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from hub.rules.localtime import Month, local

DAY = timedelta(days=1)


class Unit(StrEnum):
    """What a period is counted in."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """How long there is for an answer. Raises ValueError for less than one day or month."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f"{self.amount} is no period")


@dataclass(frozen=True, slots=True)
class Counting:
    """A deadline with every step of its counting, so that an official can check it.

    `first_day` is the first that counts, `raw_end` the last one before free days are looked at,
    `passed_over` the free days between that end and `due_on`, the last day for the answer.
    """

    received_on: date
    first_day: date
    raw_end: date
    due_on: date
    passed_over: tuple[date, ...]


def received_on(received_at: datetime, occurred_at: datetime | None) -> date:
    """The Prague day from which is counted: of the earlier instant, so that our outage never costs the citizen time.

    An `occurred_at` later than `received_at` is a wrong clock and counts for nothing. Both must be aware.
    """
    return local(received_at if occurred_at is None else min(received_at, occurred_at)).date()


def count(received_on: date, period: Period, is_free: Callable[[date], bool]) -> Counting:
    """The deadline of what came on a day; `is_free` tells Saturdays, Sundays and holidays.

    § 40 odst. 1: a) the day of receipt does not count, b) months end on the day of the same number or, where there is
    none, on the last of the month, c) an end on a free day moves to the next working day.
    """
    raw_end = (
        _months_later(received_on, period.amount) if period.unit is Unit.MONTH else received_on + period.amount * DAY
    )
    passed_over = []
    due_on = raw_end
    while is_free(due_on):
        passed_over.append(due_on)
        due_on += DAY
    return Counting(received_on, received_on + DAY, raw_end, due_on, tuple(passed_over))


def share_used(received_on: date, due_on: date, today: date) -> float:
    """How much of the time is gone: 0 on the day of receipt and before, 1 on the last day, more than 1 when it is over."""
    whole = (due_on - received_on).days
    return max(0.0, (today - received_on).days / whole) if whole > 0 else 1.0


def days_left(due_on: date, today: date) -> int:
    """Days until the last one: 0 on it, negative after it."""
    return (due_on - today).days


def _months_later(day: date, months: int) -> date:
    month = Month.of(day).shift(months)
    return date(month.year, month.month, min(day.day, monthrange(month.year, month.month)[1]))

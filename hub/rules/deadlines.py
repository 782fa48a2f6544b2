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
    return _ending(received_on, _later(received_on, period), is_free)


def extended(counting: Counting, longer: Period | date, is_free: Callable[[date], bool]) -> Counting:
    """A deadline that was extended: by a period, or until a day that the office named.

    A period is added to the end before free days were looked at: so 15 days and 10 are 25, wherever weekends fall.
    """
    end = longer if isinstance(longer, date) else _later(counting.raw_end, longer)
    return _ending(counting.received_on, end, is_free)


def _later(day: date, period: Period) -> date:
    return _months_later(day, period.amount) if period.unit is Unit.MONTH else day + period.amount * DAY


def _ending(received_on: date, raw_end: date, is_free: Callable[[date], bool]) -> Counting:
    passed_over = []
    due_on = raw_end
    while is_free(due_on):
        passed_over.append(due_on)
        due_on += DAY
    return Counting(received_on, received_on + DAY, raw_end, due_on, tuple(passed_over))


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One day of a deadline: its number, or None for the day of receipt and for free days that its end moved over."""

    on: date
    number: int | None
    is_passed_over: bool


def day_by_day(counting: Counting) -> list[CountedDay]:
    """Every day from the receipt to the last one. The working day to which an end moves has the number of that end."""
    whole = (counting.raw_end - counting.received_on).days
    days = [CountedDay(counting.received_on + n * DAY, n or None, False) for n in range(whole + 1)]
    if not counting.passed_over:
        return days
    moved = [CountedDay(day, None, True) for day in counting.passed_over]
    return [*days[:-1], *moved, CountedDay(counting.due_on, whole, False)]


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

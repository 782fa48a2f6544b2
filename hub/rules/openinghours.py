"""When an office is open: hours of a week as people write them, and what they mean at one moment. Prague wall time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from hub.errors import BadInput
from hub.vocabulary import marked as _

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
MOST_SPANS = 6
"""Of one day."""
DASH = "\u2013"

TIME = r"(\d{1,2})(?:[:.](\d{2}))?"
SPAN = re.compile(rf"{TIME}\s*(?:-|\u2013|\u2014|do)\s*{TIME}")


class BadHours(BadInput):
    """The hours of a day cannot be read, end before they begin, or overlap."""

    code = "bad_hours"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open on a weekday (1 is Monday) between two times, in minutes since midnight."""

    weekday: int
    opens: int
    closes: int


def read_day(weekday: int, text: str) -> list[Span]:
    """The hours of a day as a person writes them, `8:00-11:30, 12:30-17:00`; nothing when it is closed. Raises BadHours."""
    found: list[Span] = []
    for part in re.split(r"[,;]", text):
        if not part.strip():
            continue
        read = SPAN.fullmatch(part.strip())
        if read is None or len(found) == MOST_SPANS:
            raise BadHours(
                _("Write the hours like this: 8:00-11:30, 12:30-17:00. Leave the day empty when it is closed.")
            )
        found.append(Span(weekday, _minutes(read[1], read[2]), _minutes(read[3], read[4])))
    check(found)
    return sorted(found)


def check(spans: Iterable[Span]) -> None:
    """See that each ends after it begins, within its day, and that none overlap. Raises BadHours."""
    last: Span | None = None
    for span in sorted(spans):
        if span.closes > DAY:
            raise BadHours(_("There is no such time of day. Write hours from 0:00 to 24:00."))
        if span.closes <= span.opens:
            raise BadHours(_("The office would close before it opens. Look at the times once more."))
        if last is not None and last.weekday == span.weekday and last.closes > span.opens:
            raise BadHours(_("Two times of this day overlap. Look at them once more."))
        last = span


def write_day(spans: Iterable[Span]) -> str:
    """The hours of a day as they are read back: `8:00–11:30, 12:30–17:00`."""
    return ", ".join(f"{clock(span.opens)}{DASH}{clock(span.closes)}" for span in sorted(spans))


def clock(minutes: int) -> str:
    """Minutes since midnight as a clock shows them: 8:00."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def _minutes(hours: str, minutes: str | None) -> int:
    if int(minutes or 0) > 59:
        raise BadHours(_("There is no such time of day. Write hours from 0:00 to 24:00."))
    return int(hours) * 60 + int(minutes or 0)


class Standing(StrEnum):
    """How it is with an office at one moment: open, to be opened later today, over for today, closed all day."""

    OPEN = "open"
    LATER = "later"
    OVER = "over"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Now:
    """How it is with an office now. `at`: when it closes or opens today; `again` is what comes after that, today.

    `next_on` and `next_at`: when it opens next, on a later day; None when it does not within four weeks.
    """

    standing: Standing
    at: int | None = None
    again: tuple[Span, ...] = ()
    next_on: date | None = None
    next_at: int | None = None


WEEKS = 4


def now(spans: Iterable[Span], wall: datetime, is_holiday: Callable[[date], bool]) -> Now | None:
    """How it is at a moment of Prague wall time; None of an office that gave no hours. On holidays nobody is there."""
    week = sorted(spans)
    if not week:
        return None
    today, minute = wall.date(), wall.hour * 60 + wall.minute
    own = _of(week, today, is_holiday)
    left = tuple(span for span in own if span.closes > minute)
    if left:
        standing = Standing.OPEN if left[0].opens <= minute else Standing.LATER
        return Now(standing, left[0].closes if standing is Standing.OPEN else left[0].opens, left[1:])
    later = _next(week, today, is_holiday)
    return Now(Standing.OVER if own else Standing.CLOSED, None, (), *(later or (None, None)))


def _of(week: list[Span], day: date, is_holiday: Callable[[date], bool]) -> list[Span]:
    return [] if is_holiday(day) else [span for span in week if span.weekday == day.isoweekday()]


def _next(week: list[Span], today: date, is_holiday: Callable[[date], bool]) -> tuple[date, int] | None:
    for days in range(1, 7 * WEEKS + 1):
        day = today + timedelta(days=days)
        found = _of(week, day, is_holiday)
        if found:
            return day, found[0].opens
    return None

"""When an answer is to go out: a day and an hour in Prague, in the nights on which the clocks are moved too."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from hub.rules.localtime import PRAGUE, local

TIME = re.compile(r"([01]?\d|2[0-3])(?:[:.]([0-5]\d))?")
LATE = timedelta(days=1)
"""An answer that could not go out for so long does not go by itself any more: a person looks at it first."""
MORNING = time(8)


def read_time(text: str) -> time | None:
    """Read 8, 8:00 or 8.30; None for anything else."""
    found = TIME.fullmatch(text.strip())
    return time(int(found[1]), int(found[2] or 0)) if found else None


def read_day(text: str) -> date | None:
    """Read 2026-11-28, as a calendar of a browser writes it; None for anything else."""
    try:
        day = date.fromisoformat(text.strip()) if re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip()) else None
    except ValueError:
        return None
    return day if day is not None and 2000 <= day.year < 2200 else None


def instants(day: date, at: time) -> tuple[datetime, ...]:
    """When clocks in Prague show this: once; never in the hour left out in spring; twice in that repeated in autumn."""
    wall = datetime.combine(day, at)
    found = [wall.replace(tzinfo=PRAGUE, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return tuple(dict.fromkeys(one for one in found if local(one).replace(tzinfo=None) == wall))


def tomorrow_morning(now: datetime) -> datetime:
    """Eight o'clock of the next day in Prague."""
    return instants(local(now).date() + timedelta(days=1), MORNING)[0]


def is_missed(planned: datetime, now: datetime) -> bool:
    """Whether it should have gone out so long ago that a person has to decide."""
    return now - planned > LATE


def is_after(planned: datetime, due_on: date) -> bool:
    """Whether it is planned for a day after the deadline."""
    return local(planned).date() > due_on

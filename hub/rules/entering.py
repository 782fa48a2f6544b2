"""The day on which a paper, a call or a visit really came, as an official writes it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hub.rules.localtime import PRAGUE

FURTHEST = timedelta(days=366)
"""How long ago something may have come that is entered now."""
NOON = time(12)


class Reason(StrEnum):
    """Why a day is not taken."""

    UNREADABLE = "unreadable"
    FUTURE = "future"
    TOO_OLD = "too_old"


class Refused(Exception):
    """A day that is not taken, and why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def came_on(text: str, today: date) -> date:
    """The day, written 2026-11-03 or 3. 11. 2026. Raises Refused: it is none, it is to come, or it is more than a year ago."""
    day = _read(text)
    if day is None:
        raise Refused(Reason.UNREADABLE)
    if day > today:
        raise Refused(Reason.FUTURE)
    if day < today - FURTHEST:
        raise Refused(Reason.TOO_OLD)
    return day


def _read(text: str) -> date | None:
    plain = "".join(text.split())
    if not plain.isascii() or len(plain) > 10:
        return None
    day, dot, rest = plain.partition(".")
    month, other_dot, year = rest.partition(".")
    if dot and other_dot and all(n.isdigit() for n in (day, month, year)):
        plain = f"{year:0>4}-{month:0>2}-{day:0>2}"
    try:
        return date.fromisoformat(plain)
    except ValueError:
        return None


def moment_of(day: date, now: datetime) -> datetime:
    """The instant to keep for a day that is known without its hour: its noon in Prague, or now while that is still to come."""
    return min(now, datetime.combine(day, NOON, PRAGUE))

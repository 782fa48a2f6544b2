"""When a notice goes up and comes down. Days are Prague's, moments UTC; the day of posting is the actual one, not the plan."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hub.rules.localtime import PRAGUE, local

USUAL_DAYS = 16
"""Days from the day of posting to the one at whose beginning a notice comes down when nobody says otherwise.

The 15th day after posting is the day of delivery (§ 25 (2) of 500/2004 Sb.), and 15 days with the first and the last one are
over by then too (§ 39 (1) of 128/2000 Sb.).
"""
LATE = timedelta(days=1)
"""A notice that could not be posted for so long is not posted by itself any more: its dates may be wrong by now."""


def usual_end(posted_at: datetime) -> date:
    """The day at whose beginning a notice posted at this moment comes down when nobody says otherwise."""
    return local(posted_at).date() + timedelta(days=USUAL_DAYS)


def beginning_of(day: date) -> datetime:
    """The first instant of a day in Prague. (Its clocks move at two or three o'clock: midnight is always there, once.)"""
    return datetime.combine(day, time(), PRAGUE).astimezone(UTC)


def instant(day: date, at: time) -> datetime | None:
    """The instant at which clocks in Prague show this; None for a time they leave out in spring. Of two in autumn, the first."""
    wall = datetime.combine(day, at, PRAGUE)
    found = wall.astimezone(UTC)
    return found if local(found).replace(tzinfo=None) == wall.replace(tzinfo=None) else None


def comes_down(posted_at: datetime, planned: date | None) -> datetime:
    """When a notice posted at this moment comes down: at the beginning of the planned day, or of the usual one."""
    return beginning_of(planned or usual_end(posted_at))


def is_missed(due_at: datetime, planned: date | None, now: datetime) -> bool:
    """Whether a notice that should have been posted at `due_at` was not, so that a person has to decide about it."""
    return now - due_at > LATE or (planned is not None and beginning_of(planned) <= now)


def cut_short(posted_on: date, planned: date | None) -> bool:
    """Whether a planned end comes before the usual one: enough for some notices, too little for others."""
    return planned is not None and planned < posted_on + timedelta(days=USUAL_DAYS)

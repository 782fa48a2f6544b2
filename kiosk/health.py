"""How a device is: heard of in time, touched as usual, not stuck. Time counts only while its office is open.

Silence and stuck faces are told by how unlikely they are, from the kiosk's own habits, not by a fixed number of minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from math import log

from hub.rules.localtime import PRAGUE, local
from hub.rules.openinghours import Span
from kiosk.vocabulary import AlertKind

LATE = timedelta(minutes=15)
TOLD = timedelta(hours=2)
LOST = timedelta(hours=24)
"""Of opening hours without a heartbeat: when it is late, when administrators are written to of that, and when it is lost."""

QUIET_GAPS = 9.0
"""A kiosk is silent after so many of its usual gaps: with independent presses that happens by chance once in exp(9), 8,000."""
FEWEST = 20
"""Presses in four weeks without which nothing is known of its habits."""
HABIT = timedelta(days=28)

LEAST_RUN = 12
UNLIKELY = 1e-6
"""A run of one face is no chance when the face's own share to the power of its length is less than this."""
MOST_SHARE = 0.9
"""However much a face is liked: a thousand times the best face in a row is a stuck screen all the same."""


class Standing(StrEnum):
    """How it is with the connection of a device."""

    NEW = "new"
    OFF = "off"
    OK = "ok"
    LATE = "late"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Hours:
    """When an office is open; without spans always. `is_free` tells its free days."""

    spans: tuple[Span, ...]
    is_free: Callable[[date], bool]

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """How long the office was open between two instants; of more than 60 days, in the last 60."""
        start = max(start, end - timedelta(days=60))
        if not self.spans:
            return max(end - start, timedelta())
        total, day = timedelta(), local(start).date()
        while day <= local(end).date():
            for span in self.spans:
                if span.weekday == day.isoweekday() and not self.is_free(day):
                    total += max(min(end, _at(day, span.closes)) - max(start, _at(day, span.opens)), timedelta())
            day += timedelta(days=1)
        return total

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at an instant."""
        return self.open_between(at, at + timedelta(seconds=1)) > timedelta()


def _at(day: date, minutes: int) -> datetime:
    wall = datetime(day.year, day.month, day.day, tzinfo=PRAGUE) + timedelta(minutes=minutes)
    return wall.astimezone(UTC)  # else their differences would be those of wall clocks


def standing(is_paired: bool, beat_at: datetime | None, hours: Hours, now: datetime) -> Standing:
    """How it is with the connection: never paired, disconnected, well, late, lost."""
    if not is_paired:
        return Standing.NEW if beat_at is None else Standing.OFF
    if beat_at is None:
        return Standing.LATE
    missing = hours.open_between(beat_at, now)
    if missing >= LOST:
        return Standing.LOST
    return Standing.LATE if missing >= LATE else Standing.OK


def is_late_for_long(since: datetime | None, hours: Hours, now: datetime) -> bool:
    """Whether a device heard of (or, if never, paired) at that moment has been late for so long that somebody should look."""
    return since is not None and hours.open_between(since, now) >= TOLD


def is_silent(pressed_at: datetime | None, presses: int, hours: Hours, now: datetime) -> bool:
    """Whether nobody touched a living kiosk for far longer than usual; `presses` are those of the last four weeks."""
    if pressed_at is None or presses < FEWEST:
        return False
    gap = hours.open_between(now - HABIT, now) / presses
    return gap > timedelta() and hours.open_between(pressed_at, now) > QUIET_GAPS * gap


def is_stuck(newest: Sequence[int], levels: Sequence[int]) -> bool:
    """Whether the newest faces (the last one first) are one face so often that no chance explains it.

    `levels` is how often each face was touched in four weeks, worst first.
    """
    if not newest:
        return False
    run = next((n for n, level in enumerate(newest) if level != newest[0]), len(newest))
    before = max(sum(levels) - run, 0)
    others = max(levels[newest[0] - 1] - run, 0) if newest[0] <= len(levels) else 0
    share = min((others + 1) / (before + 2), MOST_SHARE)
    return run >= LEAST_RUN and run * log(share) < log(UNLIKELY)


@dataclass(frozen=True, slots=True)
class Said:
    """What of a device's last word makes alerts."""

    refused: int
    is_full: bool
    is_persisted: bool


def alerts(
    connection: Standing, said: Said | None, silent: bool, stuck: bool, known: Collection[AlertKind] = ()
) -> set[AlertKind]:
    """What is wrong with a device that is in use. Of one that is late or lost nothing else is known: what was wrong stays so."""
    if connection is Standing.LOST:
        return {*known, AlertKind.LOST}
    if connection is Standing.LATE:
        return set(known)
    if connection is not Standing.OK or said is None:
        return set()
    found = {
        AlertKind.SILENT: silent,
        AlertKind.STUCK: stuck,
        AlertKind.REFUSED: said.refused > 0,
        AlertKind.FULL: said.is_full,
        AlertKind.FLEETING: not said.is_persisted,
    }
    return {kind for kind, is_so in found.items() if is_so}

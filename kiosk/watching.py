"""The clock looks after the devices: what is wrong is noted and told to administrators, and what is well again too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from hub import workdays
from hub.database import db, insert_new, table_of
from hub.jobs.timetable import Job
from hub.language import gettext, ngettext
from hub.rules.localtime import local
from hub.rules.openinghours import Span
from hub.steps import staffletters
from hub.vocabulary import marked
from hub.work import SYSTEM, work
from kiosk import health, queries
from kiosk.models import Device, DeviceAlert, DeviceState
from kiosk.vocabulary import AlertKind

COOLS = timedelta(hours=12)
"""How long a second letter of the same trouble of a device waits."""

WORDS = {
    AlertKind.LATE: marked("nothing has been heard of it for two hours of opening hours"),
    AlertKind.LOST: marked("nothing has been heard of it for a day of opening hours"),
    AlertKind.SILENT: marked("it lives, but nobody has touched it for far longer than usual"),
    AlertKind.STUCK: marked("one face is touched again and again; perhaps the screen is stuck"),
    AlertKind.REFUSED: marked("it keeps presses that the server did not take"),
    AlertKind.FULL: marked("its storage is full"),
    AlertKind.FLEETING: marked("its browser may empty the storage of presses by itself"),
}

alerts = table_of(DeviceAlert)


def hours_of(device: Device) -> health.Hours:
    """The opening hours of a device's office."""
    return health.Hours(tuple(Span(*span) for span in device.hours), lambda day: workdays.name_of(day) is not None)


def connection_of(one: queries.Standing, now: datetime) -> health.Standing:
    """How it is with the connection of a device."""
    device, beat_at = one.device, one.state.beat_at if one.state else None
    return health.standing(device.token_digest is not None, beat_at, hours_of(device), now)


def said(state: DeviceState) -> health.Said:
    """What of a device's last word makes alerts."""
    return health.Said(state.refused, state.is_full, state.is_persisted)


def look_after(now: datetime) -> int:
    """Note what is wrong with each device whose office is open, and what no longer is. How many alerts began or ended."""
    # While it is closed nobody is written to of what can be looked at in the morning.
    found = [one for one in queries.devices(db.session()) if hours_of(one.device).is_open(now)]
    connections = {one.device.id: connection_of(one, now) for one in found}
    well = [one for one in found if connections[one.device.id] is health.Standing.OK]
    habits = _habits(well, now)
    changes = []
    for one in found:
        known = {AlertKind(alert.kind) for alert in one.alerts}
        wanted = _wrong(one, connections[one.device.id], habits.get(one.device.id, queries.Habit()), known, now)
        if wanted != known:
            changes.append(Change(one.device.id, wanted - known, known - wanted))
    return _note(changes, now) if changes else 0


def _wrong(
    one: queries.Standing, connection: health.Standing, habit: queries.Habit, known: set[AlertKind], now: datetime
) -> set[AlertKind]:
    state, hours = one.state, hours_of(one.device)
    if connection is not health.Standing.OK or state is None:
        is_long = connection is health.Standing.LATE and health.is_late_for_long(
            state.beat_at if state else one.device.paired_at, hours, now
        )
        return health.alerts(connection, None, False, False, known | ({AlertKind.LATE} if is_long else set()))
    silent = health.is_silent(state.pressed_at, sum(habit.levels), hours, now)
    return health.alerts(connection, said(state), silent, health.is_stuck(habit.newest, habit.levels))


@dataclass(frozen=True, slots=True)
class Remembered:
    """A habit, the moment at which it was read, and what the device had said then of its last touch and of what waits in it."""

    habit: queries.Habit
    at: datetime
    pressed_at: datetime | None
    waiting: int

    def holds(self, state: DeviceState, now: datetime) -> bool:
        """Whether nothing can have been added: nobody touched it, it sent nothing, and it was read lately."""
        is_same = (
            state.pressed_at == self.pressed_at
            if state.pressed_at is None or self.pressed_at is None
            else abs(state.pressed_at - self.pressed_at) < JITTER
        )
        return is_same and state.waiting == self.waiting and timedelta() <= now - self.at < AGAIN


JITTER = timedelta(seconds=2)
"""By so much two beats may differ about the moment of one touch."""
AGAIN = timedelta(hours=1)
_REMEMBERED: WeakKeyDictionary[Engine, dict[int, Remembered]] = WeakKeyDictionary()
"""For each database: the newest touches of a kiosk that nobody touches lie far back, behind those of all others."""


def _habits(well: Sequence[queries.Standing], now: datetime) -> dict[int, queries.Habit]:
    """The habits of devices that are heard of, read anew only where something may have changed."""
    kept = _REMEMBERED.setdefault(db.engine, {})
    states = {one.device.id: one.state for one in well if one.state is not None}
    anew = [one for one, state in states.items() if one not in kept or not kept[one].holds(state, now)]
    for one, habit in queries.habits(db.session(), anew, local(now - health.HABIT).date()).items():
        kept[one] = Remembered(habit, now, states[one].pressed_at, states[one].waiting)
    return {one: kept[one].habit for one in states}


@dataclass(frozen=True, slots=True)
class Change:
    """What began and what ended to be wrong with a device."""

    device_id: int
    began: set[AlertKind]
    ended: set[AlertKind]


def _note(changes: Sequence[Change], now: datetime) -> int:
    """Keep all changes of one look, and tell of them in one letter: eight kiosks may stand behind one switch."""
    with work(SYSTEM, "look after a kiosk", now, audited=False) as w:
        told = queries.told_of(w.session, [one.device_id for one in changes], now - COOLS)
        rows = [
            {"device_id": one.device_id, "kind": kind, "opened_at": now}
            for one in changes
            for kind in sorted(one.began)
        ]
        made = insert_new(w.connection, alerts, rows, (), ("id", "device_id", "kind")) if rows else []
        fresh = [row[0] for row in made if (row[1], row[2]) not in told]
        if fresh:
            w.connection.execute(sa.update(alerts).where(alerts.c.id.in_(fresh)).values(told_at=now))
        about, ended = [(one, 0) for one in fresh], 0
        for one in changes:
            closed = _close(w.connection, one, now)
            about += [(alert_id, 1) for alert_id, told_at in closed if told_at is not None]
            ended += len(closed)
        if about:
            staffletters.tell_administrators(w.session, about, now)
        return len(made) + ended


def _close(connection: Connection, change: Change, now: datetime) -> list[tuple[int, datetime | None]]:
    if not change.ended:
        return []
    over = sa.and_(
        alerts.c.device_id == change.device_id, alerts.c.kind.in_(change.ended), alerts.c.closed_at.is_(None)
    )
    done = sa.update(alerts).where(over).values(closed_at=now).returning(alerts.c.id, alerts.c.told_at)
    return [(row.id, row.told_at) for row in connection.execute(done)]


def letter(about: Sequence[tuple[int, int]]) -> tuple[str, list[str]] | None:
    """Subject and lines of a letter about alerts: pairs of an alert and whether it is over."""
    found = queries.alerts_with_names(db.session(), [alert_id for alert_id, _ in about])
    lines = []
    for alert_id, is_over in about:
        if alert_id in found:
            name, kind = found[alert_id]
            said = gettext(WORDS[AlertKind(kind)])
            text = gettext("%(name)s: well again (%(what)s)", name=name, what=said) if is_over else f"{name}: {said}"
            lines.append(text)
    if not lines:
        return None
    if len(lines) == 1:
        return lines[0], lines
    return ngettext("Kiosks: %(num)s thing to look at", "Kiosks: %(num)s things to look at", len(lines)), lines


LOOK_AFTER = Job("look after kiosks", None, look_after)

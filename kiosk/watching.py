"""The clock looks after the devices: what is wrong is noted and told to administrators, and what is well again too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

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
from kiosk.models import Device, DeviceAlert
from kiosk.vocabulary import AlertKind

COOLS = timedelta(hours=12)
"""How long a second letter of the same trouble of a device waits."""

WORDS = {
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


def look_after(now: datetime) -> int:
    """Note what is wrong with each device whose office is open, and what no longer is. How many alerts began or ended."""
    session = db.session()
    changed = 0
    for one in queries.devices(session):
        if not hours_of(one.device).is_open(now):
            continue  # nobody is written to at night of what can be looked at in the morning
        wanted = _wrong(one, now)
        known = {AlertKind(alert.kind) for alert in one.alerts}
        if wanted != known:
            changed += _note(one.device.id, wanted - known, known - wanted, now)
    return changed


def _wrong(one: queries.Standing, now: datetime) -> set[AlertKind]:
    connection, state = connection_of(one, now), one.state
    if connection is not health.Standing.OK or state is None:
        kept = {AlertKind(alert.kind) for alert in one.alerts} if connection is health.Standing.LATE else set()
        return health.alerts(connection, None, False, False) | kept  # of a late one nothing is known to have changed
    newest, levels = queries.habits(db.session(), one.device.id, local(now - health.HABIT).date())
    silent = health.is_silent(state.pressed_at, sum(levels), hours_of(one.device), now)
    said = health.Said(state.refused, state.is_full, state.is_persisted)
    return health.alerts(connection, said, silent, health.is_stuck(newest, levels))


def _note(device_id: int, began: set[AlertKind], ended: set[AlertKind], now: datetime) -> int:
    with work(SYSTEM, "look after a kiosk", now, audited=False) as w:
        rows = [{"device_id": device_id, "kind": kind, "opened_at": now} for kind in sorted(began)]
        made = insert_new(w.connection, alerts, rows, (), ("id", "kind")) if rows else []
        about: list[tuple[int, int]] = []
        for alert_id, kind in made:
            if not queries.was_told(w.session, device_id, kind, now - COOLS):
                w.connection.execute(sa.update(alerts).where(alerts.c.id == alert_id).values(told_at=now))
                about.append((alert_id, 0))
        over = sa.and_(alerts.c.device_id == device_id, alerts.c.kind.in_(ended), alerts.c.closed_at.is_(None))
        closed = w.connection.execute(
            sa.update(alerts).where(over).values(closed_at=now).returning(alerts.c.id, alerts.c.told_at)
        ).all()
        about += [(row.id, 1) for row in closed if row.told_at is not None]
        if about:
            staffletters.tell_administrators(w.session, about, now)
        return len(made) + len(closed)


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

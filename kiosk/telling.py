"""What the pages of the desk tell of a device: how it is, in words, where it stands, what waits in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from hub.language import gettext, moment, ngettext
from hub.language import number as written
from hub.models import AuditEntry
from hub.vocabulary import ActorKind, marked
from kiosk import configuration, health, queries, shell, spans, watching
from kiosk.models import DeviceState, Placement
from kiosk.vocabulary import AlertKind, Layout

SIGNS = {"ok": "done", "late": "soon", "lost": "late", "new": "ok", "off": "ok"}
RIGHT = timedelta(seconds=5)
"""A clock that errs by less is right: as much may be the line's."""
WELL = 3
"""From this rank on nobody need come; a device is listed by its rank."""
SHORT = 7
"""Characters of a version that tell it from another one."""

LAYOUTS = {
    Layout.ONE: marked("one department"),
    Layout.CHOOSE: marked("several departments; the citizen chooses first"),
}
PROBLEMS = {
    "unknown_place": marked("a place that is not its own"),
    "unknown_questionnaire": marked("questions that are no longer known"),
    "unknown_question": marked("a question that is not asked there"),
    "unknown_level": marked("an answer that is not on the scale"),
    "no_rating": marked("no face was chosen"),
    "hidden_question": marked("a question that was not shown"),
    "conflict": marked("the same press told in two ways"),
    "in_future": marked("a moment in the future"),
    "bad_input": marked("the record of the press cannot be read"),
    "bad_request": marked("the record of the press cannot be read"),
    "too_large": marked("the record of the press is too large"),
    "wrong_type": marked("the record of the press came in another shape"),
    "invalid": marked("the server gave no reason"),
    "other": marked("the server gave a reason that the kiosk does not know"),
}
"""What a device may say of presses that the server did not take: problems of receipts, and codes of refused requests."""


ACTS = {
    "create device": marked("entered"),
    "change device": marked("settings changed"),
    "move device": marked("moved to new places"),
    "make pairing code": marked("code for pairing made"),
    "pair device": marked("paired"),
    "disconnect device": marked("disconnected"),
    "retire device": marked("taken out of use"),
}
"""What the audit log says of devices; a test compares them with the actions."""


def problem_words(code: str) -> str:
    """Why presses were not taken, in words; of a code that nobody has described here, that too."""
    if code in PROBLEMS:
        return gettext(PROBLEMS[code])
    return gettext("an unknown trouble (code %(code)s)", code=code)


def line(one: queries.Standing, now: datetime) -> dict[str, Any]:
    """A device as the pages show it, to whoever must find out at night what is wrong with it."""
    state, connection = one.state, watching.connection_of(one, now)
    troubles = _troubles(one, connection)
    return {
        "name": one.device.name,
        "url": url_for("devices.one", ref=one.device.ref),
        "where": _where(one.placement),
        "standing": _standing(one, connection, now),
        "sign": "late" if troubles else SIGNS[connection],
        "is_well": connection is health.Standing.OK,
        "rank": _rank(connection, troubles),
        "troubles": troubles,
        "said": _said(state, now) if state else None,
    }


def _said(state: DeviceState, now: datetime) -> dict[str, Any]:
    """Its last word, each part of it in a few words, and what of its computer somebody should look at."""
    is_new, offset = state.shell in {"", shell.version()}, timedelta(milliseconds=state.offset_ms)
    version = state.shell[:SHORT] or "–"
    return {
        "heard": spans.ago(now - state.beat_at),
        "heard_at": moment(state.beat_at),
        "pressed": spans.ago(now - state.pressed_at) if state.pressed_at else gettext("not since its start"),
        "pressed_at": moment(state.pressed_at) if state.pressed_at else "",
        "waiting": _waiting(state.waiting, state.oldest_at, now),
        "is_waiting": state.oldest_at is not None and now - state.oldest_at > health.LATE,
        "refused": _refused(state.refused, state.problems),
        "storage": gettext("lasting") if state.is_persisted else gettext("may be emptied"),
        "is_fleeting": not state.is_persisted,
        "clock": clock(offset),
        "is_clock_off": abs(offset) >= RIGHT,
        "version": version if is_new else gettext("%(version)s (old)", version=version),
        "is_old": not is_new,
    }


PLAINLY = {
    health.Standing.NEW: marked("not paired yet"),
    health.Standing.OFF: marked("disconnected"),
    health.Standing.OK: marked("in order"),
}


def _standing(one: queries.Standing, connection: health.Standing, now: datetime) -> str:
    """How it is with the connection, in a sentence."""
    if one.device.retired_at is not None:
        return gettext("taken out of use")
    if connection in PLAINLY:
        return gettext(PLAINLY[connection])
    if one.state is None:
        return gettext("paired, and nothing has been heard of it yet")
    span = spans.long(watching.hours_of(one.device).open_between(one.state.beat_at, now), in_days=False)
    if connection is health.Standing.LATE:
        return gettext("late: not heard of for %(span)s of office hours", span=span)
    return gettext("lost: not heard of for %(span)s of office hours", span=span)


def _troubles(one: queries.Standing, connection: health.Standing) -> list[str]:
    """What is wrong besides the connection: what was noted, and what its last word says though nobody was told of it yet."""
    kinds = {AlertKind(alert.kind): None for alert in one.alerts if alert.kind not in {AlertKind.LATE, AlertKind.LOST}}
    if one.state is not None and connection in {health.Standing.OK, health.Standing.LATE}:
        kinds |= dict.fromkeys(sorted(health.alerts(health.Standing.OK, watching.said(one.state), False, False)))
    closed = [] if one.device.retired_at else _closed(one.placement)
    return closed + [
        _refused(one.state.refused, one.state.problems)
        if kind is AlertKind.REFUSED and one.state and one.state.refused
        else gettext(watching.WORDS[kind])
        for kind in kinds
    ]


def _closed(placement: Placement | None) -> list[str]:
    """That places of it are closed: nobody is asked about them any more, and somebody must say what the kiosk is for now."""
    if not configuration.open_places(placement):
        return [gettext("all its places are closed and it asks nothing: move it, or take it out of use")]
    places = [one.touchpoint for one in placement.places] if placement else []
    names = ", ".join(place.name for place in places if place.closed_at is not None)
    return [gettext("closed, and not offered any more: %(names)s", names=names)] if names else []


def _rank(connection: health.Standing, troubles: list[str]) -> int:
    """Trouble first, then what waits for somebody, then what is well."""
    if connection is health.Standing.LOST:
        return 0
    if troubles:
        return 1
    return {health.Standing.LATE: 2, health.Standing.OFF: 3, health.Standing.NEW: 4}.get(connection, WELL + 2)


def clock(offset: timedelta) -> str:
    """How wrong the clock of a device is and which way; `offset` is server minus device."""
    if abs(offset) < RIGHT:
        return gettext("right")
    span = spans.long(abs(offset))
    return gettext("%(span)s behind", span=span) if offset > timedelta() else gettext("%(span)s ahead", span=span)


def _waiting(number: int, oldest_at: datetime | None, now: datetime) -> str:
    if not number:
        return gettext("nothing")
    if oldest_at is None:
        return written(number)
    return gettext("%(number)s, the oldest for %(span)s", number=written(number), span=spans.long(now - oldest_at))


def _refused(number: int, problems: list[str]) -> str:
    """How many presses the server did not take, and why; nothing when it took all."""
    if not number:
        return ""
    said = ngettext("%(num)s press was not taken", "%(num)s presses were not taken", number)
    reasons = ", ".join(dict.fromkeys(map(problem_words, problems)))
    return f"{said} ({reasons})" if reasons else said


def _where(placement: Placement | None) -> str:
    if placement is None:
        return ""
    names = [one.touchpoint.name for one in placement.places]
    spots = dict.fromkeys(one.touchpoint.place for one in placement.places if one.touchpoint.place)
    return " · ".join([", ".join(names), *spots])


def placement(one: Placement) -> dict[str, str]:
    """A placement as the page of its device shows it."""
    return {
        "where": _where(one),
        "layout": gettext(LAYOUTS[Layout(one.layout)]),
        "since": moment(one.begins_at),
        "until": moment(one.ends_at) if one.ends_at else "",
    }


def acted(one: AuditEntry, name: str) -> dict[str, str]:
    """An entry of the audit log as the page of its device shows it."""
    if not name:
        is_own = one.actor_kind == ActorKind.CITIZEN
        name = gettext("with a code at its screen") if is_own else gettext("Ozvěna itself")
    return {"what": gettext(ACTS[one.act]) if one.act in ACTS else one.act, "who": name, "at": moment(one.at)}

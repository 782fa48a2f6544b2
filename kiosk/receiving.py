"""What a paired device hands over: presses in batches, each judged by itself, and word of how it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from hub.database import insert_new, table_of
from hub.envelopes import Incoming, Rated, Receipt, Said
from hub.queries import places
from hub.queries.places import Definition, TapPlace
from hub.steps import intake
from hub.vocabulary import Outcome, Standing, TimeQuality
from hub.work import CITIZEN, work
from kiosk import queries
from kiosk.models import DeviceState
from kiosk.presses import Beat, DevicePress, Refusal
from kiosk.questions import is_hidden
from kiosk.times import GRACE, OLDEST, Sending, when

states = table_of(DeviceState)

TAKEN = {Outcome.STORED, Outcome.AMENDED, Outcome.SUPERSEDED}


def record(device_id: int, items: Sequence[DevicePress | Refusal], sending: Sending) -> list[Receipt]:
    """Record a batch in one commit; a receipt for each item, in their order."""
    now = sending.received_at
    with work(CITIZEN, "tap", now, audited=False) as w:
        mine = queries.tap_places(w.session, device_id)
        known = partial(places.definitions(w.session).by_code, w.session)
        source = queries.source_of(device_id)
        read = [_read(known, mine, source, item, sending) for item in items]
        good = [item for item in read if isinstance(item, Rated)]
        receipts = iter(intake.record(w.session, good, now))
        answers = [next(receipts) if isinstance(item, Rated) else item for item in read]
        words = [
            _said(device_id, item)
            for item, answer in zip(items, answers, strict=True)
            if isinstance(item, DevicePress) and item.text and answer.outcome in TAKEN
        ]
        if words:
            intake.record(w.session, words, now)
    return answers


def _read(
    known: Callable[[str], Definition | None],
    mine: Mapping[str, TapPlace],
    source: str,
    item: DevicePress | Refusal,
    sending: Sending,
) -> Rated | Receipt:
    if isinstance(item, Refusal):
        return Receipt(item.external_id, 0, Outcome.INVALID, "bad_input")
    place = mine.get(item.place)
    definition = known(item.questionnaire)
    if place is None or definition is None:
        return _refused(item, "unknown_place" if place is None else "unknown_questionnaire")
    if is_hidden(definition, item.ratings):
        return _refused(item, "hidden_question")
    try:
        pressed_at, quality = when(item.pressed(), sending)
    except OverflowError:
        pressed_at, quality = sending.received_at, TimeQuality.UNCERTAIN
    if pressed_at > sending.received_at + GRACE:
        return _refused(item, "in_future")
    is_old = sending.received_at - pressed_at > OLDEST
    return Rated(
        source=source,
        external_id=item.id,
        rev=item.rev,
        digest=item.digest(),
        touchpoint_id=place.id,
        department_id=place.department_id,
        questionnaire_id=definition.id,
        language=item.language,
        ratings=item.ratings,
        occurred_at=pressed_at,
        time_quality=quality,
        standing=Standing.SET_ASIDE if is_old else Standing.COUNTED,
    )


def _refused(item: DevicePress, problem: str) -> Receipt:
    return Receipt(item.id, item.rev, Outcome.INVALID, problem)


def _said(device_id: int, item: DevicePress) -> Incoming:
    # No moment: the words are of the receipt, since the moment of a press is nobody's to read beside them.
    return Said(
        source=queries.source_of(device_id),
        external_id=item.id,
        sender="",
        text=item.text or "",
        language=item.language if item.language in {"cs", "en", "uk"} else "cs",
        sitting=item.id,
    )


def beat(device_id: int, said: Beat, now: datetime) -> None:
    """Keep what a device says of itself, in place of what it said before."""
    row = {
        "device_id": device_id,
        "beat_at": now,
        "shell": said.shell,
        "configuration": said.config,
        "waiting": said.waiting,
        "oldest_at": _ago(now, said.oldest_ms),
        "refused": said.dead,
        "problems": said.dead_problems,
        "is_persisted": said.persisted,
        "is_visible": said.visible,
        "is_full": said.full,
        "offset_ms": round(now.timestamp() * 1000 - said.device_ms),
        "pressed_at": _ago(now, said.last_press_ms),
    }
    with work(CITIZEN, "beat", now, audited=False) as w:
        if not insert_new(w.connection, states, [row], ("device_id",), ("device_id",)):
            w.connection.execute(sa.update(states).where(states.c.device_id == device_id).values(**row))


def _ago(now: datetime, age_ms: float | None) -> datetime | None:
    if age_ms is None:
        return None
    try:
        return now - timedelta(milliseconds=age_ms)
    except OverflowError:
        return None

"""What an administrator does with devices, and how a device is paired: each one transaction, told in the audit log."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import choice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import errors
from hub.database import insert_new, table_of
from hub.models import Touchpoint
from hub.vocabulary import PlaceKind, marked
from hub.work import CITIZEN, Actor, work
from kiosk import codes, queries
from kiosk.models import Device, PairingCode, Placement, PlacementPlace
from kiosk.vocabulary import Layout

LASTS = timedelta(minutes=10)
TRIES = 5
MOST_PLACES = 12
"""As many departments fit a screen."""


class BadCode(errors.BadInput):
    """No device waits for this code."""

    code = "bad_code"
    title = marked("The code does not fit")
    message = marked(
        "Look at the code once more. It works once, for ten minutes and five tries; then have a new one made on the device's page."
    )


class Unpaired(errors.Problem):
    """The token belongs to no device (any more)."""

    status = 401
    code = "revoked"
    title = marked("The device is not connected")
    message = marked("This device was disconnected. Pair it again with a code from the administration.")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an administrator chooses for a device; see Device."""

    name: str
    languages: tuple[str, ...]
    hours: tuple[tuple[int, int, int], ...]
    asks_words: bool = False
    offers_qr: bool = True
    speaks: bool = True
    has_high_contrast: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a device: one that exists already (`touchpoint_id`), or a new one."""

    name: str = ""
    place: str = ""
    department_id: int = 0
    touchpoint_id: int = 0


def create(settings: Settings, layout: Layout, spots: Sequence[Spot], actor: Actor, now: datetime) -> str:
    """Make a device with its first placement; its name in addresses. Raises BadInput for places that cannot be its."""
    with work(actor, "create device", now) as w:
        device = Device(ref=_new_ref(), created_at=now, languages=[], hours=[], name="")
        _set(device, settings)
        w.session.add(device)
        w.session.flush()
        _place(w.session, device, layout, spots, now)
        w.about(device)
        return device.ref


def change(ref: str, settings: Settings, version: int, actor: Actor, now: datetime) -> None:
    """Set what a device shows. Raises NotFound, Conflict when somebody changed it meanwhile."""
    with work(actor, "change device", now) as w:
        device = _device(w.session, ref, version)
        _set(device, settings)
        device.version += 1
        w.about(device)


def move(ref: str, layout: Layout, spots: Sequence[Spot], version: int, actor: Actor, now: datetime) -> None:
    """Begin a new placement with new places; the old ones are closed, their figures stay. Raises NotFound, Conflict, BadInput."""
    with work(actor, "move device", now) as w:
        device = _device(w.session, ref, version)
        _leave(w.session, device, now)
        _place(w.session, device, layout, spots, now)
        device.version += 1
        w.about(device)


def revoke(ref: str, actor: Actor, now: datetime) -> None:
    """End the token of a device: what it has not sent yet stays in it until it is paired again. Raises NotFound."""
    with work(actor, "disconnect device", now) as w:
        device = _device(w.session, ref)
        device.token_digest = None
        w.session.execute(sa.delete(PairingCode).where(PairingCode.device_id == device.id))
        w.about(device)


def retire(ref: str, actor: Actor, now: datetime) -> None:
    """Take a device out of use for good; its places are closed, their figures stay. Raises NotFound."""
    with work(actor, "retire device", now) as w:
        device = _device(w.session, ref)
        _leave(w.session, device, now)
        device.token_digest, device.retired_at = None, now
        w.session.execute(sa.delete(PairingCode).where(PairingCode.device_id == device.id))
        w.about(device)


def new_code(ref: str, actor: Actor, now: datetime) -> str:
    """A code for pairing a device, instead of the one before. Raises NotFound."""
    with work(actor, "make pairing code", now) as w:
        device = _device(w.session, ref)
        w.session.execute(sa.delete(PairingCode).where(PairingCode.device_id == device.id))
        w.session.execute(sa.delete(PairingCode).where(PairingCode.expires_at <= now))
        w.about(device)
        while True:
            code = codes.new()
            row = {
                "device_id": device.id,
                "selector": codes.selector(code),
                "digest": codes.digest(code),
                "expires_at": now + LASTS,
                "tries": 0,
            }
            if insert_new(w.connection, table_of(PairingCode), [row], ("selector",), ("device_id",)):
                return code


@dataclass(frozen=True, slots=True)
class Paired:
    """What a device gets once: its token, and who it is from now on."""

    token: str
    ref: str
    name: str


def pair(text: str, now: datetime) -> Paired:
    """Give a token for a code, once; a token given before ends. Raises BadCode for any code that does not fit (any more)."""
    code = codes.read(text)
    if code is None:
        raise BadCode
    with work(CITIZEN, "pair device", now) as w:
        found = _try(w.session, code, now)
        if found is not None:
            device = w.session.get_one(Device, found)
            token = codes.new_token()
            device.token_digest, device.paired_at = codes.digest(token), now
            w.about(device)
            return Paired(token, device.ref, device.name)
    raise BadCode  # outside: the try was counted


def _try(session: Session, code: str, now: datetime) -> int | None:
    """The device whose code this is, and the code is used up; a wrong one costs a try."""
    waiting = sa.and_(
        PairingCode.selector == codes.selector(code), PairingCode.expires_at > now, PairingCode.tries < TRIES
    )
    tried = sa.update(PairingCode).where(waiting).values(tries=PairingCode.tries + 1)
    row = session.execute(tried.returning(PairingCode.device_id, PairingCode.digest)).first()
    if row is None or not hmac.compare_digest(row.digest, codes.digest(code)):
        return None
    session.execute(sa.delete(PairingCode).where(PairingCode.device_id == row.device_id))
    return int(row.device_id)


def _device(session: Session, ref: str, version: int | None = None) -> Device:
    device = queries.locked(session, ref)
    if device is None or device.retired_at is not None:
        raise errors.NotFound
    if version is not None and device.version != version:
        raise errors.Conflict(marked("Somebody else changed this meanwhile. Open it again and look."))
    return device


def _set(device: Device, settings: Settings) -> None:
    device.name = settings.name
    device.languages = list(settings.languages)
    device.hours = [list(span) for span in settings.hours]
    device.asks_words, device.offers_qr = settings.asks_words, settings.offers_qr
    device.speaks, device.has_high_contrast = settings.speaks, settings.has_high_contrast


def _leave(session: Session, device: Device, now: datetime) -> None:
    placement = queries.current(session, device.id)
    if placement is None:
        return
    placement.ends_at = now
    for place in placement.places:
        place.touchpoint.closed_at = now
    session.flush()


def _place(session: Session, device: Device, layout: Layout, spots: Sequence[Spot], now: datetime) -> None:
    if not spots or len(spots) > MOST_PLACES or (layout is Layout.ONE and len(spots) > 1):
        raise errors.BadInput(
            marked("Choose one department, or several of which citizens choose one themselves (twelve at most).")
        )
    placement = Placement(device_id=device.id, layout=layout, begins_at=now)
    session.add(placement)
    free = {place.id: place for place in queries.free_places(session)}
    questionnaire_id = queries.newest_questionnaire(session)
    for position, spot in enumerate(spots):
        touchpoint = free.get(spot.touchpoint_id) if spot.touchpoint_id else _new_place(spot, questionnaire_id)
        if touchpoint is None:
            raise errors.Conflict(
                marked("This place has got another device meanwhile. Open the page again and choose.")
            )
        session.add(touchpoint)
        session.flush()
        placement.places.append(PlacementPlace(touchpoint_id=touchpoint.id, position=position))
    session.flush()


def _new_place(spot: Spot, questionnaire_id: int) -> Touchpoint:
    # Random: a place that was moved has a namesake, and an address on a poster is never used again.
    slug = f"kiosk-{_new_ref()}"
    return Touchpoint(
        slug=slug,
        name=spot.name,
        place=spot.place,
        kind=PlaceKind.KIOSK,
        department_id=spot.department_id,
        questionnaire_id=questionnaire_id,
    )


def _new_ref() -> str:
    return "".join(choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(10))

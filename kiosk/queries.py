"""Devices, their places, and what their screens show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.database import row_lock, table_of
from hub.models import Account, AuditEntry, Count, Feedback, Question, Questionnaire, Rating, Touchpoint
from hub.queries.places import TapPlace
from hub.vocabulary import PlaceKind
from kiosk.models import Device, DeviceAlert, DeviceState, Placement, PlacementPlace
from kiosk.questions import FACES


def by_token(session: Session, digest: str) -> Device | None:
    """The paired device of a token's digest."""
    return session.scalar(sa.select(Device).where(Device.token_digest == digest))


def by_ref(session: Session, ref: str) -> Device | None:
    """The device of this name in addresses."""
    return session.scalar(sa.select(Device).where(Device.ref == ref))


def locked(session: Session, ref: str) -> Device | None:
    """The same for whoever is going to change it; another one waits."""
    found: Device | None = session.scalar(row_lock(sa.select(Device).where(Device.ref == ref)))
    return found


def newest_questionnaire(session: Session) -> int:
    """The questionnaire that new places ask: the one that was published last among those of the kiosk's places."""
    of_kiosks = sa.select(Questionnaire.code).join(Touchpoint).where(Touchpoint.kind == PlaceKind.KIOSK)
    newest = sa.select(Questionnaire.id).where(
        Questionnaire.code.in_(of_kiosks), Questionnaire.published_at.is_not(None)
    )
    return session.scalars(newest.order_by(Questionnaire.version.desc(), Questionnaire.id.desc()).limit(1)).one()


def current(session: Session, device_id: int) -> Placement | None:
    """Where a device stands, with its places, their questionnaires and departments."""
    touchpoint = selectinload(Placement.places).joinedload(PlacementPlace.touchpoint)
    questions = touchpoint.joinedload(Touchpoint.questionnaire).selectinload(Questionnaire.questions)
    return session.scalar(
        sa.select(Placement)
        .where(Placement.device_id == device_id, Placement.ends_at.is_(None))
        .options(questions.selectinload(Question.levels), touchpoint.joinedload(Touchpoint.department))
    )


_places = table_of(Touchpoint)
_of_placement = table_of(PlacementPlace)
_placements = table_of(Placement)
_TAP_PLACES = (
    sa.select(_places.c.slug, _places.c.id, _places.c.department_id, _places.c.questionnaire_id)
    .join_from(_of_placement, _places, _places.c.id == _of_placement.c.touchpoint_id)
    .join(_placements, _placements.c.id == _of_placement.c.placement_id)
    .where(_placements.c.device_id == sa.bindparam("device_id"))
)


def tap_places(session: Session, device_id: int) -> Mapping[str, TapPlace]:
    """Slug → place, of all places a device has or had: what was pressed before it was moved comes late."""
    rows = session.connection().execute(_TAP_PLACES, {"device_id": device_id})
    return {row.slug: TapPlace(row.id, row.department_id, row.questionnaire_id) for row in rows}


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """What recording a tap on an open page needs of its place; `is_held`: a paired device stands there."""

    id: int
    department_id: int
    questionnaire_id: int
    is_held: bool


_OPEN_PLACE = sa.select(
    _places.c.id,
    _places.c.department_id,
    _places.c.questionnaire_id,
    sa.exists().where(_of_placement.c.touchpoint_id == _places.c.id).label("is_held"),
).where(_places.c.slug == sa.bindparam("slug"), _places.c.kind == PlaceKind.KIOSK, _places.c.closed_at.is_(None))


def tap_place(session: Session, slug: str) -> OpenPlace | None:
    """The open touch screen of a tap, in one narrow statement."""
    row = session.connection().execute(_OPEN_PLACE, {"slug": slug}).first()
    return OpenPlace(row.id, row.department_id, row.questionnaire_id, bool(row.is_held)) if row else None


def unpaired_places(session: Session) -> frozenset[int]:
    """Ids of the places of kiosks that have never had a device."""
    taken = sa.select(PlacementPlace.touchpoint_id)
    found = sa.select(Touchpoint.id).where(Touchpoint.kind == PlaceKind.KIOSK, Touchpoint.id.not_in(taken))
    return frozenset(session.scalars(found))


def free_places(session: Session) -> list[Touchpoint]:
    """Open places of kiosks that no device has ever had."""
    taken = sa.select(PlacementPlace.touchpoint_id)
    free = sa.select(Touchpoint).where(
        Touchpoint.kind == PlaceKind.KIOSK, Touchpoint.closed_at.is_(None), Touchpoint.id.not_in(taken)
    )
    return list(session.scalars(free.order_by(Touchpoint.name, Touchpoint.id)))


@dataclass(frozen=True, slots=True)
class Standing:
    """A device with where it stands, what it said of itself last, and what is wrong with it."""

    device: Device
    placement: Placement | None
    state: DeviceState | None
    alerts: tuple[DeviceAlert, ...]


def devices(session: Session, ref: str | None = None) -> list[Standing]:
    """All devices that are not retired, by name (or the one of that name, retired too); in four statements."""
    wanted = sa.select(Device).order_by(Device.name, Device.id)
    wanted = wanted.where(Device.ref == ref) if ref else wanted.where(Device.retired_at.is_(None))
    found = list(session.scalars(wanted))
    ids = [device.id for device in found]
    touchpoint = selectinload(Placement.places).joinedload(PlacementPlace.touchpoint)
    where = session.scalars(
        sa.select(Placement)
        .where(Placement.device_id.in_(ids), Placement.ends_at.is_(None))
        .options(touchpoint.joinedload(Touchpoint.department))
    )
    placements = {one.device_id: one for one in where}
    states = {
        one.device_id: one for one in session.scalars(sa.select(DeviceState).where(DeviceState.device_id.in_(ids)))
    }
    alerts: dict[int, list[DeviceAlert]] = {}
    unsolved = sa.select(DeviceAlert).where(DeviceAlert.device_id.in_(ids), DeviceAlert.closed_at.is_(None))
    for alert in session.scalars(unsolved.order_by(DeviceAlert.opened_at, DeviceAlert.id)):
        alerts.setdefault(alert.device_id, []).append(alert)
    return [Standing(one, placements.get(one.id), states.get(one.id), tuple(alerts.get(one.id, ()))) for one in found]


def placements_of(session: Session, device_id: int) -> list[Placement]:
    """Where a device stood, the newest first."""
    of_device = sa.select(Placement).where(Placement.device_id == device_id)
    places = selectinload(Placement.places).options(joinedload(PlacementPlace.touchpoint))
    return list(session.scalars(of_device.options(places).order_by(Placement.begins_at.desc(), Placement.id.desc())))


def alerts_of(session: Session, device_id: int, most: int) -> list[DeviceAlert]:
    """The newest alerts of a device, the ended ones too."""
    of_device = sa.select(DeviceAlert).where(DeviceAlert.device_id == device_id)
    return list(session.scalars(of_device.order_by(DeviceAlert.opened_at.desc(), DeviceAlert.id.desc()).limit(most)))


def history(session: Session, device_id: int, before: int | None, most: int) -> list[tuple[AuditEntry, str]]:
    """What was done with a device before that entry, the newest first, and by whom (empty: by no account)."""
    about = sa.and_(AuditEntry.about_table == Device.__tablename__, AuditEntry.about_id == device_id)
    wanted = sa.select(AuditEntry, Account.name).outerjoin(Account, Account.id == AuditEntry.actor_id).where(about)
    if before is not None:
        wanted = wanted.where(AuditEntry.id < before)
    return [(row[0], row[1] or "") for row in session.execute(wanted.order_by(AuditEntry.id.desc()).limit(most))]


def alerts_with_names(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Alert → the name of its device, and its kind."""
    wanted = sa.select(DeviceAlert.id, Device.name, DeviceAlert.kind).join(Device, Device.id == DeviceAlert.device_id)
    return {row[0]: (row[1], row[2]) for row in session.execute(wanted.where(DeviceAlert.id.in_(ids)))}


def told_of(session: Session, ids: Sequence[int], since: datetime) -> set[tuple[int, str]]:
    """Devices and kinds of trouble of which administrators were written since then."""
    told = sa.select(DeviceAlert.device_id, DeviceAlert.kind).where(
        DeviceAlert.device_id.in_(ids), DeviceAlert.told_at > since
    )
    return {(row[0], row[1]) for row in session.execute(told.distinct())}


NEWEST = 60
"""Presses among which a run of one face is looked for."""


@dataclass(frozen=True, slots=True)
class Habit:
    """The faces of a device's newest presses, the last one first; and how often each was touched since a day, worst first."""

    newest: tuple[int, ...] = ()
    levels: tuple[int, ...] = ()


def habits(session: Session, ids: Sequence[int], since: date) -> dict[int, Habit]:
    """The habit of each of these devices, in two statements however many they are."""
    if not ids:
        return {}
    faces = sa.select(Question.id).where(Question.code == FACES)
    newest: dict[int, list[int]] = {}
    for device_id, level in session.execute(_newest(ids, faces)):
        newest.setdefault(device_id, []).append(level)
    counted = (
        sa.select(Placement.device_id, Count.level, sa.func.sum(Count.counted))
        .join_from(Count, PlacementPlace, PlacementPlace.touchpoint_id == Count.touchpoint_id)
        .join(Placement, Placement.id == PlacementPlace.placement_id)
        .where(Count.question_id.in_(faces), Count.day_on >= since, Placement.device_id.in_(ids))
        .group_by(Placement.device_id, Count.level)
    )
    levels: dict[int, dict[int, int]] = {}
    for device_id, level, n in session.execute(counted):
        levels.setdefault(device_id, {})[level] = int(n or 0)
    return {one: Habit(tuple(newest.get(one, ())), _in_row(levels.get(one, {}))) for one in ids}


def _newest(ids: Sequence[int], faces: sa.Select[int]) -> sa.Select[int, int]:
    """The newest faces of each device: each walks back along the moments of receipt, and stops when it has enough."""
    parts = [
        sa.select(sa.literal(one).label("device_id"), Rating.level, Feedback.received_at, Feedback.occurred_at)
        .join_from(Feedback, Rating, Rating.feedback_id == Feedback.id)
        .where(Feedback.received_at.is_not(None), Feedback.source == source_of(one), Rating.question_id.in_(faces))
        .order_by(Feedback.received_at.desc(), Feedback.occurred_at.desc())
        .limit(NEWEST)
        .subquery()
        for one in ids
    ]
    found = sa.union_all(*(sa.select(part) for part in parts)).subquery()
    order = (found.c.device_id, found.c.received_at.desc(), found.c.occurred_at.desc())
    return sa.select(found.c.device_id, found.c.level).order_by(*order)


def _in_row(levels: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(levels.get(level, 0) for level in range(1, max(levels, default=0) + 1))


def source_of(device_id: int) -> str:
    """The scope of what a device sends; whoever holds its token cannot choose another."""
    return f"device:{device_id}"

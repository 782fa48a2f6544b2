"""How a device is: heard of in time, touched as usual, not stuck; and administrators hear of what is wrong, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.models import StaffLetter
from hub.rules.openinghours import Span
from hub.work import CITIZEN, work
from kiosk import health, queries, receiving, watching
from kiosk.health import Hours, Said, Standing
from kiosk.models import DeviceAlert
from kiosk.presses import Beat
from kiosk.vocabulary import AlertKind
from tests.conftest import NOW
from tests.kiosk.devices import device_id, new_device, pair

OFFICE = Hours(tuple(Span(day, 8 * 60, 17 * 60) for day in range(1, 6)), lambda day: (day.day, day.month) == (17, 11))
ALWAYS = Hours((), lambda _: False)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("beat", "now", "expected"),
    [
        ("2026-11-18T10:00", "2026-11-18T10:14", Standing.OK),
        ("2026-11-18T10:00", "2026-11-18T10:15", Standing.LATE),
        (
            "2026-11-13T15:59",
            "2026-11-16T07:13",
            Standing.OK,
        ),  # over a weekend: two minutes of Friday, thirteen of Monday
        ("2026-11-13T15:59", "2026-11-16T07:14", Standing.LATE),
        ("2026-11-16T15:50", "2026-11-18T07:04", Standing.OK),  # over a holiday
        ("2026-11-18T07:00", "2026-11-20T12:59", Standing.LATE),
        ("2026-11-18T07:00", "2026-11-20T13:00", Standing.LOST),  # nine, nine and six hours
    ],
)
def test_lateness_is_counted_in_opening_hours(beat: str, now: str, expected: Standing) -> None:
    assert health.standing(True, at(beat), OFFICE, at(now)) == expected


def test_hours_of_the_days_when_the_clock_is_moved_are_counted_right() -> None:
    assert ALWAYS.open_between(at("2026-10-24T22:00"), at("2026-10-25T23:00")) == timedelta(hours=25)
    sunday = Hours((Span(7, 0, 24 * 60),), lambda _: False)
    assert sunday.open_between(at("2026-10-24T00:00"), at("2026-10-27T00:00")) == timedelta(hours=25)
    assert sunday.open_between(at("2026-03-28T00:00"), at("2026-03-31T00:00")) == timedelta(hours=23)


def test_a_device_that_was_never_or_is_no_longer_paired_is_not_late() -> None:
    assert health.standing(False, None, OFFICE, NOW) == Standing.NEW
    assert health.standing(False, NOW - timedelta(days=9), OFFICE, NOW) == Standing.OFF


def test_silence_is_measured_by_the_kiosks_own_habit() -> None:
    busy = {"presses": 1800, "hours": OFFICE, "now": at("2026-11-18T12:00")}
    assert health.is_silent(at("2026-11-18T10:00"), **busy)  # type: ignore[arg-type]
    assert not health.is_silent(at("2026-11-18T11:30"), **busy)  # type: ignore[arg-type]
    quiet = {**busy, "presses": 40}
    assert not health.is_silent(at("2026-11-16T10:00"), **quiet)  # type: ignore[arg-type]
    assert not health.is_silent(at("2026-09-01T10:00"), **{**busy, "presses": 19})  # type: ignore[arg-type]


def test_a_run_of_one_face_is_stuck_only_when_chance_does_not_explain_it() -> None:
    assert health.is_stuck([1] * 12 + [5, 4], [30, 20, 30, 100, 200])
    assert not health.is_stuck([1] * 11 + [5, 4], [30, 20, 30, 100, 200])
    assert not health.is_stuck([5] * 40, [1, 1, 2, 40, 400])  # a place people like
    assert health.is_stuck([5] * 140, [1, 1, 2, 40, 400])
    assert not health.is_stuck([], [])


def test_people_who_rate_at_random_are_hardly_ever_called_stuck() -> None:
    random = Random(20261128)
    false = 0
    for _ in range(2_000):
        faces = random.choices(range(1, 6), (5, 8, 12, 33, 42), k=60)
        false += health.is_stuck(faces, [50, 80, 120, 330, 420])
    assert false == 0


def test_of_a_lost_device_nothing_else_is_known() -> None:
    bad = Said(refused=2, is_full=True, is_persisted=False)
    assert health.alerts(Standing.LOST, bad, True, True) == {AlertKind.LOST}
    assert health.alerts(Standing.LATE, bad, True, True) == set()
    assert health.alerts(Standing.LATE, bad, True, True, {AlertKind.FULL}) == {AlertKind.FULL}
    assert health.alerts(Standing.LOST, bad, True, True, {AlertKind.FULL}) == {AlertKind.FULL, AlertKind.LOST}
    assert health.alerts(Standing.OK, bad, True, True) == set(AlertKind) - {AlertKind.LATE, AlertKind.LOST}
    assert health.alerts(Standing.OK, Said(0, False, True), False, False) == set()


def beat(ref: str, now: datetime, **changes: object) -> None:
    said = {
        "page": "8d6bd4ae-4d0c-4dd2-9a3f-6ec7a4b1d001", "mono": 0.0, "device_ms": 0.0, "shell": "", "config": "",
        "waiting": 0, "dead": 0, "persisted": True, "visible": True, **changes,
    }  # fmt: skip
    receiving.beat(device_id(ref), Beat.model_validate(said), now)


def letters() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(StaffLetter)) or 0


def open_alerts() -> list[str]:
    db.session.rollback()
    found = sa.select(DeviceAlert.kind).where(DeviceAlert.closed_at.is_(None)).order_by(DeviceAlert.kind)
    return list(db.session.scalars(found))


def test_what_is_wrong_is_told_once_and_closes_by_itself(city: Flask) -> None:
    ref = new_device(NOW, "ridici", hours=())
    pair(ref, NOW)
    beat(ref, NOW, dead=2)
    watching.look_after(NOW)
    watching.look_after(NOW + timedelta(minutes=1))
    assert (open_alerts(), letters()) == (["refused"], 1)
    beat(ref, NOW + timedelta(minutes=2))
    watching.look_after(NOW + timedelta(minutes=2))
    assert (open_alerts(), letters()) == ([], 2)
    assert watching.look_after(NOW + timedelta(minutes=3)) == 0


def test_the_same_trouble_again_within_half_a_day_is_noted_and_not_written_of(city: Flask) -> None:
    ref = new_device(NOW, "ridici", hours=())
    pair(ref, NOW)
    for minute in range(0, 10, 2):
        beat(ref, NOW + timedelta(minutes=minute), full=True)
        watching.look_after(NOW + timedelta(minutes=minute))
        beat(ref, NOW + timedelta(minutes=minute + 1))
        watching.look_after(NOW + timedelta(minutes=minute + 1))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DeviceAlert)) == 5
    assert letters() == 2
    later = NOW + timedelta(hours=13)
    beat(ref, later, full=True)
    watching.look_after(later)
    assert letters() == 3


def test_a_lost_device_is_told_of(city: Flask) -> None:
    ref = new_device(NOW, "ridici", hours=())
    pair(ref, NOW)
    beat(ref, NOW, dead=1)
    watching.look_after(NOW)
    watching.look_after(NOW + timedelta(hours=1, minutes=59))  # late: what was wrong may be so still
    assert (open_alerts(), letters()) == (["refused"], 1)
    watching.look_after(NOW + timedelta(hours=2))
    assert (open_alerts(), letters()) == (["late", "refused"], 2)
    watching.look_after(NOW + timedelta(hours=24))
    assert (open_alerts(), letters()) == (["late", "lost", "refused"], 3)
    watching.look_after(NOW + timedelta(hours=48))
    assert letters() == 3
    beat(ref, NOW + timedelta(hours=49))
    watching.look_after(NOW + timedelta(hours=49))
    assert (open_alerts(), letters()) == ([], 4)


def test_a_device_that_was_paired_and_never_heard_of_is_told_of_too(city: Flask) -> None:
    pair(new_device(NOW, "ridici", hours=()), NOW)
    watching.look_after(NOW + timedelta(hours=1))
    assert letters() == 0
    watching.look_after(NOW + timedelta(hours=2))
    assert (open_alerts(), letters()) == (["late"], 1)


def test_devices_behind_one_switch_are_told_of_in_one_letter(city: Flask) -> None:
    for slug in ("ridici", "vozidla"):
        ref = new_device(NOW, slug, hours=())
        pair(ref, NOW)
        beat(ref, NOW)
    watching.look_after(NOW + timedelta(hours=3))
    assert (open_alerts(), letters()) == (["late", "late"], 1)


def test_the_letter_names_the_device_and_what_is_wrong(city: Flask) -> None:
    ref = new_device(NOW, "ridici", hours=())
    pair(ref, NOW)
    beat(ref, NOW, full=True, persisted=False)
    watching.look_after(NOW)
    db.session.rollback()
    letter = db.session.scalars(sa.select(StaffLetter)).one()
    made = watching.letter([(one[0], one[1]) for one in letter.cases])
    assert made is not None
    subject, lines = made
    assert len(lines) == 2
    assert all(line.startswith("Kiosek u přepážek: ") for line in lines)
    assert "2" in subject


def test_two_clocks_at_once_open_one_alert(city: Flask) -> None:
    ref = new_device(NOW, "ridici", hours=())
    number = device_id(ref)
    row = {"device_id": number, "kind": "full", "opened_at": NOW}
    with work(CITIZEN, "x", NOW, audited=False) as w:
        w.connection.execute(sa.insert(watching.alerts), [row])
    assert watching._note([watching.Change(number, {AlertKind.FULL}, set())], NOW) == 0
    assert len(queries.alerts_of(db.session(), number, 9)) == 1

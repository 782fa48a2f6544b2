"""Looking after kiosks costs the same however many they are and however long nobody touched one; what it finds stays the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.rules.localtime import local
from kiosk import health, queries, receiving, watching
from kiosk.presses import Beat, DevicePress
from kiosk.times import Sending
from tests.conftest import NOW
from tests.kiosk.devices import Kiosk, device_id, new_device, pair

PLACES = ("ridici", "vozidla", "davky")


@contextmanager
def asked() -> Iterator[list[str]]:
    """The statements that are asked meanwhile."""
    said: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        said.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def of_presses(statements: list[str]) -> list[str]:
    return [one for one in statements if "feedback" in one or "counts" in one]


class Hall:
    """Kiosks at the places of the city; each touch is handed over at once."""

    def __init__(self, city: Flask, number: int) -> None:
        self.city = city
        self.refs = [new_device(NOW, place, hours=(), name=place) for place in PLACES[:number]]
        self.kiosks = [Kiosk(city, pair(ref, NOW), NOW) for ref in self.refs]
        self.touched: dict[int, datetime] = {}

    def touch(self, n: int, at: datetime, *faces: int) -> None:
        said = [self.kiosks[n].press(at + timedelta(seconds=k), face, PLACES[n]) for k, face in enumerate(faces)]
        received = at + timedelta(seconds=len(faces))
        sending = Sending(self.kiosks[n].page, self.kiosks[n].mono(received), self.kiosks[n].ms(received), received)
        receiving.record(device_id(self.refs[n]), [DevicePress.model_validate(one) for one in said], sending)
        self.touched[n] = received

    def beat(self, at: datetime, jitter: float = 0.0) -> None:
        for n, ref in enumerate(self.refs):
            age = (at - self.touched[n]) / timedelta(milliseconds=1) + jitter if n in self.touched else None
            said = self.kiosks[n].beat(at, last_press_ms=age)
            receiving.beat(device_id(ref), Beat.model_validate(said), at)

    def verdicts(self) -> set[tuple[str, str]]:
        db.session.rollback()
        return {(one.device.name, alert.kind) for one in queries.devices(db.session()) for alert in one.alerts}

    def anew(self, now: datetime) -> set[tuple[str, str]]:
        """What is silent or stuck by everything that lies in the database."""
        db.session.rollback()
        found = set()
        for one in queries.devices(db.session()):
            habit = queries.habits(db.session(), [one.device.id], local(now - health.HABIT).date())[one.device.id]
            assert one.state
            if health.is_silent(one.state.pressed_at, sum(habit.levels), watching.hours_of(one.device), now):
                found.add((one.device.name, "silent"))
            if health.is_stuck(habit.newest, habit.levels):
                found.add((one.device.name, "stuck"))
        return found


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_number_of_statements_does_not_grow_with_devices(city: Flask) -> None:
    hall = Hall(city, 3)
    hall.beat(NOW)
    with asked() as of_three:
        watching.look_after(NOW)
    assert len(of_presses(of_three)) == 2
    assert len([one for one in of_three if one.startswith("SELECT")]) <= 8


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_of_a_kiosk_that_nobody_touches_presses_are_read_once_an_hour(city: Flask) -> None:
    hall = Hall(city, 2)
    hall.touch(0, NOW, 5, 4, 3)
    read = []
    for minute in (1, 2, 3, 59, 60, 61, 62, 119, 121, 122, 123):
        now = NOW + timedelta(minutes=minute)
        hall.beat(now, jitter=700.0 * (minute % 2))
        with asked() as statements:
            watching.look_after(now)
        read.append(len(of_presses(statements)))
    assert read[0] == 2
    assert sum(read) == 6


def test_what_is_remembered_never_changes_a_verdict(city: Flask) -> None:
    hall = Hall(city, 2)
    hall.touch(0, NOW, *[5, 4, 3, 2, 1] * 8)
    hall.touch(1, NOW, *[5, 4, 3, 2, 1] * 8)
    seen = set()
    for now in [NOW + timedelta(minutes=n) for n in range(3, 9)] + [NOW + timedelta(hours=30 * n) for n in range(1, 7)]:
        if now < NOW + timedelta(minutes=7):
            hall.touch(1, now - timedelta(seconds=30), *[1] * 9)  # a screen that got stuck, a few at a time
        hall.beat(now)
        watching.look_after(now)
        assert hall.verdicts() == hall.anew(now), now
        seen |= hall.verdicts()
    assert {kind for _, kind in seen} == {"silent", "stuck"}

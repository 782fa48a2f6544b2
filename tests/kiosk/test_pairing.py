"""A device is paired by a code that works once, for ten minutes and five tries; its token is good for its own presses alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.errors import BadInput, Conflict
from hub.models import AuditEntry, Touchpoint
from hub.work import SYSTEM
from kiosk import codes, pairing, queries
from kiosk.models import Device, PairingCode
from kiosk.vocabulary import Layout
from tests.conftest import NOW
from tests.kiosk.devices import SETTINGS, device_id, new_device, pair, place_id


def test_a_code_pairs_once(city: Flask) -> None:
    ref = new_device(NOW, "ridici")
    code = pairing.new_code(ref, SYSTEM, NOW)
    paired = pairing.pair(f" {code[:4].lower()}-{code[4:]}", NOW + timedelta(minutes=9))
    assert (paired.ref, paired.name) == (ref, "Kiosek u přepážek")
    with pytest.raises(pairing.BadCode):
        pairing.pair(code, NOW + timedelta(minutes=9))


def test_of_the_token_only_a_digest_is_kept(city: Flask) -> None:
    ref = new_device(NOW, "ridici")
    token = pair(ref, NOW)
    kept = db.session.scalars(sa.select(Device.token_digest)).one()
    assert kept == codes.digest(token)
    assert token not in str(db.session.execute(sa.select(AuditEntry)).all())
    assert queries.by_token(db.session(), codes.digest(token)) is not None


def test_a_code_is_over_after_ten_minutes(city: Flask) -> None:
    code = pairing.new_code(new_device(NOW, "ridici"), SYSTEM, NOW)
    with pytest.raises(pairing.BadCode):
        pairing.pair(code, NOW + pairing.LASTS)


def test_after_five_wrong_tries_the_right_code_is_refused_too(city: Flask) -> None:
    code = pairing.new_code(new_device(NOW, "ridici"), SYSTEM, NOW)
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    for _ in range(5):
        with pytest.raises(pairing.BadCode):
            pairing.pair(wrong, NOW)
    with pytest.raises(pairing.BadCode):
        pairing.pair(code, NOW)


def test_a_new_code_ends_the_one_before(city: Flask) -> None:
    ref = new_device(NOW, "ridici")
    first = pairing.new_code(ref, SYSTEM, NOW)
    second = pairing.new_code(ref, SYSTEM, NOW)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PairingCode)) == 1
    with pytest.raises(pairing.BadCode):
        pairing.pair(first, NOW)
    assert pairing.pair(second, NOW).ref == ref


@pytest.mark.parametrize("text", ["", "ABCD", "ABCD-EFG0", "ABCDEFGHJ", "čšřžýáíé", "\0" * 8, "A" * 100_000])
def test_what_can_be_no_code_is_refused(city: Flask, text: str) -> None:
    with pytest.raises(pairing.BadCode):
        pairing.pair(text, NOW)


def test_two_devices_at_once_get_one_token(city: Flask) -> None:
    code = pairing.new_code(new_device(NOW, "ridici"), SYSTEM, NOW)

    def try_it(_: int) -> bool:
        with city.app_context():
            try:
                pairing.pair(code, NOW)
            except pairing.BadCode:
                return False
            return True

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(try_it, range(8))) == 1


def test_pairing_anew_ends_the_token_before(city: Flask) -> None:
    ref = new_device(NOW, "ridici")
    first = pair(ref, NOW)
    second = pair(ref, NOW)
    assert queries.by_token(db.session(), codes.digest(first)) is None
    assert queries.by_token(db.session(), codes.digest(second)) is not None


def test_a_place_gets_one_device_for_ever(city: Flask) -> None:
    new_device(NOW, "ridici")
    with pytest.raises(Conflict):
        new_device(NOW, "ridici")


def test_moving_a_device_begins_new_places_and_closes_the_old_ones(city: Flask) -> None:
    ref = new_device(NOW, "ridici")
    department = db.session.scalars(sa.select(Touchpoint.department_id).filter_by(slug="ridici")).one()
    spot = pairing.Spot(name="Řidičské průkazy", place="Nová hala", department_id=department)
    later = NOW + timedelta(days=30)
    pairing.move(ref, Layout.ONE, [spot], 1, SYSTEM, later)
    old = db.session.scalars(sa.select(Touchpoint).filter_by(slug="ridici")).one()
    placement = queries.current(db.session(), device_id(ref))
    assert old.closed_at == later
    assert placement is not None
    assert placement.begins_at == later
    assert [one.touchpoint.place for one in placement.places] == ["Nová hala"]
    assert placement.places[0].touchpoint_id != old.id
    assert len(queries.placements_of(db.session(), device_id(ref))) == 2


def test_two_administrators_at_once_get_a_clear_conflict(city: Flask) -> None:
    ref = new_device(NOW, "ridici")
    pairing.change(ref, SETTINGS, 1, SYSTEM, NOW)
    with pytest.raises(Conflict):
        pairing.change(ref, SETTINGS, 1, SYSTEM, NOW)


def test_a_kiosk_of_one_department_has_one_place(city: Flask) -> None:
    with pytest.raises(BadInput):
        new_device(NOW, "ridici", "davky", layout=Layout.ONE)
    with pytest.raises(BadInput):
        new_device(NOW)


def test_a_device_out_of_use_has_no_token_and_no_places(city: Flask) -> None:
    ref = new_device(NOW, "ridici", "davky")
    token = pair(ref, NOW)
    pairing.retire(ref, SYSTEM, NOW)
    assert queries.by_token(db.session(), codes.digest(token)) is None
    closed = sa.select(Touchpoint.closed_at).where(Touchpoint.id.in_([place_id("ridici"), place_id("davky")]))
    assert list(db.session.scalars(closed)) == [NOW, NOW]

"""What a paired device hands over is there once, in its own hour, and each item has a receipt of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.models import UNKNOWN_HOUR, Case, Count, Feedback, Revision
from hub.queries import recount
from hub.rules.localtime import hour_of
from hub.work import SYSTEM
from kiosk import pairing
from kiosk.models import Device, DeviceState
from kiosk.vocabulary import Layout
from tests.kiosk.devices import Kiosk, device_id, new_device, pair


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def kiosk(city: Flask, now: datetime) -> Kiosk:
    return Kiosk(city, pair(new_device(now, "ridici", "davky"), now), now - timedelta(hours=8))


def rows() -> list[Feedback]:
    db.session.rollback()
    assert recount.differences(db.session()) == []
    return list(db.session.scalars(sa.select(Feedback).order_by(Feedback.occurred_at)))


def outcomes(receipts: list[dict[str, object]]) -> list[object]:
    return [receipt["problem"] or receipt["outcome"] for receipt in receipts]


def test_a_press_of_hours_ago_stands_in_its_own_hour(kiosk: Kiosk, now: datetime) -> None:
    pressed = now - timedelta(hours=3)
    assert outcomes(kiosk.send(now, kiosk.press(pressed))) == ["stored"]
    (row,) = rows()
    assert row.hour_at == hour_of(pressed)
    assert row.time_quality == "exact"


def test_sent_twice_it_is_there_once(kiosk: Kiosk, now: datetime) -> None:
    presses = [kiosk.press(now, visit) for visit in (1, 3, 5)]
    assert outcomes(kiosk.send(now, *presses)) == ["stored"] * 3
    assert outcomes(kiosk.send(now + timedelta(minutes=5), *presses)) == ["known"] * 3
    assert len(rows()) == 3


def test_later_steps_amend_it_in_any_order(kiosk: Kiosk, now: datetime) -> None:
    first = kiosk.press(now, 2)
    second = {**first, "rev": 1, "ratings": {"visit": 2, "reason": 1}}
    third = {**first, "rev": 2, "ratings": {"visit": 2, "reason": 1, "outcome": 3}}
    assert outcomes(kiosk.send(now, third)) == ["stored"]
    assert outcomes(kiosk.send(now, first, second)) == ["superseded", "superseded"]
    counts = db.session.scalars(sa.select(Count.counted).where(Count.counted > 0))
    assert list(counts) == [1, 1, 1]


def test_the_same_revision_with_another_body_is_a_conflict(kiosk: Kiosk, now: datetime) -> None:
    press = kiosk.press(now, 2)
    kiosk.send(now, press)
    assert outcomes(kiosk.send(now, {**press, "ratings": {"visit": 5}})) == ["conflict"]


def test_one_broken_item_does_not_hurt_its_neighbours(kiosk: Kiosk, now: datetime) -> None:
    good = kiosk.press(now)
    broken: list[tuple[object, str]] = [
        ({**kiosk.press(now), "ratings": {"visit": 6}}, "unknown_level"),
        ({**kiosk.press(now), "ratings": {"visit": 5, "reason": 1}}, "hidden_question"),
        ({**kiosk.press(now), "ratings": {"visit": 2, "praise": 1}}, "hidden_question"),
        ({**kiosk.press(now), "ratings": {"visit": 2, "weather": 1}}, "unknown_question"),
        ({**kiosk.press(now), "ratings": {"outcome": 1}}, "no_rating"),
        (kiosk.press(now, place="vozidla"), "unknown_place"),
        (kiosk.press(now, place="nowhere"), "unknown_place"),
        (kiosk.press(now, questionnaire="kiosk@99"), "unknown_questionnaire"),
        (kiosk.press(now, page="b" * 36), "bad_input"),
        (kiosk.press(now, page=str(uuid4()), offset_ms=7 * 86_400_000), "in_future"),
        (kiosk.press(now, id="11111111-1111-1111-8111-111111111111"), "bad_input"),
        ({"id": 5}, "bad_input"),
        ("hello", "bad_input"),
        (None, "bad_input"),
    ]
    receipts = kiosk.send(now, *(item for item, _ in broken), good)
    assert outcomes(receipts) == [*(problem for _, problem in broken), "stored"]
    assert len(rows()) == 1


def test_what_is_older_than_sixty_days_is_kept_and_not_counted(kiosk: Kiosk, now: datetime) -> None:
    old = kiosk.press(now, page=str(uuid4()), offset_ms=-61 * 86_400_000)
    assert outcomes(kiosk.send(now, old)) == ["stored"]
    (row,) = rows()
    assert row.standing == "set_aside"


def test_an_uncertain_press_counts_in_no_hour(kiosk: Kiosk, now: datetime) -> None:
    kiosk.send(now, kiosk.press(now, page=str(uuid4())), kiosk.press(now))
    assert sorted(row.time_quality for row in rows()) == ["exact", "uncertain"]
    hours = sorted(db.session.scalars(sa.select(Count.hour).where(Count.counted == 1)))
    assert hours[-1] == UNKNOWN_HOUR
    assert hours[0] < UNKNOWN_HOUR


def test_the_words_of_a_press_are_a_private_case_of_whom_was_rated(kiosk: Kiosk, now: datetime) -> None:
    text = "Paní Nováková, rodné číslo 755101/1234, čekala <b>hodinu</b> <script>alert(1)</script>"
    press = kiosk.press(now, 1, place="davky", rev=3, text=text)
    assert outcomes(kiosk.send(now, press)) == ["stored"]
    kiosk.send(now, press)
    case = db.session.scalars(sa.select(Case)).one()
    (row,) = rows()
    assert case.department_id == row.department_id
    assert db.session.scalars(sa.select(Revision.text)).one() == text
    assert row.words_id is not None


def test_a_batch_of_more_than_200_is_refused_as_too_large(kiosk: Kiosk, now: datetime) -> None:
    press = kiosk.press(now)
    assert kiosk.post("doteky", kiosk.batch(now, [press] * 201)).status_code == 413
    assert kiosk.post("doteky", kiosk.batch(now, [])).status_code == 400
    assert kiosk.post("doteky", []).status_code == 400
    assert kiosk.post("doteky", {"presses": [press], "page": 1}).status_code == 400


def test_a_token_that_was_ended_is_told_so_and_nothing_is_stored(kiosk: Kiosk, now: datetime) -> None:
    device = db.session.scalars(sa.select(Device)).one()
    pairing.revoke(device.ref, SYSTEM, now)
    for answer in (
        kiosk.post("doteky", kiosk.batch(now, [kiosk.press(now)])),
        kiosk.get("nastaveni"),
        kiosk.get("karty"),
    ):
        assert (answer.status_code, answer.json["error"]) == (401, "revoked")
    assert rows() == []


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer čšř", "Bearer " + "x" * 5000])
def test_without_a_token_nothing_is_taken(city: Flask, header: str) -> None:
    answer = city.test_client().post("/kiosk/zarizeni/v1/doteky", json={}, headers={"Authorization": header})
    assert answer.status_code == 401


def test_after_a_move_late_presses_still_go_to_the_place_they_were_made_at(city: Flask, now: datetime) -> None:
    ref = new_device(now - timedelta(days=1), "ridici")
    kiosk = Kiosk(city, pair(ref, now), now - timedelta(hours=8))
    late = kiosk.press(now - timedelta(hours=2))
    spot = pairing.Spot(name="Jinde", department_id=1)
    pairing.move(ref, Layout.ONE, [spot], 1, SYSTEM, now)
    assert outcomes(kiosk.send(now, late)) == ["stored"]
    new = kiosk.get("nastaveni").json["places"][0]["slug"]
    assert outcomes(kiosk.send(now, kiosk.press(now, place=new))) == ["stored"]
    assert len({row.touchpoint_id for row in rows()}) == 2


def test_presses_on_the_open_page_of_a_place_with_a_device_are_for_trying(kiosk: Kiosk, city: Flask) -> None:
    press = {"id": str(uuid4()), "rev": 0, "questionnaire": "kiosk@2", "language": "cs", "ratings": {"visit": 1}}
    answers = [
        kiosk.client.post(f"/kiosk/{place}/dotek", json={**press, "id": str(uuid4())})
        for place in ("ridici", "vozidla")
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert sorted(row.standing for row in rows()) == ["counted", "set_aside"]


def test_a_heartbeat_keeps_how_the_device_is_and_tells_the_time(kiosk: Kiosk, now: datetime) -> None:
    kiosk.wrong_by = timedelta(hours=-2)
    answer = kiosk.post(
        "tep", kiosk.beat(now, waiting=12, oldest_ms=3_600_000.0, dead=1, dead_problems=["unknown_place"])
    )
    assert answer.status_code == 200
    assert abs(answer.json["server_ms"] - now.timestamp() * 1000) < 60_000
    assert answer.json["config"] == kiosk.get("nastaveni").json["version"]
    kiosk.post("tep", kiosk.beat(now, waiting=0))
    state = db.session.scalars(sa.select(DeviceState)).one()
    assert (state.waiting, state.refused, state.oldest_at) == (0, 0, None)
    assert abs(state.offset_ms - 7_200_000) < 60_000


@pytest.mark.parametrize("change", [{"waiting": -1}, {"dead_problems": ["x"] * 6}, {"persisted": "yes"}, {"more": 1}])
def test_a_heartbeat_that_makes_no_sense_is_refused(kiosk: Kiosk, now: datetime, change: dict[str, object]) -> None:
    assert kiosk.post("tep", kiosk.beat(now, **change)).status_code == 400


def test_the_configuration_is_signed_and_asked_for_again_at_no_cost(kiosk: Kiosk) -> None:
    answer = kiosk.get("nastaveni")
    key = hashlib.sha256(kiosk.token.encode()).digest()
    assert answer.headers["X-Podpis"] == hmac.new(key, answer.data, "sha256").hexdigest()
    said = json.loads(answer.data)
    assert [place["slug"] for place in said["places"]] == ["ridici", "davky"]
    assert said["layout"] == "choose"
    codes = [question["code"] for question in said["questionnaires"]["kiosk@2"]["questions"]]
    assert codes == ["visit", "reason", "praise", "outcome"]
    assert [level["level"] for level in said["questionnaires"]["kiosk@2"]["questions"][0]["levels"]] == [5, 4, 3, 2, 1]
    again = kiosk.get("nastaveni", **{"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_source_of_a_press_is_its_device(kiosk: Kiosk, now: datetime) -> None:
    kiosk.send(now, kiosk.press(now))
    ref = db.session.scalars(sa.select(Device.ref)).one()
    assert rows()[0].source == f"device:{device_id(ref)}"


def test_pairing_over_the_web(city: Flask, now: datetime) -> None:
    code = pairing.new_code(new_device(now, "ridici"), SYSTEM, now)
    client = city.test_client()
    assert client.post("/kiosk/zarizeni/v1/parovani", json={"code": "22222222"}).status_code == 400
    answer = client.post("/kiosk/zarizeni/v1/parovani", json={"code": code})
    assert answer.status_code == 201
    assert answer.json
    assert Kiosk(city, answer.json["token"], now).get("nastaveni").status_code == 200
    bodies: list[object] = [{}, [], {"code": 5}]
    for body in bodies:
        assert client.post("/kiosk/zarizeni/v1/parovani", json=body).status_code == 400

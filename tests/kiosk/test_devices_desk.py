"""An administrator enters a kiosk, pairs it, moves it, and sees how it is; nobody else may."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.kiosk.devices import Kiosk
from tests.presses import press_json
from tests.visitors import hidden_fields, signed_in

NEW = "/urad/kiosky/novy"


@pytest.fixture(scope="module")
def house(houses: Callable[[str], Flask]) -> Flask:
    return houses("sqlite")


@pytest.fixture(scope="module")
def admin(house: Flask) -> FlaskClient:
    return signed_in(house)


def form(admin: FlaskClient, path: str = NEW, **changes: object) -> dict[str, object]:
    page = admin.get(path).get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    return {
        **hidden_fields(page), "version": version[1], "name": "Kiosek v hale", "layout": "choose", "departments": ["1", "2"],
        "languages": ["uk", "cs"], "first": "cs", "hours-1": "8-11:30, 12:30-17", "offers_qr": "1", **changes,
    }  # fmt: skip


def entered(admin: FlaskClient) -> str:
    answer = admin.post(NEW, data=form(admin))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def code_of(admin: FlaskClient, path: str) -> str:
    page = admin.post(f"{path}/kod", data=hidden_fields(admin.get(path).get_data(as_text=True))).get_data(as_text=True)
    found = re.search(r'class="pairing-code">([^<]+)<', page)
    assert found
    return found[1]


def test_a_kiosk_is_entered_paired_and_seen(house: Flask, admin: FlaskClient) -> None:
    path = entered(admin)
    answer = house.test_client().post("/kiosk/zarizeni/v1/parovani", json={"code": code_of(admin, path)})
    assert answer.status_code == 201
    assert answer.json
    now = datetime.now(UTC)
    kiosk = Kiosk(house, answer.json["token"], now)
    said = kiosk.get("nastaveni").json
    assert [one["code"] for one in said["languages"]] == ["cs", "uk"]
    assert said["hours"] == {"0": [["08:00", "11:30"], ["12:30", "17:00"]]}
    kiosk.post("tep", kiosk.beat(now, dead=1, dead_problems=["unknown_place"]))
    page = admin.get("/urad/kiosky").get_data(as_text=True)
    assert "Kiosek v hale" in page
    assert "v pořádku" in page
    assert "místo, které mu nepatří" in admin.get(path).get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "Pojmenujte kiosk"),
        ({"languages": ["uk"]}, "výchozí jazyk"),
        ({"hours-1": "osm"}, "Pište hodiny"),
        ({"layout": "jiné"}, "čí kiosk"),
        ({"departments": []}, "aspoň jedno místo"),
        ({"spots": ["x", "99999"], "departments": []}, "mezitím dostalo jiný kiosk"),
        ({"layout": "one"}, "Vyberte jeden odbor"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_comes_back(
    admin: FlaskClient, change: dict[str, object], said: str
) -> None:
    answer = admin.post(NEW, data=form(admin, NEW, **{"place": "Přízemí u schodů", **change}))
    page = answer.get_data(as_text=True)
    assert answer.status_code in {400, 409}
    assert said in page or said.lower() in page.lower()
    assert 'value="Přízemí u schodů"' in page


def test_settings_of_two_administrators_do_not_overwrite_each_other(admin: FlaskClient) -> None:
    path = entered(admin)
    stale = form(admin, f"{path}/nastaveni", name="První")
    assert admin.post(path, data={**stale}).status_code == 303
    answer = admin.post(path, data={**stale, "name": "Druhý"})
    assert answer.status_code == 409
    assert 'value="Druhý"' in answer.get_data(as_text=True)


def test_a_move_begins_a_new_series_and_the_history_stays(admin: FlaskClient) -> None:
    path = entered(admin)
    move = form(admin, f"{path}/presun", layout="one", departments=["1"], place="Nová budova")
    assert admin.post(f"{path}/presun", data=move).status_code == 303
    page = admin.get(path).get_data(as_text=True)
    assert page.count("Nová budova") >= 2
    assert page.count("Odbor dopravy") >= 2


def test_disconnected_and_retired(admin: FlaskClient) -> None:
    path = entered(admin)
    token = hidden_fields(admin.get(path).get_data(as_text=True))
    assert admin.post(f"{path}/odpojit", data=token).status_code == 303
    assert admin.post(f"{path}/vyradit", data=token).status_code == 303
    assert path not in admin.get("/urad/kiosky").get_data(as_text=True)
    assert admin.post(f"{path}/kod", data=token).status_code == 404


def test_the_service_starts_a_lasting_profile_and_no_back_door(admin: FlaskClient) -> None:
    path = entered(admin)
    unit = admin.get(f"{path}/ozvena-kiosk.service").get_data(as_text=True)
    assert "--kiosk" in unit
    assert "--user-data-dir" in unit
    assert "/kiosk/zarizeni/" in unit
    for never in ("--incognito", "--no-sandbox", "--remote-debugging"):
        assert never not in unit
    assert "sleep.target" in admin.get(f"{path}/navod").get_data(as_text=True)


def test_a_head_sees_no_kiosks_and_changes_none(house: Flask, admin: FlaskClient) -> None:
    path = entered(admin)
    head = signed_in(house, "doprava@mesto.example")
    token = hidden_fields(head.get("/urad/nastaveni").get_data(as_text=True))
    assert "/urad/kiosky" not in head.get("/urad/spokojenost").get_data(as_text=True)
    for asked in ("/urad/kiosky", NEW, path, f"{path}/navod"):
        assert head.get(asked).status_code == 403
    for sent in (NEW, path, f"{path}/kod", f"{path}/odpojit", f"{path}/vyradit", f"{path}/presun"):
        assert head.post(sent, data=token).status_code == 403


def test_figures_say_which_places_have_no_kiosk(admin: FlaskClient) -> None:
    entered(admin)
    for _ in range(6):
        assert admin.post("/kiosk/ridici/dotek", json=press_json()).status_code == 201
    page = admin.get("/urad/spokojenost").get_data(as_text=True)
    assert page.count("bez spárovaného kiosku") == 3  # the three places of the city, and none of the two new ones

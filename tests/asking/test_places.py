"""Where it is: a street of the city or a point on its map, without scripts; kept with the words, shown to the office alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from hub import cityfile
from hub.actions import cities
from hub.database import db
from hub.models import Location, Revision
from hub.steps import locations
from hub.work import SYSTEM, work
from tests import visitors
from tests.asking.looks import case_of
from tests.factories import CITY
from tests.hub.test_pictures import png
from tests.questions import (
    FORM,
    MAIL,
    WORDS,
    Elements,
    ask,
    email_of,
    followed,
    give_keywords,
    given_back,
    nothing_stored,
    problems_of,
    reference_of,
    words_of,
)
from tests.town_map import with_places

OWN = {**MAIL, "public_url": "https://mapa.example"}
"""Settings of a town that no other file has."""


@pytest.fixture
def town(houses: Callable[..., Flask], engine: str) -> Flask:
    return with_places(
        give_keywords(
            houses(engine, public_url="https://mapa.example", mail_url="smtp://127.0.0.1:1", mail_from="o@m.cz")
        )
    )


@pytest.fixture
def light_town(houses: Callable[..., Flask]) -> Flask:
    return with_places(
        give_keywords(
            houses("sqlite", public_url="https://mapa.example", mail_url="smtp://127.0.0.1:1", mail_from="o@m.cz")
        )
    )


def location_of(app: Flask, reference: str) -> tuple[str, float | None, float | None] | None:
    with app.app_context():
        found = db.session.get(Location, case_of(reference).question_id)
        return (found.street, found.latitude, found.longitude) if found else None


def press(client: FlaskClient, **fields: str) -> TestResponse:
    """Another button of the form, with everything filled in."""
    return ask(client, WORDS, "jana@seznam.cz", consent=True, **{"street": "Krátká 1", **fields})  # type: ignore[arg-type]


def street_of(page: str) -> str:
    found = re.search(r'<input[^>]*name="street"[^>]*>', page)
    assert found
    return str(re.findall(r' value="([^"]*)"', found[0])[0])


def point_of(page: str) -> str:
    return visitors.hidden_fields(page)["point"]


class TestAStreet:
    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("Dlouhá 12", "Dlouhá 12"),
            ("dlouha 12", "Dlouhá 12"),
            ("  DLOUHÁ   12/3a ", "Dlouhá 12/3a"),
            ("dlouha trida 5", "Dlouhá třída 5"),
            ("namesti republiky", "náměstí Republiky"),
            ("u kašny naproti škole", "u kašny naproti škole"),
            ("<b>Dlouhá</b>", "<b>Dlouhá</b>"),
            ("Dlou\u202ehá 1", "Dlouhá 1"),
            ("x" * 160, "x" * 160),
        ],
    )
    def test_is_kept_as_the_city_spells_it_or_as_it_was_written(self, town: Flask, written: str, kept: str) -> None:
        page = followed(town.test_client(), ask(town.test_client(), street=written))
        assert location_of(town, reference_of(page)) == (kept, None, None)
        assert kept in Elements(page).text

    @pytest.mark.parametrize("written", ["", "  ", "\u200b"])
    def test_is_not_asked_for(self, light_town: Flask, written: str) -> None:
        page = followed(light_town.test_client(), ask(light_town.test_client(), street=written))
        assert location_of(light_town, reference_of(page)) is None

    def test_that_is_too_long_comes_back_with_everything(self, light_town: Flask) -> None:
        with nothing_stored(light_town):
            answer = ask(light_town.test_client(), WORDS, "a@b.cz", street="x" * 161)
            given_back(answer, 400, email="a@b.cz")
        assert street_of(answer.get_data(as_text=True)) == "x" * 161

    def test_is_offered_from_the_list_of_the_city(self, light_town: Flask) -> None:
        page = light_town.test_client().get(FORM).get_data(as_text=True)
        assert re.findall(r'<option value="([^"]+)">', page) == ["Dlouhá", "Dlouhá třída", "náměstí Republiky"]

    def test_is_free_text_where_the_city_has_no_list_and_no_map(self, light: Flask) -> None:
        page = light.test_client().get(FORM).get_data(as_text=True)
        assert "<datalist" not in page
        assert 'type="image"' not in page
        assert light.test_client().get("/napiste-nam/mapa").status_code == 404
        reference = reference_of(followed(light.test_client(), ask(light.test_client(), street="Dlouhá 1")))
        assert location_of(light, reference) == ("Dlouhá 1", None, None)


class TestAPoint:
    @pytest.mark.parametrize(("size", "x", "y"), [("small", 136, 105), ("large", 280, 217)])
    def test_is_marked_by_a_click_without_scripts_and_nothing_is_lost_or_kept_yet(
        self, town: Flask, size: str, x: int, y: int
    ) -> None:
        with nothing_stored(town):
            answer = press(town.test_client(), **{f"map-{size}.x": str(x), f"map-{size}.y": str(y)})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert (words_of(page), email_of(page), street_of(page)) == (WORDS, "jana@seznam.cz", "Krátká 1")
        assert re.search(r'<input id="f-consent"[^>]* checked>', page)
        assert '<details class="more" id="place" open>' in page
        latitude, longitude = map(float, point_of(page).split(","))
        assert abs(latitude - 49.75) < 0.001
        assert abs(longitude - 18.4) < 0.001
        assert problems_of(page) == []

    def test_is_kept_with_the_message_and_shown_to_its_sender_and_the_office(self, town: Flask) -> None:
        page = followed(town.test_client(), ask(town.test_client(), street="Dlouhá 3", point="49.75012,18.40034"))
        reference = reference_of(page)
        assert location_of(town, reference) == ("Dlouhá 3", 49.75012, 18.40034)
        case = visitors.signed_in(town).get(f"/urad/pripady/{reference}").get_data(as_text=True)
        for shown in (page, case):
            assert "Dlouhá 3" in shown
            link = re.search(r'<a href="https://www.openstreetmap.org/[^"]*" rel="noreferrer">', shown)
            assert link
            assert "49.75012" in link[0]

    def test_can_be_removed(self, light_town: Flask) -> None:
        page = press(light_town.test_client(), point="49.75,18.4", step="unmark").get_data(as_text=True)
        assert point_of(page) == ""
        assert words_of(page) == WORDS

    @pytest.mark.parametrize(
        "clicked",
        [{"map-small.x": "0", "map-small.y": "0"}, {"map-small.x": "x", "map-small.y": "3"}, {"map-large.x": "7" * 40}],
    )
    def test_that_no_click_tells_is_asked_for_again(self, light_town: Flask, clicked: dict[str, str]) -> None:
        with nothing_stored(light_town):
            page = press(light_town.test_client(), **clicked).get_data(as_text=True)
        assert point_of(page) == ""
        assert words_of(page) == WORDS
        assert problems_of(page) != []

    def test_outside_of_the_picture_is_its_edge(self, light_town: Flask) -> None:
        page = press(light_town.test_client(), **{"map-small.x": "9999", "map-small.y": "9999"}).get_data(as_text=True)
        assert point_of(page) == "49.70000,18.50000"

    @pytest.mark.parametrize(
        "forged", ["50.1,14.4", "nan,18.4", "49.75", "49.75,18.4,1", "49.75,18.4; DROP", "1e9,1", "٤٩.٧,18.4"]
    )
    def test_that_is_forged_is_refused_and_the_words_come_back(self, town: Flask, forged: str) -> None:
        with nothing_stored(town):
            answer = ask(town.test_client(), WORDS, point=forged)
            given_back(answer, 400)
        assert point_of(answer.get_data(as_text=True)) == ""

    def test_of_a_city_without_a_map_is_refused_once_and_then_gone(self, light: Flask) -> None:
        with nothing_stored(light):
            given_back(ask(light.test_client(), WORDS, point="49.75,18.4"), 400)

    def test_the_map_is_a_picture_that_can_run_nothing(self, light_town: Flask) -> None:
        answer = light_town.test_client().get("/napiste-nam/mapa")
        assert (answer.status_code, answer.mimetype, answer.get_data()) == (200, "image/png", png())
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        again = light_town.test_client().get("/napiste-nam/mapa", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


class TestTheForm:
    def test_sends_when_enter_is_pressed_in_a_field(self, light_town: Flask) -> None:
        """Browsers press the first button of a form: it must not be the map."""
        page = light_town.test_client().get(FORM).get_data(as_text=True)
        form = page.partition('<form class="beside-main')[2]
        buttons = re.findall(r'<button[^>]*>|<input type="image"[^>]*>', form)
        assert "name=" not in buttons[0]
        assert 'type="submit"' in buttons[0]

    def test_with_a_point_and_an_old_token_still_comes_back(self, light_town: Flask) -> None:
        with nothing_stored(light_town):
            answer = press(light_town.test_client(), token="x", **{"map-small.x": "5", "map-small.y": "5"})
        assert answer.status_code == 200
        assert len(visitors.hidden_fields(answer.get_data(as_text=True))["token"]) > 40

    def test_of_the_same_name_with_another_place_is_told(self, light_town: Flask) -> None:
        client = light_town.test_client()
        token = visitors.hidden_fields(client.get(FORM).get_data(as_text=True))["token"]
        assert ask(client, WORDS, token=token, street="Dlouhá 1").status_code == 303
        assert ask(client, WORDS, token=token, street="Dlouhá 1").status_code == 303
        assert ask(client, WORDS, token=token, street="Dlouhá 2").status_code == 409


def test_a_place_goes_before_the_words_it_belongs_to(town: Flask) -> None:
    reference = reference_of(followed(town.test_client(), ask(town.test_client(), street="Dlouhá 3")))
    with town.app_context():
        message_id = case_of(reference).question_id
        gone = {"text": None, "salt": None, "erased_at": datetime.now(UTC)}
        erase = sa.update(Revision).where(Revision.message_id == message_id).values(gone)
        with pytest.raises(IntegrityError, match="before its words"), work(SYSTEM, "test", datetime.now(UTC)) as w:
            w.session.execute(erase)
        with work(SYSTEM, "test", datetime.now(UTC)) as w:
            locations.forget(w.session, message_id)
            w.session.execute(erase)
    assert location_of(town, reference) is None


def test_streets_and_map_can_be_taken_anew(houses: Callable[..., Flask]) -> None:
    app = with_places(houses("sqlite", public_url="https://jina.example"))
    with app.app_context():
        cities.load_places(cityfile.parse({**CITY, "streets": ["Nová"]}), datetime.now(UTC))
    page = app.test_client().get(FORM).get_data(as_text=True)
    assert re.findall(r'<option value="([^"]+)">', page) == ["Nová"]
    assert 'type="image"' not in page

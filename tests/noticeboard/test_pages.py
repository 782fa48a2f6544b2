"""The pages of the notice board: what the public sees, and what staff write, with nothing lost and nothing shown too early."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.database import db
from noticeboard import actions
from noticeboard.models import Notice
from tests import desks, visitors
from tests.noticeboard import boards
from tests.visitors import csrf, signed_in

NEW = "/urad/nove-oznameni"
WORDS = "Od pondělí do pátku je ulice uzavřena."


@pytest.fixture
def town(founded: Callable[[str, Path], str], tmp_path: Path) -> Iterator[Flask]:
    app = desks.opened(founded("sqlite", tmp_path), tmp_path)
    yield app
    visitors.close_house(app)


@pytest.fixture
def official(town: Flask) -> FlaskClient:
    return signed_in(town, desks.A)


def address_of_new(client: FlaskClient) -> str:
    page = client.get(NEW).get_data(as_text=True)
    found = re.findall(r'action="(/urad/uredni-deska/[a-z0-9]{10})"', page)
    return str(found[0])


def filled(client: FlaskClient, **changes: str) -> dict[str, str]:
    form = {"title": "Uzavírka", "text": WORDS, "version": "0", "step": "save", "csrf_token": csrf(client, NEW)}
    return {**form, "posts_on": "", "posts_time": "", "ends_on": "", "department": "", **changes}


def notices(town: Flask) -> list[Notice]:
    with town.app_context():
        found = list(db.session.query(Notice))
        db.session.remove()
        return found


def test_a_form_sent_twice_is_one_notice(town: Flask, official: FlaskClient) -> None:
    path, form = address_of_new(official), filled(official)
    assert [official.post(path, data=form).status_code for _ in range(2)] == [303, 303]
    assert len(notices(town)) == 1


BAD_FIELDS = {
    "a day that is none": ({"posts_on": "2026-02-31", "posts_time": "8:00"}, "posts_on"),
    "a day in words": ({"posts_on": "zítra", "posts_time": "8:00"}, "posts_on"),
    "a time without a day": ({"posts_time": "8:00"}, "posts_on"),
    "a day without a time": ({"posts_on": "2027-01-04"}, "posts_time"),
    "an hour that clocks skip": ({"posts_on": "2027-03-28", "posts_time": "02:30"}, "posts_time"),
    "a time in words": ({"posts_on": "2027-01-04", "posts_time": "ráno"}, "posts_time"),
    "an end that is none": ({"ends_on": "13. 12."}, "ends_on"),
    "an end in the year ten thousand": ({"ends_on": "99999-01-01"}, "ends_on"),
}


@pytest.mark.parametrize("what", BAD_FIELDS)
def test_what_cannot_be_read_is_said_at_its_field_and_the_words_come_back(
    town: Flask, official: FlaskClient, what: str
) -> None:
    changes, field = BAD_FIELDS[what]
    answer = official.post(address_of_new(official), data=filled(official, **changes))
    page = answer.get_data(as_text=True)
    assert (answer.status_code, f'id="f-{field}-error"' in page, WORDS in page) == (400, True, True)
    assert notices(town) == []


@pytest.mark.parametrize("step", ["save", "submit"])
def test_what_is_refused_comes_back(town: Flask, official: FlaskClient, step: str) -> None:
    answer = official.post(address_of_new(official), data=filled(official, title=" ", step=step))
    assert (answer.status_code, WORDS in answer.get_data(as_text=True)) == (400, True)
    past = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    late = official.post(
        address_of_new(official), data=filled(official, posts_on=past, posts_time="8:00", step="submit")
    )
    assert (late.status_code, WORDS in late.get_data(as_text=True)) == (400, True)


def test_who_was_signed_out_gets_the_words_to_copy(town: Flask, official: FlaskClient) -> None:
    path, form = address_of_new(official), filled(official)
    answer = town.test_client().post(path, data=form)
    assert (answer.status_code, WORDS in answer.get_data(as_text=True)) == (401, True)
    foreign = town.test_client().post(path, data=form, headers={"Origin": "https://zlo.example"})
    assert (foreign.status_code, WORDS in foreign.get_data(as_text=True)) == (403, False)
    assert notices(town) == []


def test_without_the_token_nothing_is_done_and_the_words_come_back(town: Flask, official: FlaskClient) -> None:
    answer = official.post(address_of_new(official), data=filled(official, csrf_token="x"))
    assert (answer.status_code, WORDS in answer.get_data(as_text=True)) == (400, True)
    assert notices(town) == []


def test_both_texts_are_shown_when_two_wrote_at_once(town: Flask, official: FlaskClient) -> None:
    path = address_of_new(official)
    official.post(path, data=filled(official))
    other = signed_in(town, desks.B)
    assert other.post(path, data=filled(other, version="1", text="Text od B.")).status_code == 303
    answer = official.post(path, data=filled(official, version="1", text="Text od A."))
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "Text od A." in page, "Text od B." in page) == (409, True, True)


def test_whoever_goes_on_writing_reads_why_it_came_back(town: Flask, official: FlaskClient) -> None:
    with town.app_context():
        made = boards.in_review()
        actions.decide(desks.scope(desks.PRESS), made, 1, False, "Chybí datum konce.", datetime.now(UTC))
        db.session.remove()
    page = official.get(f"/urad/uredni-deska/{made}").get_data(as_text=True)
    assert page.index("Chybí datum konce.") < page.index('name="title"')


def test_script_and_html_are_words(town: Flask, official: FlaskClient) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1))"
    with town.app_context():
        boards.posted(boards.written(title=f"Zlo {evil[:60]}", text=evil), datetime.now(UTC))
        db.session.remove()
    year = datetime.now(UTC).year
    for path in ("/uredni-deska", f"/uredni-deska/{year}-000001", "/kiosk/ridici", "/"):
        page = town.test_client().get(path).get_data(as_text=True)
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert 'href="javascript:' not in page, path


def test_another_departments_notice_is_nowhere(town: Flask) -> None:
    with town.app_context():
        made = boards.in_review()
        db.session.remove()
    stranger = signed_in(town, desks.SOCIAL)
    form = {"csrf_token": csrf(stranger, NEW), "version": "1", "verdict": "approve", "step": "take_back"}
    path = f"/urad/uredni-deska/{made}"
    assert stranger.get(path).status_code == 404
    for end in ("", "/schvaleni", "/krok"):
        assert stranger.post(path + end, data={**form, "title": "x", "text": "x"}).status_code == 404, end


@pytest.mark.parametrize(
    "number", ["2026-999999", "x", "9" * 300, "2026-000001%00", "../urad", "'; DROP TABLE notices"]
)
def test_an_address_of_no_notice_is_not_found(town: Flask, number: str) -> None:
    assert town.test_client().get(f"/uredni-deska/{number}").status_code in {404, 308}


@pytest.mark.parametrize(
    "query", ["?od=x", "?od=1e999-1", "?od=-", "?q=%00", "?q=" + "a" * 5000, "?od=1-9999999999999999999"]
)
def test_a_query_changed_by_hand_is_no_fault_of_ours(town: Flask, query: str) -> None:
    assert town.test_client().get(f"/uredni-deska{query}").status_code in {200, 400}


def test_the_board_is_read_page_by_page_to_its_end(town: Flask) -> None:
    with town.app_context():
        for n in range(45):
            boards.posted(boards.written(f"Oznámení {n}"), datetime.now(UTC) - timedelta(minutes=50 - n))
        db.session.remove()
    found, path = [], "/uredni-deska"
    while path:
        page = town.test_client().get(path).get_data(as_text=True)
        found += re.findall(r'<h3><a href="/uredni-deska/[\d-]+">(.*?)</a>', page)
        path = desks.next_page(page)
    assert found == [f"Oznámení {n}" for n in reversed(range(45))]


def test_a_notice_on_a_page_in_another_language_says_that_it_is_czech(town: Flask) -> None:
    with town.app_context():
        now = datetime.now(UTC)
        number = boards.notice(boards.posted(boards.written(), now)).number
        db.session.remove()
    for path, marked in (
        (f"/en/uredni-deska/{number}", '<h1 lang="cs">'),
        ("/en/uredni-deska", '" lang="cs">Uzavírka'),
    ):
        assert marked in town.test_client().get(path).get_data(as_text=True)

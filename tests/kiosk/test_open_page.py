"""The open page of a place asks what a paired screen asks, by forms alone, and takes no answer to what it did not ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hub.database import db
from tests import visitors

PLACE = "/kiosk/ridici"


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen = list[str]()

    def look(*given: object) -> None:
        seen.append(str(given[2]))

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", look)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", look)


def answer(client: FlaskClient, page: str, **ratings: str) -> str:
    """The page that comes of answering by the form of a page."""
    sent = client.post(PLACE, data={**visitors.hidden_fields(page), **ratings})
    assert sent.status_code == 303, sent.text
    return client.get(sent.headers["Location"]).get_data(as_text=True)


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found
    return unescape(found[1].strip())


def skip(page: str) -> str:
    found = re.search(r'class="step step-skip" href="([^"]+)"', page)
    assert found
    return unescape(found[1])


@pytest.mark.parametrize(("face", "why"), [("5", "praise"), ("2", "reason")])
def test_after_the_reason_or_past_it_comes_the_outcome(light: Flask, face: str, why: str) -> None:
    client = light.test_client()
    asked = answer(client, client.get(PLACE).get_data(as_text=True), visit=face)
    assert f'name="{why}"' in asked
    outcome = answer(client, asked, **{why: "1"})
    assert heading(outcome) == "Vyřídili jste, co jste potřebovali?"
    assert visitors.hidden_fields(outcome)[why] == "1"  # every revision carries the whole sitting
    assert heading(answer(client, outcome, outcome="3")) == "Děkujeme"
    past = client.get(skip(asked)).get_data(as_text=True)
    assert heading(past) == heading(outcome)
    assert why not in visitors.hidden_fields(past)
    assert skip(past) == f"{PLACE}/dekujeme"


def test_a_question_that_does_not_follow_the_face_is_refused_in_forms_too(light: Flask) -> None:
    client = light.test_client()
    asked = answer(client, client.get(PLACE).get_data(as_text=True), visit="5")
    fields = visitors.hidden_fields(asked)
    refused = client.post(PLACE, data={**fields, "reason": "1"})
    assert refused.status_code == 400
    assert 'data-screen="error"' in refused.text
    for rev, odd in enumerate(("9", "-1", "x"), 1):  # nobody is asked for ever
        assert heading(answer(client, asked, praise="1", step=odd, rev=str(rev))) == "Děkujeme"


def test_another_question_costs_no_other_statement(light: Flask) -> None:
    client = light.test_client()
    asked = answer(client, client.get(PLACE).get_data(as_text=True), visit="2")
    costs = []
    for address in (skip(asked), f"{PLACE}/dekujeme", PLACE):
        client.get(address)
        with statements(light) as seen:
            client.get(address)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= costs[2]


@pytest.mark.parametrize("code", ["", "/en", "/uk", "/pl", "/de", "/vi"])
def test_a_place_that_never_was_leads_to_the_departments_and_not_to_itself(light: Flask, code: str) -> None:
    client = light.test_client()
    gone = client.get(f"{code}/kiosk/zrusena-prepazka")
    assert gone.status_code == 404
    links = re.findall(r'<a [^>]*href="([^"]+)"', gone.text)
    assert len(links) == 2
    assert [client.get(link).status_code for link in links] == [200, 200]
    assert not any("/kiosk" in link for link in links)

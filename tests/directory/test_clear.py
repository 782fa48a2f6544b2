"""Whether a guide was clear: said once a page, told only when they are enough; and guides in the search over everything."""

from __future__ import annotations

import re
from dataclasses import replace

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hub.actions import directory as acts
from hub.database import db
from hub.models import Feedback, Guide, Rating
from tests import desks
from tests.conftest import NOW
from tests.directory import cards
from tests.visitors import assert_counts_agree, assert_refused, everything, hidden_fields

PAGE = f"/kontakty/zivotni-situace/{cards.SLUG}"
SAY = f"/pomohlo/zivotni-situace/{cards.SLUG}"


def say(client: FlaskClient, level: int) -> str:
    """Open the guide and press a button; the page it leads to."""
    done = client.post(SAY, data={**hidden_fields(client.get(PAGE).get_data(as_text=True)), "level": str(level)})
    assert (done.status_code, "Set-Cookie" in done.headers) == (303, False)
    return client.get(done.headers["Location"]).get_data(as_text=True)


def hide(slug: str) -> None:
    version = cards.guide_of(slug).version
    db.session.rollback()
    hidden = replace(cards.GUIDE, is_shown=False)
    acts.save_guide(desks.scope(desks.PRESS), slug, version, "dopravy", hidden, NOW)


def test_a_reader_says_whether_it_was_clear(town: Flask) -> None:
    client = town.test_client(use_cookies=False)
    assert "Bylo to srozumitelné?" in client.get(PAGE).get_data(as_text=True)
    assert "Vaše odpověď: Zčásti." in say(client, 2)
    row = db.session.scalars(sa.select(Feedback)).one()
    guide = db.session.scalars(sa.select(Guide).where(Guide.slug == cards.SLUG)).one()
    level = db.session.scalar(sa.select(Rating.level).where(Rating.feedback_id == row.id))
    assert (row.guide_id, row.about_id, row.department_id, level) == (guide.id, None, guide.department_id, 2)
    db.session.rollback()
    assert_counts_agree(town)


def test_the_same_form_counts_once_and_few_are_not_told(quick: Flask) -> None:
    client = quick.test_client(use_cookies=False)
    fields = hidden_fields(client.get(PAGE).get_data(as_text=True))
    for _ in range(5):
        assert client.post(SAY, data={**fields, "level": "3"}).status_code == 303
    assert "Srozumitelné" not in client.get(PAGE).get_data(as_text=True)
    for level in (3, 3, 1, 3):
        say(client, level)
    assert "Srozumitelné pro 4 z 5 lidí." in client.get(PAGE).get_data(as_text=True)


def test_what_is_no_guide_or_no_answer_is_refused(quick: Flask) -> None:
    client = quick.test_client(use_cookies=False)
    fields = hidden_fields(client.get(PAGE).get_data(as_text=True))
    before = everything(quick)
    assert_refused(client.post(SAY, data={**fields, "level": "4"}), 400)
    assert_refused(client.post(SAY, data={"level": "3"}), 400)
    assert_refused(client.post(f"/pomohlo/{cards.SLUG}", data={**fields, "level": "3"}), 400)
    assert_refused(client.post(SAY, data={**fields, "level": "3"}, headers={"Sec-Fetch-Site": "cross-site"}), 403)
    assert everything(quick) == before
    hide(cards.SLUG)
    assert_refused(client.post(SAY, data={**fields, "level": "3"}), 404)


def test_the_search_over_everything_shows_guides_first_in_the_language_of_the_page(quick: Flask) -> None:
    client = quick.test_client(use_cookies=False)
    page = client.get("/hledat", query_string={"q": "řidičský průkaz"}).get_data(as_text=True)
    assert re.findall(r'id="guides".*?href="([^"]+)"', page, re.DOTALL) == [PAGE]
    english = client.get("/en/hledat", query_string={"q": "driving licence"}).get_data(as_text=True)
    assert "Renewing a driving licence" in english
    assert 'id="guides"' not in client.get("/hledat", query_string={"q": "lampa"}).get_data(as_text=True)
    assert 'id="guides"' not in client.get("/hledat").get_data(as_text=True)

"""The answers for readers of news, as Atom and as JSON Feed: whole, lasting, quick to see that nothing changed, and no leak."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import feedparser
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hub import feeds
from hub.actions import answers
from hub.database import db
from hub.feeds import Entry, Feed
from hub.models import Message
from hub.steps import words
from hub.vocabulary import ActorKind, Cause, DecisionKind
from hub.work import SYSTEM, Actor, work
from tests import desks
from tests.desks import Towns, public_page
from tests.test_answers import public_answer

BEFORE = datetime(2026, 11, 18, 10, 20, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    yield from desks.towns(request, tmp_path_factory.mktemp("towns"))


def atom(app: Flask, path: str = "/odpovedi.atom") -> Any:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    read = feedparser.parse(answer.data, response_headers={"content-type": answer.content_type})
    assert not read.bozo, read.bozo_exception
    return read


def json_feed(app: Flask, path: str = "/odpovedi.json") -> dict[str, Any]:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "application/feed+json"
    return dict(json.loads(answer.data))


def titled(app: Flask, title: str) -> Any:
    return next(entry for entry in atom(app).entries if entry.title == title)


def test_both_feeds_say_the_same_in_their_own_way(towns: Towns, engine: str) -> None:
    app = towns(engine)
    _, path = desks.published(
        app, "Opravíme ji.\n\nV úterý & <b>brzy</b>.", "Lampa <3 & spol.", "Kdy ]]> <i>?", theme="doprava", now=BEFORE
    )
    entry, item = titled(app, "Lampa <3 & spol."), json_feed(app)["items"][-1]
    assert entry.link.endswith(path) == item["url"].endswith(path) is True
    assert entry.id == item["id"]
    assert entry.id.startswith("urn:uuid:")
    assert entry.published == entry.updated == item["date_published"] == item["date_modified"] == "2026-11-18T10:20:30Z"
    assert item["title"] == "Lampa <3 & spol."
    assert item["authors"] == [{"name": "Odbor dopravy"}] == [{"name": entry.author}]
    assert item["tags"] == ["Doprava"] == [tag.term for tag in entry.tags]
    for html in (item["content_html"], entry.content[0].value):
        assert "<p>Opravíme ji.</p>" in html
        assert "<b>" not in html
        assert "<i>" not in html
        assert "&lt;b&gt;brzy" in html
    feed = atom(app, "/en/odpovedi.atom").feed
    assert feed.title == "Answers of the city"
    assert re.fullmatch(r"http://\S+/en/odpovedi", feed.link)
    assert titled(app, entry.title).id in {one.id for one in atom(app, "/uk/odpovedi.atom").entries}
    whole = json_feed(app)
    assert whole["version"] == "https://jsonfeed.org/version/1.1"
    assert whole["feed_url"].endswith("/odpovedi.json")


def test_an_entry_keeps_its_id_when_it_is_corrected_and_leaves_when_it_is_withdrawn(towns: Towns, engine: str) -> None:
    app = towns(engine)
    reference, path = desks.published(app, "V úterý.", "Kašna", "Kdy?", now=BEFORE)
    first = titled(app, "Kašna")
    with app.app_context():
        press = Actor(ActorKind.ACCOUNT, desks.scope(desks.PRESS).account_id)
        with work(SYSTEM, "correct", datetime.now(UTC)) as w:
            message = public_answer(w.session, path)
            words.revise(w.session, message, "Ve středu.", press, Cause.CORRECTION, BEFORE, title="Kašna")
            words.decide(w.session, message, 2, DecisionKind.APPROVE, press, BEFORE + timedelta(hours=1))
            words.show(w.session, message, 2, BEFORE + timedelta(hours=1))
    second = titled(app, "Kašna")
    assert second.id == first.id
    assert (second.published, second.updated) == (first.published, "2026-11-18T11:20:30Z")
    assert "Ve středu." in second.content[0].value
    with app.app_context():
        answers.withdraw(desks.scope(desks.A), reference, datetime.now(UTC))
    assert "Kašna" not in {entry.title for entry in atom(app).entries}
    assert "Kašna" not in json.dumps(json_feed(app), ensure_ascii=False)


def asked_again(app: Flask, path: str, **headers: str) -> TestResponse:
    return app.test_client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("path", ["/odpovedi.atom", "/odpovedi.json"])
def test_whoever_has_it_is_told_that_nothing_changed(towns: Towns, engine: str, path: str) -> None:
    app = towns(engine)
    desks.published(app, "Ano.", "Zoubek")
    first = app.test_client().get(path)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for headers in ({"If_None_Match": tag}, {"If_Modified_Since": modified}):
        again = asked_again(app, path, **headers)
        assert (again.status_code, again.data) == (304, b"")
    assert asked_again(app, path, If_None_Match='"x"').status_code == 200
    assert asked_again(app, path, If_Modified_Since=format_datetime(BEFORE, usegmt=True)).status_code == 200
    assert asked_again(app, path, If_Modified_Since="včera").status_code == 200
    desks.published(app, "Ne.", "Další")
    assert asked_again(app, path, If_None_Match=tag).status_code == 200


def test_a_feed_is_narrowed_by_department_and_theme_alone(towns: Towns, engine: str) -> None:
    app = towns(engine)
    desks.published(app, "Ano.", "Ulice", theme="doprava")
    desks.published(app, "Ano.", "Popelnice", theme="odpady")
    narrowed = atom(app, "/odpovedi.atom?tema=odpady&utvar=dopravy&rok=2001&q=x")
    assert [entry.title for entry in narrowed.entries] == ["Popelnice"]
    assert narrowed.feed.title == "Odpovědi města: Odbor dopravy, Odpady"
    assert narrowed.feed.id.endswith("/odpovedi.atom?utvar=dopravy&tema=odpady")
    assert atom(app, "/odpovedi.atom?utvar=kancelar").entries == []
    assert json_feed(app, "/odpovedi.json?utvar=kancelar")["items"] == []


def test_pages_say_where_the_feeds_are(towns: Towns) -> None:
    app = towns("sqlite")
    _, path = desks.published(app, "Ano.", "Ulice")
    for page in ("/", "/odpovedi", path, f"/uk{path}"):
        named = re.findall(r'<link rel="alternate" type="([^"]+)" [^>]*href="([^"]+)"', public_page(app, page))
        assert [kind for kind, _ in named] == ["application/atom+xml", "application/feed+json"], page
        for _, url in named:
            assert app.test_client().get(url).status_code == 200


def test_what_xml_cannot_carry_is_left_out() -> None:
    at = BEFORE
    bad = "a\x00b\x0bc\ufffed\ud800e\U0001f4a1"
    entry = Entry("urn:x", bad, "https://x/", f"<p>{bad}</p>", "cs", bad, (bad,), at, at)
    read = feedparser.parse(feeds.atom(Feed(bad, "https://x/", "https://x/a", "cs", bad, [entry])))
    assert not read.bozo
    assert read.entries[0].title == "abcde💡"


def test_an_answer_to_a_question_in_ukrainian_is_said_to_be_czech(towns: Towns) -> None:
    app = towns("sqlite")
    _, path = desks.published(app, "Opravíme ji v úterý.", "Lampa v Nové", "Коли полагодять лампу?")
    slug = path.rpartition("/")[2]
    with app.app_context():
        asked = db.session.scalars(sa.select(Message).where(Message.slug == slug)).one()
        for message in db.session.scalars(sa.select(Message).where(Message.conversation_id == asked.conversation_id)):
            message.language = "uk"
        db.session.commit()
    item = next(one for one in json_feed(app)["items"] if one["title"] == "Lampa v Nové")
    assert item["language"] == "cs"
    assert '<blockquote lang="uk">' in item["content_html"]
    assert titled(app, "Lampa v Nové").content[0].language == "cs"


def test_names_of_departments_are_said_to_be_czech_on_pages_in_other_languages(towns: Towns) -> None:
    app = towns("sqlite")
    _, path = desks.published(app, "Opravíme ji v úterý.", "Lampa v Krátké")
    for page in (public_page(app, f"/en{path}"), public_page(app, "/uk/odpovedi")):
        assert '<span lang="cs">Odbor dopravy</span>' in page
    assert 'lang="cs">Lampa v Krátké' in public_page(app, f"/en/diskuse/{path.rpartition('/')[2]}")
    assert 'lang="cs"' not in public_page(app, path).partition("<main")[2].partition('<section class="helped"')[0]

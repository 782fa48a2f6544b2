"""Whether an answer helped: said once a page, changed as one likes, and told to others only when they are enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.actions import answers, cities
from hub.database import db
from hub.models import Case, Feedback, Message, Rating, Touchpoint
from hub.views import helped as view
from tests import desks
from tests.desks import Desk, Towns, public_page
from tests.noticeboard import boards
from tests.visitors import assert_counts_agree, assert_refused, everything, hidden_fields


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    yield from desks.towns(request, tmp_path_factory.mktemp("towns"))


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here everybody comes from one address."""
    monkeypatch.setattr(view, "MOST_OF_NETWORK", 10**6)


@pytest.fixture
def answer(towns: Towns, engine: str) -> tuple[Flask, str]:
    """A town, and the address of an answer that nobody has said anything about."""
    app = towns(engine)
    return app, desks.published(app, "V úterý.")[1]


def slug_of(path: str) -> str:
    return path.rpartition("/")[2]


def say(client: FlaskClient, path: str, level: object, **changes: Any) -> TestResponse:
    """Open the page and press a button under it."""
    fields = hidden_fields(client.get(path).get_data(as_text=True))
    return press(client, path, level, fields, **changes)


def press(client: FlaskClient, path: str, level: object, fields: dict[str, str], **changes: Any) -> TestResponse:
    """Press a button of a page that was opened before."""
    return client.post(f"/pomohlo/{slug_of(path)}", data={**fields, "level": level}, **changes)


def said(app: Flask, path: str) -> list[tuple[int, int]]:
    """(revision, level) of everybody who said something about it, the oldest first."""
    with app.app_context():
        about = sa.select(Message.id).where(Message.slug == slug_of(path)).scalar_subquery()
        rows = sa.select(Feedback.rev, Rating.level).join(Rating, Rating.feedback_id == Feedback.id)
        return [
            (row[0], row[1]) for row in db.session.execute(rows.where(Feedback.about_id == about).order_by(Feedback.id))
        ]


def told(app: Flask, path: str) -> str:
    found = re.search(r"Pomohlo \d+ z \d+ lidí\.", public_page(app, path))
    return found[0] if found else ""


def test_a_reader_says_that_it_helped_without_a_cookie(answer: tuple[Flask, str]) -> None:
    app, path = answer
    client = app.test_client()
    page = client.get(path)
    assert page.headers["Cache-Control"] == "private, no-cache"
    done = say(client, f"/en{path}", 3, headers={"Origin": "http://localhost"})
    assert done.status_code == 303
    assert "Set-Cookie" not in done.headers
    thanks = client.get(done.headers["Location"]).get_data(as_text=True)
    assert "Děkujeme. Vaše odpověď: Ano." in thanks
    assert said(app, path) == [(0, 3)]
    with app.app_context():
        row = db.session.scalars(sa.select(Feedback).order_by(Feedback.id.desc())).first()
        assert row is not None
        department = db.session.get_one(Message, row.about_id).department_id
        place = db.session.get_one(Touchpoint, row.touchpoint_id)
        assert (place.slug, row.department_id) == ("web", department)
    assert_counts_agree(app)


def test_a_form_sent_again_counts_once_and_another_answer_takes_the_place_of_the_first(
    answer: tuple[Flask, str],
) -> None:
    app, path = answer
    client = app.test_client()
    fields = hidden_fields(client.get(path).get_data(as_text=True))
    for _ in range(3):
        assert press(client, path, 3, fields).status_code == 303
    assert said(app, path) == [(0, 3)]
    after = press(client, path, 1, fields)  # back in the browser, and another button
    assert said(app, path) == [(1, 1)]
    page = client.get(after.headers["Location"]).get_data(as_text=True)
    assert "Co vám chybělo?" in page
    assert press(client, path, 2, hidden_fields(page)).status_code == 303  # on the page that thanks
    assert press(client, path, 3, fields).status_code == 303
    assert said(app, path) == [(3, 3)]
    assert_counts_agree(app)


def test_who_changes_their_mind_a_hundred_times_is_stopped(answer: tuple[Flask, str]) -> None:
    app, path = answer
    client = app.test_client()
    fields = hidden_fields(client.get(path).get_data(as_text=True))
    view_limit, view.MOST_A_MINUTE = view.MOST_A_MINUTE, 1000
    try:
        statuses = [press(client, path, 1 + n % 2, fields).status_code for n in range(101)]
    finally:
        view.MOST_A_MINUTE = view_limit
    assert statuses == [303] * 100 + [429]
    assert_counts_agree(app)


def test_two_clicks_at_once_are_one(answer: tuple[Flask, str]) -> None:
    app, path = answer
    fields = hidden_fields(app.test_client().get(path).get_data(as_text=True))
    with ThreadPoolExecutor(4) as pool:
        answers_ = list(pool.map(lambda _: press(app.test_client(), path, 3, fields).status_code, range(8)))
    assert set(answers_) == {303}
    assert said(app, path) == [(0, 3)]


def test_the_number_is_told_from_five_on(answer: tuple[Flask, str]) -> None:
    app, path = answer
    for n, level in enumerate((3, 3, 1, 3, 2, 3), 1):
        assert told(app, path) == ("" if n <= 5 else "Pomohlo 3 z 5 lidí.")
        say(app.test_client(), path, level)
    assert told(app, path) == "Pomohlo 4 z 6 lidí."


def test_an_official_sees_it_on_the_page_of_the_case(towns: Towns, engine: str) -> None:
    app = towns(engine)
    reference, path = desks.published(app, "V úterý.")
    desk = Desk(app, desks.A)
    assert "Zatím to řeklo příliš málo čtenářů" in desk.page(reference)
    for level in (3, 3, 1, 3, 2):
        say(app.test_client(), path, level)
    assert "Ano: 3, zčásti: 1, ne: 1." in desk.page(reference)


BAD: dict[str, dict[str, str]] = {
    "no level": {"level": ""}, "none of them": {"level": "4"}, "zero": {"level": "0"}, "a word": {"level": "ano"},
    "another digit": {"level": "\u0663"}, "NUL": {"level": "\0"}, "long": {"level": "3" * 5000},
    "no token": {"token": ""}, "a forged token": {"token": "WyJ4Il0.x.y"},
}  # fmt: skip


@pytest.mark.parametrize("changes", BAD.values(), ids=list(BAD))
def test_what_is_no_answer_is_refused_and_nothing_stored(answer: tuple[Flask, str], changes: dict[str, str]) -> None:
    app, path = answer
    client = app.test_client()
    fields = hidden_fields(client.get(path).get_data(as_text=True))
    before = everything(app)
    assert_refused(client.post(f"/pomohlo/{slug_of(path)}", data={**fields, "level": "3", **changes}), 400)
    assert everything(app) == before


def test_a_form_belongs_to_its_own_answer_and_its_own_site(answer: tuple[Flask, str]) -> None:
    app, path = answer
    client = app.test_client()
    other = desks.published(app, "Ve středu.")[1]
    fields = hidden_fields(client.get(path).get_data(as_text=True))
    before = everything(app)
    assert_refused(press(client, other, 3, fields), 400)
    assert_refused(press(client, path, 3, fields, headers={"Sec-Fetch-Site": "cross-site"}), 403)
    for slug in ("nikde", "x" * 200, "%00", "a%2Fb", "ě", "-"):
        assert client.post(f"/pomohlo/{slug}", data={**fields, "level": "3"}).status_code in {400, 404}
    assert client.get(f"/pomohlo/{slug_of(path)}").status_code == 405
    assert everything(app) == before
    for state in ("x", "", fields["token"], "\0"):
        assert client.get(path, query_string={"pomohlo": state}).status_code == 200


def test_what_is_no_longer_public_cannot_be_rated(towns: Towns, engine: str) -> None:
    app = towns(engine)
    reference, path = desks.published(app, "V úterý.")
    client = app.test_client()
    fields = hidden_fields(client.get(path).get_data(as_text=True))
    with app.app_context():
        answers.withdraw(desks.scope(desks.A), reference, datetime.now(UTC))
    assert_refused(press(client, path, 3, fields), 404)
    assert said(app, path) == []


def test_a_flood_has_a_ceiling_for_each_answer(answer: tuple[Flask, str], monkeypatch: pytest.MonkeyPatch) -> None:
    app, path = answer
    other = desks.published(app, "Ve středu.")[1]
    monkeypatch.setattr(view, "MOST_A_MINUTE", 3)
    client = app.test_client()
    statuses = [say(client, path, 3).status_code for _ in range(7)]
    assert statuses.count(303) in {3, 6}  # 6 where a minute ended meanwhile
    assert statuses[-1] == 429
    assert say(client, other, 3).status_code == 303


def test_the_pages_of_the_city_are_no_touch_screen(answer: tuple[Flask, str]) -> None:
    app, path = answer
    say(app.test_client(), path, 3)
    assert_refused(app.test_client().get("/kiosk/web"), 404)
    assert "/kiosk/web" not in public_page(app, "/")
    figures = Desk(app, desks.PRESS).client.get("/urad/spokojenost").get_data(as_text=True)
    assert "misto=web" not in figures


def test_a_city_founded_before_gets_its_place_when_it_is_prepared(towns: Towns, engine: str, tmp_path: Path) -> None:
    app = towns(engine)
    with app.app_context():
        places = sa.select(sa.func.count()).select_from(Touchpoint).where(Touchpoint.kind == "web")
        db.session.execute(sa.update(Touchpoint).where(Touchpoint.kind == "web").values(slug="byvaly", kind="kiosk"))
        db.session.commit()
        for _ in range(2):
            cities.keep_up(datetime.now(UTC))
            assert db.session.scalar(places) == 1
    path = desks.published(app, "V úterý.")[1]
    assert say(app.test_client(), path, 3).status_code == 303


def test_any_publication_of_a_room_may_ask_it(towns: Towns, engine: str) -> None:
    app = towns(engine)
    with app.app_context():
        reference = boards.written("Uzavírka")
        boards.posted(reference, datetime.now(UTC))
        number = db.session.scalar(sa.select(Message.slug).where(Message.kind == "notice").order_by(Message.id.desc()))
    assert number
    with app.test_request_context():
        block = '{% import "helped.html" as helped with context %}{{ helped.block(slug) }}'
        fields = hidden_fields(render_template_string(block, slug=number))
    done = press(app.test_client(), f"/{number}", 3, fields)
    assert done.status_code == 303
    assert done.headers["Location"].startswith(f"/uredni-deska/{number}?pomohlo=")
    assert said(app, f"/{number}") == [(0, 3)]


def missed(client: FlaskClient, path: str, text: str, **changes: Any) -> TestResponse:
    """Say no under a page, and what was missing in the field that comes then."""
    thanks = client.get(say(client, path, 1).headers["Location"]).get_data(as_text=True)
    return client.post(f"/pomohlo/{slug_of(path)}/slova", data={**token_of(thanks), "text": text}, **changes)


def token_of(page: str) -> dict[str, str]:
    """The token of the form of words on a page."""
    found = re.search(r'action="[^"]*/slova">\s*<input type="hidden" name="token" value="([^"]+)"', page)
    assert found
    return {"token": found[1]}


def words_about(app: Flask, path: str) -> list[tuple[str, str, str]]:
    """(text, slug of the department, visibility) of everything readers missed under it."""
    with app.app_context():
        about = sa.select(Message.id).where(Message.slug == slug_of(path)).scalar_subquery()
        wanted = sa.select(Message, Case).join(Feedback, Feedback.words_id == Message.id)
        wanted = wanted.join(Case, Case.question_id == Message.id)
        rows = db.session.execute(wanted.where(Feedback.about_id == about).order_by(Message.id))
        return [(m.revisions[0].text or "", c.department.slug, m.conversation.visibility) for m, c in rows]


def test_what_a_reader_missed_is_a_case_of_the_department_that_answered(answer: tuple[Flask, str]) -> None:
    app, path = answer
    client = app.test_client()
    done = missed(client, path, "Chybí ceník <b>parkování</b> u nádraží.")
    assert done.status_code == 303
    page = client.get(done.headers["Location"]).get_data(as_text=True)
    assert "Děkujeme za vaše slova." in page
    assert "/slova" not in page
    with app.app_context():
        department = db.session.scalars(sa.select(Message).where(Message.slug == slug_of(path))).one().department
        assert department is not None
        slug = department.slug
        reference = db.session.scalars(sa.select(Case.reference).order_by(Case.id.desc())).first()
    assert words_about(app, path) == [("Chybí ceník <b>parkování</b> u nádraží.", slug, "private")]
    assert "parkování" not in public_page(app, path)
    opened = Desk(app, desks.PRESS).page(str(reference))
    assert "že mu to nepomohlo" in opened
    assert f'href="{path}"' in opened


def test_the_same_words_twice_are_one_case_and_other_words_are_given_back(answer: tuple[Flask, str]) -> None:
    app, path = answer
    client = app.test_client()
    thanks = client.get(say(client, path, 2).headers["Location"]).get_data(as_text=True)
    send = partial(client.post, f"/pomohlo/{slug_of(path)}/slova")
    assert [send(data={**token_of(thanks), "text": "Kdy to bude?"}).status_code for _ in range(3)] == [303] * 3
    other = send(data={**token_of(thanks), "text": "Ještě něco <i>jiného</i>."})
    assert other.status_code == 409
    assert "Ještě něco &lt;i&gt;jiného&lt;/i&gt;." in other.get_data(as_text=True)
    assert len(words_about(app, path)) == 1


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        ("", 400, "Napište prosím, co chybělo"),
        (" \u200b\n", 400, "Napište prosím, co chybělo"),
        ("a" * 2001, 400, "Zkraťte text na 2000 znaků"),
        ("ї" * 4000, 400, "Zkraťte text na 2000 znaků"),
    ],
)
def test_words_that_cannot_be_taken_are_given_back_with_the_reason(
    answer: tuple[Flask, str], text: str, status: int, says: str
) -> None:
    app, path = answer
    client = app.test_client()
    refused = missed(client, path, text)
    assert refused.status_code == status
    page = refused.get_data(as_text=True)
    assert says in page
    assert text.strip() in page
    again = client.post(f"/pomohlo/{slug_of(path)}/slova", data={**token_of(page), "text": "Teď dobře."})
    assert again.status_code == 303
    assert [text for text, _, _ in words_about(app, path)] == ["Teď dobře."]


def test_who_told_what_was_missing_and_changes_their_answer_is_not_asked_again(answer: tuple[Flask, str]) -> None:
    app, path = answer
    client = app.test_client()
    page = client.get(missed(client, path, "Chybí mapa.").headers["Location"]).get_data(as_text=True)
    after = press(client, path, 2, hidden_fields(page))
    changed = client.get(after.headers["Location"]).get_data(as_text=True)
    assert "Vaše odpověď: Zčásti." in changed
    assert "Děkujeme za vaše slova." in changed
    assert "/slova" not in changed


def test_a_form_that_expired_leads_back_to_a_page_that_can_be_opened(answer: tuple[Flask, str]) -> None:
    app, path = answer
    client = app.test_client()
    for referrer, back in (
        (f"http://localhost/en{path}", f"/en{path}"),
        ("http://localhost//cizi.example/", "/en/"),
        ("http://cizi.example/x", "/en/"),
        ("http://[", "/en/"),
        ("", "/en/"),
    ):
        refused = client.post(
            f"/en/pomohlo/{slug_of(path)}", data={"token": "x", "level": "3"}, headers={"Referer": referrer}
        )
        button = re.search(r'class="button" href="([^"]*)"', refused.get_data(as_text=True).partition("error-page")[2])
        assert button
        assert (refused.status_code, button[1]) == (400, back)
        assert client.get(back).status_code == 200


def test_words_without_a_page_that_asked_for_them_are_given_back(answer: tuple[Flask, str]) -> None:
    app, path = answer
    client = app.test_client()
    refused = client.post(f"/pomohlo/{slug_of(path)}/slova", data={"token": "vymyšlený", "text": "Moje slova."})
    assert refused.status_code == 400
    assert "Moje slova." in refused.get_data(as_text=True)
    gone = client.post("/pomohlo/neni-tu/slova", data={"token": "x", "text": "Moje slova."})
    assert gone.status_code in {400, 404}
    assert "Moje slova." in gone.get_data(as_text=True)
    assert words_about(app, path) == []


def test_a_network_has_a_ceiling_over_all_answers(towns: Towns, monkeypatch: pytest.MonkeyPatch) -> None:
    app = towns("sqlite")
    paths = [desks.published(app, f"Odpověď {n}.")[1] for n in range(2)]
    monkeypatch.setattr(view, "MOST_OF_NETWORK", 3)
    client = app.test_client()

    def sent_from(address: str) -> list[int]:
        where = {"environ_overrides": {"REMOTE_ADDR": address}}
        return [say(client, paths[n % 2], 3, **where).status_code for n in range(7)]

    assert sent_from("10.20.0.1").count(303) in {3, 6}  # 6 where a minute ended meanwhile
    assert say(client, paths[0], 3, environ_overrides={"REMOTE_ADDR": "10.20.0.2"}).status_code == 303
    inside = [f"2001:db8:1:2::{n}" for n in range(1, 8)]
    codes = [say(client, paths[0], 3, environ_overrides={"REMOTE_ADDR": one}).status_code for one in inside]
    assert codes.count(303) in {3, 6}  # one household has as many addresses as it likes


def test_an_address_passed_on_shows_and_changes_nothing_of_what_was_said(answer: tuple[Flask, str]) -> None:
    app, path = answer
    shared = say(app.test_client(), path, 3).headers["Location"]
    for other in (
        {"environ_overrides": {"REMOTE_ADDR": "10.30.0.1"}},
        {"headers": {"User-Agent": "Jiný prohlížeč".encode().decode("latin-1")}},
    ):
        friend = app.test_client()
        page = friend.get(shared, **other).get_data(as_text=True)
        assert "Vaše odpověď" not in page
        press(friend, path, 1, hidden_fields(page))
    assert said(app, path) == [(0, 3), (0, 1), (0, 1)]
    assert "Vaše odpověď: Ano" in app.test_client().get(shared).get_data(as_text=True)

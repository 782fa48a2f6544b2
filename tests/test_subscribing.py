"""News by e-mail: asked for, proven by a link in a letter, announced, changed, and ended by one click."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from channels.memory import MemoryChannel
from hub.actions import subscribing
from hub.channel import Limits, Refused, Uncertain, Unreachable
from hub.database import db
from hub.envelopes import Outgoing
from hub.jobs import deliveries, retention
from hub.models import Address, Contact, Delivery, Dispatch, OptIn, Subscription
from tests import desks, visitors
from tests.conftest import NOW
from tests.noticeboard import boards
from tests.visitors import hidden_fields

EMAIL = "jana.novakova@seznam.example"


class Post(MemoryChannel):
    """The e-mail of these tests; it raises what is ready in `moods`."""

    def __init__(self) -> None:
        super().__init__(secret="x", name="email", limits=Limits(100_000, 1000, 1000))
        self.moods: list[Exception] = []
        self.letters: list[Outgoing] = []

    def send(self, outgoing: Outgoing) -> str:
        if self.moods:
            raise self.moods.pop(0)
        self.letters.append(outgoing)
        return super().send(outgoing)


@pytest.fixture
def town(founded: Callable[[str, Path], str], engine: str, tmp_path: Path) -> Iterator[Flask]:
    app = desks.opened(founded(engine, tmp_path), tmp_path)
    app.extensions["hub_channels"] = {"email": Post()}
    yield app
    visitors.close_house(app)


@pytest.fixture
def client(town: Flask) -> FlaskClient:
    return town.test_client()


def asked(client: FlaskClient, email: str = EMAIL, topics: tuple[str, ...] = ("notices",), **more: str) -> int:
    fields = hidden_fields(client.get("/odbery").get_data(as_text=True))
    return client.post("/odbery", data={**fields, "topic": list(topics), "email": email, **more}).status_code


def letters(town: Flask) -> list[Outgoing]:
    """What the worker sends now."""
    post = town.extensions["hub_channels"]["email"]
    before = len(post.letters)
    with town.app_context():
        deliveries.deliver()
        db.session.remove()
    return list(post.letters[before:])


def link(letter: Outgoing) -> str:
    return str(re.findall(r"http://[^/\s]+(/odbery/\S+)", letter.text)[0])


def subscribed(town: Flask, client: FlaskClient, topics: tuple[str, ...] = ("notices",), email: str = EMAIL) -> str:
    """Somebody who has confirmed; the address of their settings."""
    assert asked(client, email, topics) == 303
    answer = client.post(link(letters(town)[0]))
    assert answer.status_code == 303
    return str(answer.headers["Location"]).partition("?")[0]


def rows(town: Flask, model: type) -> list[object]:
    with town.app_context():
        return list(db.session.scalars(sa.select(model)))


def open_ones(town: Flask) -> int:
    with town.app_context():
        wanted = sa.select(sa.func.count()).select_from(Subscription).where(Subscription.ended_at.is_(None))
        return db.session.scalar(wanted) or 0


def announced(town: Flask) -> None:
    with town.app_context():
        boards.posted(now=datetime.now(UTC))
        for dispatch_id in db.session.scalars(sa.select(Dispatch.id)).all():
            deliveries.expand(dispatch_id)
        db.session.remove()


def test_nobody_is_written_to_before_they_confirm(town: Flask, client: FlaskClient) -> None:
    assert asked(client) == 303
    assert [one.address for one in letters(town)] == [EMAIL]
    announced(town)
    assert letters(town) == []
    assert rows(town, Address) == rows(town, Contact) == rows(town, Subscription) == []


def test_to_open_the_link_does_nothing_its_button_does(town: Flask, client: FlaskClient) -> None:
    asked(client)
    path = link(letters(town)[0])
    assert client.get(path).status_code == 200
    assert open_ones(town) == 0
    assert client.post(path).status_code == 303
    assert open_ones(town) == 1


def test_the_proof_is_kept_and_nothing_else(town: Flask, client: FlaskClient) -> None:
    subscribed(town, client)
    with town.app_context():
        one = db.session.scalars(sa.select(Subscription)).one()
        assert one.asked_at
        assert one.asked_at <= one.confirmed_at
        assert (one.wording, len(one.wording_digest or "")) == ("2026-11", 64)
        address = db.session.scalars(sa.select(Address)).one()
        assert (address.value, address.verified_at, address.state) == (EMAIL, one.confirmed_at, "active")
        request = db.session.scalars(sa.select(OptIn)).one()
        assert (request.value, request.address_id) == ("", address.id)


def test_a_double_click_confirms_once(town: Flask, client: FlaskClient) -> None:
    asked(client)
    path = link(letters(town)[0])
    assert [client.post(path).status_code for _ in range(3)] == [303, 303, 303]
    assert len(rows(town, Subscription)) == 1


def test_what_is_posted_comes_and_leads_to_the_notice(town: Flask, client: FlaskClient) -> None:
    subscribed(town, client)
    announced(town)
    letter = letters(town)[0]
    assert letter.subject == "Uzavírka Dlouhé ulice"
    assert "/uredni-deska/2026-000001" in letter.text
    assert letter.unsubscribe
    assert letters(town) == []


def test_one_click_ends_it_without_a_page_before_or_a_redirect_after(town: Flask, client: FlaskClient) -> None:
    subscribed(town, client)
    announced(town)
    path = letters(town)[0].unsubscribe.partition("://")[2].partition("/")[2]
    assert client.get(f"/{path}").status_code == 200
    assert open_ones(town) == 1
    stranger = town.test_client()
    headers = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        answer = stranger.post(f"/{path}", data={"List-Unsubscribe": "One-Click"}, content_type=kind, headers=headers)
        assert (answer.status_code, answer.headers.get("Location")) == (200, None)
        assert open_ones(town) == 0
    assert "Set-Cookie" not in answer.headers


def test_letters_that_wait_do_not_go_after_that(town: Flask, client: FlaskClient) -> None:
    settings = subscribed(town, client)
    announced(town)
    client.post(settings, data={"step": "stop"})
    assert letters(town) == []
    with town.app_context():
        assert [(d.state, d.problem) for d in db.session.scalars(sa.select(Delivery))] == [
            ("cancelled", "unsubscribed")
        ]


def test_the_settings_change_what_comes(town: Flask, client: FlaskClient) -> None:
    settings = subscribed(town, client)
    assert client.post(settings, data={"topic": ["answers"]}).status_code == 303
    page = client.get(settings).get_data(as_text=True)
    assert re.findall(r'value="(\w+)" checked', page) == ["answers"]
    assert EMAIL not in page
    assert client.post(settings, data={"topic": ["answers", "notices"]}).status_code == 303
    assert open_ones(town) == 2
    assert client.post(settings, data={"topic": ["everything"]}).status_code == 400


def test_the_link_to_the_settings_is_sent_to_those_alone_who_have_some(town: Flask, client: FlaskClient) -> None:
    subscribed(town, client)
    assert asked(client, topics=(), step="change") == 303
    path = link(letters(town)[0])
    assert path.startswith("/odbery/nastaveni/")
    assert client.get(path).status_code == 200
    assert asked(client, "nikdo@seznam.example", topics=(), step="change") == 303  # the same for a stranger
    assert letters(town) == []


def test_an_address_gets_three_such_letters_a_day_at_most(town: Flask, client: FlaskClient) -> None:
    for _ in range(6):
        assert asked(client) == 303
    assert len(letters(town)) == 3


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "email",
    ["", "jana", "a@b.cz, c@d.cz", "a@b.cz\r\nBcc: c@d.cz", "<script>@x.cz", "a" * 250 + "@b.cz", "@", "a@b\0.cz"],
)
def test_what_is_no_address_is_refused_and_comes_back(town: Flask, client: FlaskClient, email: str) -> None:
    fields = hidden_fields(client.get("/odbery").get_data(as_text=True))
    answer = client.post("/odbery", data={**fields, "topic": "notices", "email": email})
    assert answer.status_code == 400
    assert 'id="f-email-error"' in answer.get_data(as_text=True)
    assert rows(town, OptIn) == []


BAD: dict[str, tuple[dict[str, object], int]] = {
    "no topic": ({"topic": []}, 400),
    "an unknown topic": ({"topic": ["all"]}, 400),
    "no token": ({"token": ""}, 400),
    "a machine": ({"web": "x"}, 400),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", BAD)
def test_bad_forms_are_refused(town: Flask, client: FlaskClient, what: str) -> None:
    change, status = BAD[what]
    fields = hidden_fields(client.get("/odbery").get_data(as_text=True))
    data: dict[str, object] = {**fields, "topic": ["notices"], "email": EMAIL, **change}
    assert client.post("/odbery", data=data).status_code == status
    assert rows(town, OptIn) == []


def test_links_that_are_not_ours_lead_nowhere(town: Flask, client: FlaskClient) -> None:
    settings = subscribed(town, client)
    for path in (settings[:-3] + "abc", "/odbery/nastaveni/x", "/odbery/zrusit/x", "/odbery/zrusit/" + "9" * 5000):
        assert client.get(path).status_code == client.post(path).status_code == 404, path
    for secret in ("x", "y" * 43, "z" * 500):
        assert client.post(f"/odbery/potvrzeni/{secret}").status_code == 410
    assert client.post(settings, data={"step": "stop"}, headers={"Origin": "https://zlo.example"}).status_code == 403
    assert open_ones(town) == 1


def test_a_link_ends_after_a_week_and_its_request_is_forgotten(town: Flask, client: FlaskClient) -> None:
    asked(client)
    path = link(letters(town)[0])
    with town.app_context():
        later = datetime.now(UTC) + subscribing.LIFE
        assert subscribing.confirm(path.rpartition("/")[2], later) is None
        assert retention.forget_opt_ins(later + timedelta(days=2)) == 1
        db.session.remove()
    assert rows(town, OptIn) == []


def test_trouble_with_the_mail_neither_loses_nor_doubles_a_letter(town: Flask, client: FlaskClient) -> None:
    post = town.extensions["hub_channels"]["email"]
    post.moods = [Unreachable()]
    asked(client)
    assert letters(town) == []
    with town.app_context():
        later = datetime.now(UTC) + timedelta(minutes=30)
        deliveries.deliver(clock=boards.Standing(later))
        db.session.remove()
    assert len(post.letters) == 1
    post.moods = [Uncertain()]
    asked(client, "petr@seznam.example")
    assert letters(town) == letters(town) == []  # perhaps it went: it is not sent again by itself
    assert post.moods == []
    post.moods = [Refused("invalid")]
    asked(client, "nikdo@seznam.example")
    assert letters(town) == []
    assert "nikdo@seznam.example" not in [one.value for one in rows(town, OptIn)]  # type: ignore[attr-defined]


def test_subscribing_while_something_is_announced_keeps_the_audience_whole(town: Flask, client: FlaskClient) -> None:
    """The clock of whoever confirms may be behind: it counts as after the announcement all the same."""
    subscribed(town, client)
    asked(client, "petr@seznam.example")
    path = link(letters(town)[0])
    with town.app_context():
        boards.posted(now=datetime.now(UTC))
        assert subscribing.confirm(path.rpartition("/")[2], NOW - timedelta(days=1))
        dispatch_id = db.session.scalars(sa.select(Dispatch.id)).one()
        deliveries.expand(dispatch_id)
        db.session.rollback()
        dispatch = db.session.get_one(Dispatch, dispatch_id)
        assert (dispatch.audience, dispatch.expanded) == (1, 1)
        assert dispatch.finished_at is not None
        db.session.remove()


def test_a_busy_database_gives_the_form_back_filled(town: Flask) -> None:
    client = town.test_client()
    fields = hidden_fields(client.get("/odbery").get_data(as_text=True))
    data = {**fields, "topic": ["notices"], "email": EMAIL, "step": "begin"}
    with town.app_context():
        url = town.config["SQLALCHEMY_DATABASE_URI"]
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.connect() as other:
        if engine.dialect.name == "sqlite":
            other.connection.driver_connection.execute("BEGIN IMMEDIATE").close()  # type: ignore[union-attr]
        else:
            other.execute(sa.text("LOCK TABLE opt_ins IN ACCESS EXCLUSIVE MODE"))
        answer = client.post("/odbery", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert f'value="{EMAIL}"' in page
    assert re.search(r'value="notices" checked', page)
    again = {**data, **hidden_fields(page)}
    assert client.post("/odbery", data=again).status_code == 303


def test_a_link_that_never_was_or_has_ended_asks_for_no_press(town: Flask, client: FlaskClient) -> None:
    for secret in ("x", "x" * 43, "ž" * 30):
        page = client.get(f"/odbery/potvrzeni/{secret}")
        assert page.status_code == 410
        assert "<button" not in page.get_data(as_text=True).partition("<main")[2].partition("</main>")[0]

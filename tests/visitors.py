"""Who comes over HTTP in tests, and how to see that they changed nothing."""

from __future__ import annotations

import http.client
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.pool import NullPool
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from hub.app import create_app
from hub.database import db
from hub.queries import recount
from tests.conftest import NOW, test_settings
from tests.factories import PASSWORD, found_city
from tests.presses import press_json

SIGN_IN = "/urad/prihlaseni"
TAP = "/kiosk/ridici/dotek"

House = Callable[..., Flask]


def houses(request: pytest.FixtureRequest, folder: Path) -> Iterator[House]:
    """For a fixture of a module: engine and settings → the app with a city, made once, with no context pushed.

    Each request then has a session of its own, as in the real server.
    """
    made: dict[tuple[object, ...], Flask] = {}

    def house(engine: str, **settings: object) -> Flask:
        key = (engine, *sorted(settings.items()))
        if key not in made:
            home = folder / f"{engine}-{len(made)}"
            home.mkdir()
            made[key] = open_house(fresh_database(request, engine, home), home, **settings)
        return made[key]

    yield house
    for app in made.values():
        close_house(app)


def fresh_database(request: pytest.FixtureRequest, engine: str, folder: Path) -> str:
    """A migrated, empty database of an engine; on PostgreSQL it goes with its server."""
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "hub.db")
        return f"sqlite:///{folder / 'hub.db'}"
    template = request.getfixturevalue("migrated_postgres")
    return str(request.getfixturevalue("postgres").create_database(template))


def open_house(url: str, folder: Path, **settings: object) -> Flask:
    """The app on a migrated, empty database, with the city of the tests founded in it."""
    values = {"database_url": url, "data_dir": folder, "sign_ins_per_minute": 10**6, **settings}
    app = create_app(test_settings(**values))
    with app.app_context():
        found_city(NOW)
    return app


def close_house(app: Flask) -> None:
    """Let go of its connections."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def everything(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, seen by a connection of its own."""
    engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool)
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for table in db.metadata.sorted_tables
        }


def assert_counts_agree(app: Flask) -> None:
    """Every count is what its ratings say."""
    with app.app_context():
        assert recount.differences(db.session()) == []


@contextmanager
def nothing_else_stored(app: Flask) -> Iterator[Callable[[], None]]:
    """Whatever happens in here stores nothing, apart from the good taps that are sent by calling what it gives."""
    before, good = everything(app), list[str]()

    def good_tap() -> None:
        tap = press_json()
        assert app.test_client().post(TAP, json=tap).status_code == 201
        good.append(str(tap["id"]))

    yield good_tap
    good_tap()
    after = everything(app)
    ours = {row[0] for row in after["feedback"] if row[2] in good}
    assert len(ours) == len(good)
    after["feedback"] = [row for row in after["feedback"] if row[0] not in ours]
    after["ratings"] = [row for row in after["ratings"] if row[0] not in ours]
    assert_counts_agree(app)
    del before["counts"], after["counts"]
    assert after == before


def assert_refused(answer: TestResponse, status: int, code: str | None = None) -> None:
    """A refusal has the right status, the number of its request, and words for a person or for a machine."""
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    number = answer.headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{16}", number)
    if answer.is_json:
        body = answer.get_json()
        assert body.keys() == {"error", "message", "request_id"}
        assert body["request_id"] == number
        assert len(body["message"]) > 20
        assert code in {None, body["error"]}, body
    else:
        page = answer.get_data(as_text=True)
        assert answer.mimetype == "text/html"
        assert '<html lang="cs"' in page
        assert number in page or 'data-screen="error"' in page
        assert "Traceback" not in page


def csrf(client: FlaskClient, page: str = SIGN_IN) -> str:
    """The token in the form of a staff page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).get_data(as_text=True))
    assert found, f"{page} has no form"
    return found[1]


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the first form of a page that sends anything: every page has a search before it."""
    forms = [form.partition("</form>")[0] for form in page.split("<form")[1:]]
    form = next((form for form in forms if 'method="post"' in form.partition(">")[0].lower()), "")
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', one)) for one in re.findall("<input[^>]*>", form)]
    return {one["name"]: one.get("value", "") for one in inputs if one.get("type") == "hidden"}


def sign_in(
    client: FlaskClient, email: str = "spravce@mesto.example", password: str = PASSWORD, **more: str
) -> TestResponse:
    """Fill in the sign-in form and send it."""
    return client.post(SIGN_IN, data={"email": email, "password": password, "csrf_token": csrf(client), **more})


def signed_in(app: Flask, email: str = "spravce@mesto.example") -> FlaskClient:
    """A client in which somebody has signed in."""
    client = app.test_client()
    assert sign_in(client, email).status_code == 302
    return client


def addresses(app: Flask, method: str = "GET") -> list[str]:
    """An address of every route that takes the method, made from url_map: a new route is asked without being listed."""
    return sorted({address(rule) for rule in app.url_map.iter_rules() if rule.methods and method in rule.methods})


def address(rule: Rule) -> str:
    """An address of this route. There is no case, answer, letter or department of these names."""
    values = {
        "slug": "ridici",
        "filename": "kiosk.css" if "kiosk" in rule.rule else "hub.css",
        "reference": "K7M-3PX-9",
        "mark": "x",
        "ref": "nikde",
        "secret": "tajemstvi-ktere-nikam-nevede-0123456789",
        "position": "1",
        "number": "1",
        "token": "nikam-nevede",
        "digest": "0" * 64,
    }
    unknown = rule.arguments - values.keys()
    assert not unknown, f"say in visitors.address what {unknown} of {rule.rule} may be"
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: values[part[1]], rule.rule)


@dataclass(frozen=True)
class Answer:
    """What the real server said."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Listening(Protocol):
    """Whatever serves the hub on a port of loopback."""

    port: int


def ask(server: Listening, method: str, path: str, value: object = None, **headers: str) -> Answer:
    """One request to the real server, on a connection of its own; `value` goes as JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        body = None if value is None else json.dumps(value).encode()
        kind = {} if value is None else {"Content-Type": "application/json"}
        connection.request(method, path, body, {"Host": "localhost", **kind, **headers})
        answer = connection.getresponse()
        return Answer(answer.status, answer.msg, answer.read())
    finally:
        connection.close()


def page_after_sign_in(server: Listening, email: str, password: str) -> str:
    """Open the sign-in form on the real server, fill it in and send it, keeping cookies; the page that comes."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    address = f"http://localhost:{server.port}{SIGN_IN}"
    with browser.open(address) as page:
        fields = hidden_fields(page.read().decode())
    with browser.open(address, urlencode({**fields, "email": email, "password": password}).encode()) as page:
        return str(page.read().decode())

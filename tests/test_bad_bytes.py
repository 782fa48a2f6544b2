"""Random and broken bytes: by hypothesis on every route, and over a real socket on the real server."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kiosk.presses import RANDOM_UUID
from tests import visitors
from tests.presses import press_json
from tests.running import Server
from tests.visitors import TAP, House, addresses, assert_counts_agree, everything, signed_in

BATCH = "/kiosk/ridici/davka"
RUNS = settings(
    max_examples=25,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

KINDS = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["Accept", "Accept-Language", "Cookie", "Origin", "Referer", "X-Forwarded-For", "Range", "If-None-Match"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    max_size=3,
)
TEXTS = st.text(max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.sampled_from([0, 5, 6, 99, "cs", "kiosk@2"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("id", "rev", "questionnaire", "language", "ratings", "age_ms", "more")
RATINGS = st.dictionaries(st.sampled_from(["visit", "reason", "nic"]), st.integers(-1, 12), max_size=3)
CHANGES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=2) | st.fixed_dictionaries(
    {"ratings": RATINGS | VALUES}
)


@pytest.fixture(scope="module")
def staff(houses: House) -> Callable[[str], FlaskClient]:
    """Somebody signed in, once for each engine."""
    known: dict[str, FlaskClient] = {}
    return lambda engine: known.get(engine) or known.setdefault(engine, signed_in(houses(engine)))


def assert_only_valid_rows(app: Flask) -> None:
    """Whatever got in is what a touch screen could have sent."""
    rows = everything(app)
    for row in rows["feedback"]:
        assert re.fullmatch(RANDOM_UUID, str(row[2]))
        assert 0 <= int(str(row[3])) <= 99
    assert {row[2] for row in rows["ratings"]} <= set(range(1, 7))
    assert_counts_agree(app)


@given(body=st.binary(max_size=200), kind=KINDS, headers=HEADERS)
@settings(RUNS, max_examples=5)  # each is sent to every address there is, twice
def test_random_bytes_never_break_a_route_and_store_nothing(
    houses: House, staff: Callable[[str], FlaskClient], engine: str, body: bytes, kind: str, headers: dict[str, str]
) -> None:
    app = houses(engine)
    before = everything(app)["feedback"]
    for client in (app.test_client(), staff(engine)):
        for address in addresses(app, "POST"):
            answer = client.post(address, data=body, content_type=kind, headers=headers, buffered=True)
            assert 200 <= answer.status_code < 500, address
    assert everything(app)["feedback"] == before


@given(data=st.data(), tail=st.binary(max_size=30), query=st.binary(max_size=60), headers=HEADERS)
@RUNS
def test_random_addresses_and_arguments_never_break_a_page(
    houses: House,
    staff: Callable[[str], FlaskClient],
    data: st.DataObject,
    tail: bytes,
    query: bytes,
    headers: dict[str, str],
) -> None:
    app = houses("sqlite")
    address = data.draw(st.sampled_from([*addresses(app), "/kiosk", "/urad/", "/static", ""]))
    name = data.draw(st.sampled_from(["", "s=", "mesic=", "misto=", "odbor=", "tabulka=", "next="]))
    sent = {"QUERY_STRING": name + query.decode("latin-1")}
    for client in (app.test_client(), staff("sqlite")):
        for path in (address, f"{address}/{tail.decode('latin-1')}"):
            answer = client.get("/", environ_overrides={**sent, "PATH_INFO": path}, headers=headers, buffered=True)
            assert 200 <= answer.status_code < 500, path


@given(changes=CHANGES)
@RUNS
def test_a_press_with_random_values_is_stored_well_or_not_at_all(
    houses: House, engine: str, changes: dict[str, object]
) -> None:
    app = houses(engine)
    text = json.dumps({**press_json(), **changes})
    answer = app.test_client().post(TAP, data=text, content_type="application/json")
    assert answer.status_code in {200, 201, 400, 409, 413}
    batch = app.test_client().post(
        BATCH, data=f'{{"presses":[{text},{json.dumps(press_json())}]}}', content_type="application/json"
    )
    assert batch.status_code in {200, 400, 413}
    if answer.status_code == 201:
        assert batch.get_json()["receipts"][0]["outcome"] in {"known", "stored"}
    if batch.status_code == 200:
        assert batch.get_json()["receipts"][1]["outcome"] == "stored"


@given(
    fields=st.dictionaries(
        st.sampled_from(["id", "rev", "questionnaire", "language", "visit", "reason", "token"]), TEXTS, max_size=3
    )
)
@RUNS
def test_a_form_with_random_values_is_stored_well_or_not_at_all(
    houses: House, engine: str, fields: dict[str, str]
) -> None:
    app = houses(engine)
    page = app.test_client().get("/kiosk/ridici").get_data(as_text=True)
    good = visitors.hidden_fields(page)
    answer = app.test_client().post("/kiosk/ridici", data={**good, "visit": "5", **fields})
    assert answer.status_code in {303, 400}


@pytest.mark.parametrize("name", ["sqlite", "postgres"])
def test_after_all_of_that_only_valid_rows_are_there(houses: House, name: str) -> None:
    app = houses(name)
    for changes in ({"rev": 99}, {"ratings": {"reason": 6}}, {"ratings": {"visit": 9}}, {"id": "x"}):
        app.test_client().post(TAP, json=press_json(**changes))
    assert_only_valid_rows(app)


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Flask]]:
    """The real server on SQLite, and the app to look into its database."""
    folder: Path = tmp_path_factory.mktemp("server")
    url = visitors.fresh_database(request, "sqlite", folder)
    app = visitors.open_house(url, folder)
    running = Server(url, folder, {})
    yield running, app
    running.stop()
    visitors.close_house(app)


def talk(server: Server, sent: bytes, end: bool = True) -> bytes:
    """Send bytes over a socket of their own and read to the end what comes back."""
    with socket.create_connection(("localhost", server.port), timeout=10) as connection:
        try:
            connection.sendall(sent)
            if end:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server may have answered and closed before all was sent
        answer = b""
        while more := connection.recv(65536):
            answer += more
        return answer


def post(path: str, body: bytes, host: str = "localhost", more: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nConnection: close\r\n{more}"
    return head.encode("latin-1") + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


TAP_TEXT = json.dumps(press_json()).encode()

BROKEN = {
    "nothing": (b"", b""),
    "no HTTP": (b"\x00\xff\x16\x03\x01\r\n\r\n", b"400"),
    "a host that IDNA refuses": (post(TAP, TAP_TEXT, host="xn--"), b"400"),
    "a host with a space": (post(TAP, TAP_TEXT, host="a b"), b"400"),
    "an address of 5 kB": (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"4"),
    "a hundred headers": (post(TAP, TAP_TEXT, more="X: y\r\n" * 100), b"4"),
    "NUL in a header": (post(TAP, TAP_TEXT, more="X: \0\r\n"), b"400"),
    "two lengths": (post(TAP, TAP_TEXT, more="Content-Length: 1\r\n"), b"400"),
    "a length below zero": (b"POST /kiosk/ridici/dotek HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", b"400"),
    "length and chunks": (post(TAP, TAP_TEXT, more="Transfer-Encoding: chunked\r\n"), b"400"),
    "a body shorter than told": (post(TAP, TAP_TEXT)[:-10], b"400"),
    "broken chunks": (
        b"POST /kiosk/ridici/dotek HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", b"4"),
    "NUL in the path": (post("/kiosk/ridici%00/dotek", TAP_TEXT), b"404"),
    "half a percent": (post("/kiosk/ridici%/dotek", TAP_TEXT), b"404"),
    "bytes in the path": (post("/kiosk/\xff/dotek", TAP_TEXT), b"400"),
    "bytes in the query": (post("/kiosk/ridici/dotek?s=\x80", TAP_TEXT), b"400"),
    "deep brackets": (post(BATCH, b"[" * 100_000), b"400"),
    "a huge integer": (post(TAP, b"9" * 10_000), b"400"),
}  # fmt: skip


def test_the_real_server_survives_broken_requests(server: tuple[Server, Flask], subtests: pytest.Subtests) -> None:
    running, app = server
    with visitors.nothing_else_stored(app):
        for what, (sent, status) in BROKEN.items():
            with subtests.test(what):
                answer = talk(running, sent)
                assert (
                    answer.split(b" ", 2)[1:2] == [] if not status else answer.split(b" ", 2)[1].startswith(status)
                ), answer[:300]
    assert b" 201 " in talk(running, post(TAP, json.dumps(press_json(id=str(uuid4()))).encode()))
    assert "Traceback" not in running.log()
    assert "127.0.0.1" not in running.log().replace(f"http://127.0.0.1:{running.port}", "")


@pytest.mark.parametrize("kilobytes", [20, 2000, 20_000])
def test_the_real_server_tells_the_sender_of_a_large_body_why(server: tuple[Server, Flask], kilobytes: int) -> None:
    running, app = server
    with visitors.nothing_else_stored(app):
        answer = talk(running, post(TAP, b" " * kilobytes * 1024))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"error":"too_large"' in answer

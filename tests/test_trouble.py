"""The database is locked, full, crashed or silent: the sender is told to come again, and what comes again is stored once."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.pool import NullPool

from hub.app import create_app
from hub.database import db
from tests import visitors
from tests.conftest import test_settings
from tests.factories import PASSWORD
from tests.presses import press_json
from tests.running import Server, migrate
from tests.services import require
from tests.services.postgres import LocalPostgres, find_binaries
from tests.visitors import SIGN_IN, TAP, ask, assert_counts_agree, assert_refused, csrf, everything, signed_in

BATCH = "/kiosk/ridici/davka"


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The app with a city; it waits a third of a second for a lock."""
    app = visitors.open_house(database_url, tmp_path, busy_timeout=0.3)
    yield app
    visitors.close_house(app)


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Somebody else holds the lock that a tap needs: the only one of SQLite, or the table on PostgreSQL."""
    engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("BEGIN IMMEDIATE").close()  # type: ignore[union-attr]
        else:
            connection.execute(sa.text("LOCK TABLE feedback, accounts IN ACCESS EXCLUSIVE MODE"))
        yield


def taps_in(app: Flask) -> int:
    assert_counts_agree(app)
    return len(everything(app)["feedback"])


def test_a_locked_database_asks_the_sender_to_wait_and_the_same_tap_is_then_stored_once(house: Flask) -> None:
    tap = press_json()
    client = house.test_client()
    with locked(house):
        for answer in (client.post(TAP, json=tap), client.post(BATCH, json={"presses": [tap, press_json()]})):
            assert_refused(answer, 503, "busy")
            assert 1 <= int(answer.headers["Retry-After"]) <= 30
    assert taps_in(house) == 0
    assert [client.post(TAP, json=tap).status_code for _ in range(2)] == [201, 200]
    assert taps_in(house) == 1


def test_a_locked_database_refuses_forms_and_sign_ins_by_a_page(house: Flask) -> None:
    page = house.test_client().get("/kiosk/ridici").get_data(as_text=True)
    fields = dict(visitors.hidden_fields(page))
    staff = house.test_client()
    sign_in = {"email": "spravce@mesto.example", "password": PASSWORD, "csrf_token": csrf(staff)}
    with locked(house):
        for answer in (
            house.test_client().post("/kiosk/ridici", data={**fields, "visit": "5"}),
            staff.post(SIGN_IN, data=sign_in),
        ):
            assert_refused(answer, 503)
            assert answer.mimetype == "text/html"
            assert "Retry-After" in answer.headers
    assert house.test_client().post("/kiosk/ridici", data={**fields, "visit": "5"}).status_code == 303
    assert taps_in(house) == 1


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_locked_sqlite_still_shows_every_page(house: Flask) -> None:
    staff = signed_in(house)
    with locked(house):
        for address in ("/", "/zdravi", "/kiosk/ridici", "/kiosk/ridici/dekujeme"):
            assert house.test_client().get(address).status_code == 200
        assert staff.get("/urad/spokojenost").status_code == 200


@pytest.fixture
def page_limit(house: Flask) -> Callable[[int], None]:
    """Let the app's database grow to so many pages and no further (0: as far as it likes): the disk of a small machine."""
    most = [0]

    def connected(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {most[0] or 2**32 - 2}").close()

    with house.app_context():
        event.listen(db.engine, "connect", connected)

    def limit(pages: int) -> None:
        most[0] = pages
        with house.app_context():
            db.session.remove()
            db.engine.dispose()

    return limit


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_full_database_loses_nothing_is_seen_in_health_and_recovers_by_itself(
    house: Flask, page_limit: Callable[[int], None]
) -> None:
    client = house.test_client()
    assert client.get("/zdravi").status_code == 200
    page_limit(1)  # SQLite takes the present size for less: not one page more
    taken = 0
    while (answer := client.post(TAP, json=(tap := press_json()))).status_code == 201:
        taken += 1
        assert taken < 500, "it never fills up"
    assert_refused(answer, 507, "storage_full")
    assert int(answer.headers["Retry-After"]) > 60
    assert_refused(client.post(BATCH, json={"presses": [press_json() for _ in range(200)]}), 507, "storage_full")
    assert taps_in(house) == taken
    assert (client.get("/zdravi").status_code, client.get("/zdravi").json) == (
        503,
        {"database": True, "storage": False, "clock": True},
    )
    assert client.get("/").status_code == 200
    page_limit(0)
    assert [client.post(TAP, json=tap).status_code for _ in range(2)] == [201, 200]
    assert taps_in(house) == taken + 1
    assert (client.get("/zdravi").status_code, client.get("/zdravi").json) == (
        200,
        {"database": True, "storage": True, "clock": True},
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB, which only root can make."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "ozvena-test", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk; the full database is tested without one too")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(filler: Path) -> None:
    """Write until nothing more fits on the disk."""
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 (how much fits is not known before)


def test_a_full_disk_under_the_real_server_does_the_same(
    small_disk: Path, request: pytest.FixtureRequest, serve: Callable[..., Server]
) -> None:
    url = visitors.fresh_database(request, "sqlite", small_disk)
    app = visitors.open_house(url, small_disk)
    server = serve(url, HUB_DATA_DIR=str(small_disk))
    assert ask(server, "POST", TAP, press_json()).status == 201
    filler = small_disk / "filler"
    fill(filler)
    refused = 0
    for tap in (taps := [press_json() for _ in range(50)]):
        answer = ask(server, "POST", TAP, tap)
        assert answer.status in {201, 507}, answer
        refused += answer.status == 507
    assert answer.status == 507
    assert answer.json()["error"] == "storage_full"
    assert "Retry-After" in answer.headers
    health = ask(server, "GET", "/zdravi")
    assert (health.status, health.json()["storage"]) == (503, False)
    filler.unlink()
    assert ask(server, "GET", "/zdravi").status == 200
    again = [ask(server, "POST", TAP, tap).status for tap in taps]
    assert (again.count(201), again.count(200)) == (refused, 50 - refused)
    assert taps_in(app) == 51
    visitors.close_house(app)


@pytest.fixture
def own_postgres() -> Iterator[LocalPostgres]:
    """A PostgreSQL of this test alone, which it may crash."""
    with require.or_missing("postgres"):
        find_binaries()
    with LocalPostgres() as server:
        yield server


def test_a_crashed_postgres_is_told_and_survived_without_restarting_the_web_server(
    own_postgres: LocalPostgres, tmp_path: Path, serve: Callable[..., Server]
) -> None:
    url = own_postgres.create_database()
    migrate(url, tmp_path)
    app = visitors.open_house(url, tmp_path)
    staff, server = signed_in(app), serve(url)
    first, second = press_json(), press_json()
    assert ask(server, "POST", TAP, first).status == 201
    own_postgres.crash()
    for method, path, value in (("POST", TAP, second), ("GET", "/", None), ("GET", "/kiosk/ridici", None)):
        answer = ask(server, method, path, value)
        assert answer.status == 503
        assert answer.headers["Retry-After"]
        assert b"unavailable" in answer.body if value else b'lang="cs"' in answer.body
    health = ask(server, "GET", "/zdravi")
    assert (health.status, health.json()["database"]) == (503, False)
    for page in (
        staff.get("/urad/spokojenost"),
        staff.post("/urad/odhlaseni", data={"csrf_token": "x"}),
        staff.get(SIGN_IN),
    ):
        assert page.status_code in {400, 503}
        assert '<html lang="cs"' in page.get_data(as_text=True)
    own_postgres.start()
    assert ask(server, "GET", "/zdravi").status == 200
    assert [ask(server, "POST", TAP, tap).status for tap in (first, second, second)] == [200, 201, 200]
    assert staff.get("/urad/spokojenost").status_code == 200
    assert taps_in(app) == 2
    assert "Traceback" not in server.log()
    visitors.close_house(app)


@pytest.mark.timeout(30)
def test_a_database_host_that_never_answers_does_not_hang_the_request(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://hub@127.0.0.1:{silent.getsockname()[1]}/hub"
        client = create_app(test_settings(database_url=url, data_dir=tmp_path, busy_timeout=0.5)).test_client()
        answer = client.post(TAP, json=press_json())
    assert_refused(answer, 503, "unavailable")
    assert "Retry-After" in answer.headers

"""A queue that is locked, deleted, full, gone or hanging troubles nobody who enqueues, and works again when it is back."""

from __future__ import annotations

import logging
import os
import signal
import socketserver
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import psycopg
import pytest
import redis
from structlog.testing import capture_logs

from tests.queues import CANNOT, DEADLINE, NOBODY, Queues, Seen, put, warnings_of
from tests.services.valkey import ValkeyServer


@pytest.fixture
def on_file(tmp_path: Path) -> Iterator[Queues]:
    """Apps whose queue is the file in their data folder, where no other address is given."""
    made = Queues("", tmp_path)
    yield made
    made.close()


@pytest.fixture
def seen() -> Seen:
    """Where the tasks write what they were called with."""
    return Seen()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty PostgreSQL database."""
    server = request.getfixturevalue("postgres")
    made: str = server.create_database()
    yield made
    server.drop_database(made)


@pytest.mark.parametrize("address", [NOBODY, "postgresql://nobody@127.0.0.1:1/nothing", "sqlite:////nowhere/queue.db"])
def test_a_queue_that_nobody_keeps_is_a_warning_and_no_more(on_file: Queues, address: str, seen: Seen) -> None:
    assert warnings_of(on_file.open(address, look=seen), 1) == CANNOT


def test_a_consumer_without_a_queue_warns_once_and_rests(
    on_file: Queues, seen: Seen, caplog: pytest.LogCaptureFixture
) -> None:
    asked = Seen()

    class HangsUp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked(len(asked.rows))

    with socketserver.TCPServer(("127.0.0.1", 0), HangsUp) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        app = on_file.open(f"redis://127.0.0.1:{server.server_address[1]}/0", look=seen)
        began = time.monotonic()
        with capture_logs() as entries, caplog.at_level(logging.WARNING):
            stop = on_file.consume(app)
            asked.until_among(*range(12))
            stop()
        server.shutdown()
    assert time.monotonic() - began > 1  # of 12 looks, from 0.05 s apart and ever further
    assert [entry["event"] for entry in entries] == ["queue lost"]
    assert caplog.records == []


def test_a_locked_file_is_a_warning_and_no_more(on_file: Queues, tmp_path: Path, seen: Seen) -> None:
    fresh, app = on_file.open(look=seen), on_file.open(look=seen)
    put(app, 1)
    with closing(sqlite3.connect(tmp_path / "queue.db", isolation_level=None)) as other:
        other.execute("begin exclusive")
        assert warnings_of(app, 2) == CANNOT
        assert warnings_of(fresh, 3) == CANNOT
    assert warnings_of(app, 4) == []
    assert warnings_of(fresh, 5) == []


def test_threads_find_out_together_that_a_file_is_locked(on_file: Queues, tmp_path: Path, seen: Seen) -> None:
    app = on_file.open(look=seen)
    put(app, 1)
    with closing(sqlite3.connect(tmp_path / "queue.db", isolation_level=None)) as other:
        other.execute("begin exclusive")
        threads = [Thread(target=put, args=(app, n)) for n in range(8)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE)
        assert time.monotonic() - began < 8  # one after another it would be 16


def test_a_full_file_is_a_warning_and_the_queue_works_again_with_room(on_file: Queues, seen: Seen) -> None:
    app = on_file.open(look=seen)
    put(app, 0)
    connection = app.extensions["hub_queue"].storage.conn
    connection.execute("pragma max_page_count=1")
    last = next(row for row in range(1, 2000) if warnings_of(app, row) == CANNOT)
    put(app, 5000)  # the connection is a new one, without the limit
    on_file.consume(app)
    seen.until(*range(last), 5000)


@pytest.mark.parametrize("names", [("queue.db",), ("queue.db", "queue.db-wal", "queue.db-shm")], ids=["one", "all"])
def test_a_queue_file_that_is_deleted_is_made_anew_by_whoever_comes_first(
    on_file: Queues,
    seen: Seen,
    tmp_path: Path,
    names: tuple[str, ...],
) -> None:
    app, elsewhere = on_file.open(look=seen), on_file.open(look=seen)
    on_file.consume(app, workers=2)
    put(elsewhere, 1)
    seen.until(1)
    for row in (2, 4, 6):
        for name in names:
            (tmp_path / name).unlink(missing_ok=True)
        assert warnings_of(elsewhere, row) == []
        assert warnings_of(app, row + 1) == []
        seen.until(*range(1, row + 2))
    with closing(sqlite3.connect(tmp_path / "queue.db")) as other:
        assert other.execute("pragma integrity_check").fetchall() == [("ok",)]


def test_a_file_that_is_no_queue_is_a_warning_and_its_deletion_a_cure(
    on_file: Queues, seen: Seen, tmp_path: Path
) -> None:
    (tmp_path / "queue.db").write_bytes(b"not a database at all" * 1000)
    app = on_file.open(look=seen)
    on_file.consume(app)
    assert warnings_of(app, 1) == CANNOT
    (tmp_path / "queue.db").unlink(missing_ok=True)
    assert warnings_of(app, 2) == []
    seen.until(2)


def test_redis_may_go_away_and_come_back(
    own_valkey: ValkeyServer,
    on_file: Queues,
    seen: Seen,
) -> None:
    app = on_file.open(own_valkey.url, look=seen)
    with capture_logs() as entries:
        on_file.consume(app, workers=2)
        put(app, 1)
        seen.until(1)
        own_valkey.stop()
        assert warnings_of(app, 2) == CANNOT
        own_valkey.start()
        assert warnings_of(app, 3) == []
        seen.until(1, 3)
    assert {entry["event"] for entry in entries} <= {"queue lost", "queue back"}


@pytest.mark.timeout(60)
def test_redis_that_hangs_holds_up_nobody_for_long(
    own_valkey: ValkeyServer,
    on_file: Queues,
    seen: Seen,
) -> None:
    app = on_file.open(own_valkey.url, look=seen)
    put(app, 1)
    pid = int((own_valkey.directory / "pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    try:
        assert warnings_of(app, 2) == CANNOT
    finally:
        os.kill(pid, signal.SIGCONT)
    on_file.consume(app)
    put(app, 3)
    seen.until_among(1, 3)  # and 2, if Redis had it before it hung


def test_what_is_not_ours_in_the_queue_is_left_out(
    own_valkey: ValkeyServer,
    on_file: Queues,
    seen: Seen,
) -> None:
    app = on_file.open(own_valkey.url, look=seen)
    key = app.extensions["hub_queue"].storage.queue_key
    with redis.Redis.from_url(own_valkey.url) as client, capture_logs() as entries:
        client.lpush(key, b"cos\nsystem\n(S'true'\ntR.", b"\xff", b"[]", b'["look"]', b'["look", "x"]', b'["gone", 1]')
        put(app, 1)
        on_file.consume(app)
        seen.until(1)
    strange = [entry["event"] for entry in entries if entry["event"].startswith("queue held")]
    assert len(strange) == 5
    assert [entry["name"] for entry in entries if entry["event"] == "task failed"] == ["gone"]


def test_postgres_may_hang_up_at_any_time(database: str, on_file: Queues, seen: Seen) -> None:
    app, elsewhere = on_file.open(database, look=seen), on_file.open(database, look=seen)
    on_file.consume(app)
    put(elsewhere, 1)
    seen.until(1)
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    assert warnings_of(elsewhere, 2) == []
    seen.until(1, 2)


def test_a_locked_table_holds_up_nobody_for_long(database: str, on_file: Queues, seen: Seen) -> None:
    app = on_file.open(database, look=seen)
    put(app, 1)
    with psycopg.connect(database.replace("+psycopg", "")) as other:
        other.execute("lock table huey_task in access exclusive mode")
        assert warnings_of(app, 2) == CANNOT
    on_file.consume(app)
    put(app, 3)
    seen.until(1, 3)


def test_two_processes_may_make_the_tables_at_once(database: str, on_file: Queues, seen: Seen) -> None:
    with capture_logs() as entries:
        threads = [Thread(target=put, args=(on_file.open(database, look=seen), n)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE)
    assert entries == []

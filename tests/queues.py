"""Apps on a queue, and tasks that tell what they were called with, for the tests of the queue."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition

import pytest
import redis
from flask import Flask
from structlog.testing import capture_logs

from hub import queue

DEADLINE = 20.0
NOBODY = "redis://127.0.0.1:1/0"
CANNOT = ["queue cannot be reached"]


class Seen:
    """The rows that tasks were called with; `until` waits for them."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self._changed = Condition()

    def __call__(self, row: int) -> None:
        with self._changed:
            self.rows.append(row)
            self._changed.notify_all()

    def until(self, *rows: int) -> None:
        """Wait for these rows, in any order and each once; nothing else may have come."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.rows) >= len(rows), DEADLINE)
            assert came, f"{len(rows) - len(self.rows)} of {len(rows)} never came"
            assert Counter(self.rows) == Counter(rows)

    def until_among(self, *rows: int) -> None:
        """Wait for these rows, others may come too."""
        with self._changed:
            assert self._changed.wait_for(lambda: set(rows) <= set(self.rows), DEADLINE), "some never came"


class Queues:
    """Opens apps on one queue and consumers of them; `close` ends them all."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._ends: list[Callable[[], None]] = []

    def open(self, address: str | None = None, **tasks: Callable[[int], object]) -> Flask:
        """An app with these tasks, on this queue or on that of an address."""
        app = Flask("house")
        queue.init_app(app, self._url if address is None else address, self._folder)
        queue.tasks(app).update(tasks)
        self._ends.append(lambda: queue.close(app))
        return app

    def consume(self, app: Flask, workers: int = 1) -> Callable[[], None]:
        """Start a consumer; what is returned may be called once more at the end."""
        self._ends.append(queue.consume(app, workers))
        return self._ends[-1]

    def close(self) -> None:
        """Stop the consumers, then close the connections."""
        for end in reversed(self._ends):
            end()


def put(app: Flask, *rows: int, name: str = "look") -> None:
    """Enqueue these rows."""
    with app.app_context():
        for row in rows:
            queue.enqueue(name, row)


def warnings_of(app: Flask, row: int) -> list[str]:
    """Enqueue one row, which must not take long, and give what was logged."""
    began = time.monotonic()
    with capture_logs() as entries:
        put(app, row)
    assert time.monotonic() - began < 6
    return [entry["event"] for entry in entries if entry["log_level"] == "warning" and entry.get("name") == "look"]


ENGINES = ("sqlite", "valkey", "postgres")


def empty_queue(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """For a fixture with `ENGINES` as its parameters: the address of an empty queue on this engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'other-queue.db'}"
    elif request.param == "valkey":
        address: str = request.getfixturevalue("valkey").url.removesuffix("/0") + "/9"
        with redis.Redis.from_url(address) as client:
            client.flushdb()
        yield address
    else:
        server = request.getfixturevalue("postgres")
        database: str = server.create_database()
        yield database
        server.drop_database(database)

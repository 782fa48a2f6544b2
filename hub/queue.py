"""The queue between web and worker: "look at this row now". It carries the name of a task and the id of a row, no more.

The rows in the database are the truth. A task is enqueued after the commit, and a sweep enqueues again what nobody took, so
a queue that is lost, full or out of reach costs time and nothing else: whoever enqueues is never told.

The library huey keeps the queue (SQLite, PostgreSQL, Redis or Valkey, by URL) and runs the threads of the consumer. Its own
tasks are not used: they travel as pickles, and whoever can write to the queue could run code here.
"""

from __future__ import annotations

import json
import os
import select
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock
from typing import Any, NamedTuple, cast

import structlog
from flask import Flask, current_app
from huey import Huey
from huey.consumer import Consumer, Scheduler
from huey.storage import PostgresStorage, RedisStorage, SqliteStorage
from redis import ConnectionPool

from hub import logs

log = structlog.get_logger()

NAME = "hub"
PATIENCE = 0.5
"""Seconds Redis may take to answer, as for the limits; without them a citizen would wait for ever."""
PATIENCE_WITH_SQL = 2.0
"""Seconds for a locked file, and for PostgreSQL, which takes less than two for two."""
SOONEST, LATEST = 0.05, 0.5
"""Seconds between two looks at the queue, just after a task and after a long rest."""


class Job(NamedTuple):
    """What is enqueued: run this task for this row."""

    name: str
    row: int

    @property
    def id(self) -> str:
        """What huey's log calls it."""
        return f"{self.name} {self.row}"


def init_app(app: Flask, url: str, folder: Path) -> None:
    """Say where the app's queue is kept (empty: in the folder). Nothing is opened before the first use."""
    app.extensions.setdefault("hub_tasks", {})
    app.extensions["hub_queue"] = _Queue(app, _storage(url, folder))


def tasks(app: Flask) -> dict[str, Callable[[int], object]]:
    """What can be enqueued, by name; the app fills it. Each is called with the id of a row, in the app's context."""
    return cast(dict[str, Callable[[int], object]], app.extensions["hub_tasks"])


def enqueue(name: str, row: int) -> bool:
    """Have a task run soon for a row that is committed. Never fails for the queue's sake; an unknown name is a KeyError.

    False: the queue cannot be reached. Only the sweep, which is what remains then, needs to know.
    """
    if name not in tasks(current_app):
        raise KeyError(name)
    try:
        current_app.extensions["hub_queue"].put(Job(name, row))
    except Exception as error:
        log.warning("queue cannot be reached", name=name, kind=type(error).__name__)
        return False
    return True


def consume(app: Flask, workers: int = 1) -> Callable[[], None]:
    """Run what is enqueued in threads of this process. Returns what stops them and waits for the tasks that run."""
    queue = app.extensions["hub_queue"]
    queue.ending.clear()
    consumer = _Consumer(
        queue, workers=workers, periodic=False, initial_delay=SOONEST, max_delay=LATEST, check_worker_health=False
    )
    consumer.start()

    def stop() -> None:
        queue.ending.set()
        consumer.stop(graceful=True)
        queue.let_go()

    return stop


def is_ending() -> bool:
    """Whether the consumer of this process is being stopped: a task that takes long ends at its next good moment."""
    return bool(current_app.extensions["hub_queue"].ending.is_set())


def close(app: Flask) -> None:
    """Let go of the connection, if there is one; the next use opens another."""
    app.extensions["hub_queue"].let_go()


class _Queue(Huey):  # type: ignore[misc]
    """huey with our jobs in place of its own tasks, and with storage that may fail."""

    def __init__(self, app: Flask, storage: Any) -> None:
        self._made = storage
        super().__init__(NAME, results=False)
        self._app = app
        self._lost = False
        self.ending = Event()

    def get_storage(self, **_: object) -> Any:
        """The storage chosen by URL; huey asks for it once."""
        return self._made

    def put(self, job: Job) -> None:
        """Append a job. Raises whatever the storage raises."""
        try:
            self.storage.enqueue(json.dumps(job).encode())
        except Exception as error:
            self.let_go(after=error)
            raise

    def dequeue(self) -> Job | None:
        """The next job; None when there is none or the storage fails, and then the worker rests before it looks again."""
        try:
            data = self.storage.dequeue()
        except Exception as error:
            self._tell(lost=True, kind=type(error).__name__)
            self.let_go(after=error)
            return None
        self._tell(lost=False)
        return None if data is None else _job(data)

    def execute(self, task: Job, timestamp: object = None) -> None:
        """Run a job in a context of its own. What it raises is logged: the row stays as it is and the sweep finds it."""
        try:
            with self._app.app_context():
                tasks(self._app)[task.name](task.row)
        except BaseException as error:  # SystemExit too would end the worker's thread, and nobody would notice
            with self._app.app_context():
                log.error("task failed", id=logs.request_id(), name=task.name, row=task.row)  # noqa: TRY400
                logs.unexpected(error)

    def let_go(self, after: Exception | None = None) -> None:
        """Close the connection, whatever state it is in, so that the next use begins anew."""
        if isinstance(after, TimeoutError):
            return  # of our lock: another thread uses the connection, and will close it if it fails
        with suppress(Exception):
            self.storage.close()

    def _tell(self, *, lost: bool, **why: str) -> None:
        # Once for each outage: the workers look twice a second.
        if lost != self._lost:
            self._lost = lost
            (log.warning if lost else log.info)("queue lost" if lost else "queue back", **why)


def _job(data: bytes) -> Job | None:
    try:
        name, row = json.loads(bytes(data))
        return Job(str(name), int(row))
    except (ValueError, TypeError):
        log.warning("queue held something that is not ours")
        return None


class _Nothing(Scheduler):  # type: ignore[misc]
    """In place of the thread that looks each second for tasks of a later time: we have none."""

    def loop(self, now: object = None) -> None:
        """Rest until the consumer stops."""
        self.stop_flag.wait()


class _Consumer(Consumer):  # type: ignore[misc]
    """huey's threads in a process that minds its signals itself."""

    scheduler_class = _Nothing

    def _set_signal_handlers(self) -> None:
        """Leave the process's signals alone."""


def _storage(url: str, folder: Path) -> Any:
    if url.startswith(("redis://", "rediss://", "unix://")):
        return _Redis(url)
    if url.startswith(("postgresql://", "postgresql+psycopg://")):
        return _Postgres(url.replace("+psycopg", "", 1))
    if url and not url.startswith("sqlite:///"):
        raise ValueError("a queue is kept in redis://, postgresql:// or sqlite:///")
    return _Sqlite(url.removeprefix("sqlite:///") or str(folder / "queue.db"))


class _Impatient:
    """A lock that threads wait for only so long: else each would wait for those before it to find out that nothing answers."""

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=PATIENCE_WITH_SQL):
            raise TimeoutError

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class _Redis(RedisStorage):  # type: ignore[misc]
    """A list in Redis or Valkey. It is asked, not listened to: a read that times out could lose what was on its way."""

    def __init__(self, url: str) -> None:
        pool = ConnectionPool.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        super().__init__(NAME, blocking=False, connection_pool=pool)

    def close(self) -> None:
        """Close the connections that nobody uses at this moment."""
        self.pool.disconnect(inuse_connections=False)


class _Sqlite(SqliteStorage):  # type: ignore[misc]
    """A table in a file, which may be deleted at any time: the next use makes it anew."""

    _conn: Any

    def __init__(self, filename: str) -> None:
        super().__init__(NAME, filename=filename, timeout=PATIENCE_WITH_SQL, create_tables=False)
        self.lock = _Impatient()
        self._file: tuple[int, int] | None = None

    @property
    def conn(self) -> Any:
        """The connection to the file that has the name now. The inode tells: it is not used again while we hold it."""
        if self._conn is not None and self._file != _identity(self.filename):
            self._conn.close()
            self._conn = None
        return super().conn

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        try:
            connection.execute("pragma synchronous=normal")  # a power cut may cost the last jobs, never the file
            for statement in self.ddl:
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        self._file = _identity(self.filename)
        return connection


def _identity(filename: str) -> tuple[int, int] | None:
    try:
        found = os.stat(filename)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class _Postgres(PostgresStorage):  # type: ignore[misc]
    """A table in PostgreSQL, over one connection of its own beside those of the app."""

    _conn: Any

    def __init__(self, url: str) -> None:
        timeouts = {"connect_timeout": int(PATIENCE_WITH_SQL), "tcp_user_timeout": int(PATIENCE_WITH_SQL * 1000)}
        super().__init__(NAME, dsn=url, blocking=False, create_tables=False, **timeouts)
        self.lock = _Impatient()

    @property
    def conn(self) -> Any:
        """The connection, unless the server has hung up since; only then an idle one has something to read."""
        if self._conn is not None and not self._conn.closed and _readable(self._conn.fileno()):
            self._close_quiet(self._conn)
        return super().conn

    def _create_connection(self) -> Any:
        connection = self._connect()
        try:
            connection.execute(f"set statement_timeout = {int(PATIENCE_WITH_SQL * 1000)}")
            with connection.transaction():
                # Two processes that make the same table at once would fail, even with "if not exists".
                connection.execute("select pg_advisory_xact_lock(hashtext('hub queue'))")
                for statement in self.ddl:
                    connection.execute(statement)
        except BaseException:
            self._close_quiet(connection)
            raise
        return connection


def _readable(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))

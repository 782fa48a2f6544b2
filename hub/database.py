"""The database: one `db`, its types, how each engine begins, upserts, triggers.

Only here, in batches.py, triggers.py and migrations/ does code ask which engine it is.

SQLite: WAL, synchronous=FULL, foreign keys on, and BEGIN IMMEDIATE for whoever is going to write: a deferred
transaction that read first cannot wait for the lock and fails at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from math import inf
from pathlib import Path
from sqlite3 import SQLITE_BUSY
from threading import Lock
from time import monotonic, sleep
from typing import Any, cast

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click import ClickException
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from hub import errors

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every model; constraint names follow one convention so that migrations can name them."""

    metadata = sa.MetaData(naming_convention=CONVENTION)


db = SQLAlchemy(model_class=Base)


LongKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""The key of a table that may grow beyond two thousand million rows; SQLite's own keys are as long as that."""


Words = sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql")
"""Plain search words with spaces between; PostgreSQL keeps them as a tsvector, SQLite has an FTS5 index beside them."""


def one_of(words: type[StrEnum], column: str) -> sa.CheckConstraint:
    """A check that a column holds one of these words, named like the column."""
    return sa.CheckConstraint(f"{column} IN ({', '.join(repr(word.value) for word in words)})", name=column)


def table_of(model: type[Base]) -> sa.Table:
    """The table behind a model, for statements in Core."""
    return cast(sa.Table, model.__table__)


class Instant(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, timestamptz on PostgreSQL, naive UTC text on SQLite. Naive values are refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment; give SQLite the UTC wall time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def of_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is one of the models', for comparing them with a database: SQLite's FTS5 keeps tables of its own."""
    return not (kind == "table" and name is not None and name.startswith("search_index"))


def init_app(app: Flask, busy_timeout: float) -> None:
    """Bind `db` to the app and hook its engine before the first connection is made."""
    db.init_app(app)
    with app.app_context():
        hook(db.engine, busy_timeout)


LOOK = 0.002
"""Seconds between two looks for SQLite's writer."""


def hook(engine: Engine, busy_timeout: float = 5.0) -> None:
    """Set how connections of this engine start. Must run before its first connection."""
    if engine.dialect.name != "sqlite":
        _hook_server(engine, busy_timeout)
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin by itself: we say how below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",  # else REPLACE deletes a row without asking its triggers
            f"busy_timeout={int(busy_timeout * 1000)}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    # Writers of one process queue at a lock of ours, and the first of them looks for SQLite's every 2 ms. SQLite's own waiting
    # sleeps up to 0.1 s between two looks and is not fair: under load a tap waits for a third of a second while nobody writes,
    # and some wait until they fail.
    writing = Lock()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        if kind == "DEFERRED":
            connection.exec_driver_sql("BEGIN DEFERRED")
            return
        until = monotonic() + busy_timeout
        connection.info["writing"] = writing.acquire(timeout=busy_timeout)
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA busy_timeout=0").close()
        try:
            _become_writer(connection, until)
        finally:
            raw.execute(f"PRAGMA busy_timeout={int(busy_timeout * 1000)}").close()

    @event.listens_for(engine, "checkin")
    def _checkin(_connection: object, record: Any) -> None:
        # The end of a transaction is no event, the return of its connection is one: then even a failed commit is over.
        if record.info.pop("writing", False):
            writing.release()


def refresh_statistics(engine: Engine) -> None:
    """Count how rows are spread, for the choice of indexes: PostgreSQL does so by itself, SQLite when it is asked.

    Without it SQLite takes any two conditions on an index to be equally telling. Other connections read it when they open.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()  # no transaction: each statement commits by itself
    try:
        # Whole indexes: the first thousand rows of one may all be of one discussion. `PRAGMA optimize` of older versions
        # looks only at tables that this very connection has asked.
        for statement in ("PRAGMA analysis_limit=0", "ANALYZE"):
            connection.cursor().execute(statement)
    finally:
        connection.close()


def _become_writer(connection: Connection, until: float) -> None:
    """Begin as SQLite's one writer as soon as nobody else is it."""
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except sa.exc.OperationalError as error:
            code = getattr(error.orig, "sqlite_errorcode", 0)
            if code & 0xFF != SQLITE_BUSY or monotonic() > until:
                raise
            sleep(LOOK)
        else:
            return


def _hook_server(engine: Engine, busy_timeout: float) -> None:
    """PostgreSQL waits for ever by default, for a lock and for a host that does not answer; a request must not."""

    @event.listens_for(engine, "do_connect")
    def _reach(_dialect: Dialect, _record: object, _arguments: object, options: dict[str, Any]) -> None:
        options.setdefault("connect_timeout", max(2, int(busy_timeout)))  # libpq takes less than 2 for 2

    @event.listens_for(engine, "connect")
    def _limit(connection: Any, _record: object) -> None:
        connection.autocommit = True  # a SET that is rolled back is undone
        connection.execute(f"SET lock_timeout = {int(busy_timeout * 1000)}").close()
        connection.autocommit = False


def begin_to_write(session: Session) -> Connection:
    """Start the session's transaction as a writer: whatever was read before is let go, on SQLite the write lock is taken now.

    Raises RuntimeError within a transaction begun like this: letting go of that one would lose what was written in it.
    """
    begun = session.in_transaction() and session.is_active
    if begun and "sqlite_begin" in session.connection().get_execution_options():
        raise RuntimeError("an action was called within an action")
    session.rollback()
    return session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})


def upsert_sum(
    connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, object]], sums: Sequence[str]
) -> None:
    """Insert rows, or add their `sums` columns to those of the row with the same primary key."""
    connection.execute(_upsert(connection.dialect.name, table, tuple(sums)), _one_or_many(rows))


@cache
def _upsert(dialect: str, table: sa.Table, sums: tuple[str, ...]) -> Any:
    # Building it takes longer than executing it, hence the memory; it holds one entry for each call in the code.
    statement = _insert(dialect, table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: table.c[name] + statement.excluded[name] for name in sums},
    )


def insert_new(
    connection: Connection,
    table: sa.Table,
    rows: Sequence[Mapping[str, object]],
    key: Sequence[str],
    returning: Sequence[str],
) -> list[tuple[Any, ...]]:
    """Insert the rows whose unique `key` is not there yet (none named: any of their unique keys); the unique key decides.

    Returns `returning` of the inserted ones.
    """
    statement = _insert_new(connection.dialect.name, table, tuple(key), tuple(returning))
    return [tuple(row) for row in connection.execute(statement, _one_or_many(rows))]


@cache
def _insert_new(dialect: str, table: sa.Table, key: tuple[str, ...], returning: tuple[str, ...]) -> Any:
    statement = _insert(dialect, table).on_conflict_do_nothing(index_elements=[table.c[name] for name in key] or None)
    return statement.returning(*(table.c[name] for name in returning))


def claim(
    connection: Connection,
    table: sa.Table,
    row: Mapping[str, object],
    key: Sequence[str],
    change: Mapping[str, object],
    free: Any,
) -> bool:
    """Insert `row`, or take over the one with its `key` by `change` when the condition `free` holds. True: it is ours."""
    statement = (
        _insert(connection.dialect.name, table)
        .values(**row)
        .on_conflict_do_update(index_elements=[table.c[name] for name in key], set_=dict(change), where=free)
        .returning(table.c[key[0]])
    )
    return connection.execute(statement).first() is not None


def _insert(dialect: str, table: sa.Table) -> Any:
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


def _one_or_many(rows: Sequence[Mapping[str, object]]) -> Any:
    # One row alone goes the short way: no batching in the library, no pipeline in the driver.
    return rows[0] if len(rows) == 1 else list(rows)


def problem_of(error: sa.exc.DBAPIError) -> errors.Problem | None:
    """The problem a person can be told of when the database cannot work now; None when the fault is ours."""
    text = str(error.orig).lower()
    if "disk is full" in text or "no space left" in text or getattr(error.orig, "sqlstate", None) == "53100":
        return errors.StorageFull()
    if "database is locked" in text or getattr(error.orig, "sqlstate", None) in {"55P03", "40P01", "57014"}:
        return errors.Busy()
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError) or error.connection_invalidated:
        return errors.Unavailable()
    return None


class NotReady(ClickException):
    """The database is not as this code needs it; the text says what to do, and a command shows it as one line."""


def check_ready(engine: Engine, migrations: Path) -> None:
    """Raise NotReady when SQLite did not take WAL (readers would block the writer) or a migration is missing."""
    head = ScriptDirectory(str(migrations)).get_current_head()
    try:
        with engine.connect() as connection:
            if (
                connection.dialect.name == "sqlite"
                and connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal"
            ):
                raise NotReady("SQLite cannot use its write-ahead log here; is the data folder on a network drive?")
            here = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.OperationalError as error:
        raise NotReady(f"The database cannot be reached: {str(error.orig).splitlines()[0]}") from error
    if here != head:
        raise NotReady(f"The database is at migration {here}, the code needs {head}. Run: flask db upgrade")


def room_to_grow(session: Session) -> float:
    """Bytes by which an embedded database may still grow before its own limit; a server minds its disk itself (infinite)."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return inf
    size, pages, free, most = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        for name in ("page_size", "page_count", "freelist_count", "max_page_count")
    )
    return int(size * (most - pages + free))


LAST = 2**63 - 1
"""More than any id."""


def has_words(
    words: sa.ColumnElement[str],
    row_id: sa.ColumnElement[int],
    groups: Sequence[Sequence[str]],
    low: sa.ColumnElement[int] | int,
    high: int,
    most: int,
    index: str = "search_index",
) -> Any:
    """The condition that a search entry with `low` <= id < `high` has at least one word of every group.

    Words are plain: letters and digits alone. Only the `most` with the highest ids are wanted; range and number are part of
    the condition because SQLite's index of words, the table `index`, is read from the newest, and then no further.
    """
    quoted = [[word for word in group if word.isalnum()] for group in groups]
    if not all(quoted):
        return sa.false()
    fts = " AND ".join("(" + " OR ".join(f'"{word}"' for word in group) + ")" for group in quoted)
    ts = " & ".join("(" + " | ".join(f"'{word}'" for word in group) + ")" for group in quoted)
    least = sa.literal(low) if isinstance(low, int) else low
    parts = (row_id, words, sa.literal(fts), sa.literal(ts), least, sa.literal(high), sa.literal(most))
    return _HasWords(*parts, index=index)


class _HasWords(sa.ColumnElement[bool]):
    """Written by each engine in its own way."""

    inherit_cache = True
    type = sa.Boolean()
    _parts = ("row_id", "words", "fts", "ts", "low", "high", "most")

    def __init__(self, *parts: Any, index: str) -> None:
        self.index = index
        self.row_id, self.words, self.fts, self.ts, self.low, self.high, self.most = parts

    def self_group(self, against: Any = None) -> Any:
        """As it is: the library would make it `… = 1` on SQLite, which then looks through every row."""
        return self

    _traverse_internals = [
        *((name, sa.sql.visitors.InternalTraversal.dp_clauseelement) for name in _parts),
        ("index", sa.sql.visitors.InternalTraversal.dp_string),
    ]


@compiles(_HasWords, "sqlite")
def _sqlite_words(element: Any, compiler: Any, **keywords: Any) -> str:
    row_id, fts, low, high, most = (
        compiler.process(part, **keywords)
        for part in (element.row_id, element.fts, element.low, element.high, element.most)
    )
    index = element.index
    found = f"SELECT rowid FROM {index} WHERE {index} MATCH {fts} AND rowid >= {low} AND rowid < {high}"  # noqa: S608 (parts are bound)
    return f"{row_id} IN ({found} ORDER BY rowid DESC LIMIT {most})"


@compiles(_HasWords, "postgresql")
def _postgres_words(element: Any, compiler: Any, **keywords: Any) -> str:
    words, ts, row_id, low, high = (
        compiler.process(part, **keywords)
        for part in (element.words, element.ts, element.row_id, element.low, element.high)
    )
    return f"({words} @@ ({ts})::tsquery AND {row_id} >= {low} AND {row_id} < {high})"


def days_between(earlier: Any, later: Any) -> sa.ColumnElement[int]:
    """How many days later one day is than another, counted by the database."""
    return _DaysBetween(earlier, later)


class _DaysBetween(FunctionElement[int]):
    """Written by each engine in its own way."""

    inherit_cache = True
    type = sa.Integer()


@compiles(_DaysBetween, "sqlite")
def _sqlite_days(element: Any, compiler: Any, **keywords: Any) -> str:
    earlier, later = (compiler.process(part, **keywords) for part in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(_DaysBetween, "postgresql")
def _postgres_days(element: Any, compiler: Any, **keywords: Any) -> str:
    earlier, later = (compiler.process(part, **keywords) for part in element.clauses)
    return f"({later} - {earlier})"


def one_moment(connection: Connection) -> Connection:
    """Show the database as it is at one moment: PostgreSQL keeps a picture of it, on SQLite nobody else writes meanwhile."""
    if connection.dialect.name == "sqlite":
        return connection.execution_options(sqlite_begin="IMMEDIATE")
    return connection.execution_options(isolation_level="REPEATABLE READ")


def restart_counting(connection: Connection, tables: Sequence[sa.Table]) -> None:
    """Let keys go on after the highest there is, once rows were copied with theirs. SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables:
        key = list(table.primary_key.columns)
        if len(key) == 1 and isinstance(key[0].type, sa.Integer):
            counter = sa.func.pg_get_serial_sequence(table.name, key[0].name)
            highest = sa.select(sa.func.max(key[0])).scalar_subquery()
            connection.execute(
                sa.select(sa.func.setval(counter, highest)).where(highest.is_not(None), counter.is_not(None))
            )


def row_share(statement: sa.Select[Any]) -> sa.Select[Any]:
    """Keep the rows as they are until our transaction ends; others may do so too. On SQLite nobody else writes meanwhile."""
    return statement.with_for_update(read=True)


def row_lock(statement: sa.Select[Any], *, shared: bool = False) -> sa.Select[Any]:
    """Lock the rows that will be changed; `shared`, those that nobody may change until what hangs on them is committed.

    SQLite's writer already holds the only lock there is, so nothing is added there.
    """
    return statement.with_for_update(read=shared)

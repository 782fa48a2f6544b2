"""Copying a whole database into another, of either engine, and proving that both hold the same: for moves and backups."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hub import triggers
from hub.database import Base, of_ours, restart_counting

CHUNK = 1000


class NotEmpty(Exception):
    """The database to copy into holds something already."""


class NotKnown(Exception):
    """The source has a table with rows that nothing here knows: a room that is switched off."""


class NotEqual(Exception):
    """After copying, both do not hold the same; the text names the table."""


def copy(source: Connection, target: Connection) -> dict[str, int]:
    """Copy every table into an empty, migrated database, within the caller's transactions; returns table → rows.

    The target's triggers rest meanwhile: they guard changes, and rows that passed them before need not pass again.
    Raises NotKnown, NotEmpty, NotEqual.
    """
    tables = _tables()
    _check_known(source, {table.name for table in tables})
    for table in tables:
        if target.scalar(sa.select(sa.func.count()).select_from(table)):
            raise NotEmpty(table.name)
    triggers.remove(target)
    copied = {}
    for table in tables:
        copied[table.name] = 0
        for rows in _chunks(source, table):
            target.execute(sa.insert(table), rows)
            copied[table.name] += len(rows)
    restart_counting(target, tables)
    triggers.install(target)
    triggers.fill_search_index(target)
    for table in tables:
        if digest(source, table) != digest(target, table):
            raise NotEqual(table.name)
    return copied


def digest(connection: Connection, table: sa.Table) -> str:
    """SHA-256 over all rows of a table in the order of its key, the same for the same rows whatever the engine."""
    whole = hashlib.sha256()
    for rows in _chunks(connection, table):
        for row in rows:
            whole.update(repr([(name, row[name]) for name in sorted(row)]).encode())
    return whole.hexdigest()


def _check_known(source: Connection, known: set[str]) -> None:
    for name in sa.inspect(source).get_table_names():
        if name in known or name == "alembic_version" or not of_ours(name, "table", None):
            continue
        if source.scalar(sa.select(sa.func.count()).select_from(sa.table(name))):
            raise NotKnown(name)


def _tables() -> list[sa.Table]:
    return list(Base.metadata.sorted_tables)


def _chunks(connection: Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    """The rows in the order of the key: what refers to an earlier row of its own table comes after it."""
    key = list(table.primary_key.columns)
    result = connection.execution_options(yield_per=CHUNK).execute(sa.select(table).order_by(*key))
    for part in result.mappings().partitions(CHUNK):
        yield [_plain(table, row) for row in part]


def _plain(table: sa.Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Values as Python has them. PostgreSQL writes search words sorted and quoted; they are plain words."""
    plain = {str(name): value for name, value in row.items()}
    if table.name in {"search_entries", "case_entries"}:
        plain["words"] = " ".join(sorted(word.strip("'") for word in plain["words"].split()))
    return plain

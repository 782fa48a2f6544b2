"""Statements compiled once for all the engines of a process.

A real process has one engine and compiles each statement once. A process of tests opens an engine for nearly every test, and
would spend a fifth of its time on compiling the same statements again. What a statement is compiled to depends on the dialect
and the version of the server only, and those are compared.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.util import LRUCache

COMPILED: LRUCache[Any, Any] = LRUCache(10_000)


def share() -> None:
    """Give every engine of this process the same store of compiled statements, from its first connection on."""
    for dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        setattr(dialect, "__eq__", _alike)  # noqa: B010 - a type checker would refuse the assignment
        setattr(dialect, "__hash__", _kind)  # noqa: B010
    if not event.contains(Engine, "engine_connect", _connected):
        event.listen(Engine, "engine_connect", _connected)


def _alike(one: Any, other: object) -> bool:
    return type(one) is type(other) and _version(one) == _version(other)


def _version(dialect: object) -> object:
    return getattr(dialect, "server_version_info", None)


def _kind(dialect: object) -> int:
    return hash(type(dialect))


def _connected(connection: Connection) -> None:
    connection.engine._compiled_cache = COMPILED

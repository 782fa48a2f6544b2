"""Many rows inserted at once, as one JSON value: half of the time of a batch went into thousands of parameters.

`database.insert_new` is the short way for one row. Both know which engine it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

Row = Mapping[str, object]


def insert_batch(
    connection: Connection,
    table: sa.Table,
    rows: Sequence[Row],
    key: Sequence[str] = (),
    returning: Sequence[str] = (),
) -> list[tuple[Any, ...]]:
    """Insert rows of the same columns; with a `key`, those only whose unique `key` is not there yet.

    Values are what JSON holds, and aware moments. Returns `returning` of the inserted ones, in any order.
    """
    dialect = connection.dialect.name
    names = tuple(rows[0])
    statement = _statement(dialect, table, names, tuple(key), tuple(returning))
    said = _sqlite_json([[row[name] for name in names] for row in rows]) if dialect == "sqlite" else _json(rows)
    made = connection.execute(statement, {"rows": said})
    return [tuple(row) for row in made] if returning else []


@cache
def _statement(
    dialect: str, table: sa.Table, names: tuple[str, ...], key: tuple[str, ...], returning: tuple[str, ...]
) -> Any:
    said = sa.bindparam("rows", type_=sa.Text())
    if dialect == "sqlite":
        each = sa.func.json_each(said).table_valued("value")
        # Without a WHERE, SQLite takes ON CONFLICT for the condition of a join.
        chosen = sa.select(*(sa.func.json_extract(each.c.value, f"$[{n}]") for n in range(len(names)))).where(
            sa.text("true")
        )
    else:
        columns = [sa.column(name, table.c[name].type) for name in names]
        rows = sa.func.jsonb_to_recordset(sa.cast(said, postgresql.JSONB)).table_valued(*columns)
        chosen = sa.select(*rows.render_derived(with_types=True).c)
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    statement = insert.from_select(names, chosen, include_defaults=False)
    if key:
        statement = statement.on_conflict_do_nothing(index_elements=[table.c[name] for name in key])
    return statement.returning(*(table.c[name] for name in returning)) if returning else statement


@lru_cache(maxsize=256)  # in a batch most moments are the same: that of receipt, and the hours
def _aware(value: object) -> str:
    return _moment(value).isoformat()


@lru_cache(maxsize=256)
def _naive(value: object) -> str:
    # As `database.Instant` keeps it on SQLite.
    return _moment(value).astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"a batch cannot hold {type(value).__name__}")
    return value


_json = json.JSONEncoder(default=_aware, separators=(",", ":")).encode
_sqlite_json = json.JSONEncoder(default=_naive, separators=(",", ":")).encode

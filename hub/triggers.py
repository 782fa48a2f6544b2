"""The invariants of `invariants`, made as triggers of whichever engine it is.

A rebuild of a table on SQLite drops its triggers without a word, so `install` makes all of them anew after every
migration, and a test compares the list. Each says in plain words why it refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hub.database import Base
from hub.invariants import TRIGGERS, Trigger

FRACTION = "?" * 19 + "." + "[0-9]" * 6
SQLITE_KINDS = {
    "SMALLINT": "typeof({c}) = 'integer' AND {c} BETWEEN -32768 AND 32767",
    "INTEGER": "typeof({c}) = 'integer' AND {c} BETWEEN -2147483648 AND 2147483647",
    "BIGINT": "typeof({c}) = 'integer'",
    "BOOLEAN": "typeof({c}) = 'integer' AND {c} IN (0, 1)",
    "DATE": "typeof({c}) = 'text' AND date({c}, '+0 days') IS {c}",
    "DATETIME": f"typeof({{c}}) = 'text' AND {{c}} GLOB '{FRACTION}' AND datetime(substr({{c}}, 1, 19), '+0 days') IS substr({{c}}, 1, 19)",
    "DOUBLE": "typeof({c}) IN ('real', 'integer')",
    "FLOAT": "typeof({c}) IN ('real', 'integer')",
    "VARCHAR": "typeof({c}) = 'text' AND instr({c}, char(0)) = 0",
    "TEXT": "typeof({c}) = 'text' AND instr({c}, char(0)) = 0",
    "BLOB": "typeof({c}) = 'blob'",
    "JSON": "typeof({c}) = 'text' AND json_valid({c})",
}
"""Type → what PostgreSQL would take. SQLite takes anything anywhere: the word 'many' as a number is more than any number.

('+0 days' makes SQLite reckon: 31 February comes out as another day, and no other writing comes out as it was.)"""

WORDS = re.compile(r"(\w+) IN \('[^()]*'\)")
"""A CHECK that lists a column's words, as `models` writes it."""


def remove(connection: Connection) -> None:
    """Drop every trigger of ours; before a migration, which may rebuild tables under them."""
    for name, table in installed(connection):
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table}")
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}()")


def install(connection: Connection) -> None:
    """Make the triggers of all tables that exist (an older revision has fewer)."""
    remove(connection)
    for trigger in wanted(connection):
        for statement in _statements(trigger, connection.dialect.name):
            connection.exec_driver_sql(statement)


def fill_search_index(connection: Connection) -> None:
    """On SQLite, index the search entries that were copied in while no trigger did it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "INSERT INTO search_index(rowid, words) SELECT message_id, words FROM search_entries"
        )
        connection.exec_driver_sql(
            "INSERT INTO search_index_of_cases(rowid, words) SELECT case_id, words FROM case_entries"
        )


def wanted(connection: Connection) -> list[Trigger]:
    """What `install` makes on this engine for the tables there are now."""
    inspector = sa.inspect(connection)
    tables = set(inspector.get_table_names()) - {"alembic_version"}
    there = [one for one in known() if one.table in tables and (not one.beside or one.beside in tables)]
    ours = [one for one in there if _has_columns(inspector, one)]
    if connection.dialect.name != "sqlite":
        return [trigger for trigger in ours if not trigger.does]
    born = [trigger for trigger in ours if trigger.event == "INSERT" and not trigger.does]
    kinds = [
        guard
        for table in sorted(tables)
        if not table.startswith("search_index")
        for guard in _kinds(table, _unlisted(inspector, table), [one for one in born if one.table == table])
    ]
    return [trigger for trigger in ours if trigger.event != "TRUNCATE" and trigger not in born] + kinds


def _has_columns(inspector: sa.Inspector, trigger: Trigger) -> bool:
    return not trigger.columns or set(trigger.columns) <= {c["name"] for c in inspector.get_columns(trigger.table)}


def known() -> list[Trigger]:
    """The invariants of the hub, and those that tables of rooms bring themselves, as `info["triggers"]`."""
    of_rooms = [trigger for table in Base.metadata.sorted_tables for trigger in table.info.get("triggers", ())]
    return [*TRIGGERS, *of_rooms]


def _unlisted(inspector: sa.Inspector, table: str) -> list[Mapping[str, Any]]:
    """Columns whose values no CHECK lists one by one; a listed word needs no second guard of its type."""
    listed = {WORDS.fullmatch(str(check["sqltext"])) for check in inspector.get_check_constraints(table)}
    names = {found[1] for found in listed if found}
    return [column for column in inspector.get_columns(table) if column["name"] not in names]


def _kinds(table: str, columns: Sequence[Mapping[str, Any]], born: Sequence[Trigger]) -> list[Trigger]:
    """Guards of a table on SQLite: in every column only what its type would take on PostgreSQL.

    The guard of new rows refuses all that is refused of them: to call a trigger costs SQLite more than most conditions.
    """
    bad = " OR ".join(f"(new.{column['name']} IS NOT NULL AND NOT ({_kind(column)}))" for column in columns)
    message = f"{table}: a value of the wrong type"
    return [
        Trigger(f"{table}_kinds_insert", table, "INSERT", bad, message, also=tuple(born)),
        Trigger(f"{table}_kinds_update", table, "UPDATE", bad, message),
    ]


def _kind(column: Mapping[str, Any]) -> str:
    kind = column["type"]
    name = kind.__visit_name__.upper()
    if name == "INTEGER" and column["primary_key"]:
        name = "BIGINT"  # SQLite's own keys are as long as that
    rule = SQLITE_KINDS[name].format(c=f"new.{column['name']}")
    length = getattr(kind, "length", None)
    return f"{rule} AND length(new.{column['name']}) <= {length}" if length else rule


def installed(connection: Connection) -> list[tuple[str, str]]:
    """(name, table) of the triggers that are really there, sorted."""
    if connection.dialect.name == "sqlite":
        question = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    else:
        question = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace s ON s.oid = c.relnamespace WHERE NOT t.tgisinternal AND s.nspname = current_schema()"
        )
    return sorted((row[0], row[1]) for row in connection.execute(sa.text(question)))


def _statements(trigger: Trigger, dialect: str) -> list[str]:
    each = "STATEMENT" if trigger.event == "TRUNCATE" else "ROW"
    head = f"CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON {trigger.table} FOR EACH {each}"
    if trigger.does:
        return [f"{head.replace(' BEFORE ', ' AFTER ')} BEGIN {trigger.does}; END"]
    if dialect == "sqlite":
        if trigger.also:
            every = (trigger, *trigger.also)
            refusals = " ".join(f"WHEN {_on_sqlite(one)} THEN RAISE(ABORT, '{one.message}')" for one in every)
            return [f"{head} BEGIN SELECT CASE {refusals} END; END"]
        return [f"{head} WHEN {_on_sqlite(trigger)} BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END"]
    # PostgreSQL takes no subquery in WHEN, so such a condition stands in the function; others need no call of it.
    back = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(trigger.event, "NEW")
    guard = trigger.only or (trigger.when if "SELECT" not in trigger.when and each == "ROW" else "")
    guard = f" WHEN ({guard})" if guard else ""
    body = f"BEGIN IF ({trigger.when}) THEN RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'check_violation'; END IF; RETURN {back}; END"
    return [
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"{head}{guard} EXECUTE FUNCTION {trigger.name}()",
    ]


def _on_sqlite(trigger: Trigger) -> str:
    when = trigger.sqlite or trigger.when
    return f"({trigger.only}) AND ({when})" if trigger.only else f"({when})"

"""Databases at any step of the migrations, and what stands in them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from hub import database, triggers
from hub.app import create_app
from hub.database import db
from tests.conftest import test_settings
from tests.running import TREE

MIGRATIONS = TREE / "migrations"
SCRIPTS = ScriptDirectory(str(MIGRATIONS))
OF_POSTGRES = {"ix_search_entries_words", "ix_case_entries_words"}
"""The indexes of search words, which only PostgreSQL has: SQLite has virtual tables named search_index… in their place."""
STEPS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


@contextmanager
def app_on(url: str, folder: Path) -> Iterator[Flask]:
    """The app on a database, in its context."""
    app = create_app(test_settings(database_url=url, data_dir=folder))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """A plain connection, begun as ours are."""
    engine = sa.create_engine(url)
    database.hook(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def schema(connection: sa.Connection) -> dict[str, Any]:
    """Tables with columns, keys, checks and indexes, and the triggers, in a form that can be compared."""
    inspector = sa.inspect(connection)

    def told(part: Any) -> Any:
        return {k: told(v) for k, v in part.items() if k != "comment"} if isinstance(part, dict) else str(part)

    def plain(parts: list[Any]) -> list[str]:
        return sorted(str(sorted(told(part).items())) for part in parts)

    tables = {
        table: {
            "columns": plain(inspector.get_columns(table)),
            "primary": inspector.get_pk_constraint(table)["constrained_columns"],
            "unique": plain(inspector.get_unique_constraints(table)),
            "foreign": plain(inspector.get_foreign_keys(table)),
            "check": plain(inspector.get_check_constraints(table)),
            "index": plain([index for index in inspector.get_indexes(table) if index["name"] not in OF_POSTGRES]),
        }
        for table in tables_of(connection)
    }
    return {"tables": tables, "triggers": triggers.installed(connection)}


def tables_of(connection: sa.Connection) -> set[str]:
    """The tables of ours that there are: neither Alembic's own nor those SQLite's FTS5 keeps."""
    tables = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    return {table for table in tables if database.of_ours(table, "table", None)}


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether the models should know of it."""
    return database.of_ours(name, kind, parents) and name not in OF_POSTGRES


def search_parts(connection: sa.Connection) -> set[str]:
    """What there is to search words by: the virtual table with its own, or the GIN index."""
    if connection.dialect.name == "sqlite":
        return set(connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE name LIKE 'search_index%'")))
    of_index = sa.text("SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '% USING gin %'")
    return set(connection.scalars(of_index))


def revision(connection: sa.Connection) -> str | None:
    """Where the database stands."""
    return MigrationContext.configure(connection).get_current_revision()


def columns_of(connection: sa.Connection, table: str) -> set[str]:
    """The columns of a table."""
    return {column["name"] for column in sa.inspect(connection).get_columns(table)}


def expected_triggers(connection: sa.Connection) -> set[tuple[str, str]]:
    """(name, table) of what must be there for the tables that exist."""
    tables = tables_of(connection)
    on_server = connection.dialect.name == "postgresql"
    there = [t for t in triggers.known() if t.table in tables and (t.beside in tables or not t.beside)]
    known = [t for t in there if set(t.columns) <= columns_of(connection, t.table)]
    listed = {(t.name, t.table) for t in known if not (t.does and on_server)}
    if on_server:
        return listed
    guards = {(f"{table}_kinds_{event}", table) for table in tables for event in ("insert", "update")}
    within = {(t.name, t.table) for t in triggers.known() if t.event == "INSERT" and not t.does}
    return {pair for pair in listed - within if not pair[0].endswith("_all")} | guards


def contents() -> dict[str, list[str]]:
    """Every row of the present database, but of Alembic's own table."""
    return {
        t.name: sorted(repr(tuple(row)) for row in db.session.execute(sa.select(t))) for t in db.metadata.sorted_tables
    }


def revision_now() -> str | None:
    """Where the present app's database stands."""
    with db.engine.connect() as connection:
        return revision(connection)


def next_migration(folder: Path, body: str) -> Path:
    """A copy of the migrations with one more at the end, whose upgrade is `body`."""
    copy = folder / "migrations"
    shutil.copytree(MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    text = f'''
import os, signal
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{STEPS[-1]}", None, None


def upgrade() -> None:
{body}


def downgrade() -> None:
    pass
'''
    (copy / "versions" / "9999_of_a_test.py").write_text(text, encoding="utf-8")
    return copy

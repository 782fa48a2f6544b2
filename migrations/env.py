"""How Alembic runs here: all in one transaction, so that a killed upgrade leaves the database as it was, triggers and all.

On SQLite foreign keys are off while tables are rebuilt, and checked before the commit. Triggers are removed before and
made anew after, because a rebuild on SQLite drops them silently.
"""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

import kiosk.models
import noticeboard.models
from hub import models, triggers
from hub.database import Instant, db, of_ours

assert models  # noqa: S101 (imported so that the metadata knows every table)
assert kiosk.models  # noqa: S101
assert noticeboard.models  # noqa: S101 (and those of the rooms, whichever are switched on: there is one history)


LOCK = 0x6F7A76656E61
"""The number of our lock on PostgreSQL (any would do)."""


def run() -> None:
    """Bring the database of the current app up (or down) to the wanted revision, wholly or not at all."""
    with db.engine.connect() as connection:
        connection.execution_options(sqlite_begin="IMMEDIATE")
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _outside_transaction(connection, "PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                _migrate(connection, sqlite)
        finally:
            if sqlite:
                _outside_transaction(connection, "PRAGMA foreign_keys=ON")


def _migrate(connection: Connection, sqlite: bool) -> None:
    if not sqlite:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '20s'")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))  # of two nodes that start at once, one waits
    triggers.remove(connection)
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_render,
        include_name=of_ours,
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        _check_foreign_keys(connection)
    triggers.install(connection)


def _render(kind: str, thing: object, _context: object) -> str | Literal[False]:
    """A written migration must not depend on today's code: our own type stands in it as the plain one."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Instant) else False


def _outside_transaction(connection: Connection, pragma: str) -> None:
    # The pragma does nothing inside a transaction, so it goes to the driver's own connection.
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101
    raw.execute(pragma).close()


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.execute(sa.text("PRAGMA foreign_key_check")).all()
    if broken:
        raise RuntimeError(f"the migration left {len(broken)} rows without what they refer to, first in {broken[0][0]}")


if current_app:
    run()

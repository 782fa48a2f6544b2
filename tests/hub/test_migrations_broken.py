"""Migrations that rebuild tables, fail, are killed or meet: the triggers stay, and each ends well."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from flask_migrate import upgrade

from hub import triggers
from hub.database import db
from hub.models import Feedback, Rating
from tests import warm
from tests.conftest import NOW
from tests.factories import found_city, rate
from tests.hub.migrated import (
    MIGRATIONS,
    STEPS,
    app_on,
    connected,
    contents,
    expected_triggers,
    next_migration,
    revision,
    schema,
)
from tests.running import environment

REBUILD = """
    way = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("feedback", recreate=way) as batch:
        batch.alter_column("language", existing_type=sa.String(8), type_=sa.String(12), existing_nullable=False)
"""


def test_a_rebuilt_table_keeps_rows_foreign_keys_and_triggers(city: Flask, tmp_path: Path) -> None:
    for place in ("ridici", "vozidla", "davky"):
        rate(place, 4, 2, NOW)
    before = contents()
    db.session.remove()
    with db.engine.connect() as connection:
        old = schema(connection)

    upgrade(directory=str(next_migration(tmp_path, REBUILD)))

    assert contents() == before
    with db.engine.connect() as connection:
        new = schema(connection)
        assert new["triggers"] == old["triggers"]
        changed = {t for t in old["tables"] if new["tables"][t] != old["tables"][t]}
        assert changed == {"feedback"}
        for part in ("primary", "unique", "foreign", "check", "index"):
            assert new["tables"]["feedback"][part] == old["tables"]["feedback"][part]
        assert "VARCHAR(12)" in str(new["tables"]["feedback"]["columns"])
    db.session.execute(sa.text("DELETE FROM feedback WHERE id = 1"))  # the ratings still hang on it
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Rating).where(Rating.feedback_id == 1)) == 0
    with pytest.raises(sa.exc.IntegrityError, match="an exact time can only be erased"):
        db.session.execute(sa.text("UPDATE feedback SET received_at = hour_at WHERE id = 2"))


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_rebuild_alone_loses_the_triggers_of_its_table(app: Flask, engine: str) -> None:
    """The control: what we guard against is real."""
    with db.engine.connect() as connection:
        before = set(triggers.installed(connection))
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("job_runs", recreate="always") as batch:
            batch.alter_column("due", existing_type=sa.String(32), type_=sa.String(40), existing_nullable=False)
        lost = before - set(triggers.installed(connection))
        connection.rollback()
    assert {name for name, _ in lost} == {"job_runs_keep", "job_runs_kinds_insert", "job_runs_kinds_update"}


FAILING = {
    "a failing statement": '    op.execute("UPDATE departments SET nothing = 1")',
    "rows left without what they refer to": '    op.execute("DELETE FROM touchpoints")',
}


@pytest.mark.parametrize("failure", FAILING)
def test_an_upgrade_that_fails_leaves_the_database_as_it_was(city: Flask, tmp_path: Path, failure: str) -> None:
    rate("ridici", 4, 2, NOW)
    rows = contents()
    db.session.remove()
    with db.engine.connect() as connection:
        before = schema(connection)
        at = revision(connection)
    with pytest.raises((SystemExit, sa.exc.DBAPIError)):
        upgrade(directory=str(next_migration(tmp_path, REBUILD + FAILING[failure])))
    db.session.remove()
    assert contents() == rows
    with db.engine.connect() as connection:
        assert schema(connection) == before
        assert revision(connection) == at
    assert db.session.execute(sa.text("SELECT 1")).scalar() == 1


def test_after_a_failed_upgrade_foreign_keys_hold_again(city: Flask, tmp_path: Path) -> None:
    with pytest.raises((SystemExit, sa.exc.DBAPIError)):
        upgrade(directory=str(next_migration(tmp_path, FAILING["a failing statement"])))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text("UPDATE touchpoints SET department_id = 999"))


KILLED = (
    REBUILD
    + """    if os.environ.get("KILL_HERE"):
        os.kill(os.getpid(), signal.SIGKILL)
"""
)


def _upgrade_process(url: str, folder: Path, migrations: Path, **more: str) -> warm.Started:
    with Path(os.devnull).open("wb") as nothing:
        command = ["flask", "db", "upgrade", "-d", str(migrations)]
        return warm.start(command, environment(url, folder, more), nothing.fileno())


def test_an_upgrade_killed_in_the_middle_ends_well_by_running_it_again(
    city: Flask, database_url: str, tmp_path: Path
) -> None:
    rate("ridici", 4, 2, NOW)
    rows = contents()
    db.session.remove()
    with db.engine.connect() as connection:
        before = schema(connection)
    migrations = next_migration(tmp_path, KILLED)
    assert _upgrade_process(database_url, tmp_path, migrations, KILL_HERE="yes").wait(60) == -9
    with db.engine.connect() as connection:
        assert schema(connection) == before  # with its triggers: nobody serves a database that lost them
    upgrade(directory=str(migrations))
    assert contents() == rows
    with db.engine.connect() as connection:
        assert revision(connection) == "9999"
        assert triggers.installed(connection) == before["triggers"]


KILLED_AT = """

from sqlalchemy import event

seen = []


@event.listens_for(db.engine, "before_cursor_execute")
def _kill(*_):
    seen.append(1)
    if len(seen) == int(os.environ.get("KILL_AT", "0")):
        os.kill(os.getpid(), signal.SIGKILL)


if current_app:
"""


def test_a_first_upgrade_killed_at_any_statement_ends_well_by_running_it_again(empty_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, copy)
    text = (copy / "env.py").read_text(encoding="utf-8").replace("\nif current_app:\n", KILLED_AT)
    (copy / "env.py").write_text(
        text.replace("import sqlalchemy", "import os, signal\nimport sqlalchemy", 1), encoding="utf-8"
    )
    for moment in (12, 70):  # among the tables, and among the triggers
        assert _upgrade_process(empty_url, tmp_path, copy, KILL_AT=str(moment)).wait(60) == -9
        with connected(empty_url) as connection:
            assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    with app_on(empty_url, tmp_path):
        upgrade()
        found_city(NOW)
        rate("ridici", 4, None, NOW)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Feedback)) == 1
        with db.engine.connect() as connection:
            assert set(triggers.installed(connection)) == expected_triggers(connection)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_upgrade_takes_the_write_lock_before_it_looks(empty_url: str, tmp_path: Path, engine: str) -> None:
    with app_on(empty_url, tmp_path):
        told: list[str] = []
        sa.event.listen(db.engine, "before_cursor_execute", lambda _c, _cursor, text, *_: told.append(text))
        upgrade()
        assert told[0] == "BEGIN IMMEDIATE"
        assert [text for text in told if text.startswith("BEGIN")] == ["BEGIN IMMEDIATE"]


def test_two_nodes_that_upgrade_at_once_both_end_well(empty_url: str, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    processes = [_upgrade_process(empty_url, folder, MIGRATIONS) for folder in folders]
    assert [process.wait(60) for process in processes] == [0, 0]
    with connected(empty_url) as connection:
        assert revision(connection) == STEPS[-1]
        assert set(triggers.installed(connection)) == expected_triggers(connection)

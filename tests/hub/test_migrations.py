"""Migrations go up and down with data on both engines, keep the triggers, and end well when killed in the middle."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from hub import database, invariants, triggers
from hub.app import create_app
from hub.database import db
from hub.models import Department, Feedback, Rating
from hub.queries import recount
from tests.conftest import NOW, test_settings
from tests.factories import found_city, rate
from tests.running import TREE, environment

MIGRATIONS = TREE / "migrations"
SCRIPTS = ScriptDirectory(str(MIGRATIONS))
OF_POSTGRES = "ix_search_entries_words"
"""The index of search words, which only PostgreSQL has: SQLite has the virtual table search_index in its place."""
STEPS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)


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
            "index": plain([index for index in inspector.get_indexes(table) if index["name"] != OF_POSTGRES]),
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
    return database.of_ours(name, kind, parents) and name != OF_POSTGRES


def search_parts(connection: sa.Connection) -> set[str]:
    """What there is to search words by: the virtual table with its own, or the GIN index."""
    if connection.dialect.name == "sqlite":
        return set(connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE name LIKE 'search_index%'")))
    of_index = sa.text("SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '% USING gin %'")
    return set(connection.scalars(of_index))


def revision(connection: sa.Connection) -> str | None:
    """Where the database stands."""
    return MigrationContext.configure(connection).get_current_revision()


def expected_triggers(connection: sa.Connection) -> set[tuple[str, str]]:
    """(name, table) of what must be there for the tables that exist."""
    tables = tables_of(connection)
    on_server = connection.dialect.name == "postgresql"
    listed = {(t.name, t.table) for t in invariants.TRIGGERS if t.table in tables and not (t.does and on_server)}
    if on_server:
        return listed
    guards = {(f"{table}_kinds_{event}", table) for table in tables for event in ("insert", "update")}
    return {pair for pair in listed if not pair[0].endswith("_all")} | guards


def contents() -> dict[str, list[str]]:
    """Every row of the present database, but of Alembic's own table."""
    return {
        t.name: sorted(repr(tuple(row)) for row in db.session.execute(sa.select(t))) for t in db.metadata.sorted_tables
    }


def test_there_is_one_head() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert len(SCRIPTS.get_bases()) == 1


def test_after_every_single_step_up_and_down_the_triggers_are_those_of_the_tables(
    empty_url: str, tmp_path: Path
) -> None:
    with app_on(empty_url, tmp_path):
        for step in [*STEPS, *STEPS[-2::-1], "base", "head"]:
            if step == "base" or (step in STEPS[:-1] and revision_now() == STEPS[STEPS.index(step) + 1]):
                downgrade(revision=step)
            else:
                upgrade(revision=step)
            with db.engine.connect() as connection:
                assert set(triggers.installed(connection)) == expected_triggers(connection), step
                if step == "base":
                    assert sa.inspect(connection).get_table_names() == ["alembic_version"]
                    assert triggers.installed(connection) == []


def revision_now() -> str | None:
    """Where the present app's database stands."""
    with db.engine.connect() as connection:
        return revision(connection)


@pytest.mark.parametrize("engine", ["postgres"])
def test_going_down_leaves_no_functions_behind(empty_url: str, tmp_path: Path, engine: str) -> None:
    with app_on(empty_url, tmp_path):
        upgrade()
        downgrade(revision="base")
        left = db.session.scalars(sa.text("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
        assert list(left) == []


def test_the_migrated_schema_is_that_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        options = {"compare_type": True, "render_as_batch": True, "include_name": ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, db.metadata) == []


def test_the_migrated_constraints_and_types_are_those_a_new_schema_would_have(
    request: pytest.FixtureRequest, database_url: str, engine: str, tmp_path: Path
) -> None:
    """Alembic compares no CHECK: so the models make a schema of their own, and the two are held side by side."""
    of_tests = tmp_path / "other.db"
    other = f"sqlite:///{of_tests}" if engine == "sqlite" else request.getfixturevalue("postgres").create_database()
    with connected(other) as connection:
        db.metadata.create_all(connection)
        triggers.install(connection)
        connection.commit()
        of_models = schema(connection)
    with connected(database_url) as connection:
        assert schema(connection) == of_models


def test_the_second_step_brings_the_search_and_takes_it_away(empty_url: str, tmp_path: Path) -> None:
    with app_on(empty_url, tmp_path):
        for step, there in (("0001", False), ("0002", True), ("0001", False), ("0002", True)):
            (downgrade if step == "0001" and revision_now() else upgrade)(revision=step)
            with db.engine.connect() as connection:
                parts = search_parts(connection)
            if not there:
                assert parts == set()
            elif db.engine.dialect.name == "sqlite":
                assert {"search_index", "search_index_data"} <= parts
            else:
                assert parts == {OF_POSTGRES}


FIRST = """
INSERT INTO city (id, name, is_sample) VALUES (1, 'Havířov', false);
INSERT INTO departments (id, slug, name, needs_approval) VALUES (1, 'dopravy', 'Doprava', true), (2, 'skol', 'Škol', false);
INSERT INTO accounts (id, email, name, active, fs_uniquifier, department_id) VALUES (1, 'a@mesto.example', 'A', true, 'u', 1);
INSERT INTO questionnaires (id, code, version) VALUES (1, 'kiosk', 1);
INSERT INTO questions (id, questionnaire_id, position, code, kind, scale, texts)
  VALUES (1, 1, 0, 'visit', 'scale', 'faces5@1', '{}');
INSERT INTO levels (question_id, level, labels) VALUES (1, 1, '{}'), (1, 2, '{}');
UPDATE questionnaires SET published_at = '2026-11-18 10:00:00.000000';
INSERT INTO touchpoints (id, slug, name, place, department_id, questionnaire_id) VALUES (1, 'ridici', 'Průkazy', '', 1, 1);
INSERT INTO counts (question_id, hour_at, touchpoint_id, department_id, level, day_on, hour, counted, set_aside)
  VALUES (1, '2026-11-18 10:00:00.000000', 1, 1, 1, '2026-11-18', 11, 300, 0)
"""
"""A city of the first step, which knows no keywords."""

SITTINGS = 300


def _fill_first() -> None:
    for statement in FIRST.split(";"):
        db.session.connection().exec_driver_sql(statement)
    sitting = (
        "INSERT INTO feedback (id, source, external_id, rev, digests, touchpoint_id, department_id, questionnaire_id, language,"
        " standing, hour_at, received_at, time_quality) VALUES (:n, 'kiosk', 'tap ' || :n, 0, '{}', 1, 1, 1, 'cs', 'counted',"
        " '2026-11-18 10\\:00\\:00.000000', '2026-11-18 10\\:00\\:01.000000', 'exact')"
    )
    numbers = [{"n": n} for n in range(1, SITTINGS + 1)]
    for statement in (sitting, "INSERT INTO ratings (feedback_id, question_id, level) VALUES (:n, 1, 1)"):
        db.session.execute(sa.text(statement), numbers)
    db.session.connection().commit()
    db.session.remove()


def _first_rows() -> dict[str, list[str]]:
    tables = (
        "city",
        "departments",
        "accounts",
        "questionnaires",
        "questions",
        "levels",
        "touchpoints",
        "feedback",
        "ratings",
        "counts",
    )
    without = {"departments": "id, slug, name, needs_approval"}
    chosen = {table: f"SELECT {without.get(table, '*')} FROM {table}" for table in tables}  # noqa: S608
    told = {table: sorted(map(repr, db.session.execute(sa.text(query)))) for table, query in chosen.items()}
    db.session.remove()
    return told


def test_a_database_of_the_first_step_full_of_feedback_upgrades_and_goes_back(empty_url: str, tmp_path: Path) -> None:
    with app_on(empty_url, tmp_path):
        upgrade(revision="0001")
        _fill_first()
        before = _first_rows()
        with db.engine.connect() as connection:
            first = schema(connection)
        assert len(before["feedback"]) == SITTINGS
        upgrade(revision="0002")
        assert _first_rows() == before
        assert list(db.session.scalars(sa.select(Department.keywords))) == [[], []]
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.text("DELETE FROM departments WHERE id = 1"))  # its place still hangs on it
        db.session.rollback()
        with pytest.raises(sa.exc.IntegrityError, match="an exact time can only be erased"):
            db.session.execute(sa.text("UPDATE feedback SET received_at = hour_at WHERE id = 2"))
        db.session.rollback()
        with pytest.raises(sa.exc.IntegrityError):  # who makes a department says its keywords
            db.session.execute(
                sa.text("INSERT INTO departments (id, slug, name, needs_approval) VALUES (9, 'x', 'X', false)")
            )
        db.session.remove()
        downgrade(revision="0001")
        assert _first_rows() == before
        with db.engine.connect() as connection:
            assert schema(connection) == first


def test_going_down_and_up_again_with_data_present_ends_with_the_same_schema(database_url: str, tmp_path: Path) -> None:
    with connected(database_url) as connection:
        before = schema(connection)
    with app_on(database_url, tmp_path):
        found_city(NOW)
        rate("ridici", 4, 2, NOW)
        db.session.execute(sa.text("UPDATE counts SET frozen_at = hour_at"))
        db.session.connection().commit()
        db.session.remove()
        downgrade(revision="base")
        upgrade()
        found_city(NOW)
        rate("ridici", 4, 2, NOW)
        assert recount.differences(db.session()) == []
    with connected(database_url) as connection:
        assert schema(connection) == before


def test_one_step_down_and_up_keeps_the_rows_of_the_tables_that_stay(city: Flask) -> None:
    rate("ridici", 4, 2, NOW)
    before = contents()
    db.session.remove()
    downgrade(revision=STEPS[-2] if len(STEPS) > 1 else "base")
    stayed = set(sa.inspect(db.engine).get_table_names()) & set(before)
    upgrade()
    after = contents()
    assert {table: after[table] for table in stayed} == {table: before[table] for table in stayed}


def test_upgrading_what_is_new_already_changes_nothing(city: Flask) -> None:
    with db.engine.connect() as connection:
        before = schema(connection)
    rows = contents()
    db.session.remove()
    upgrade()
    assert contents() == rows
    with db.engine.connect() as connection:
        assert schema(connection) == before


# A house of migrations of our own: the real ones and one more, which the test writes.


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


def _upgrade_process(url: str, folder: Path, migrations: Path, **more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "db", "upgrade", "-d", str(migrations)],
        cwd=TREE,
        env=environment(url, folder, more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


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

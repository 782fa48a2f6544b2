"""Migrations go up and down with data on both engines, and end with the schema of the models."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade

from hub import triggers
from hub.database import db
from hub.models import Department
from hub.queries import recount
from tests.conftest import NOW
from tests.factories import found_city, rate
from tests.hub.migrated import (
    SCRIPTS,
    STEPS,
    app_on,
    connected,
    contents,
    expected_triggers,
    ours,
    revision_now,
    schema,
    search_parts,
)


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
                assert parts == {"ix_search_entries_words"}


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

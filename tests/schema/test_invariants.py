"""What the database itself refuses, whoever asks and whatever the code above it believes.

Every attempt is plain SQL over a plain connection. The test at the end finds a trigger or constraint without an attempt.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import kiosk.models
import noticeboard.models
from hub import database, triggers
from hub.app import create_app
from hub.database import db
from tests.conftest import ENGINES, NOW, test_settings
from tests.factories import found_city, rate
from tests.schema import (
    attempts_answers,
    attempts_devices,
    attempts_directory,
    attempts_discussions,
    attempts_ending,
    attempts_gathering,
    attempts_inbox,
    attempts_notices,
    attempts_terms,
    words_world,
)
from tests.schema.attempts import ALLOWED, BY_CONSTRAINT, BY_TRIGGER
from tests.schema.attempts_words import NOT_NULL
from tests.schema.constraints import constraints

META = db.metadata
assert kiosk.models
assert noticeboard.models  # so that the metadata knows every table

WORLD = """
UPDATE counts SET frozen_at = {now} WHERE touchpoint_id = 3;
UPDATE feedback SET received_at = NULL, occurred_at = NULL WHERE id = 3;
INSERT INTO questionnaires (id, code, version) VALUES (50, 'draft', 1);
INSERT INTO questions (id, questionnaire_id, position, code, kind, scale, texts)
  VALUES (50, 50, 0, 'visit', 'scale', 'faces5@1', '{{}}'), (51, 50, 1, 'reason', 'choice', 'reasons@1', '{{}}');
INSERT INTO levels (question_id, level, labels) VALUES (50, 1, '{{}}'), (50, 2, '{{}}'), (50, 3, '{{}}');
INSERT INTO job_runs (id, job, due, claimed_until, finished_at)
  VALUES (1, 'sweep', '2026-11-18', {now}, NULL), (2, 'sweep', '2026-11-17', {now}, {now})
"""
"""On top of the city of tests, three taps, each in a place of its own: (1) full, (2) one face only, (3) erased and frozen."""

TEMPLATE_ROW = {
    "questions": "id = 50",
    "levels": "question_id = 50 AND level = 1",
    "counts": "touchpoint_id = 1",
    "messages": "id = 1",
    "revisions": "message_id = 3",
    "cases": "id = 2",
    "deliveries": "id = 10",
    "officials": "id = 2",
    "templates": "id = 2",
    "template_texts": "template_id = 1",
    "guides": "id = 2",
}
"""Which row is copied where not every one may be (those of published questionnaires and frozen hours refuse at once)."""


@dataclass
class World:
    """A database with one of everything, and how its engine writes an instant."""

    name: str
    engine: sa.Engine
    known: dict[str, list[Any]] | None = None

    def sql(self, text: str) -> sa.TextClause:
        """The statement with {now}, {hour}, {later}, {hair} and {bytes} written as this engine stores them."""
        zone = "+00" if self.name == "postgres" else ""
        moments = {"now": "10:20:00.0", "hour": "10:00:00.0", "later": "10:21:00.0", "hair": "10:59:59.999999"}
        written = {name: f"'2026-11-18 {wall:0<15}{zone}'" for name, wall in moments.items()}
        written["bytes"] = r"'\x61'" if self.name == "postgres" else "x'61'"
        return sa.text(text.format(**written).replace(":", r"\:"))

    def rows(self) -> dict[str, list[Any]]:
        """Everything that is stored."""
        with self.engine.connect() as connection:
            return {
                name: sorted(map(repr, connection.execute(sa.text(f"SELECT * FROM {name}"))))  # noqa: S608
                for name in META.tables
            }

    def template(self, table: str) -> dict[str, Any]:
        """A row of a table, as the driver gives it."""
        where = TEMPLATE_ROW.get(table, "true")
        casts = {c.name: f"CAST({c.name} AS text) AS {c.name}" for c in META.tables[table].c if self._as_text(c)}
        columns = ", ".join(casts.get(c.name, c.name) for c in META.tables[table].c)
        with self.engine.connect() as connection:
            found = connection.execute(sa.text(f"SELECT {columns} FROM {table} WHERE {where} LIMIT 1"))  # noqa: S608
            return dict(found.mappings().one())

    def _as_text(self, column: sa.Column[Any]) -> bool:
        return self.name == "postgres" and isinstance(column.type, sa.JSON)

    def refusal(self, statement: sa.TextClause, values: dict[str, Any] | None = None) -> sa.exc.DBAPIError:
        """The error of a statement that must be refused, after which everything is as it was."""
        if self.name == "sqlite" and self.known is None:
            self.known = self.rows()
        with self.engine.connect() as connection:
            try:
                connection.execute(statement, values or {})
            except sa.exc.DBAPIError as error:
                if self.name == "sqlite":
                    connection.commit()  # nothing of a refused statement may be left to commit
                refused = error
            else:
                connection.rollback()
                pytest.fail(f"not refused: {statement} {values or ''}")
        # PostgreSQL's transaction is gone with the error; SQLite undoes the statement alone.
        assert self.name == "postgres" or self.rows() == self.known
        return refused


def _made(name: str, url: str, folder: Path) -> Iterator[World]:
    app = create_app(test_settings(database_url=url, data_dir=folder))
    with app.app_context():
        found_city(NOW)
        rate("ridici", 4, 2, NOW)
        rate("vozidla", 5, None, NOW)
        rate("davky", 1, None, NOW)
        db.session.remove()
        db.engine.dispose()
    engine = sa.create_engine(url)
    database.hook(engine)
    world = World(name, engine)
    with engine.begin() as connection:
        rooms = (attempts_notices.WORLD, attempts_discussions.WORLD)
        cases = (attempts_inbox.WORLD, attempts_terms.WORLD, attempts_ending.WORLD, attempts_answers.WORLD)
        of_parts = (*rooms, attempts_directory.WORLD, *cases, attempts_gathering.WORLD, attempts_devices.WORLD)
        for statement in ";".join((WORLD, words_world.WORLD, *of_parts)).split(";"):
            connection.execute(world.sql(statement))
    yield world
    engine.dispose()


@pytest.fixture(scope="module")
def sqlite_world(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(migrated_sqlite, folder / "hub.db")
    yield from _made("sqlite", f"sqlite:///{folder / 'hub.db'}", folder)


@pytest.fixture(scope="module")
def postgres_world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url = request.getfixturevalue("postgres").create_database(request.getfixturevalue("migrated_postgres"))
    yield from _made("postgres", url, tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(request: pytest.FixtureRequest, engine: str) -> World:
    """The world of this engine; what a test changes it takes back."""
    made: World = request.getfixturevalue(f"{engine}_world")
    return made


# Triggers: name → statements it must refuse.


def _each(attempts: dict[str, tuple[str, ...]]) -> list[Any]:
    return [
        pytest.param(name, each, id=f"{name}-{n}") for name, all_ in attempts.items() for n, each in enumerate(all_)
    ]


@pytest.mark.parametrize(("name", "statement"), _each(BY_TRIGGER))
def test_a_trigger_refuses_in_its_own_words_and_nothing_is_changed(world: World, name: str, statement: str) -> None:
    trigger = next(t for t in triggers.known() if t.name == name)
    error = world.refusal(world.sql(statement))
    if trigger.event == "TRUNCATE" and world.name == "sqlite":
        assert "syntax error" in str(error.orig)  # it has no such statement
    else:
        assert isinstance(error, sa.exc.IntegrityError)
        assert trigger.message in str(error.orig)


def test_replacing_a_row_on_sqlite_asks_the_triggers_of_the_row_that_goes(sqlite_world: World) -> None:
    audited = "(id, at, actor_kind, act) VALUES (1, {now}, 'system', 'nothing')"
    for statement in (
        f"REPLACE INTO audit_entries {audited}",
        f"INSERT OR REPLACE INTO audit_entries {audited}",
        "REPLACE INTO counts SELECT question_id, hour_at, touchpoint_id, department_id, level, day_on, hour, 99, 0, frozen_at"
        " FROM counts WHERE touchpoint_id = 3",
    ):
        assert "append-only" in str(error := sqlite_world.refusal(sqlite_world.sql(statement))) or "frozen" in str(
            error
        )


def test_replacing_a_row_on_sqlite_does_not_change_what_may_not_change(sqlite_world: World) -> None:
    for statement in (
        "REPLACE INTO conversations (id, visibility, began_at) VALUES (1, 'public', {now})",
        "REPLACE INTO messages SELECT * FROM messages WHERE id = 11",
        "REPLACE INTO revisions SELECT message_id, n, title, 'Jinak.', summary, cause, account_id, salt, digest, written_at,"
        " erased_at, is_markdown FROM revisions WHERE message_id = 13",
        "REPLACE INTO decisions SELECT * FROM decisions WHERE id = 7",
        "UPDATE OR REPLACE messages SET id = 4 WHERE id = 3",
        "REPLACE INTO topics (id, code) VALUES (51, 'jine')",
        "REPLACE INTO topics (id, code) VALUES (99, 'vodovod')",
        "REPLACE INTO addresses (id, contact_id, channel, value, state) VALUES (1, 2, 'email', 'x@x.example', 'active')",
        "REPLACE INTO deadline_rules SELECT * FROM deadline_rules WHERE id = 902",
        "REPLACE INTO case_notes SELECT * FROM case_notes WHERE id = 2",
        "REPLACE INTO dispatches SELECT * FROM dispatches",
        "REPLACE INTO deliveries SELECT * FROM deliveries WHERE id = 10",
        "INSERT OR IGNORE INTO deliveries SELECT * FROM deliveries WHERE id = 14",
    ):
        assert isinstance(sqlite_world.refusal(sqlite_world.sql(statement)), sa.exc.IntegrityError), statement


@pytest.mark.parametrize("way", ["delete and insert", "replace", "rollback"])
def test_on_sqlite_the_index_of_words_follows_the_entries(sqlite_world: World, way: str) -> None:
    with sqlite_world.engine.connect() as connection:

        def found(word: str) -> list[int]:
            told = connection.execute(
                sa.text("SELECT rowid FROM search_index WHERE search_index MATCH :w"), {"w": word}
            )
            return sorted(told.scalars())

        assert found("chodnik") == [3, 4]
        if way == "replace":
            connection.execute(sa.text("REPLACE INTO search_entries (message_id, words) VALUES (3, 'silnice')"))
        else:
            connection.execute(sa.text("DELETE FROM search_entries WHERE message_id = 3"))
            assert found("chodnik") == [4]
            connection.execute(sa.text("INSERT INTO search_entries (message_id, words) VALUES (3, 'silnice')"))
        if way == "rollback":
            connection.rollback()
            assert (found("chodnik"), found("silnice")) == ([3, 4], [])
        else:
            assert (found("chodnik"), found("silnice")) == ([4], [3])
        connection.execute(sa.text("INSERT INTO search_index(search_index) VALUES ('integrity-check')"))
        connection.rollback()


# Constraints: name → statements it must refuse.

IMPLIED = {"uq_cases_question_id": "uq_cases_conversation_id", "uq_notices_number": "ck_notices_posted"}
"""Constraint → the one that may refuse first: a question can not stand in a second case without its conversation."""

UNREACHABLE = {
    "ck_notices_state": "a trigger looks first where a notice goes, and another where it begins",
    "fk_notices_message_id": "a trigger looks for the message first",
    "fk_placement_places_touchpoint_id": "a trigger looks for the place of a kiosk first",
    "fk_discussions_publication_id": "a trigger looks for the publication first",
    "fk_comments_message_id": "a trigger looks for the message first",
    "fk_comments_publication_id": "a trigger looks for the publication first",
    "uq_dispatches_id_message_id_n": "the key alone is unique; this is for deliveries to refer to",
}
"""Constraints that no statement gets as far as."""


@pytest.mark.parametrize(("name", "statement"), _each(BY_CONSTRAINT))
def test_a_constraint_refuses_and_nothing_is_changed(world: World, name: str, statement: str) -> None:
    error = world.refusal(world.sql(statement))
    assert isinstance(error, sa.exc.IntegrityError)
    assert _refused_by(world, error, constraints()[name]) in {name, IMPLIED.get(name)}


def _refused_by(world: World, error: sa.exc.DBAPIError, expected: sa.Constraint) -> str:
    """The name of the constraint that refused; SQLite names unique ones by their columns, and foreign ones not at all."""
    if world.name == "postgres":
        return str(error.orig.diag.constraint_name)  # type: ignore[union-attr]
    text = str(error.orig)
    if isinstance(expected, sa.ForeignKeyConstraint) and text == "FOREIGN KEY constraint failed":
        return str(expected.name)
    for name, unique in constraints().items():
        if isinstance(unique, sa.UniqueConstraint):
            columns = ", ".join(f"{unique.table.name}.{column.name}" for column in unique.columns)
            if text == f"UNIQUE constraint failed: {columns}":
                return name
    return text.removeprefix("CHECK constraint failed: ")


@pytest.mark.parametrize("table", sorted(META.tables))
def test_a_row_can_not_stand_twice(world: World, table: str) -> None:
    world.refusal(sa.text(f"INSERT INTO {table} SELECT * FROM {table}"))  # noqa: S608


def _insert(table: str, row: dict[str, Any]) -> tuple[sa.TextClause, dict[str, Any]]:
    places = ", ".join(f":{name}" for name in row)
    return sa.text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})"), row  # noqa: S608


def _is_rowid(column: sa.Column[Any]) -> bool:
    """Whether SQLite takes this key for the number of the row."""
    return [*column.table.primary_key] == [column] and isinstance(column.type, sa.Integer)


@pytest.mark.parametrize("table", sorted(META.tables))
def test_nothing_is_left_out_that_must_be_there(world: World, table: str) -> None:
    row = world.template(table)
    for column in META.tables[table].c:
        if column.nullable or (_is_rowid(column) and world.name == "sqlite"):  # SQLite then counts on by itself
            continue
        error = world.refusal(*_insert(table, {**row, column.name: None}))
        by_trigger = [t.message for t in triggers.known() if t.table == table and t.event == "INSERT"]
        assert re.search("|".join(["not.null constraint", *by_trigger]), str(error.orig), re.IGNORECASE), column


@pytest.mark.parametrize("statement", NOT_NULL)
def test_an_arrival_without_an_outside_id_is_refused(world: World, statement: str) -> None:
    assert re.search("not.null constraint", str(world.refusal(world.sql(statement)).orig), re.IGNORECASE)


def test_an_address_is_subscribed_to_a_topic_once_at_a_time(world: World) -> None:
    error = world.refusal(world.sql(words_world.subscription(address_id="1")))
    assert re.search("uq_subscriptions_open|subscriptions.address_id, subscriptions.topic_id", str(error.orig))


# Values of a wrong type: what PostgreSQL refuses by itself, SQLite would take without our guards.

WRONG: dict[str, list[Any]] = {
    "BIGINT": ["many", ""],
    "INTEGER": ["many", "", 2**31],
    "SMALLINT": ["many", 40_000],
    "BOOLEAN": [7, "perhaps"],
    "DATETIME": ["soon", "2026-02-31 10:00:00.000000", "2026-11-18 25:00:00.000000"],
    "DATE": ["soon", "2026-02-31", ""],
    "VARCHAR": ["nul \0 byte", "x" * 600],
    "TEXT": ["nul \0 byte"],
    "DOUBLE": ["many", ""],
    "JSON": ["{", "cs"],
    "BLOB": [],
}
WRONG_ON_SQLITE: dict[str, list[Any]] = {
    "BIGINT": [1.5, b"1"],
    "INTEGER": [1.5, b"1"],
    "SMALLINT": [1.5, b"1"],
    "BOOLEAN": [0.5, b"1"],
    "DATETIME": [
        1,
        1.5,
        "2026-11-18",
        "2026-11-18 10:00:00",
        "2026-11-18T10:00:00.000000",
        "2026-11-18 10:00:00.000000+01:00",
    ],
    "DATE": [20261118, "2026-11-18 00:00:00", "2026-1-1"],
    "VARCHAR": [b"bytes"],
    "TEXT": [b"bytes"],
    "DOUBLE": [b"1"],
    "JSON": [b"{}", ""],
    "BLOB": ["text", 1],
}
"""Other spellings of one instant would be two keys; numbers with a fraction PostgreSQL rounds."""


def _kind(world: World, column: sa.Column[Any]) -> str:
    if world.name == "postgres" and isinstance(column.type, sa.BigInteger):
        return "BIGINT"  # as long on SQLite only where it is a key
    kind = str(column.type.compile(sa.dialects.sqlite.dialect())).partition("(")[0]
    return "BIGINT" if kind == "INTEGER" and column.primary_key else kind


def _is_listed(column: sa.Column[Any]) -> bool:
    """Whether a CHECK lists the words of the column: it refuses any other, if another condition does not so before."""
    checks = [one for one in column.table.constraints if isinstance(one, sa.CheckConstraint)]
    return any(str(one.sqltext).startswith(f"{column.name} IN ('") for one in checks)


@pytest.mark.parametrize("table", sorted(META.tables))
def test_a_value_of_the_wrong_type_is_refused_on_either_engine(world: World, table: str) -> None:
    row = world.template(table)
    for column in META.tables[table].c:
        kind = _kind(world, column)
        for value in WRONG[kind] + (WRONG_ON_SQLITE[kind] if world.name == "sqlite" else []):
            error = world.refusal(*_insert(table, {**row, column.name: value}))
            if world.name == "sqlite":
                own = _is_rowid(column) and "datatype mismatch"  # SQLite minds the type of a rowid by itself
                said = (f"{table}: a value of the wrong type", own)
                assert str(error.orig) in said or _is_listed(column), (column, value)
            else:
                assert not isinstance(error, sa.exc.IntegrityError), (column, value)


def test_a_value_of_the_wrong_type_does_not_come_in_by_an_update(world: World) -> None:
    for column, value in (("counted", "many"), ("set_aside", ""), ("frozen_at", "soon")):
        error = world.refusal(sa.text(f"UPDATE counts SET {column} = :value"), {"value": value})  # noqa: S608
        assert world.name == "postgres" or str(error.orig) == "counts: a value of the wrong type"


# What stands beside the forbidden and must go on.


@pytest.mark.parametrize("what", ALLOWED)
def test_beside_the_forbidden(world: World, what: str) -> None:
    statement, rows = ALLOWED[what]
    with world.engine.connect() as connection:
        assert connection.execute(world.sql(statement)).rowcount == rows
        connection.rollback()


def test_digests_grow(world: World) -> None:
    old = world.template("feedback")["digests"]
    more = old[:-1] + ', "7": "another"}'
    with world.engine.connect() as connection:
        done = connection.execute(sa.text("UPDATE feedback SET digests = :more WHERE id = 1"), {"more": more})
        assert done.rowcount == 1
        connection.rollback()


# The list is whole.


def test_every_trigger_and_constraint_has_an_attempt_to_break_it() -> None:
    assert {trigger.name for trigger in triggers.known() if not trigger.does} == set(BY_TRIGGER)
    assert set(constraints()) == set(BY_CONSTRAINT) | set(UNREACHABLE)
    assert all([*BY_TRIGGER.values(), *BY_CONSTRAINT.values()])


def test_every_trigger_and_constraint_is_really_there(world: World) -> None:
    guards = {f"{table}_kinds_{event}" for table in META.tables for event in ("insert", "update")}
    left_out = {t.name for t in triggers.known() if t.does}
    if world.name == "sqlite":  # what is refused of new rows is within the guards
        within = {t.name for t in triggers.known() if t.event == "INSERT" and not t.does}
        left_out = {t.name for t in triggers.known() if t.event == "TRUNCATE"} | within
    of_engine = {t.name for t in triggers.known()} - left_out
    with world.engine.connect() as connection:
        installed = {name for name, _ in triggers.installed(connection)}
        inspector = sa.inspect(connection)
        found = {
            str(part["name"])
            for table in META.tables
            for part in (
                *inspector.get_unique_constraints(table),
                *inspector.get_foreign_keys(table),
                *inspector.get_check_constraints(table),
            )
        }
    assert installed == (of_engine | guards if world.name == "sqlite" else of_engine)
    assert found == set(constraints())


def test_both_engines_are_tried() -> None:
    assert set(ENGINES) == {"sqlite", "postgres"}

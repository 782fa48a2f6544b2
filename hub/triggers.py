"""Invariants that only the database can hold, as triggers, written once for both engines.

A rebuild of a table on SQLite drops its triggers without a word, so `install` makes all of them anew after every
migration, and a test compares the list. Each says in plain words why it refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True)
class Trigger:
    """Refuse `event` (UPDATE, DELETE or INSERT) on `table` when `when` holds; `old` and `new` are the rows."""

    name: str
    table: str
    event: str
    when: str
    message: str


PUBLISHED = "EXISTS (SELECT 1 FROM questionnaires q WHERE q.id = {id} AND q.published_at IS NOT NULL)"
OF_QUESTION = "EXISTS (SELECT 1 FROM questions n JOIN questionnaires q ON q.id = n.questionnaire_id WHERE n.id = {id} AND q.published_at IS NOT NULL)"

TRIGGERS = (
    Trigger("audit_entries_keep", "audit_entries", "UPDATE", "true", "audit entries are append-only"),
    Trigger("audit_entries_stay", "audit_entries", "DELETE", "true", "audit entries are append-only"),
    Trigger(
        "questionnaires_keep",
        "questionnaires",
        "UPDATE",
        "old.published_at IS NOT NULL AND (old.code <> new.code OR old.version <> new.version"
        " OR new.published_at IS NULL OR old.published_at <> new.published_at)",
        "a published questionnaire is immutable",
    ),
    Trigger(
        "questionnaires_stay",
        "questionnaires",
        "DELETE",
        "old.published_at IS NOT NULL",
        "a published questionnaire is immutable",
    ),
    Trigger(
        "questions_add",
        "questions",
        "INSERT",
        PUBLISHED.format(id="new.questionnaire_id"),
        "a published questionnaire is immutable",
    ),
    Trigger(
        "questions_keep",
        "questions",
        "UPDATE",
        PUBLISHED.format(id="old.questionnaire_id"),
        "a published questionnaire is immutable",
    ),
    Trigger(
        "questions_stay",
        "questions",
        "DELETE",
        PUBLISHED.format(id="old.questionnaire_id"),
        "a published questionnaire is immutable",
    ),
    Trigger(
        "levels_add",
        "levels",
        "INSERT",
        OF_QUESTION.format(id="new.question_id"),
        "a published questionnaire is immutable",
    ),
    Trigger(
        "levels_keep",
        "levels",
        "UPDATE",
        OF_QUESTION.format(id="old.question_id"),
        "a published questionnaire is immutable",
    ),
    Trigger(
        "levels_stay",
        "levels",
        "DELETE",
        OF_QUESTION.format(id="old.question_id"),
        "a published questionnaire is immutable",
    ),
    Trigger(
        "feedback_keep",
        "feedback",
        "UPDATE",
        "old.source <> new.source OR old.external_id <> new.external_id OR old.touchpoint_id <> new.touchpoint_id"
        " OR old.department_id <> new.department_id OR old.questionnaire_id <> new.questionnaire_id OR old.hour_at <> new.hour_at",
        "what a sitting is about never changes",
    ),
    Trigger(
        "feedback_rev",
        "feedback",
        "UPDATE",
        "new.rev < old.rev",
        "a later revision is never replaced by an earlier one",
    ),
    Trigger(
        "feedback_forget",
        "feedback",
        "UPDATE",
        "(old.received_at IS NULL AND new.received_at IS NOT NULL) OR (new.received_at IS NOT NULL AND old.received_at <> new.received_at)"
        " OR (old.occurred_at IS NULL AND new.occurred_at IS NOT NULL) OR (new.occurred_at IS NOT NULL AND old.occurred_at <> new.occurred_at)",
        "an exact time can only be erased",
    ),
    Trigger(
        "ratings_belong",
        "ratings",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM feedback f JOIN questions n ON n.questionnaire_id = f.questionnaire_id"
        " WHERE f.id = new.feedback_id AND n.id = new.question_id)",
        "the question belongs to another questionnaire",
    ),
    Trigger("ratings_keep", "ratings", "UPDATE", "true", "a rating is replaced, not changed"),
    Trigger("counts_frozen", "counts", "UPDATE", "old.frozen_at IS NOT NULL", "frozen counts never change"),
    Trigger("counts_stay", "counts", "DELETE", "old.frozen_at IS NOT NULL", "frozen counts never change"),
    Trigger("city_is_one", "city", "INSERT", "EXISTS (SELECT 1 FROM city)", "one installation serves one city"),
)


def remove(connection: Connection) -> None:
    """Drop every trigger of ours; before a migration, which may rebuild tables under them."""
    for name, table in installed(connection):
        suffix = "" if connection.dialect.name == "sqlite" else f" ON {table}"
        connection.execute(sa.text(f"DROP TRIGGER {name}{suffix}"))


def install(connection: Connection) -> None:
    """Make the triggers of all tables that exist (an older revision has fewer)."""
    remove(connection)
    tables = set(sa.inspect(connection).get_table_names())
    for trigger in TRIGGERS:
        if trigger.table in tables:
            for statement in _statements(trigger, connection.dialect.name):
                connection.exec_driver_sql(statement)


def installed(connection: Connection) -> list[tuple[str, str]]:
    """(name, table) of the triggers that are really there, sorted."""
    if connection.dialect.name == "sqlite":
        question = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    else:
        question = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace s ON s.oid = c.relnamespace"
            " WHERE NOT t.tgisinternal AND s.nspname = current_schema() ORDER BY t.tgname"
        )
    return [(row[0], row[1]) for row in connection.execute(sa.text(question))]


def _statements(trigger: Trigger, dialect: str) -> list[str]:
    head = f"CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON {trigger.table} FOR EACH ROW"
    if dialect == "sqlite":
        return [f"{head} WHEN {trigger.when} BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END"]
    # PostgreSQL takes no subquery in WHEN, so the condition stands in the function.
    back = "OLD" if trigger.event == "DELETE" else "NEW"
    body = f"BEGIN IF {trigger.when} THEN RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'check_violation'; END IF; RETURN {back}; END"
    return [
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"{head} EXECUTE FUNCTION {trigger.name}()",
    ]

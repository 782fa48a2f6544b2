"""Invariants that only the database can hold, as triggers, written once for both engines.

A rebuild of a table on SQLite drops its triggers without a word, so `install` makes all of them anew after every
migration, and a test compares the list. Each says in plain words why it refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True)
class Trigger:
    """Refuse `event` (UPDATE, DELETE, INSERT or TRUNCATE) on `table` when `when` holds; `old` and `new` are the rows.

    `sqlite` says the same as `when` in SQLite's words where the two engines have none in common.
    """

    name: str
    table: str
    event: str
    when: str
    message: str
    sqlite: str = ""


PUBLISHED = "EXISTS (SELECT 1 FROM questionnaires q WHERE q.id = {id} AND q.published_at IS NOT NULL)"
NOT_WHOLE = "new.hour_at <> date_trunc('hour', new.hour_at, 'UTC')"
NOT_WHOLE_SQLITE = "substr(new.hour_at, 14) <> ':00:00.000000'"
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
        PUBLISHED.format(id="old.questionnaire_id") + " OR " + PUBLISHED.format(id="new.questionnaire_id"),
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
        OF_QUESTION.format(id="old.question_id") + " OR " + OF_QUESTION.format(id="new.question_id"),
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
        "feedback_digests",
        "feedback",
        "UPDATE OF digests",
        "EXISTS (SELECT 1 FROM json_each(old.digests) o WHERE NOT EXISTS (SELECT 1 FROM json_each(new.digests) n"
        " WHERE n.key = o.key AND CAST(n.value AS text) = CAST(o.value AS text)))",
        "what was received is never forgotten",
    ),
    Trigger("feedback_hour", "feedback", "INSERT", NOT_WHOLE, "a sitting keeps only its hour", NOT_WHOLE_SQLITE),
    Trigger(
        "ratings_belong",
        "ratings",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM feedback f JOIN questions n ON n.questionnaire_id = f.questionnaire_id"
        " WHERE f.id = new.feedback_id AND n.id = new.question_id)",
        "the question belongs to another questionnaire",
    ),
    Trigger("ratings_keep", "ratings", "UPDATE", "true", "a rating is replaced, not changed"),
    Trigger(
        "counts_add",
        "counts",
        "INSERT",
        "new.frozen_at IS NULL AND EXISTS (SELECT 1 FROM counts c WHERE c.question_id = new.question_id"
        " AND c.day_on = new.day_on AND c.hour_at = new.hour_at AND c.touchpoint_id = new.touchpoint_id"
        " AND c.frozen_at IS NOT NULL)",
        "frozen counts never change",
    ),
    Trigger("counts_hour", "counts", "INSERT", NOT_WHOLE, "counts are of whole hours", NOT_WHOLE_SQLITE),
    Trigger(
        "counts_keep",
        "counts",
        "UPDATE OF question_id, hour_at, touchpoint_id, department_id, level, day_on, hour",
        "true",
        "what a count is about never changes",
    ),
    Trigger("counts_frozen", "counts", "UPDATE", "old.frozen_at IS NOT NULL", "frozen counts never change"),
    Trigger("counts_stay", "counts", "DELETE", "old.frozen_at IS NOT NULL", "frozen counts never change"),
    Trigger(
        "job_runs_keep",
        "job_runs",
        "UPDATE",
        "old.job <> new.job OR old.due <> new.due OR (old.finished_at IS NOT NULL"
        " AND (new.finished_at IS NULL OR old.claimed_until <> new.claimed_until))",
        "a finished run stays finished",
    ),
    *(
        # PostgreSQL empties a table without asking the triggers of its rows (a TRUNCATE … CASCADE of what they refer to, too).
        Trigger(f"{table}_all", table, "TRUNCATE", "true", f"{table}: never emptied as a whole")
        for table in ("audit_entries", "questionnaires", "questions", "levels", "feedback", "ratings", "counts")
    ),
)

SQLITE_KINDS = {
    "SMALLINT": "typeof({c}) = 'integer' AND {c} BETWEEN -32768 AND 32767",
    "INTEGER": "typeof({c}) = 'integer' AND {c} BETWEEN -2147483648 AND 2147483647",
    "BIGINT": "typeof({c}) = 'integer'",
    "BOOLEAN": "typeof({c}) = 'integer' AND {c} IN (0, 1)",
    "DATE": "typeof({c}) = 'text' AND date({c}, '+0 days') IS {c}",
    "DATETIME": "typeof({c}) = 'text' AND strftime('%Y-%m-%d %H:%M:%S', substr({c}, 1, 19), '+0 days') IS substr({c}, 1, 19)"
    " AND substr({c}, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]'",
    "FLOAT": "typeof({c}) IN ('real', 'integer')",
    "VARCHAR": "typeof({c}) = 'text' AND instr({c}, char(0)) = 0",
    "TEXT": "typeof({c}) = 'text' AND instr({c}, char(0)) = 0",
    "BLOB": "typeof({c}) = 'blob'",
    "JSON": "typeof({c}) = 'text' AND json_valid({c})",
}
"""Type → what PostgreSQL would take. SQLite takes anything anywhere: the word 'many' as a number is more than any number.

('+0 days' makes SQLite reckon: 31 February comes out as another day.)"""


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


def wanted(connection: Connection) -> list[Trigger]:
    """What `install` makes on this engine for the tables there are now."""
    inspector = sa.inspect(connection)
    tables = set(inspector.get_table_names()) - {"alembic_version"}
    ours = [trigger for trigger in TRIGGERS if trigger.table in tables]
    if connection.dialect.name != "sqlite":
        return ours
    kinds = [guard for table in sorted(tables) for guard in _kinds(table, inspector.get_columns(table))]
    return [trigger for trigger in ours if trigger.event != "TRUNCATE"] + kinds


def _kinds(table: str, columns: Sequence[Mapping[str, Any]]) -> list[Trigger]:
    """Guards of a table on SQLite: in every column only what its type would take on PostgreSQL."""
    bad = " OR ".join(f"(new.{column['name']} IS NOT NULL AND NOT ({_kind(column)}))" for column in columns)
    message = f"{table}: a value of the wrong type"
    return [Trigger(f"{table}_kinds_{e.lower()}", table, e, bad, message) for e in ("INSERT", "UPDATE")]


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
    if dialect == "sqlite":
        return [f"{head} WHEN {trigger.sqlite or trigger.when} BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END"]
    # PostgreSQL takes no subquery in WHEN, so the condition stands in the function.
    back = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(trigger.event, "NEW")
    body = f"BEGIN IF {trigger.when} THEN RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'check_violation'; END IF; RETURN {back}; END"
    return [
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"{head} EXECUTE FUNCTION {trigger.name}()",
    ]

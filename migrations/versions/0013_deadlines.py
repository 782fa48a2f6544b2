"""Deadlines in full: extensions and calls to complete by their rules, warnings and letters to the office, settings of accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MANY = 1000
KINDS = ("message", "suggestion", "complaint", "proceedings", "information", "petition", "gdpr")
SAID = ("question", "answer", "comment", "notice", "article")
LETTERS = ("receipt", "answer", "announcement")
OPEN = sa.text("act = 'completion' AND ended_on IS NULL")
SUMMARY = sa.text("kind = 'summary'")
DUE = sa.text("began_at IS NULL")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def upgrade() -> None:
    """Forward."""
    _words((*SAID, "update"), (*LETTERS, "extension", "completion"))
    with op.batch_alter_table("deadline_rules", schema=None) as batch_op:
        batch_op.add_column(sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("verified_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_deadline_rules_verified_by_id"), "accounts", ["verified_by_id"], ["id"])
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answered_on", sa.Date(), nullable=True))
    _tell_days(op.get_bind())
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_check_constraint(op.f("ck_cases_answered_on"), "(answered_at IS NULL) = (answered_on IS NULL)")
        batch_op.create_index("ix_cases_received", ["received_on", "department_id"], unique=False)
    _term_rules()
    _case_terms()
    _staff()


def _words(says: tuple[str, ...], letters: tuple[str, ...]) -> None:
    """Let messages and letters be of these kinds from now on."""
    for table, name, column, words in (
        ("messages", "ck_messages_kind", "kind", says),
        ("deliveries", "ck_deliveries_letter", "letter", letters),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(name), type_="check")
            batch_op.create_check_constraint(op.f(name), _one_of(column, words))


def _tell_days(connection: sa.Connection) -> None:
    """The Prague day of each answer, for figures that are counted by the database."""
    at = sa.column("answered_at", sa.DateTime(timezone=True))
    cases = sa.table("cases", sa.column("id"), at, sa.column("answered_on", sa.Date()))
    change = sa.update(cases).where(cases.c.id == sa.bindparam("its")).values(answered_on=sa.bindparam("day"))
    days = []
    for row in connection.execute(sa.select(cases.c.id, at).select_from(cases).where(at.is_not(None))):
        instant: datetime = row.answered_at if row.answered_at.tzinfo else row.answered_at.replace(tzinfo=UTC)
        days.append({"its": row.id, "day": instant.astimezone(ZoneInfo("Europe/Prague")).date()})
    for start in range(0, len(days), MANY):
        connection.execute(change, days[start : start + MANY])


def _term_rules() -> None:
    op.create_table(
        "term_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("legal_kind", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=8), nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("within", sa.Integer(), nullable=True),
        sa.Column("condition", sa.String(length=500), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("act IN ('extension', 'completion')", name=op.f("ck_term_rules_act")),
        sa.CheckConstraint(_one_of("legal_kind", KINDS), name=op.f("ck_term_rules_legal_kind")),
        sa.CheckConstraint("unit IN ('day', 'month')", name=op.f("ck_term_rules_unit")),
        sa.CheckConstraint("amount BETWEEN 1 AND 3660", name=op.f("ck_term_rules_amount")),
        sa.CheckConstraint("(amount IS NULL) = (unit IS NULL)", name=op.f("ck_term_rules_length")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["accounts.id"], name=op.f("fk_term_rules_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_rules")),
        sa.UniqueConstraint("act", "legal_kind", "valid_from", name=op.f("uq_term_rules_act_legal_kind_valid_from")),
    )


def _case_terms() -> None:
    op.create_table(
        "case_terms",
        sa.Column("id", LONG, nullable=False),
        sa.Column("case_id", LONG, nullable=False),
        sa.Column("term_rule_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("message_id", LONG, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_from", sa.Date(), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=False),
        sa.Column("due_after", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("act IN ('extension', 'completion')", name=op.f("ck_case_terms_act")),
        sa.CheckConstraint("(act = 'completion') = (answer_by IS NOT NULL)", name=op.f("ck_case_terms_answer_by")),
        sa.CheckConstraint("act = 'completion' OR ended_on IS NULL", name=op.f("ck_case_terms_ended_on")),
        sa.CheckConstraint("due_after > due_before", name=op.f("ck_case_terms_due_after")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_terms_case_id")),
        sa.ForeignKeyConstraint(["term_rule_id"], ["term_rules.id"], name=op.f("fk_case_terms_term_rule_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_case_terms_message_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_case_terms_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_terms")),
        sa.UniqueConstraint("message_id", name=op.f("uq_case_terms_message_id")),
    )
    op.create_index(op.f("ix_case_terms_case_id"), "case_terms", ["case_id"], unique=False)
    op.create_index(
        "uq_case_terms_open", "case_terms", ["case_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def _staff() -> None:
    op.create_table(
        "case_warnings",
        sa.Column("case_id", LONG, autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level = 50 OR level = 80 OR level = 100", name=op.f("ck_case_warnings_level")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_warnings_case_id")),
        sa.PrimaryKeyConstraint("case_id", "due_on", "level", name=op.f("pk_case_warnings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staff_letters",
        sa.Column("id", LONG, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=32), nullable=True),
        sa.CheckConstraint("kind IN ('warning', 'summary')", name=op.f("ck_staff_letters_kind")),
        sa.CheckConstraint("sent_at IS NULL OR began_at IS NOT NULL", name=op.f("ck_staff_letters_sent_at")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_staff_letters_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_letters")),
    )
    op.create_index(op.f("ix_staff_letters_queued_at"), "staff_letters", ["queued_at"], unique=False)
    op.create_index(
        "uq_staff_letters_summary",
        "staff_letters",
        ["account_id", "day_on"],
        unique=True,
        sqlite_where=SUMMARY,
        postgresql_where=SUMMARY,
    )
    op.create_index(
        "ix_staff_letters_due",
        "staff_letters",
        ["next_at", "id"],
        unique=False,
        sqlite_where=DUE,
        postgresql_where=DUE,
    )
    op.create_table(
        "account_settings",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gets_summary", sa.Boolean(), nullable=False),
        sa.Column("calendar_digest", sa.String(length=64), nullable=True),
        sa.Column("calendar_made_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_settings_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_settings")),
        sa.UniqueConstraint("calendar_digest", name=op.f("uq_account_settings_calendar_digest")),
    )


def downgrade() -> None:
    """Back. What was said of deadlines stays as answers, which it then is."""
    for table in ("account_settings", "staff_letters", "case_warnings", "case_terms", "term_rules"):
        op.drop_table(table)
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_received")
        batch_op.drop_constraint(op.f("ck_cases_answered_on"), type_="check")
        batch_op.drop_column("answered_on")
    with op.batch_alter_table("deadline_rules", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_deadline_rules_verified_by_id"), type_="foreignkey")
        batch_op.drop_column("verified_by_id")
        batch_op.drop_column("verified_at")
    op.execute("UPDATE messages SET kind = 'answer' WHERE kind = 'update'")
    op.execute("UPDATE deliveries SET letter = 'answer' WHERE letter IN ('extension', 'completion')")
    _words(SAID, LETTERS)

"""How cases end beside an answer of their own, and what an official writes about them: joined, handed over, in the records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LETTERS = "'receipt', 'answer', 'announcement', 'extension', 'completion'"
MORE_LETTERS = LETTERS + ", 'passed', 'forwarded', 'taken_back'"
OUTCOMES = "'merged', 'forwarded', 'elsewhere', 'not_ours', 'not_serious', 'duplicate'"
BEFORE = "state_before IN ('new', 'in_progress')"
INDEXES = {
    "ix_cases_alike": (("department_id", "alike", "id"), "alike IS NOT NULL"),
    "ix_cases_records_number": (("records_number",), "records_number IS NOT NULL"),
    "ix_cases_records_file": (("records_file",), "records_file IS NOT NULL"),
}


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outcome", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("passed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("records_number", sa.String(length=50), nullable=True))
        batch_op.add_column(sa.Column("records_file", sa.String(length=50), nullable=True))
        batch_op.add_column(sa.Column("sender", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("alike", sa.String(length=64), nullable=True))
        batch_op.create_check_constraint(op.f("ck_cases_outcome"), f"outcome IN ({OUTCOMES})")
        batch_op.create_check_constraint(op.f("ck_cases_ended"), "outcome IS NULL OR state IN ('answered', 'closed')")
    for name, (columns, only) in INDEXES.items():
        there = sa.text(only)
        op.create_index(name, "cases", list(columns), sqlite_where=there, postgresql_where=there)
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_deliveries_letter"), type_="check")
        batch_op.create_check_constraint(op.f("ck_deliveries_letter"), f"letter IN ({MORE_LETTERS})")
    _case_links()
    _sharings()
    op.create_table(
        "forwardings",
        sa.Column("id", LONG, nullable=False),
        sa.Column("case_id", LONG, nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state_before", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("forwarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("taken_back_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(BEFORE, name=op.f("ck_forwardings_state_before")),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by_id IS NULL)", name=op.f("ck_forwardings_taken_back")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_forwardings_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_forwardings_case_id")),
        sa.ForeignKeyConstraint(["taken_back_by_id"], ["accounts.id"], name=op.f("fk_forwardings_taken_back_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forwardings")),
    )
    op.create_index(op.f("ix_forwardings_case_id"), "forwardings", ["case_id"], unique=False)


def _case_links() -> None:
    op.create_table(
        "case_links",
        sa.Column("id", LONG, nullable=False),
        sa.Column("case_id", LONG, nullable=False),
        sa.Column("main_id", LONG, nullable=False),
        sa.Column("root_id", LONG, nullable=False),
        sa.Column("state_before", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("linked_by_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(BEFORE, name=op.f("ck_case_links_state_before")),
        sa.CheckConstraint("case_id <> main_id AND case_id <> root_id", name=op.f("ck_case_links_other")),
        sa.CheckConstraint(
            "ended_at IS NOT NULL OR (ended_by_id IS NULL AND end_reason = '')", name=op.f("ck_case_links_ended")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_links_case_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["accounts.id"], name=op.f("fk_case_links_ended_by_id")),
        sa.ForeignKeyConstraint(["linked_by_id"], ["accounts.id"], name=op.f("fk_case_links_linked_by_id")),
        sa.ForeignKeyConstraint(["main_id"], ["cases.id"], name=op.f("fk_case_links_main_id")),
        sa.ForeignKeyConstraint(["root_id"], ["cases.id"], name=op.f("fk_case_links_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_links")),
    )
    op.create_index(op.f("ix_case_links_case_id"), "case_links", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_links_main_id"), "case_links", ["main_id"], unique=False)
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_case_links_open", "case_links", ["case_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_index(
        "ix_case_links_root", "case_links", ["root_id", "id"], sqlite_where=is_open, postgresql_where=is_open
    )


def _sharings() -> None:
    op.create_table(
        "sharings",
        sa.Column("id", LONG, nullable=False),
        sa.Column("case_id", LONG, nullable=False),
        sa.Column("letter", sa.String(length=16), nullable=False),
        sa.Column("message_id", LONG, nullable=True),
        sa.Column("n", sa.SmallInteger(), nullable=True),
        sa.Column("is_ordered", sa.Boolean(), nullable=False),
        sa.Column("linked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cursor", LONG, nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("letter IN ('answer', 'forwarded', 'taken_back')", name=op.f("ck_sharings_letter")),
        sa.CheckConstraint("(letter = 'answer') = (message_id IS NOT NULL)", name=op.f("ck_sharings_message_id")),
        sa.CheckConstraint("(message_id IS NULL) = (n IS NULL)", name=op.f("ck_sharings_n")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_sharings_case_id")),
        sa.ForeignKeyConstraint(
            ["message_id", "n"], ["revisions.message_id", "revisions.n"], name="fk_sharings_revision"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharings")),
    )
    op.create_index(op.f("ix_sharings_case_id"), "sharings", ["case_id"], unique=False)
    unfinished = sa.text("finished_at IS NULL")
    op.create_index("ix_sharings_open", "sharings", ["id"], sqlite_where=unfinished, postgresql_where=unfinished)
    op.create_table(
        "shared_answers",
        sa.Column("link_id", LONG, nullable=False),
        sa.Column("message_id", LONG, autoincrement=False, nullable=False),
        sa.Column("n", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("copy_id", LONG, nullable=True),
        sa.ForeignKeyConstraint(["copy_id"], ["messages.id"], name=op.f("fk_shared_answers_copy_id")),
        sa.ForeignKeyConstraint(["link_id"], ["case_links.id"], name=op.f("fk_shared_answers_link_id")),
        sa.ForeignKeyConstraint(
            ["message_id", "n"], ["revisions.message_id", "revisions.n"], name="fk_shared_answers_revision"
        ),
        sa.PrimaryKeyConstraint("link_id", "message_id", "n", name=op.f("pk_shared_answers")),
        sa.UniqueConstraint("copy_id", name=op.f("uq_shared_answers_copy_id")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("forwardings")
    op.drop_table("shared_answers")
    op.drop_table("sharings")
    op.drop_table("case_links")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_deliveries_letter"), type_="check")
        batch_op.create_check_constraint(op.f("ck_deliveries_letter"), f"letter IN ({LETTERS})")
    for name in INDEXES:
        op.drop_index(name, table_name="cases")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_cases_ended"), type_="check")
        batch_op.drop_constraint(op.f("ck_cases_outcome"), type_="check")
        for column in ("alike", "sender", "records_file", "records_number", "passed_on", "outcome"):
            batch_op.drop_column(column)

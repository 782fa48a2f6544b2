"""The life of an answer: Markdown, corrections, plans, templates, answers to use again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "state IN ('new', 'in_progress', 'in_review', 'scheduled', 'answered', 'closed')"
STATES_BEFORE = "state IN ('new', 'in_progress', 'in_review', 'answered', 'closed')"


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_markdown", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("corrects_id", LONG, nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(length=500), server_default="", nullable=False))
        batch_op.add_column(sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(op.f("fk_drafts_corrects_id"), "messages", ["corrects_id"], ["id"])
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unpublish_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(op.f("ck_cases_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_cases_state"), STATES)
    op.create_table(
        "answered_words",
        sa.Column("case_id", LONG, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_answered_words_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_answered_words")),
    )
    _templates()


def _templates() -> None:
    op.create_table(
        "templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_templates_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_templates")),
        sa.UniqueConstraint("reference", name=op.f("uq_templates_reference")),
    )
    op.create_index(op.f("ix_templates_department_id"), "templates", ["department_id"], unique=False)
    op.create_table(
        "template_texts",
        sa.Column("template_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("language IN ('cs', 'en', 'uk')", name=op.f("ck_template_texts_language")),
        sa.CheckConstraint("n >= 1", name=op.f("ck_template_texts_n")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_template_texts_account_id")),
        sa.ForeignKeyConstraint(["template_id"], ["templates.id"], name=op.f("fk_template_texts_template_id")),
        sa.PrimaryKeyConstraint("template_id", "n", "language", name=op.f("pk_template_texts")),
    )


def downgrade() -> None:
    """Back. A case that waits for its time waits for approval again."""
    for table in ("template_texts", "templates", "answered_words"):
        op.drop_table(table)
    op.execute("UPDATE cases SET state = 'in_progress' WHERE state = 'scheduled'")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_cases_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_cases_state"), STATES_BEFORE)
        batch_op.drop_column("unpublish_asked_at")
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_drafts_corrects_id"), type_="foreignkey")
        batch_op.drop_column("publish_at")
        batch_op.drop_column("reason")
        batch_op.drop_column("corrects_id")
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_column("is_markdown")

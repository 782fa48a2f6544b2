"""Notices of the board, the latest instant any clock has shown; and a letter to many says what its announcement says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "clock_marks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("latest_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_clock_marks_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_marks")),
    )
    op.create_table(
        "notices",
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("posts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comes_down_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_down_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('posted', 'taken_down')) = (posted_at IS NOT NULL AND comes_down_at IS NOT NULL AND number IS NOT NULL)",
            name=op.f("ck_notices_posted"),
        ),
        sa.CheckConstraint("(state = 'taken_down') = (taken_down_at IS NOT NULL)", name=op.f("ck_notices_taken_down")),
        sa.CheckConstraint("state <> 'scheduled' OR due_at IS NOT NULL", name=op.f("ck_notices_due_at")),
        sa.CheckConstraint(
            "state IN ('draft', 'in_review', 'scheduled', 'posted', 'taken_down', 'discarded')",
            name=op.f("ck_notices_state"),
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_notices_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_notices")),
        sa.UniqueConstraint("number", name=op.f("uq_notices_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_notices_reference")),
    )
    scheduled, posted = sa.text("state = 'scheduled'"), sa.text("state = 'posted'")
    op.create_index(
        "ix_notices_due",
        "notices",
        ["due_at", "message_id"],
        unique=False,
        sqlite_where=scheduled,
        postgresql_where=scheduled,
    )
    op.create_index(
        "ix_notices_up",
        "notices",
        ["comes_down_at", "message_id"],
        unique=False,
        sqlite_where=posted,
        postgresql_where=posted,
    )
    op.create_index("ix_notices_state", "notices", ["state", "message_id"], unique=False)

    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.create_unique_constraint(op.f("uq_dispatches_id_message_id_n"), ["id", "message_id", "n"])
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_deliveries_dispatch_id"), type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_deliveries_dispatch", "dispatches", ["dispatch_id", "message_id", "n"], ["id", "message_id", "n"]
        )
        batch_op.create_check_constraint(
            op.f("ck_deliveries_dispatch_id"), "(letter = 'announcement') = (dispatch_id IS NOT NULL)"
        )


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_deliveries_dispatch_id"), type_="check")
        batch_op.drop_constraint("fk_deliveries_dispatch", type_="foreignkey")
        batch_op.create_foreign_key(op.f("fk_deliveries_dispatch_id"), "dispatches", ["dispatch_id"], ["id"])
    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_dispatches_id_message_id_n"), type_="unique")
    op.drop_table("notices")
    op.drop_table("clock_marks")

"""Many cases joined to one in a single act, some at a time by the worker, and undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HALTS = "'main_ended', 'main_joined', 'no_account'"
FATES = "'done', 'gone', 'itself', 'joined', 'ended', 'in_review', 'not_yours', 'later', 'elsewhere'"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "gatherings",
        sa.Column("id", LONG, nullable=False),
        sa.Column("case_id", LONG, nullable=False),
        sa.Column("undoes_id", LONG, nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("may_share", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cursor", LONG, nullable=False),
        sa.Column("halt", sa.String(length=16), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("finished_at IS NULL OR reason = ''", name=op.f("ck_gatherings_reason")),
        sa.CheckConstraint("halt IS NULL OR finished_at IS NOT NULL", name=op.f("ck_gatherings_halted")),
        sa.CheckConstraint(f"halt IN ({HALTS})", name=op.f("ck_gatherings_halt")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_gatherings_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_gatherings_case_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["gatherings.id"], name=op.f("fk_gatherings_undoes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gatherings")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_gatherings_undoes_id")),
    )
    op.create_index(op.f("ix_gatherings_case_id"), "gatherings", ["case_id"], unique=False)
    unfinished = sa.text("finished_at IS NULL")
    op.create_index("ix_gatherings_open", "gatherings", ["id"], sqlite_where=unfinished, postgresql_where=unfinished)
    op.create_table(
        "gathered",
        sa.Column("gathering_id", LONG, autoincrement=False, nullable=False),
        sa.Column("case_id", LONG, autoincrement=False, nullable=False),
        sa.Column("link_id", LONG, nullable=True),
        sa.Column("fate", sa.String(length=16), nullable=True),
        sa.CheckConstraint(f"fate IN ({FATES})", name=op.f("ck_gathered_fate")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_gathered_case_id")),
        sa.ForeignKeyConstraint(["gathering_id"], ["gatherings.id"], name=op.f("fk_gathered_gathering_id")),
        sa.ForeignKeyConstraint(["link_id"], ["case_links.id"], name=op.f("fk_gathered_link_id")),
        sa.PrimaryKeyConstraint("gathering_id", "case_id", name=op.f("pk_gathered")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_gathered_case_id"), "gathered", ["case_id"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table("gathered")
    op.drop_table("gatherings")

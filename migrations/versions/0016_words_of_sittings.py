"""Words that came with a sitting: a sitting leads to the private message its citizen wrote."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_foreign_key(op.f("fk_feedback_words_id"), "messages", ["words_id"], ["id"])
    only = sa.text("words_id IS NOT NULL")
    op.create_index(
        "ix_feedback_words", "feedback", ["words_id"], unique=True, sqlite_where=only, postgresql_where=only
    )


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_feedback_words", table_name="feedback")
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_feedback_words_id"), type_="foreignkey")
        batch_op.drop_column("words_id")

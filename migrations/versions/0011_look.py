"""The look of the city: its colour and coat of arms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("city", schema=None) as batch_op:
        batch_op.add_column(sa.Column("brand", sa.String(length=7), nullable=True))
        batch_op.add_column(sa.Column("arms_key", sa.String(length=80), nullable=True))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("city", schema=None) as batch_op:
        batch_op.drop_column("arms_key")
        batch_op.drop_column("brand")

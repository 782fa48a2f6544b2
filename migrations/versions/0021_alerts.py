"""Letters to administrators about what is wrong with a device."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _kinds("'warning', 'summary', 'alert'")


def downgrade() -> None:
    """Back."""
    op.execute("DELETE FROM staff_letters WHERE kind = 'alert'")
    _kinds("'warning', 'summary'")


def _kinds(words: str) -> None:
    with op.batch_alter_table("staff_letters", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_staff_letters_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_staff_letters_kind"), f"kind IN ({words})")

"""What was done with a thing is found in the audit log without reading all of it; a device that is late is told of."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KINDS = "'lost', 'silent', 'stuck', 'refused', 'full', 'fleeting'"
NAME = "ix_audit_entries_about"


def upgrade() -> None:
    """Forward."""
    op.create_index(NAME, "audit_entries", ["about_table", "about_id", "id"])
    _kinds(f"'late', {KINDS}")


def downgrade() -> None:
    """Back."""
    op.execute("DELETE FROM device_alerts WHERE kind = 'late'")
    _kinds(KINDS)
    op.drop_index(NAME, "audit_entries")


def _kinds(words: str) -> None:
    with op.batch_alter_table("device_alerts", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_device_alerts_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_device_alerts_kind"), f"kind IN ({words})")

"""Long conversations: the answers of one are found without a look at each of its comments."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_index("ix_messages_of_conversation", "messages", ["conversation_id", "kind"], unique=False)
    op.drop_index("ix_messages_conversation_id", table_name="messages")


def downgrade() -> None:
    """Back."""
    op.create_index("ix_messages_conversation_id", "messages", ["conversation_id"], unique=False)
    op.drop_index("ix_messages_of_conversation", table_name="messages")

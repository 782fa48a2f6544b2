"""Public discussion: its settings, comments, reactions and reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "discussions",
        sa.Column("publication_id", LONG, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("moderation", sa.String(length=16), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed', 'off')", name=op.f("ck_discussions_state")),
        sa.CheckConstraint("moderation IN ('before', 'after')", name=op.f("ck_discussions_moderation")),
        sa.ForeignKeyConstraint(["publication_id"], ["messages.id"], name=op.f("fk_discussions_publication_id")),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_discussions")),
    )
    _comments()
    _marks("reactions")
    _marks(
        "reports",
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('insult', 'personal_data', 'advert', 'unlawful', 'other')", name=op.f("ck_reports_reason")
        ),
    )
    shown = sa.text("shown_n IS NOT NULL")
    op.create_index(
        "ix_messages_shown_replies",
        "messages",
        ["replies_to_id", "kind", "id"],
        unique=False,
        sqlite_where=shown,
        postgresql_where=shown,
    )


def _comments() -> None:
    op.create_table(
        "comments",
        sa.Column("message_id", LONG, autoincrement=False, nullable=False),
        sa.Column("publication_id", LONG, nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("look", sa.String(length=16), nullable=True),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_reasons", sa.JSON(), nullable=False),
        sa.Column("objection", sa.Text(), nullable=True),
        sa.Column("objected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secret_digest", sa.String(length=64), nullable=True),
        sa.Column("words_digest", sa.String(length=64), nullable=True),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(look IS NULL) = (since_at IS NULL)", name=op.f("ck_comments_since_at")),
        sa.CheckConstraint("objection IS NULL OR objected_at IS NOT NULL", name=op.f("ck_comments_objected_at")),
        sa.CheckConstraint(
            "state IN ('waiting', 'published', 'rejected', 'hidden', 'withdrawn', 'erased')",
            name=op.f("ck_comments_state"),
        ),
        sa.CheckConstraint("look IN ('waiting', 'quarantine', 'reported', 'objected')", name=op.f("ck_comments_look")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_comments_message_id")),
        sa.ForeignKeyConstraint(["publication_id"], ["messages.id"], name=op.f("fk_comments_publication_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_comments")),
        sa.UniqueConstraint("reference", name=op.f("uq_comments_reference")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_comments_secret_digest")),
    )
    looked_for = sa.text("look IS NOT NULL")
    op.create_index(
        "ix_comments_look",
        "comments",
        ["look", "rank", "since_at", "message_id"],
        unique=False,
        sqlite_where=looked_for,
        postgresql_where=looked_for,
    )
    op.create_index("ix_comments_state", "comments", ["publication_id", "state"], unique=False)
    op.create_index("ix_comments_came_under", "comments", ["publication_id", "came_at"], unique=False)
    op.create_index("ix_comments_came", "comments", ["came_at"], unique=False)
    op.create_index(op.f("ix_comments_words_digest"), "comments", ["words_digest"], unique=False)


def _marks(table: str, *more: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", LONG, nullable=False),
        sa.Column("message_id", LONG, nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        *more,
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f(f"fk_{table}_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("message_id", "nonce", name=op.f(f"uq_{table}_message_id_nonce")),
        sa.UniqueConstraint("message_id", "voter", name=op.f(f"uq_{table}_message_id_voter")),
    )
    op.create_index(op.f(f"ix_{table}_made_at"), table, ["made_at"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_messages_shown_replies", table_name="messages")
    for table in ("reports", "reactions", "comments", "discussions"):
        op.drop_table(table)

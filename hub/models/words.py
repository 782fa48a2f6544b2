"""What people say: conversations, messages with append-only revisions, decisions about them, drafts and attachments.

Nothing is born public. What the public sees now is one expression, `queries.visibility.public_now`.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, Instant, LongKey, one_of
from hub.models.people import Account, Contact, Department
from hub.vocabulary import ActorKind, Cause, DecisionKind, MessageKind, Visibility

_WAS_SHOWN = sa.text("shown_n IS NOT NULL")


class Conversation(Base):
    """A place of words, public or private for ever."""

    __tablename__ = "conversations"
    __table_args__ = (one_of(Visibility, "visibility"),)

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    visibility: Mapped[str] = mapped_column(sa.String(16))
    began_at: Mapped[datetime] = mapped_column(Instant)


class Theme(Base):
    """What public answers are about, for whoever looks for one: traffic, waste, schools. `names` is language → words."""

    __tablename__ = "themes"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(64), unique=True)
    position: Mapped[int]
    names: Mapped[dict[str, str]] = mapped_column(sa.JSON)


def _index_of(name: str, *columns: str, only: str) -> sa.Index:
    return sa.Index(name, *columns, sqlite_where=sa.text(only), postgresql_where=sa.text(only))


class Message(Base):
    """Something said: by a contact (None: nobody known), on behalf of a department, entered by an account for paper or phone.

    `shown_n` is the revision that may be shown, from `appears_at` until `leaves_at`, both actual instants set by an action;
    plans stand in `publish_at`. `slug` is the public address. `may_publish`: its author agreed to publication without the name.
    `derived_from_id` leads from a public message to the private one it was made from. A question and its answers have one
    theme, written to each of them: lists of answers are narrowed by it.
    """

    __tablename__ = "messages"
    __table_args__ = (
        one_of(MessageKind, "kind"),
        sa.CheckConstraint("shown_n IS NULL OR shown_n >= 1", name="shown_n"),
        sa.CheckConstraint("appears_at IS NULL OR leaves_at IS NULL OR appears_at <= leaves_at", name="leaves_at"),
        sa.Index("ix_messages_shown", "kind", "appears_at", "id"),
        sa.Index("ix_messages_of_conversation", "conversation_id", "kind"),
        _index_of("ix_messages_of_department", "department_id", "appears_at", "id", only="appears_at IS NOT NULL"),
        _index_of("ix_messages_of_theme", "theme_id", "appears_at", "id", only="theme_id IS NOT NULL"),
        _index_of("ix_messages_of_both", "theme_id", "department_id", "appears_at", "id", only="theme_id IS NOT NULL"),
        sa.Index(
            "ix_messages_shown_replies",
            "replies_to_id",
            "kind",
            "id",
            sqlite_where=_WAS_SHOWN,
            postgresql_where=_WAS_SHOWN,
        ),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(sa.ForeignKey("conversations.id"))
    kind: Mapped[str] = mapped_column(sa.String(16))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contacts.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(sa.ForeignKey("departments.id"))
    theme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("themes.id"))
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    replies_to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("messages.id"))
    derived_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("messages.id"), index=True)
    touchpoint_id: Mapped[int | None] = mapped_column(sa.ForeignKey("touchpoints.id"))
    channel: Mapped[str] = mapped_column(sa.String(32))
    language: Mapped[str] = mapped_column(sa.String(8), default="cs")
    may_publish: Mapped[bool] = mapped_column(default=False)
    slug: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    received_at: Mapped[datetime] = mapped_column(Instant)
    occurred_at: Mapped[datetime | None] = mapped_column(Instant)
    shown_n: Mapped[int | None] = mapped_column(sa.SmallInteger)
    publish_at: Mapped[datetime | None] = mapped_column(Instant)
    appears_at: Mapped[datetime | None] = mapped_column(Instant)
    leaves_at: Mapped[datetime | None] = mapped_column(Instant)

    conversation: Mapped[Conversation] = relationship()
    author: Mapped[Contact | None] = relationship()
    department: Mapped[Department | None] = relationship()
    theme: Mapped[Theme | None] = relationship()
    revisions: Mapped[list[Revision]] = relationship(order_by="Revision.n", back_populates="message")
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.position", back_populates="message")


class Revision(Base):
    """The words of a message as they once were; append-only. Erasing them keeps the row: text becomes NULL, the salt is dropped.

    `digest` is SHA-256 over the salt, all words and the digests of the attachments. `account_id` is who of the office wrote
    it; None for a citizen's own words. The `title` of a comment is the name its author signs with. The `summary` of a corrected
    answer is what was corrected, for everybody. `is_markdown`: written in the small Markdown of officials; else plain text.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        one_of(Cause, "cause"),
        sa.CheckConstraint("n >= 1", name="n"),
        sa.CheckConstraint("(text IS NULL) = (erased_at IS NOT NULL)", name="text"),
        {"sqlite_with_rowid": False},
    )

    message_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"), primary_key=True)
    n: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    title: Mapped[str | None] = mapped_column(sa.String(200))
    summary: Mapped[str | None] = mapped_column(sa.String(500))
    text: Mapped[str | None] = mapped_column(sa.Text)
    is_markdown: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    cause: Mapped[str] = mapped_column(sa.String(16))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    salt: Mapped[str | None] = mapped_column(sa.String(32))
    digest: Mapped[str] = mapped_column(sa.String(64))
    written_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    message: Mapped[Message] = relationship(back_populates="revisions")
    account: Mapped[Account | None] = relationship()


class Decision(Base):
    """What was decided about one revision, by an account, or by a named rule of the hub. Append-only; the latest one counts."""

    __tablename__ = "decisions"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["message_id", "n"], ["revisions.message_id", "revisions.n"], name="fk_decisions_revision"
        ),
        sa.Index("ix_decisions_latest", "message_id", "n", "id"),
        one_of(DecisionKind, "kind"),
        sa.CheckConstraint("actor_kind IN ('account', 'system')", name="actor_kind"),
        sa.CheckConstraint(f"(actor_kind = '{ActorKind.ACCOUNT}') = (account_id IS NOT NULL)", name="account_id"),
        sa.CheckConstraint(f"(actor_kind = '{ActorKind.SYSTEM}') = (rule IS NOT NULL)", name="rule"),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    message_id: Mapped[int]
    n: Mapped[int] = mapped_column(sa.SmallInteger)
    kind: Mapped[str] = mapped_column(sa.String(16))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    actor_kind: Mapped[str] = mapped_column(sa.String(16))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    rule: Mapped[str | None] = mapped_column(sa.String(48))
    decided_at: Mapped[datetime] = mapped_column(Instant)

    account: Mapped[Account | None] = relationship()


class Attachment(Base):
    """A file that came with a message. The bytes stand in the storage under `key`; erased: the key is NULL and the name empty."""

    __tablename__ = "attachments"
    __table_args__ = (sa.UniqueConstraint("message_id", "position"), sa.CheckConstraint("size >= 0", name="size"))

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"))
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    name: Mapped[str] = mapped_column(sa.String(120))
    media_type: Mapped[str] = mapped_column(sa.String(80))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64))
    key: Mapped[str | None] = mapped_column(sa.String(80), unique=True)

    message: Mapped[Message] = relationship(back_populates="attachments")


class Origin(Base):
    """Where a message came from: received twice is recorded once. `digest` tells a repeat from a contradiction."""

    __tablename__ = "origins"
    __table_args__ = (sa.UniqueConstraint("source", "external_id"),)

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    source: Mapped[str] = mapped_column(sa.String(80))
    external_id: Mapped[str] = mapped_column(sa.String(64))
    digest: Mapped[str] = mapped_column(sa.String(64))
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("messages.id"), index=True)

"""Public discussion under publications: whether there is one, comments, who joined in, and what was reported.

A comment's words are those of its message; what stands here is what only a discussion knows.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, Instant, LongKey, one_of
from hub.models.words import Message
from hub.vocabulary import CommentState, DiscussionState, Look, Moderation, ReportReason

_LOOKED_FOR = sa.text("look IS NOT NULL")


class Discussion(Base):
    """How a publication is discussed, where somebody has said so; else by the defaults of its kind. `closes_on`: the last day.

    `version` grows with each change (optimistic lock).
    """

    __tablename__ = "discussions"
    __table_args__ = (one_of(DiscussionState, "state"), one_of(Moderation, "moderation"))

    publication_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"), primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(sa.String(16))
    moderation: Mapped[str] = mapped_column(sa.String(16))
    closes_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    publication: Mapped[Message] = relationship()


class Comment(Base):
    """A comment, 1:1 with its message, under a publication. `reference` is its public name.

    `look` is the list in which it waits for a moderator since `since_at` (`rank` 0: before the others), `hold_reasons` why its
    newest words are held. `objection` is what the author says against a decision, once; answered at `heard_at`.
    `secret_digest` opens it for its author, `words_digest` tells the same text said again; both are forgotten after a time.
    `version` grows with each change of the words or of what was decided.
    """

    __tablename__ = "comments"
    __table_args__ = (
        one_of(CommentState, "state"),
        one_of(Look, "look"),
        sa.CheckConstraint("(look IS NULL) = (since_at IS NULL)", name="since_at"),
        sa.CheckConstraint("objection IS NULL OR objected_at IS NOT NULL", name="objected_at"),
        sa.Index(
            "ix_comments_look",
            "look",
            "rank",
            "since_at",
            "message_id",
            sqlite_where=_LOOKED_FOR,
            postgresql_where=_LOOKED_FOR,
        ),
        sa.Index("ix_comments_state", "publication_id", "state"),
        sa.Index("ix_comments_came_under", "publication_id", "came_at"),
        sa.Index("ix_comments_came", "came_at"),
    )

    message_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"), primary_key=True, autoincrement=False)
    publication_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"))
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    state: Mapped[str] = mapped_column(sa.String(16), default=CommentState.WAITING)
    look: Mapped[str | None] = mapped_column(sa.String(16))
    rank: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    since_at: Mapped[datetime | None] = mapped_column(Instant)
    hold_reasons: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    objection: Mapped[str | None] = mapped_column(sa.Text)
    objected_at: Mapped[datetime | None] = mapped_column(Instant)
    heard_at: Mapped[datetime | None] = mapped_column(Instant)
    secret_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    words_digest: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    came_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    message: Mapped[Message] = relationship(foreign_keys=[message_id])
    publication: Mapped[Message] = relationship(foreign_keys=[publication_id])


class Reaction(Base):
    """Somebody joins in with a comment: me too. Once for each `voter` (a keyed digest) and each form (`nonce`).

    Both digests are forgotten after some weeks; the row, which is what counts, stays.
    """

    __tablename__ = "reactions"
    __table_args__ = (sa.UniqueConstraint("message_id", "voter"), sa.UniqueConstraint("message_id", "nonce"))

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"))
    voter: Mapped[str | None] = mapped_column(sa.String(64))
    nonce: Mapped[str | None] = mapped_column(sa.String(64))
    made_at: Mapped[datetime] = mapped_column(Instant, index=True)


class Report(Base):
    """Somebody holds a comment to be wrong; open until a moderator has looked. Once for each reporter, as reactions are."""

    __tablename__ = "reports"
    __table_args__ = (
        one_of(ReportReason, "reason"),
        sa.UniqueConstraint("message_id", "voter"),
        sa.UniqueConstraint("message_id", "nonce"),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"))
    voter: Mapped[str | None] = mapped_column(sa.String(64))
    nonce: Mapped[str | None] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(16))
    text: Mapped[str | None] = mapped_column(sa.Text)
    made_at: Mapped[datetime] = mapped_column(Instant, index=True)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)

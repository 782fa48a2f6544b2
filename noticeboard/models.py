"""Notices: what the notice board keeps of a message beside its words."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, Instant, one_of
from hub.models import Message
from noticeboard.invariants import INVARIANTS
from noticeboard.vocabulary import NoticeState

_DUE = sa.text(f"state = '{NoticeState.SCHEDULED}'")
_UP = sa.text(f"state = '{NoticeState.POSTED}'")


class Notice(Base):
    """A notice, 1:1 with its message. `reference` is its address for staff, `number` (2026-000123) for the public.

    Plans: `posts_at` (None: as soon as it is approved) and `ends_on`, the day at whose beginning it comes down (None: the
    usual one). `due_at` is when the clock posts it, set at its approval. What really happened: `posted_at`, `taken_down_at`;
    between them `comes_down_at`. `version` grows with each change by a person (optimistic lock).
    """

    __tablename__ = "notices"
    __table_args__ = (
        one_of(NoticeState, "state"),
        sa.CheckConstraint(
            "(state IN ('posted', 'taken_down')) = (posted_at IS NOT NULL AND comes_down_at IS NOT NULL AND number IS NOT NULL)",
            name="posted",
        ),
        sa.CheckConstraint("(state = 'taken_down') = (taken_down_at IS NOT NULL)", name="taken_down"),
        sa.CheckConstraint("state <> 'scheduled' OR due_at IS NOT NULL", name="due_at"),
        sa.Index("ix_notices_due", "due_at", "message_id", sqlite_where=_DUE, postgresql_where=_DUE),
        sa.Index("ix_notices_up", "comes_down_at", "message_id", sqlite_where=_UP, postgresql_where=_UP),
        sa.Index("ix_notices_state", "state", "message_id"),
        {"info": {"triggers": INVARIANTS}},
    )

    message_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"), primary_key=True, autoincrement=False)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    number: Mapped[str | None] = mapped_column(sa.String(16), unique=True)
    state: Mapped[str] = mapped_column(sa.String(16))
    version: Mapped[int] = mapped_column(default=1)
    posts_at: Mapped[datetime | None] = mapped_column(Instant)
    ends_on: Mapped[date | None]
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    posted_at: Mapped[datetime | None] = mapped_column(Instant)
    comes_down_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_down_at: Mapped[datetime | None] = mapped_column(Instant)

    message: Mapped[Message] = relationship()

"""What keeps the hub accountable, on time and searchable: the audit log, the runs of clock jobs, the search entries."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Base, Instant, Words


class AuditEntry(Base):
    """Who did what to which thing, and when. Append-only, without bodies; taps are not audited (they are anonymous)."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        sa.CheckConstraint("actor_kind IN ('account', 'system', 'citizen')", name="actor_kind"),
        sa.CheckConstraint("(actor_kind = 'account') = (actor_id IS NOT NULL)", name="actor_id"),
        sa.CheckConstraint("about_id IS NULL OR about_table IS NOT NULL", name="about"),
        sa.Index("ix_audit_entries_about", "about_table", "about_id", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    actor_kind: Mapped[str] = mapped_column(sa.String(16))
    actor_id: Mapped[int | None]
    act: Mapped[str] = mapped_column(sa.String(48))
    about_table: Mapped[str | None] = mapped_column(sa.String(48))
    about_id: Mapped[int | None]


class JobRun(Base):
    """One due run of one clock job; the unique row decides which worker does it. `due` is a local date or an instant as text."""

    __tablename__ = "job_runs"
    __table_args__ = (sa.UniqueConstraint("job", "due"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(sa.String(48))
    due: Mapped[str] = mapped_column(sa.String(32))
    claimed_until: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class ClockMark(Base):
    """The latest instant any worker has seen, in one row: a clock that is behind it has gone back, or another runs ahead."""

    __tablename__ = "clock_marks"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    latest_at: Mapped[datetime] = mapped_column(Instant)


class Repeat(Base):
    """How often the same words came on a day. `digest` is over their stems; nothing leads to a message; days old, it is deleted."""

    __tablename__ = "repeats"
    __table_args__ = (sa.CheckConstraint("count >= 1", name="count"),)

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    heard_on: Mapped[date] = mapped_column(primary_key=True, index=True)
    count: Mapped[int]


class SearchEntry(Base):
    """The words by which a public message is found, made by `stems.index_words`; gone in the transaction that hides the message."""

    __tablename__ = "search_entries"

    message_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"), primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Words)

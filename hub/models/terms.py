"""What was done to the deadlines of cases, and by which rule; who of the office is told of them, and how."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, Instant, LongKey, one_of
from hub.models.duty import Case
from hub.models.people import Account
from hub.models.words import Message
from hub.vocabulary import LegalKind, StaffLetterKind, TermAct

_OPEN = sa.text(f"act = '{TermAct.COMPLETION}' AND ended_on IS NULL")
_DUE = sa.text("began_at IS NULL")


class TermRule(Base):
    """By which paragraph a running deadline may be extended, or its citizen called to complete. A new law is a new row.

    `amount` of `unit`: how much longer, or how long the citizen has; None: until a day that the office names. `most`: how often
    (None: as often as its reason lasts), `within`: only so many days after receipt (None: until the deadline passes).
    `condition`: for what reasons the law lets it.
    """

    __tablename__ = "term_rules"
    __table_args__ = (
        sa.UniqueConstraint("act", "legal_kind", "valid_from"),
        one_of(TermAct, "act"),
        one_of(LegalKind, "legal_kind"),
        sa.CheckConstraint("unit IN ('day', 'month')", name="unit"),
        sa.CheckConstraint("amount BETWEEN 1 AND 3660", name="amount"),
        sa.CheckConstraint("(amount IS NULL) = (unit IS NULL)", name="length"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(sa.String(16))
    legal_kind: Mapped[str] = mapped_column(sa.String(16))
    amount: Mapped[int | None]
    unit: Mapped[str | None] = mapped_column(sa.String(8))
    most: Mapped[int | None]
    within: Mapped[int | None]
    condition: Mapped[str] = mapped_column(sa.String(500))
    basis: Mapped[str] = mapped_column(sa.String(200))
    source: Mapped[str] = mapped_column(sa.String(300))
    is_verified: Mapped[bool]
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    verified_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    verified_by: Mapped[Account | None] = relationship()


class CaseTerm(Base):
    """One extension of a case's deadline, or one call to complete; why stands in its message, which the citizen got.

    It holds for the deadline counted from `counted_from`. Of a call, `answer_by` is the citizen's last day, and `ended_on` the day
    on which words came: from it the deadline is counted anew.
    """

    __tablename__ = "case_terms"
    __table_args__ = (
        one_of(TermAct, "act"),
        sa.CheckConstraint("(act = 'completion') = (answer_by IS NOT NULL)", name="answer_by"),
        sa.CheckConstraint("act = 'completion' OR ended_on IS NULL", name="ended_on"),
        sa.CheckConstraint("due_after > due_before", name="due_after"),
        sa.Index("uq_case_terms_open", "case_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    term_rule_id: Mapped[int] = mapped_column(sa.ForeignKey("term_rules.id"))
    act: Mapped[str] = mapped_column(sa.String(16))
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    counted_from: Mapped[date]
    due_before: Mapped[date]
    due_after: Mapped[date]
    answer_by: Mapped[date | None]
    ended_on: Mapped[date | None]

    case: Mapped[Case] = relationship()
    rule: Mapped[TermRule] = relationship()
    message: Mapped[Message] = relationship()
    account: Mapped[Account] = relationship()


class CaseWarning(Base):
    """That so many hundredths of the time of a case are gone was told; its unique row decides which worker tells it.

    `due_on` is the deadline it was told of: of another deadline it is told anew.
    """

    __tablename__ = "case_warnings"
    __table_args__ = (
        sa.CheckConstraint("level = 50 OR level = 80 OR level = 100", name="level"),
        {"sqlite_with_rowid": False},
    )

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    warned_at: Mapped[datetime] = mapped_column(Instant)


class StaffLetter(Base):
    """A letter to an account; its words are made at the moment of sending, and it holds no word of a citizen.

    `cases` of a warning are pairs of a case and the hundredths of its time that are gone. `day_on` is the day it is for.
    `began_at`: sending began, and is never repeated by itself. `problem`: why it did not go.
    """

    __tablename__ = "staff_letters"
    __table_args__ = (
        one_of(StaffLetterKind, "kind"),
        sa.CheckConstraint("sent_at IS NULL OR began_at IS NOT NULL", name="sent_at"),
        sa.Index(
            "uq_staff_letters_summary",
            "account_id",
            "day_on",
            unique=True,
            sqlite_where=sa.text("kind = 'summary'"),
            postgresql_where=sa.text("kind = 'summary'"),
        ),
        sa.Index("ix_staff_letters_due", "next_at", "id", sqlite_where=_DUE, postgresql_where=_DUE),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(sa.String(16))
    day_on: Mapped[date]
    cases: Mapped[list[Any]] = mapped_column(sa.JSON)
    queued_at: Mapped[datetime] = mapped_column(Instant, index=True)
    next_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(sa.SmallInteger)
    began_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    problem: Mapped[str | None] = mapped_column(sa.String(32))

    account: Mapped[Account] = relationship(foreign_keys=[account_id])


class AccountSetting(Base):
    """What an account chose for itself; without a row it is as here. Of the secret of its calendar only SHA-256 is kept."""

    __tablename__ = "account_settings"

    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    gets_summary: Mapped[bool] = mapped_column(default=True)
    calendar_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    calendar_made_at: Mapped[datetime | None] = mapped_column(Instant)

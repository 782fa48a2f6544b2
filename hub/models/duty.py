"""What the office owes: cases with their deadlines, drafts of answers, internal notes, links that citizens follow them by."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from hub.database import Base, Instant, LongKey, one_of
from hub.models.people import Account, Department
from hub.models.words import Conversation, Message
from hub.rules.localtime import local
from hub.vocabulary import CaseOutcome, CaseState, LegalKind, Suspicion

_HAS_DIGEST = sa.text("alike IS NOT NULL")
_HAS_NUMBER = sa.text("records_number IS NOT NULL")
_HAS_FILE = sa.text("records_file IS NOT NULL")
LONGEST_SENDER = 300
"""Characters of the name and postal address on a paper."""

IS_OPEN = (
    "state IN ('new', 'in_progress', 'in_review', 'scheduled')"
    " AND (suspicion IS NULL OR suspicion <> 'suspected' OR state <> 'new')"
)
IS_DONE = "state IN ('answered', 'closed')"
IS_IN_REVIEW = "state = 'in_review'"
IS_ASIDE = "suspicion = 'suspected' AND state = 'new'"
"""The lists of the inbox, in the words of their indexes: an engine uses such an index for the very same words only."""


def _list_of(name: str, *columns: str, only: str) -> sa.Index:
    return sa.Index(name, *columns, sqlite_where=sa.text(only), postgresql_where=sa.text(only))


class DeadlineRule(Base):
    """How long the office has for one legal kind, by which paragraph, from when until when. A new law is a new row.

    `verified_at` and `verified_by_id`: an administrator said here that it is what the law says.
    """

    __tablename__ = "deadline_rules"
    __table_args__ = (
        sa.UniqueConstraint("legal_kind", "body", "valid_from"),
        one_of(LegalKind, "legal_kind"),
        sa.CheckConstraint("unit IN ('day', 'month')", name="unit"),
        sa.CheckConstraint("amount BETWEEN 1 AND 3660", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    legal_kind: Mapped[str] = mapped_column(sa.String(16))
    body: Mapped[str] = mapped_column(sa.String(16))
    amount: Mapped[int]
    unit: Mapped[str] = mapped_column(sa.String(8))
    basis: Mapped[str] = mapped_column(sa.String(200))
    source: Mapped[str] = mapped_column(sa.String(300))
    is_verified: Mapped[bool]
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    verified_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    verified_by: Mapped[Account | None] = relationship()


class Case(Base):
    """The unit of work, under the one reference that citizens see. `hold_reasons` are words of the rule that looked at the text.

    `suspicion`: whether it looks like spam, None when nothing ever did. `answered_on` is the Prague day of `answered_at`.
    `version` grows with every change, by itself: of two changes made at once the second is a conflict. `added_at`: when the
    citizen last added words; `reopened_on`: the day on which that opened an answered case again, from which its deadline is
    counted anew. `erasure_asked_at`: the citizen wishes its words erased, and the office must first see to its records.
    `unpublish_asked_at`: the citizen wishes it off the public pages, and nobody has taken it off yet.

    `outcome`: how it ended, where that is more than an answer of its own. `passed_on`: when another department got it.
    `records_number` and `records_file` are its number and file in the records of the office (zákon č. 499/2004 Sb.). `sender`:
    who signed the paper, as an official read it. `alike`: a digest of the stems of its question, to find the same words by.
    """

    __tablename__ = "cases"
    __table_args__ = (
        one_of(CaseState, "state"),
        one_of(LegalKind, "legal_kind"),
        one_of(Suspicion, "suspicion"),
        _list_of("ix_cases_open", "due_on", "id", only=IS_OPEN),
        _list_of("ix_cases_open_of_department", "department_id", "due_on", "id", only=IS_OPEN),
        _list_of("ix_cases_open_of_official", "official_id", "due_on", "id", only=IS_OPEN),
        _list_of("ix_cases_done", "due_on", "id", only=IS_DONE),
        _list_of("ix_cases_done_of_department", "department_id", "due_on", "id", only=IS_DONE),
        _list_of("ix_cases_done_of_official", "official_id", "due_on", "id", only=IS_DONE),
        _list_of("ix_cases_in_review", "due_on", "id", only=IS_IN_REVIEW),
        _list_of("ix_cases_aside", "due_on", "id", only=IS_ASIDE),
        sa.Index("ix_cases_of_department", "department_id", "id"),
        sa.Index("ix_cases_received", "received_on", "department_id"),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_on IS NULL)", name="answered_on"),
        one_of(CaseOutcome, "outcome"),
        sa.CheckConstraint("outcome IS NULL OR state IN ('answered', 'closed')", name="ended"),
        sa.Index(
            "ix_cases_alike", "department_id", "alike", "id", sqlite_where=_HAS_DIGEST, postgresql_where=_HAS_DIGEST
        ),
        sa.Index("ix_cases_records_number", "records_number", sqlite_where=_HAS_NUMBER, postgresql_where=_HAS_NUMBER),
        sa.Index("ix_cases_records_file", "records_file", sqlite_where=_HAS_FILE, postgresql_where=_HAS_FILE),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    conversation_id: Mapped[int] = mapped_column(sa.ForeignKey("conversations.id"), unique=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"), unique=True)
    legal_kind: Mapped[str] = mapped_column(sa.String(16))
    proposed_kind: Mapped[str] = mapped_column(sa.String(16))
    department_id: Mapped[int] = mapped_column(sa.ForeignKey("departments.id"))
    official_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    state: Mapped[str] = mapped_column(sa.String(16))
    hold_reasons: Mapped[list[Any]] = mapped_column(sa.JSON)
    suspicion: Mapped[str | None] = mapped_column(sa.String(16))
    received_on: Mapped[date]
    due_on: Mapped[date]
    deadline_rule_id: Mapped[int] = mapped_column(sa.ForeignKey("deadline_rules.id"))
    version: Mapped[int] = mapped_column()
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_on: Mapped[date | None]
    added_at: Mapped[datetime | None] = mapped_column(Instant)
    reopened_on: Mapped[date | None]
    erasure_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    unpublish_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(sa.String(16))
    passed_on: Mapped[date | None]
    records_number: Mapped[str | None] = mapped_column(sa.String(50))
    records_file: Mapped[str | None] = mapped_column(sa.String(50))
    sender: Mapped[str | None] = mapped_column(sa.String(LONGEST_SENDER))
    alike: Mapped[str | None] = mapped_column(sa.String(64))

    __mapper_args__ = {"version_id_col": version}

    conversation: Mapped[Conversation] = relationship()
    question: Mapped[Message] = relationship()
    department: Mapped[Department] = relationship()
    official: Mapped[Account | None] = relationship()
    deadline_rule: Mapped[DeadlineRule] = relationship()

    @validates("answered_at")
    def _day_of_it(self, _name: str, at: datetime | None) -> datetime | None:
        self.answered_on = local(at).date() if at else None
        return at

    @property
    def counted_from(self) -> date:
        """The day from which the deadline is counted."""
        return self.reopened_on or self.received_on


class CaseNote(Base):
    """An internal note. No road leads from here to a delivery: deliveries carry messages only."""

    __tablename__ = "case_notes"

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    text: Mapped[str | None] = mapped_column(sa.Text)
    written_at: Mapped[datetime] = mapped_column(Instant)

    account: Mapped[Account] = relationship()


class Draft(Base):
    """The answer being written to a case, kept here as it is typed. `version` grows by one: who saves over another is told.

    `corrects_id` is the answer that it corrects, `reason` what of it, for everybody. `publish_at`: when it is to go out.
    """

    __tablename__ = "drafts"

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    version: Mapped[int]
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    text: Mapped[str] = mapped_column(sa.Text)
    is_public: Mapped[bool]
    title: Mapped[str] = mapped_column(sa.String(200))
    public_question: Mapped[str] = mapped_column(sa.Text)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    corrects_id: Mapped[int | None] = mapped_column(sa.ForeignKey("messages.id"))
    reason: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    publish_at: Mapped[datetime | None] = mapped_column(Instant)

    account: Mapped[Account] = relationship()


class AnsweredWords(Base):
    """The telling stems of the question of an answered case, with spaces around: by these the office finds answers to use again."""

    __tablename__ = "answered_words"

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(sa.Text)


class FollowLink(Base):
    """A secret link by which a citizen follows a case. Only its SHA-256 is kept."""

    __tablename__ = "follow_links"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)

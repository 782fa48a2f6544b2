"""How cases end beside an answer of their own: joined to another one, or handed over to another authority."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, Instant, LongKey
from hub.models.duty import Case
from hub.models.people import Account
from hub.vocabulary import CaseState, Letter

_OPEN = sa.text("ended_at IS NULL")
_UNFINISHED = sa.text("finished_at IS NULL")
BEFORE = f"state_before IN ('{CaseState.NEW}', '{CaseState.IN_PROGRESS}')"
SHARED = (Letter.ANSWER, Letter.FORWARDED, Letter.TAKEN_BACK)
"""What goes to the citizens of joined cases as well."""


class CaseLink(Base):
    """A case is answered together with another one, until `ended_at`. No message moves by that.

    `main_id` is the case it was joined to, `root_id` the one at the end of such links: the only one that is answered. The
    database holds that a root is joined to nothing, so there are no circles. `state_before` comes back when it is undone.
    """

    __tablename__ = "case_links"
    __table_args__ = (
        sa.CheckConstraint(BEFORE, name="state_before"),
        sa.CheckConstraint("case_id <> main_id AND case_id <> root_id", name="other"),
        sa.CheckConstraint("ended_at IS NOT NULL OR (ended_by_id IS NULL AND end_reason = '')", name="ended"),
        sa.Index("uq_case_links_open", "case_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("ix_case_links_root", "root_id", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    main_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    root_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    state_before: Mapped[str] = mapped_column(sa.String(16))
    reason: Mapped[str] = mapped_column(sa.Text)
    linked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    linked_at: Mapped[datetime] = mapped_column(Instant)
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    end_reason: Mapped[str] = mapped_column(sa.Text, default="")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    case: Mapped[Case] = relationship(foreign_keys=[case_id])
    root: Mapped[Case] = relationship(foreign_keys=[root_id])
    linked_by: Mapped[Account] = relationship(foreign_keys=[linked_by_id])


class Sharing(Base):
    """Something that goes to the citizens of the cases joined to `case_id` until `linked_until`; the worker does it bit by bit.

    `letter` says what: a revision of the answer, or that the case was handed over or taken back. `is_ordered`: an official sent
    it on, so it goes to those too who have an answer already. `cursor` is the last link that was dealt with.
    """

    __tablename__ = "sharings"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["message_id", "n"], ["revisions.message_id", "revisions.n"], name="fk_sharings_revision"
        ),
        sa.CheckConstraint(f"letter IN ({', '.join(repr(letter.value) for letter in SHARED)})", name="letter"),
        sa.CheckConstraint(f"(letter = '{Letter.ANSWER}') = (message_id IS NOT NULL)", name="message_id"),
        sa.CheckConstraint("(message_id IS NULL) = (n IS NULL)", name="n"),
        sa.Index("ix_sharings_open", "id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    letter: Mapped[str] = mapped_column(sa.String(16))
    message_id: Mapped[int | None] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"))
    n: Mapped[int | None] = mapped_column(sa.SmallInteger)
    is_ordered: Mapped[bool]
    linked_until: Mapped[datetime] = mapped_column(Instant)
    made_at: Mapped[datetime] = mapped_column(Instant)
    cursor: Mapped[int] = mapped_column(LongKey, default=0)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class SharedAnswer(Base):
    """A revision of an answer that went to a joined case, as a message of that case's own conversation: `copy_id`.

    None: the case had those words already, or the message of an earlier revision there was corrected by it.
    """

    __tablename__ = "shared_answers"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["message_id", "n"], ["revisions.message_id", "revisions.n"], name="fk_shared_answers_revision"
        ),
        {"sqlite_with_rowid": False},
    )

    link_id: Mapped[int] = mapped_column(sa.ForeignKey("case_links.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    n: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    copy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("messages.id"), unique=True)


class Forwarding(Base):
    """A case was handed over to another authority (postoupení, § 12 of the administrative code, 500/2004), or that was taken back.

    `reason` and `note` are words to the citizen. `contact` is the data box or address of the authority.
    """

    __tablename__ = "forwardings"
    __table_args__ = (
        sa.CheckConstraint(BEFORE, name="state_before"),
        sa.CheckConstraint("(taken_back_at IS NULL) = (taken_back_by_id IS NULL)", name="taken_back"),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    authority: Mapped[str] = mapped_column(sa.String(200))
    contact: Mapped[str] = mapped_column(sa.String(200))
    reason: Mapped[str] = mapped_column(sa.Text)
    state_before: Mapped[str] = mapped_column(sa.String(16))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    forwarded_at: Mapped[datetime] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    taken_back_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)

    account: Mapped[Account] = relationship(foreign_keys=[account_id])

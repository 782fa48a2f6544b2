"""Many cases joined to one in a single act, done by the worker some at a time, and undone in the same way."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, Instant, LongKey, one_of
from hub.models.duty import Case
from hub.models.people import Account
from hub.vocabulary import Fate, Halt

_UNFINISHED = sa.text("finished_at IS NULL")


class Gathering(Base):
    """An official had all the cases of a list joined to `case_id`; or had that undone: then `undoes_id` says which it was.

    The cases were written down when it was said (`gathered`), so what comes later is not joined unseen. `cursor` is the last
    of them that was dealt with. `reason` is of links only once it is finished. `halt`: why it ended before the last one.
    """

    __tablename__ = "gatherings"
    __table_args__ = (
        sa.CheckConstraint("finished_at IS NULL OR reason = ''", name="reason"),
        sa.CheckConstraint("halt IS NULL OR finished_at IS NOT NULL", name="halted"),
        one_of(Halt, "halt"),
        sa.Index("ix_gatherings_open", "id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    undoes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gatherings.id"), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    reason: Mapped[str] = mapped_column(sa.Text)
    may_share: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(Instant)
    cursor: Mapped[int] = mapped_column(LongKey, default=0)
    halt: Mapped[str | None] = mapped_column(sa.String(16))
    finished_at: Mapped[datetime | None] = mapped_column(Instant)

    case: Mapped[Case] = relationship(foreign_keys=[case_id])
    account: Mapped[Account] = relationship(foreign_keys=[account_id])


class Gathered(Base):
    """One case of a gathering, the link that it got or lost by it, and what became of it (None: not yet)."""

    __tablename__ = "gathered"
    __table_args__ = (one_of(Fate, "fate"), {"sqlite_with_rowid": False})

    gathering_id: Mapped[int] = mapped_column(sa.ForeignKey("gatherings.id"), primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False, index=True)
    link_id: Mapped[int | None] = mapped_column(sa.ForeignKey("case_links.id"))
    fate: Mapped[str | None] = mapped_column(sa.String(16))

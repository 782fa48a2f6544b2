"""What the desk keeps for itself: words by which cases are found, views that somebody saved, leaves with their deputies."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, LongKey, Words
from hub.models.people import Account, Department


class CaseEntry(Base):
    """The words by which officials find a case, made by `stems.index_words`, with the token of its department.

    A table of its own: no public page reads it. Gone in the transaction that erases the case.
    """

    __tablename__ = "case_entries"

    case_id: Mapped[int] = mapped_column(LongKey, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Words)


class SavedView(Base):
    """A filter of the inbox under a name. `department_id`: offered to everybody there. `filter` is what stands in its address."""

    __tablename__ = "saved_views"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "name"),
        sa.CheckConstraint("name <> ''", name="name"),
        sa.CheckConstraint("position >= 0", name="position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    department_id: Mapped[int | None] = mapped_column(sa.ForeignKey("departments.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    filter: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    position: Mapped[int] = mapped_column(sa.SmallInteger)

    account: Mapped[Account] = relationship()
    department: Mapped[Department | None] = relationship()


class Leave(Base):
    """Somebody is away from a day to a day (both included, Europe/Prague), and a colleague stands in. It ends by itself."""

    __tablename__ = "leaves"
    __table_args__ = (
        sa.CheckConstraint("starts_on <= ends_on", name="ends_on"),
        sa.CheckConstraint("account_id <> deputy_id", name="deputy_id"),
        sa.Index("ix_leaves_account", "account_id", "ends_on"),
        sa.Index("ix_leaves_ends_on", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    deputy_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    deputy: Mapped[Account] = relationship(foreign_keys=[deputy_id])

"""What citizens look up: where a department is and when it is open, who deals with what, and how a need is settled."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, one_of
from hub.models.people import Department
from hub.vocabulary import CITY_LANGUAGES, GuideTheme

_LANGUAGES = ", ".join(f"'{code}'" for code in CITY_LANGUAGES)


class Office(Base):
    """Where a department is found, 1:1 with it. `version` counts the changes of its card, hours among them."""

    __tablename__ = "offices"

    department_id: Mapped[int] = mapped_column(sa.ForeignKey("departments.id"), primary_key=True, autoincrement=False)
    version: Mapped[int]
    building: Mapped[str] = mapped_column(sa.String(120))
    address: Mapped[str] = mapped_column(sa.String(200))
    phone: Mapped[str] = mapped_column(sa.String(40))
    email: Mapped[str] = mapped_column(sa.String(254))

    department: Mapped[Department] = relationship()
    hours: Mapped[list[OfficeHours]] = relationship(order_by="OfficeHours.weekday, OfficeHours.opens", viewonly=True)


class OfficeHours(Base):
    """Open on a weekday (1 is Monday) from `opens` to `closes`, minutes since midnight in Prague. Replaced, never changed."""

    __tablename__ = "office_hours"
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        sa.CheckConstraint("opens >= 0 AND opens < closes AND closes <= 1440", name="closes"),
    )

    department_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.department_id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    opens: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    closes: Mapped[int] = mapped_column(sa.SmallInteger)


class Official(Base):
    """The public card of an official. `reference` is its address for staff; nobody else asks for it by one.

    The portrait stands in the storage under `portrait_key`; `portrait_digest` (SHA-256) is its public address. `words` are
    those by which the card is found, as `stems.index_words` makes them.
    """

    __tablename__ = "officials"
    __table_args__ = (
        sa.CheckConstraint(
            "(portrait_key IS NULL) = (portrait_type IS NULL) AND (portrait_key IS NULL) = (portrait_digest IS NULL)",
            name="portrait",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    department_id: Mapped[int] = mapped_column(sa.ForeignKey("departments.id"), index=True)
    version: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(160))
    name: Mapped[str] = mapped_column(sa.String(120))
    building: Mapped[str] = mapped_column(sa.String(120))
    room: Mapped[str] = mapped_column(sa.String(60))
    phone: Mapped[str] = mapped_column(sa.String(40))
    email: Mapped[str] = mapped_column(sa.String(254))
    agenda: Mapped[str] = mapped_column(sa.Text)
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    is_shown: Mapped[bool]
    shows_name: Mapped[bool]
    portrait_key: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    portrait_type: Mapped[str | None] = mapped_column(sa.String(80))
    portrait_digest: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    words: Mapped[str] = mapped_column(sa.Text)

    department: Mapped[Department] = relationship()


class Guide(Base):
    """A short guide from a need to its department (životní situace). `slug` is its lasting address: it is hidden, not deleted.

    `links` are forms on the web, [{"label": …, "url": "https://…"}]. `named_by` and `words` are the words by which it is
    found, as `stems.index_words` makes them: of its titles and keywords, and of all it says.
    """

    __tablename__ = "guides"
    __table_args__ = (
        one_of(GuideTheme, "theme"),
        sa.CheckConstraint("(verified_on IS NULL) = (verified_by IS NULL)", name="verified"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(64), unique=True)
    department_id: Mapped[int] = mapped_column(sa.ForeignKey("departments.id"), index=True)
    version: Mapped[int]
    theme: Mapped[str] = mapped_column(sa.String(16))
    is_shown: Mapped[bool]
    keywords: Mapped[list[str]] = mapped_column(sa.JSON)
    paragraph: Mapped[str] = mapped_column(sa.String(300))
    links: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    verified_on: Mapped[date | None]
    verified_by: Mapped[str | None] = mapped_column(sa.String(160))
    named_by: Mapped[str] = mapped_column(sa.Text)
    words: Mapped[str] = mapped_column(sa.Text)

    department: Mapped[Department] = relationship()
    texts: Mapped[list[GuideText]] = relationship(order_by="GuideText.language", cascade="all, delete-orphan")

    def text(self, language: str) -> GuideText | None:
        """What it says in a language; None when it was not translated."""
        return next((one for one in self.texts if one.language == language), None)


class GuideText(Base):
    """A guide in one language. Steps and documents stand one a line."""

    __tablename__ = "guide_texts"
    __table_args__ = (sa.CheckConstraint(f"language IN ({_LANGUAGES})", name="language"),)

    guide_id: Mapped[int] = mapped_column(sa.ForeignKey("guides.id"), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(160))
    summary: Mapped[str] = mapped_column(sa.String(300))
    steps: Mapped[str] = mapped_column(sa.Text)
    documents: Mapped[str] = mapped_column(sa.Text)
    fee: Mapped[str] = mapped_column(sa.Text)
    duration: Mapped[str] = mapped_column(sa.Text)

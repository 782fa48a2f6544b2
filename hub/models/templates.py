"""Texts of answers that an office writes again and again, with fields to fill in."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, Instant
from hub.models.people import Account, Department


class Template(Base):
    """A template of answers, of one department or (`department_id` None) of the city. `version` grows with every change.

    `reference` is its address for staff. One that is not shown is offered no more.
    """

    __tablename__ = "templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    department_id: Mapped[int | None] = mapped_column(sa.ForeignKey("departments.id"), index=True)
    version: Mapped[int]
    is_shown: Mapped[bool]

    department: Mapped[Department | None] = relationship()


class TemplateText(Base):
    """What a template says in one language since its version `n`; append-only. Markdown with fields such as {{lhuta}}."""

    __tablename__ = "template_texts"
    __table_args__ = (
        sa.CheckConstraint("language IN ('cs', 'en', 'uk')", name="language"),
        sa.CheckConstraint("n >= 1", name="n"),
    )

    template_id: Mapped[int] = mapped_column(sa.ForeignKey("templates.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(160))
    text: Mapped[str] = mapped_column(sa.Text)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    saved_at: Mapped[datetime] = mapped_column(Instant)

    account: Mapped[Account] = relationship()

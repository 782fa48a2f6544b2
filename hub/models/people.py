"""The city, its departments, the accounts that sign in under /urad, and the contacts who write from outside."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, Instant, LongKey, one_of
from hub.signin import RoleMixin, UserMixin
from hub.vocabulary import AddressState


class City(Base):
    """The one city this installation serves. `is_sample` shows the banner of sample data on every page.

    `brand` is its colour as #rrggbb, readable under white words; `arms_key` its coat of arms in the storage, a PNG.
    `data_box`, `filing_office` (where it is and when it is open) and `filing_email` take formal submissions; None: not known.
    """

    __tablename__ = "city"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name: Mapped[str] = mapped_column(sa.String(120))
    is_sample: Mapped[bool] = mapped_column(default=False)
    brand: Mapped[str | None] = mapped_column(sa.String(7))
    arms_key: Mapped[str | None] = mapped_column(sa.String(80))
    data_box: Mapped[str | None] = mapped_column(sa.String(7))
    filing_office: Mapped[str | None] = mapped_column(sa.String(300))
    filing_email: Mapped[str | None] = mapped_column(sa.String(254))


class Department(Base):
    """A department (odbor) of the office. Answers of some need a second person's approval.

    `keywords` are phrases by which what citizens write is proposed to it.
    """

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    needs_approval: Mapped[bool] = mapped_column(default=False)
    keywords: Mapped[list[str]] = mapped_column(sa.JSON, default=list)


class Contact(Base):
    """Somebody who says something to the city. What is known of a person are addresses, joined only by their own proof."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(8))
    first_seen_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    addresses: Mapped[list[Address]] = relationship(back_populates="contact")


class Address(Base):
    """Where a contact can be written to: `value` on a channel. Verified: the citizen proved it.

    `busy_until`: nothing more before that, for a channel that allows only so many messages a second to one address.
    """

    __tablename__ = "addresses"
    __table_args__ = (
        sa.UniqueConstraint("channel", "value"),
        one_of(AddressState, "state"),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contacts.id"), index=True)
    channel: Mapped[str] = mapped_column(sa.String(32))
    value: Mapped[str] = mapped_column(sa.String(254))
    state: Mapped[str] = mapped_column(sa.String(16))
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    busy_until: Mapped[datetime | None] = mapped_column(Instant)

    contact: Mapped[Contact] = relationship(back_populates="addresses")


account_roles = sa.Table(
    "account_roles",
    Base.metadata,
    sa.Column("account_id", sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role_id", sa.ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Base, RoleMixin):
    """What an account may do; the names are `vocabulary.RoleName`."""

    __tablename__ = "roles"
    __table_args__ = (sa.CheckConstraint("name IN ('official', 'press', 'head', 'administrator')", name="name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(32), unique=True)
    permissions: Mapped[list[str] | None] = mapped_column(sa.JSON)


class Account(Base, UserMixin):
    """A sign-in of somebody who works for the city. `name` is the office held; password is an argon2 hash."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    password: Mapped[str | None] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    department_id: Mapped[int | None] = mapped_column(sa.ForeignKey("departments.id"))

    department: Mapped[Department | None] = relationship(lazy="joined")
    roles: Mapped[list[Role]] = relationship(secondary=account_roles, lazy="selectin")  # type: ignore[assignment]

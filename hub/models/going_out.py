"""What goes out: announcements to many, single deliveries and their parts, and how each channel is doing."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, Instant, LongKey, one_of
from hub.models.people import Address
from hub.models.words import Message
from hub.vocabulary import DeliveryState, Lane, Letter, Operation

_DUE = sa.text(f"state IN ('{DeliveryState.QUEUED}', '{DeliveryState.RETRY}')")
_CLAIMED = sa.text(f"state = '{DeliveryState.CLAIMED}'")
_WAITING = sa.text(
    f"lane = '{Lane.PROMPT}' AND state IN ('{DeliveryState.QUEUED}', '{DeliveryState.RETRY}', '{DeliveryState.CLAIMED}')"
)
_TROUBLE = sa.text(f"state IN ('{DeliveryState.FAILED}', '{DeliveryState.UNKNOWN}') AND seen_at IS NULL")
_OPEN = sa.text("finished_at IS NULL")
_OF_MANY = sa.text("dispatch_id IS NOT NULL")


class Topic(Base):
    """Something one can be told news of."""

    __tablename__ = "topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(64), unique=True)


class Subscription(Base):
    """An address that agreed to news of a topic, from `confirmed_at` until `ended_at`; beginning again is a new row.

    The proof of its consent: when it was asked for and confirmed, the version of what was agreed to and the digest of its text.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        sa.Index("ix_subscriptions_topic", "topic_id", "id"),
        sa.Index(
            "uq_subscriptions_open",
            "address_id",
            "topic_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    topic_id: Mapped[int] = mapped_column(sa.ForeignKey("topics.id"))
    address_id: Mapped[int] = mapped_column(sa.ForeignKey("addresses.id"))
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_at: Mapped[datetime] = mapped_column(Instant)
    wording: Mapped[str | None] = mapped_column(sa.String(16))
    wording_digest: Mapped[str | None] = mapped_column(sa.String(64))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class OptIn(Base):
    """Somebody asks for news of topics to an address that is not proven yet; deleted some days later.

    When the link in its letter is used, `address_id` is the proven address, and `value` is empty. No `topics`: only for the link
    by which its news are changed. The link's secret is made at the moment of sending and kept as a digest. `began_at`: sending
    began, and is never repeated by itself. `wording` and its digest are what was agreed to.
    """

    __tablename__ = "opt_ins"

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(32))
    value: Mapped[str] = mapped_column(sa.String(254), index=True)
    topics: Mapped[list[str]] = mapped_column(sa.JSON)
    language: Mapped[str] = mapped_column(sa.String(8))
    wording: Mapped[str] = mapped_column(sa.String(16))
    wording_digest: Mapped[str] = mapped_column(sa.String(64))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    next_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(sa.SmallInteger)
    began_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    secret_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    address_id: Mapped[int | None] = mapped_column(sa.ForeignKey("addresses.id"))


class Dispatch(Base):
    """One announcement of one revision to the subscribers of a topic as they were at `frozen_at`.

    `expanded` of the `audience` have their delivery; `cursor` is the last subscription that has one.
    At every look: audience = not yet expanded + deliveries of this dispatch in any state.
    """

    __tablename__ = "dispatches"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["message_id", "n"], ["revisions.message_id", "revisions.n"], name="fk_dispatches_revision"
        ),
        sa.UniqueConstraint("message_id", "n", "topic_id"),
        sa.UniqueConstraint("id", "message_id", "n"),
        one_of(Lane, "lane"),
        sa.CheckConstraint("expanded BETWEEN 0 AND audience", name="expanded"),
        sa.Index(
            "ix_dispatches_open",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"))
    n: Mapped[int] = mapped_column(sa.SmallInteger)
    topic_id: Mapped[int] = mapped_column(sa.ForeignKey("topics.id"))
    lane: Mapped[str] = mapped_column(sa.String(8))
    audience: Mapped[int]
    expanded: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(LongKey, default=0)
    frozen_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class Delivery(Base):
    """One letter about one revision to one address; of an announcement it says what its dispatch says.

    `copy` counts repeats that a person ordered. `claimed_until` is the lease of the worker that holds it; `began_at` says that
    sending began: when such a lease passes, nobody can tell whether it was sent. `problem` is a word of `vocabulary.Trouble`;
    `seen_at`: a person has dealt with it.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["message_id", "n"], ["revisions.message_id", "revisions.n"], name="fk_deliveries_revision"
        ),
        sa.ForeignKeyConstraint(
            ["dispatch_id", "message_id", "n"],
            ["dispatches.id", "dispatches.message_id", "dispatches.n"],
            name="fk_deliveries_dispatch",
        ),
        sa.CheckConstraint("(letter = 'announcement') = (dispatch_id IS NOT NULL)", name="dispatch_id"),
        sa.UniqueConstraint("message_id", "n", "address_id", "letter", "operation", "copy"),
        one_of(Lane, "lane"),
        one_of(Letter, "letter"),
        one_of(Operation, "operation"),
        one_of(DeliveryState, "state"),
        sa.CheckConstraint("(state = 'claimed') = (claimed_until IS NOT NULL)", name="claimed_until"),
        sa.CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent_at"),
        sa.Index("ix_deliveries_due", "channel", "lane", "next_at", "id", sqlite_where=_DUE, postgresql_where=_DUE),
        sa.Index("ix_deliveries_claimed", "claimed_until", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
        sa.Index("ix_deliveries_waiting", "address_id", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        sa.Index("ix_deliveries_trouble", "id", sqlite_where=_TROUBLE, postgresql_where=_TROUBLE),
        sa.Index(
            "ix_deliveries_dispatch",
            "dispatch_id",
            sqlite_where=sa.text("dispatch_id IS NOT NULL"),
            postgresql_where=sa.text("dispatch_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    dispatch_id: Mapped[int | None]
    message_id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"))
    n: Mapped[int] = mapped_column(sa.SmallInteger)
    address_id: Mapped[int] = mapped_column(sa.ForeignKey("addresses.id"))
    channel: Mapped[str] = mapped_column(sa.String(32))
    letter: Mapped[str] = mapped_column(sa.String(16))
    operation: Mapped[str] = mapped_column(sa.String(8))
    copy: Mapped[int] = mapped_column(sa.SmallInteger)
    lane: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[str] = mapped_column(sa.String(16))
    attempts: Mapped[int] = mapped_column(sa.SmallInteger)
    queued_at: Mapped[datetime] = mapped_column(Instant)
    next_at: Mapped[datetime] = mapped_column(Instant)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    began_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    problem: Mapped[str | None] = mapped_column(sa.String(32))
    seen_at: Mapped[datetime | None] = mapped_column(Instant)

    address: Mapped[Address] = relationship()
    message: Mapped[Message] = relationship(
        primaryjoin="foreign(Delivery.message_id) == Message.id", viewonly=True, lazy="select"
    )
    parts: Mapped[list[DeliveryPart]] = relationship(order_by="DeliveryPart.position")


class DeliveryPart(Base):
    """One part of a delivery that was sent, under the outside id the channel gave it. A retry goes on after the last one."""

    __tablename__ = "delivery_parts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("deliveries.id"), primary_key=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    sent_as: Mapped[str] = mapped_column(sa.String(255))


class ChannelState(Base):
    """The one sender of a channel (a lease), what its limits still allow, and until when it pauses because nothing answers."""

    __tablename__ = "channel_states"

    channel: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    holder: Mapped[str | None] = mapped_column(sa.String(40))
    leased_until: Mapped[datetime] = mapped_column(Instant)
    tokens: Mapped[float] = mapped_column(default=0.0)
    refilled_at: Mapped[datetime] = mapped_column(Instant)
    failures: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None] = mapped_column(Instant)

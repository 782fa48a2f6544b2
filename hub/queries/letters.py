"""What a letter is made from: the words, the case, and what was sent there before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from hub.models import Case, ChannelState, Delivery, DeliveryPart, Dispatch, Message, OptIn, Revision, Topic
from hub.vocabulary import DeliveryState, MessageKind

TROUBLE = (DeliveryState.FAILED.value, DeliveryState.UNKNOWN.value)
DUE = (DeliveryState.QUEUED.value, DeliveryState.RETRY.value)


@dataclass(frozen=True, slots=True)
class Source:
    """A revision with its message, and the case it belongs to (None: it is public)."""

    message: Message
    revision: Revision
    case: Case | None


def source(session: Session, message_id: int, n: int) -> Source:
    """What a letter says."""
    message = session.get_one(Message, message_id)
    revision = session.get_one(Revision, (message_id, n))
    case = session.scalar(sa.select(Case).where(Case.conversation_id == message.conversation_id))
    return Source(message, revision, case)


def sent_before(session: Session, conversation_id: int, address_id: int, delivery_id: int) -> tuple[str, ...]:
    """The outside ids of what was sent to this address in this conversation before, the oldest first."""
    wanted = (
        sa.select(DeliveryPart.sent_as)
        .join(Delivery, Delivery.id == DeliveryPart.delivery_id)
        .join(Message, Message.id == Delivery.message_id)
        .where(
            Message.conversation_id == conversation_id,
            Delivery.address_id == address_id,
            Delivery.id < delivery_id,
        )
        .order_by(DeliveryPart.delivery_id, DeliveryPart.position)
    )
    return tuple(session.scalars(wanted))


def parts_sent(session: Session, delivery_id: int) -> dict[int, str]:
    """Position → outside id of the parts of a letter that were sent already."""
    wanted = sa.select(DeliveryPart.position, DeliveryPart.sent_as).where(DeliveryPart.delivery_id == delivery_id)
    return {row.position: row.sent_as for row in session.execute(wanted)}


def public_slug(session: Session, message: Message) -> str | None:
    """The public address of the question in the conversation of a public message."""
    root = aliased(Message)
    return session.scalar(
        sa.select(root.slug).where(
            root.conversation_id == message.conversation_id,
            root.kind == MessageKind.QUESTION,
            root.slug.is_not(None),
        )
    )


def topic(session: Session, delivery_id: int) -> str | None:
    """The code of the topic that a letter announces."""
    wanted = sa.select(Topic.code).join(Dispatch, Dispatch.topic_id == Topic.id)
    return session.scalar(wanted.join(Delivery, Delivery.dispatch_id == Dispatch.id).where(Delivery.id == delivery_id))


def confirmations_due(session: Session, now: datetime) -> bool:
    """Whether somebody who asked for news waits for the letter that confirms it."""
    wanted = sa.select(OptIn.id).where(OptIn.began_at.is_(None), OptIn.next_at <= now)
    return session.scalar(wanted.limit(1)) is not None


def channels_due(session: Session, now: datetime) -> list[str]:
    """The channels that have something to send now, or something a lost worker has left."""
    due = sa.and_(Delivery.state.in_(DUE), Delivery.next_at <= now)
    left = sa.and_(Delivery.state == DeliveryState.CLAIMED, Delivery.claimed_until < now)
    return list(session.scalars(sa.select(Delivery.channel).where(sa.or_(due, left)).distinct()))


def open_dispatches(session: Session) -> list[int]:
    """The announcements that do not have all their deliveries yet."""
    return list(session.scalars(sa.select(Dispatch.id).where(Dispatch.finished_at.is_(None)).order_by(Dispatch.id)))


def trouble(session: Session, before: int | None, page: int) -> list[Delivery]:
    """Letters that failed or of which nobody knows, and that nobody has dealt with; the newest first."""
    wanted = sa.select(Delivery).where(Delivery.state.in_(TROUBLE), Delivery.seen_at.is_(None))
    if before is not None:
        wanted = wanted.where(Delivery.id < before)
    return list(session.scalars(wanted.order_by(Delivery.id.desc()).limit(page)))


def channel_states(session: Session) -> dict[str, ChannelState]:
    """How each channel that ever sent anything is doing."""
    return {state.channel: state for state in session.scalars(sa.select(ChannelState))}


def waiting(session: Session) -> dict[str, int]:
    """Channel → letters that are still to be sent."""
    wanted = (DeliveryState.CLAIMED.value, *DUE)
    counted = sa.select(Delivery.channel, sa.func.count()).where(Delivery.state.in_(wanted)).group_by(Delivery.channel)
    return {row[0]: row[1] for row in session.execute(counted)}


def of_dispatch(session: Session, dispatch_id: int) -> dict[str, int]:
    """State → deliveries of one announcement, and `not_expanded`: who has none yet. Their sum is the audience, at every look."""
    # One statement, because each sees the database at a moment of its own.
    looked = (
        sa.select(Dispatch.audience - Dispatch.expanded, Delivery.state, sa.func.count(Delivery.id))
        .join_from(Dispatch, Delivery, Delivery.dispatch_id == Dispatch.id, isouter=True)
        .where(Dispatch.id == dispatch_id)
        .group_by(Dispatch.id, Delivery.state)
    )
    rows = session.execute(looked).all()
    states = {state: number for _, state, number in rows if number}
    return {**states, "not_expanded": rows[0][0]}

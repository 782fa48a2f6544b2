"""Subscriptions: agreed to by proof, ended at once. A change waits for an announcement that is being made, and comes after it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import database
from hub.database import row_share, table_of
from hub.models import Address, Delivery, Dispatch, Subscription, Topic
from hub.vocabulary import DeliveryState, Trouble

subscriptions = table_of(Subscription)
deliveries = table_of(Delivery)
HAIR = timedelta(microseconds=1)


def digest(words: str) -> str:
    """SHA-256 of a text or a secret, as hexadecimal digits."""
    return hashlib.sha256(words.encode()).hexdigest()


def begin(
    session: Session,
    address: Address,
    codes: Collection[str],
    asked_at: datetime,
    wording: str,
    said: str,
    now: datetime,
) -> None:
    """Subscribe an address to topics from now on; what it listens to already stays as it is.

    `wording` is the version and `said` the digest of what it agreed to: the proof of consent.
    """
    topics = table_of(Topic)
    for code in sorted(codes):
        database.insert_new(session.connection(), topics, [{"code": code}], ("code",), ("id",))
    for topic_id, at in _after_announcements(session, codes, now).items():
        row = {
            "topic_id": topic_id,
            "address_id": address.id,
            "asked_at": asked_at,
            "confirmed_at": at,
            "wording": wording,
            "wording_digest": said,
        }
        is_open = sa.select(Subscription.id).where(
            Subscription.address_id == address.id, Subscription.topic_id == topic_id, Subscription.ended_at.is_(None)
        )
        if session.scalar(is_open) is None:
            session.connection().execute(sa.insert(subscriptions).values(**row))


def end(session: Session, address_id: int, codes: Collection[str], now: datetime) -> int:
    """End what an address listens to of these topics, and take back what of it was not sent yet. Returns how many ended."""
    ended = 0
    for topic_id, at in _after_announcements(session, codes, now).items():
        mine = sa.and_(
            subscriptions.c.address_id == address_id,
            subscriptions.c.topic_id == topic_id,
            subscriptions.c.ended_at.is_(None),
        )
        ended += session.connection().execute(sa.update(subscriptions).where(mine).values(ended_at=at)).rowcount
        announced = sa.select(Dispatch.message_id, Dispatch.n).where(Dispatch.topic_id == topic_id)
        waiting = sa.and_(
            deliveries.c.address_id == address_id,
            deliveries.c.dispatch_id.is_not(None),
            sa.tuple_(deliveries.c.message_id, deliveries.c.n).in_(announced),
            sa.or_(
                deliveries.c.state.in_([DeliveryState.QUEUED.value, DeliveryState.RETRY.value]),
                sa.and_(deliveries.c.state == DeliveryState.CLAIMED.value, deliveries.c.began_at.is_(None)),
            ),
        )
        gone = {"state": DeliveryState.CANCELLED, "problem": Trouble.UNSUBSCRIBED, "claimed_until": None}
        session.connection().execute(sa.update(deliveries).where(waiting).values(**gone))
    return ended


def _after_announcements(session: Session, codes: Collection[str], now: datetime) -> dict[int, datetime]:
    """Topic → the instant of a change, now or a hair after its last announcement.

    Announcing locks the topic's row for itself, so that its audience is the same when it is counted and when it is given its
    letters, whatever was being changed at that moment, and whichever clock is behind.
    """
    found = {}
    wanted = sa.select(Topic.id).where(Topic.code.in_(codes)).order_by(Topic.id)
    for topic_id in session.scalars(row_share(wanted)).all():
        last = session.scalar(sa.select(sa.func.max(Dispatch.frozen_at)).where(Dispatch.topic_id == topic_id))
        found[topic_id] = max(now, last + HAIR) if last is not None else now
    return found

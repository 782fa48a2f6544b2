"""Putting letters into the outbox, in the transaction of what they deliver."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import database
from hub.database import row_lock, table_of
from hub.models import Address, Delivery, Dispatch, Message, Subscription, Topic
from hub.vocabulary import AddressState, DeliveryState, Lane, Letter, Operation, Trouble
from hub.work import later

deliveries = table_of(Delivery)
KEY = ("message_id", "n", "address_id", "letter", "operation", "copy")

DELIVER, EXPAND = "deliver", "expand"
"""Tasks of the worker: send what is due, and give every subscriber of an announcement a delivery."""


def queue(
    session: Session, message: Message, n: int, address: Address, letter: Letter, now: datetime, copy: int = 0
) -> None:
    """One letter to one address; a second of the same is none. An address that cannot be written to is skipped, visibly."""
    active = address.state == AddressState.ACTIVE
    row = {
        "message_id": message.id,
        "n": n,
        "address_id": address.id,
        "channel": address.channel,
        "letter": letter,
        "operation": Operation.SEND,
        "copy": copy,
        "lane": Lane.PROMPT,
        "state": DeliveryState.QUEUED if active else DeliveryState.SKIPPED,
        "problem": None if active else Trouble.ADDRESS_NOT_ACTIVE,
        "attempts": 0,
        "queued_at": now,
        "next_at": now,
    }
    session.flush()
    database.insert_new(session.connection(), deliveries, [row], KEY, ("id",))
    later(session, DELIVER)


def number(session: Session, message: Message, letter: Letter, address: Address) -> int:
    """How many letters of one kind about a message went to an address already; the next one is that copy."""
    mine = sa.and_(Delivery.message_id == message.id, Delivery.letter == letter, Delivery.address_id == address.id)
    return session.scalar(sa.select(sa.func.count()).select_from(Delivery).where(mine)) or 0


def tell(session: Session, message: Message, letter: Letter, now: datetime) -> None:
    """Tell whoever asked where their case is, once more than before. Only active addresses: it is no answer."""
    for address in message.author.addresses if message.author is not None else []:
        if address.state == AddressState.ACTIVE:
            queue(session, message, 1, address, letter, now, copy=number(session, message, letter, address))


def announce(session: Session, message: Message, n: int, topic: str, now: datetime) -> None:
    """Tell the subscribers of a topic, as they are now. Their deliveries are made by the worker, a thousand at a time."""
    found = session.scalar(row_lock(sa.select(Topic).where(Topic.code == topic)))
    audience = session.scalar(_audience(found.id, now)) if found else 0
    if found is None or not audience:
        return
    session.flush()
    row = {
        "message_id": message.id,
        "n": n,
        "topic_id": found.id,
        "lane": Lane.BULK,
        "audience": audience,
        "expanded": 0,
        "cursor": 0,
        "frozen_at": now,
    }
    made = database.insert_new(
        session.connection(), table_of(Dispatch), [row], ("message_id", "n", "topic_id"), ("id",)
    )
    for (dispatch_id,) in made:
        later(session, EXPAND, dispatch_id)


def _audience(topic_id: int, frozen_at: datetime) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(Subscription).where(listening(topic_id, frozen_at))


def listening(topic_id: int, at: datetime) -> sa.ColumnElement[bool]:
    """The subscriptions of a topic that were open at an instant. Rows only end, so this never changes afterwards."""
    return sa.and_(
        Subscription.topic_id == topic_id,
        Subscription.confirmed_at <= at,
        sa.or_(Subscription.ended_at.is_(None), Subscription.ended_at > at),
    )

"""Putting letters into the outbox, in the transaction of what they deliver."""

from __future__ import annotations

from collections.abc import Sequence
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
    session.flush()  # of which its id may come
    row = _row(message.id, n, address.id, address.channel, letter, now) | {"copy": copy}
    if address.state != AddressState.ACTIVE:
        row |= {"state": DeliveryState.SKIPPED, "problem": Trouble.ADDRESS_NOT_ACTIVE}
    database.insert_new(session.connection(), deliveries, [row], KEY, ("id",))
    later(session, DELIVER)


def _row(message_id: int, n: int, address_id: int, channel: str, letter: Letter, now: datetime) -> dict[str, object]:
    return {
        "message_id": message_id,
        "n": n,
        "address_id": address_id,
        "channel": channel,
        "letter": letter,
        "operation": Operation.SEND,
        "copy": 0,
        "lane": Lane.PROMPT,
        "state": DeliveryState.QUEUED,
        "problem": None,
        "attempts": 0,
        "queued_at": now,
        "next_at": now,
    }


def number(session: Session, message: Message, letter: Letter, address: Address) -> int:
    """How many letters of one kind about a message went to an address already; the next one is that copy."""
    mine = sa.and_(Delivery.message_id == message.id, Delivery.letter == letter, Delivery.address_id == address.id)
    return session.scalar(sa.select(sa.func.count()).select_from(Delivery).where(mine)) or 0


def tell(session: Session, message: Message, letter: Letter, now: datetime) -> None:
    """Tell whoever asked where their case is, once more than before. Only active addresses: it is no answer."""
    for address in message.author.addresses if message.author is not None else []:
        if address.state == AddressState.ACTIVE:
            queue(session, message, 1, address, letter, now, copy=number(session, message, letter, address))


def tell_all(session: Session, questions: Sequence[int], letter: Letter, now: datetime) -> None:
    """Tell whoever asked these questions where their cases are, as `tell` does; in two statements however many they are."""
    told = sa.and_(Delivery.message_id == Message.id, Delivery.letter == letter, Delivery.address_id == Address.id)
    number_of_them = sa.select(sa.func.count()).select_from(Delivery).where(told).scalar_subquery()
    to_whom = sa.select(Message.id, Address.id, Address.channel, number_of_them).join(
        Address, Address.contact_id == Message.author_id
    )
    active = sa.and_(Message.id.in_(questions), Address.state == AddressState.ACTIVE)
    session.flush()
    found = session.execute(to_whom.where(active).order_by(Message.id, Address.id)).all()
    rows = [
        _row(message_id, 1, address_id, channel, letter, now) | {"copy": copy}
        for message_id, address_id, channel, copy in found
    ]
    if rows:
        database.insert_new(session.connection(), deliveries, rows, KEY, ("id",))
        later(session, DELIVER)


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

"""Giving every subscriber of an announcement a delivery, a thousand in a commit, so that others may write in between."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from hub.database import row_lock, table_of
from hub.models import Address, Delivery, Dispatch, Subscription
from hub.steps.deliveries import listening
from hub.vocabulary import AddressState, DeliveryState, Letter, Operation, Trouble
from hub.work import SYSTEM, work

CHUNK = 1000

deliveries = table_of(Delivery)


def expand(dispatch_id: int, now: datetime) -> int:
    """Make the next deliveries of an announcement; returns how many of its audience have none yet. Bears any number of workers."""
    with work(SYSTEM, "expand an announcement", now, audited=False) as w:
        dispatch = w.session.scalar(row_lock(sa.select(Dispatch).where(Dispatch.id == dispatch_id)))
        if dispatch is None or dispatch.finished_at is not None:
            return 0
        ids = (
            sa.select(Subscription.id)
            .where(listening(dispatch.topic_id, dispatch.frozen_at), Subscription.id > dispatch.cursor)
            .order_by(Subscription.id)
            .limit(min(CHUNK, dispatch.audience - dispatch.expanded))
            .subquery()
        )
        number, last = w.connection.execute(sa.select(sa.func.count(), sa.func.max(ids.c.id))).one()
        if not number:  # somebody left in the very moment it was counted: nobody is to be waited for any more
            dispatch.finished_at = now
            return 0
        rows = chosen(dispatch, last, now)
        w.connection.execute(sa.insert(deliveries).from_select(COLUMNS, rows, include_defaults=False))
        dispatch.cursor = last
        dispatch.expanded += number
        if dispatch.expanded == dispatch.audience:
            dispatch.finished_at = now
        return int(dispatch.audience - dispatch.expanded)


COLUMNS = (
    "dispatch_id", "message_id", "n", "address_id", "channel", "letter", "operation", "copy", "lane", "state", "problem",
    "attempts", "queued_at", "next_at",
)  # fmt: skip
"""The columns of a delivery that `chosen` gives."""


def chosen(dispatch: Dispatch, last: int, now: datetime) -> sa.Select[Any]:
    """The deliveries of a chunk. Who unsubscribed meanwhile, or cannot be written to, is skipped and counted."""
    goes = sa.and_(Subscription.ended_at.is_(None), Address.state == AddressState.ACTIVE)
    return (
        sa.select(
            sa.literal(dispatch.id),
            sa.literal(dispatch.message_id),
            sa.literal(dispatch.n),
            Subscription.address_id,
            Address.channel,
            sa.literal(Letter.ANNOUNCEMENT.value),
            sa.literal(Operation.SEND.value),
            sa.literal(0),
            sa.literal(dispatch.lane),
            sa.case((goes, DeliveryState.QUEUED.value), else_=DeliveryState.SKIPPED.value),
            sa.case((goes, sa.null()), else_=Trouble.ADDRESS_NOT_ACTIVE.value),
            sa.literal(0),
            sa.literal(now, Delivery.queued_at.type),
            sa.literal(now, Delivery.next_at.type),
        )
        .join(Address, Address.id == Subscription.address_id)
        .where(
            listening(dispatch.topic_id, dispatch.frozen_at),
            Subscription.id > dispatch.cursor,
            Subscription.id <= last,
        )
        .order_by(Subscription.id)
    )

"""What a person does about a letter that did not surely go."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from hub import errors
from hub.database import row_lock
from hub.models import Delivery
from hub.queries import visibility
from hub.steps import deliveries
from hub.vocabulary import ActorKind, AddressState, DeliveryState, Letter, marked
from hub.work import Actor, Work, work

VERDICTS = frozenset({"arrived", "again", "seen"})


def resolve(account_id: int, delivery_id: int, verdict: str, now: datetime) -> None:
    """A person has looked at a letter: it `arrived`, goes `again` (as a copy), or stays as it is (`seen`).

    Raises BadInput, NotFound, Conflict.
    """
    if verdict not in VERDICTS:
        raise errors.BadInput
    with work(Actor(ActorKind.ACCOUNT, account_id), f"letter {verdict}", now) as w:
        one = w.session.scalar(row_lock(sa.select(Delivery).where(Delivery.id == delivery_id)))
        if one is None:
            raise errors.NotFound
        w.about(one)
        if one.seen_at is not None or one.state not in {DeliveryState.UNKNOWN, DeliveryState.FAILED}:
            raise errors.Conflict(marked("This letter was settled meanwhile."))
        one.seen_at = now
        if verdict == "arrived":
            one.state, one.sent_at = DeliveryState.SENT, now
        elif verdict == "again":
            _send_again(w, one, now)


def _send_again(w: Work, one: Delivery, now: datetime) -> None:
    if one.address.state not in {AddressState.ACTIVE, AddressState.INVALID}:
        raise errors.Conflict(
            marked("This address takes no messages from us any more. Find another way to the citizen.")
        )
    letter = Letter(one.letter)
    if not w.session.scalar(sa.select(visibility.sendable(letter, one.message_id, one.n, now))):
        raise errors.Conflict(marked("What this letter says is no longer valid, so it is not sent again."))
    one.state = DeliveryState.FAILED
    one.address.state = AddressState.ACTIVE  # of an address that was refused, a person thinks better
    deliveries.queue(w.session, one.message, one.n, one.address, letter, now, copy=one.copy + 1)

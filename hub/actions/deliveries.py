"""Sending, one small transaction a step: claim some letters, begin one, settle it. Any number of workers may do this.

A channel has one sender at a time (a lease in its ChannelState). A letter whose sending began and whose worker is gone is
`unknown`: nobody can tell whether it was sent, so it is never repeated by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hub import database, errors
from hub.channel import Limits
from hub.database import table_of
from hub.models import Address, ChannelState, Delivery, DeliveryPart
from hub.queries import visibility
from hub.rules import pauses
from hub.steps import deliveries as outbox
from hub.steps import links
from hub.vocabulary import ActorKind, AddressState, DeliveryState, Lane, Letter, Trouble, marked
from hub.work import SYSTEM, Actor, Work, work

deliveries = table_of(Delivery)
parts = table_of(DeliveryPart)
addresses = table_of(Address)
states = table_of(ChannelState)

CHUNK = 16
"""Letters claimed at once: enough to save commits, few enough to leave a database's writer to others."""

RARELY = 5.0
"""Messages a second to one address below which the wait between two is kept in the database."""

DUE = (DeliveryState.QUEUED.value, DeliveryState.RETRY.value)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One letter that is ours to send: its row, and the address."""

    id: int
    message_id: int
    n: int
    address_id: int
    address: str
    letter: str
    operation: str
    copy: int
    attempts: int
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What became of sending: the new state, the outside ids of parts sent by now, when to come again."""

    delivery: Claimed
    state: DeliveryState
    sent_as: tuple[tuple[int, str], ...] = ()
    problem: Trouble | None = None
    next_at: datetime | None = None
    address_state: AddressState | None = None


def claim(channel: str, holder: str, limits: Limits, lease: timedelta, now: datetime) -> list[Claimed]:
    """Some due letters of a channel, prompt ones first, one to an address. Empty: none is due, or another has the channel."""
    with work(SYSTEM, "claim letters", now, audited=False) as w:
        if not _lead(w.connection, channel, holder, lease, now):
            return []
        _take_over(w.connection, channel, now)
        state = w.connection.execute(sa.select(states).where(states.c.channel == channel)).one()
        if state.paused_until is not None and state.paused_until > now:
            return []
        tokens = min(
            max(limits.per_second, 1.0), state.tokens + (now - state.refilled_at).total_seconds() * limits.per_second
        )
        due = _due(w.connection, channel, min(CHUNK, int(tokens)), now)
        w.connection.execute(
            sa.update(states).where(states.c.channel == channel).values(tokens=tokens - len(due), refilled_at=now)
        )
        if due:
            mine = sa.and_(deliveries.c.id.in_([one.id for one in due]), deliveries.c.state.in_(DUE))
            w.connection.execute(
                sa.update(deliveries).where(mine).values(state=DeliveryState.CLAIMED, claimed_until=now + lease)
            )
        return due


def _lead(connection: Connection, channel: str, holder: str, lease: timedelta, now: datetime) -> bool:
    row = {
        "channel": channel,
        "holder": holder,
        "leased_until": now + lease,
        "tokens": 1.0,
        "refilled_at": now,
        "failures": 0,
    }
    free = sa.or_(states.c.leased_until < now, states.c.holder == holder, states.c.holder.is_(None))
    return database.claim(connection, states, row, ("channel",), {"holder": holder, "leased_until": now + lease}, free)


def release(channel: str, holder: str, now: datetime) -> None:
    """Let another sender have the channel at once."""
    with work(SYSTEM, "release a channel", now, audited=False) as w:
        mine = sa.and_(states.c.channel == channel, states.c.holder == holder)
        w.connection.execute(sa.update(states).where(mine).values(holder=None, leased_until=now))


def _take_over(connection: Connection, channel: str, now: datetime) -> None:
    """What a worker left that is gone: what it had begun is unknown, the rest is due again."""
    left = sa.and_(
        deliveries.c.channel == channel,
        deliveries.c.state == DeliveryState.CLAIMED,
        deliveries.c.claimed_until < now,
    )
    free: dict[str, object] = {"claimed_until": None}
    connection.execute(
        sa.update(deliveries)
        .where(left, deliveries.c.began_at.is_not(None))
        .values(state=DeliveryState.UNKNOWN, problem=Trouble.WORKER_LOST, **free)
    )
    connection.execute(sa.update(deliveries).where(left).values(state=DeliveryState.QUEUED, **free))


def _due(connection: Connection, channel: str, most: int, now: datetime) -> list[Claimed]:
    found: dict[int, Claimed] = {}
    for lane in (Lane.PROMPT, Lane.BULK):
        if len(found) >= most:
            break
        wanted = (
            sa.select(
                deliveries.c.id,
                deliveries.c.message_id,
                deliveries.c.n,
                deliveries.c.address_id,
                addresses.c.value,
                deliveries.c.letter,
                deliveries.c.operation,
                deliveries.c.copy,
                deliveries.c.attempts,
                deliveries.c.queued_at,
            )
            .join(addresses, addresses.c.id == deliveries.c.address_id)
            .where(
                deliveries.c.channel == channel,
                deliveries.c.lane == lane,
                deliveries.c.state.in_(DUE),
                deliveries.c.next_at <= now,
                sa.or_(addresses.c.busy_until.is_(None), addresses.c.busy_until <= now),
            )
            .order_by(deliveries.c.next_at, deliveries.c.id)
            .limit(most)
        )
        for row in connection.execute(wanted):
            found.setdefault(row.address_id, Claimed(*tuple(row)))
    return list(found.values())[:most]


def proceed(
    done: Result | None,
    begun: Claimed | None,
    limits: Limits,
    lease: timedelta,
    now: datetime,
    link: tuple[int, str] | None = None,
) -> bool:
    """Settle one letter and begin the next, in one commit. `link` is (case, secret) of a link that the next will carry.

    False: the next is not ours any more or must not be sent (another worker took it over, its address or approval has gone).
    """
    with work(SYSTEM, "send", now, audited=False) as w:
        if done is not None:
            _settle(w, done, limits, now)
        if begun is None:
            return True
        mine = sa.and_(deliveries.c.id == begun.id, deliveries.c.state == DeliveryState.CLAIMED)
        if not _may_go(w.connection, begun):
            return False
        if link is not None:
            links.keep(w.session, link[0], link[1], now)
        began = sa.update(deliveries).where(mine)
        return (
            w.connection.execute(
                began.values(began_at=now, claimed_until=now + lease, attempts=deliveries.c.attempts + 1)
            ).rowcount
            == 1
        )


def _may_go(connection: Connection, begun: Claimed) -> bool:
    """Whether the address still takes mail and the revision of anything but a receipt is still approved; else put aside."""
    active = connection.scalar(sa.select(addresses.c.state).where(addresses.c.id == begun.address_id))
    reason = None
    if active != AddressState.ACTIVE:
        reason = Trouble.ADDRESS_NOT_ACTIVE
    elif begun.letter != "receipt" and not connection.scalar(
        sa.select(visibility.approved(sa.literal(begun.message_id), sa.literal(begun.n)))
    ):
        reason = Trouble.NOT_SHOWN
    if reason is None:
        return True
    gone = DeliveryState.SKIPPED if reason is Trouble.ADDRESS_NOT_ACTIVE else DeliveryState.CANCELLED
    _change(connection, begun.id, {"state": gone, "problem": reason, "claimed_until": None})
    return False


def _settle(w: Work, done: Result, limits: Limits, now: datetime) -> None:
    connection, row_id = w.connection, done.delivery.id
    if done.sent_as:
        connection.execute(
            sa.insert(parts), [{"delivery_id": row_id, "position": n, "sent_as": sent} for n, sent in done.sent_as]
        )
    change: dict[str, object] = {"state": done.state, "problem": done.problem, "claimed_until": None}
    if done.state is DeliveryState.SENT:
        change["sent_at"] = now
    if done.state is DeliveryState.RETRY:
        change |= {"next_at": done.next_at, "began_at": None}
    _change(connection, row_id, change)
    of_address: dict[str, object] = {}
    if done.address_state is not None and done.address_state != AddressState.ACTIVE:
        of_address["state"] = done.address_state
    if limits.per_address_per_second < RARELY:
        of_address["busy_until"] = now + timedelta(seconds=1 / limits.per_address_per_second)
    if of_address:
        connection.execute(sa.update(addresses).where(addresses.c.id == done.delivery.address_id).values(**of_address))


def _change(connection: Connection, row_id: int, change: dict[str, object]) -> None:
    # A worker that was thought gone and comes back may still say that it was sent; it may not make it due again.
    states_now = (
        (DeliveryState.CLAIMED, DeliveryState.UNKNOWN)
        if change["state"] == DeliveryState.SENT
        else (DeliveryState.CLAIMED,)
    )
    connection.execute(
        sa.update(deliveries).where(deliveries.c.id == row_id, deliveries.c.state.in_(states_now)).values(**change)
    )


def give_back(claimed: list[Claimed], now: datetime) -> None:
    """Letters that were claimed and not begun are due again."""
    if not claimed:
        return
    with work(SYSTEM, "give letters back", now, audited=False) as w:
        mine = sa.and_(
            deliveries.c.id.in_([one.id for one in claimed]),
            deliveries.c.state == DeliveryState.CLAIMED,
            deliveries.c.began_at.is_(None),
        )
        w.connection.execute(sa.update(deliveries).where(mine).values(state=DeliveryState.QUEUED, claimed_until=None))


def pause(channel: str, now: datetime) -> datetime:
    """Nothing of this channel can be sent now; each time in a row the pause is longer. Returns its end."""
    with work(SYSTEM, "pause a channel", now, audited=False) as w:
        of_channel = states.c.channel == channel
        failures = w.connection.scalar(sa.select(states.c.failures).where(of_channel)) or 0
        until = now + pauses.of_channel(failures)
        w.connection.execute(sa.update(states).where(of_channel).values(failures=failures + 1, paused_until=until))
        return until


def answers_again(channel: str, now: datetime) -> None:
    """The channel works: no pause, and the next one will be short."""
    with work(SYSTEM, "resume a channel", now, audited=False) as w:
        well = sa.update(states).where(states.c.channel == channel, states.c.failures > 0)
        w.connection.execute(well.values(failures=0, paused_until=None))


def resolve(account_id: int, delivery_id: int, verdict: str, now: datetime) -> None:
    """A person has looked at a letter that did not surely go: it `arrived`, goes `again` (as a copy), or stays as it is (`seen`).

    Raises BadInput, NotFound, Conflict.
    """
    if verdict not in {"arrived", "again", "seen"}:
        raise errors.BadInput
    with work(Actor(ActorKind.ACCOUNT, account_id), f"letter {verdict}", now) as w:
        one = w.session.get(Delivery, delivery_id)
        if one is None:
            raise errors.NotFound
        w.about(one)
        if one.seen_at is not None or one.state not in {DeliveryState.UNKNOWN, DeliveryState.FAILED}:
            raise errors.Conflict(marked("This letter was settled meanwhile."))
        one.seen_at = now
        if verdict == "arrived":
            one.state, one.sent_at = DeliveryState.SENT, now
        elif verdict == "again":
            one.state = DeliveryState.FAILED
            if one.address.state == AddressState.INVALID:
                one.address.state = AddressState.ACTIVE  # a person thinks better of it
            outbox.queue(w.session, one.message, one.n, one.address, Letter(one.letter), now, copy=one.copy + 1)

"""Sending, one small transaction a step: claim some letters, begin them, settle them. Any number of workers may do this.

A channel has one sender at a time (a lease in its ChannelState). A letter whose sending began and whose worker is gone is
`unknown`: nobody can tell whether it was sent, so it is never repeated by itself. So only few are begun at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hub import database
from hub.database import Instant, table_of
from hub.models import Address, Contact, Delivery, DeliveryPart
from hub.queries import visibility
from hub.queries.letters import DUE
from hub.rules import pauses
from hub.steps import links
from hub.steps.senders import Sender, burst, lead, leads_still, states
from hub.vocabulary import AddressState, DeliveryState, Lane, Letter, Trouble
from hub.work import SYSTEM, Work, work

deliveries = table_of(Delivery)
parts = table_of(DeliveryPart)
addresses = table_of(Address)
contacts = table_of(Contact)

CHUNK = 16
"""Letters claimed at once: enough to save commits, few enough to leave a database's writer to others."""

RARELY = 5.0
"""Messages a second to one address below which the wait between two is kept in the database."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One letter that is ours to send: its row, the address and the language of whoever has it."""

    id: int
    message_id: int
    n: int
    address_id: int
    address: str
    language: str
    letter: str
    operation: str
    copy: int
    attempts: int
    queued_at: datetime
    lane: str

    @property
    def of(self) -> tuple[str, int, int]:
        """What it says: the same of all letters of an announcement."""
        return self.letter, self.message_id, self.n


@dataclass(frozen=True, slots=True)
class Turn:
    """What a sender has to do now: these letters; or nothing before so many seconds, for the channel's limits; or nothing at all.

    `failures`: how often in a row the channel could not be reached before.
    """

    letters: tuple[Claimed, ...] = ()
    wait: float | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What became of sending: the new state, the outside ids of parts sent by now, when to come again."""

    delivery: Claimed
    state: DeliveryState
    sent_as: tuple[tuple[int, str], ...] = ()
    problem: Trouble | None = None
    next_at: datetime | None = None
    address_state: AddressState | None = None


def claim(sender: Sender, now: datetime, most: int = CHUNK) -> Turn:
    """Some due letters of a channel, prompt ones first, one to an address. None when none is due, or another has the channel."""
    with work(SYSTEM, "claim letters", now, audited=False) as w:
        if not lead(w.connection, sender, now):
            return Turn()
        _take_over(w.connection, sender.channel, now)
        of_channel = states.c.channel == sender.channel
        state = w.connection.execute(sa.select(states).where(of_channel)).one()
        if state.paused_until is not None and state.paused_until > now:
            return Turn()
        since = min(state.refilled_at, now)  # the clock may have been set back
        refilled = (now - since).total_seconds() * sender.limits.per_second
        tokens = min(burst(sender.limits), state.tokens + refilled)
        room = min(most, int(tokens))
        due = _due(w.connection, sender.channel, max(room, 1), now)
        if not due:
            return Turn(wait=_until_free(w.connection, sender, now))
        taken = due if room else []
        w.connection.execute(sa.update(states).where(of_channel).values(tokens=tokens - len(taken), refilled_at=now))
        if not taken:
            return Turn(wait=(1 - tokens) / sender.limits.per_second)
        mine = sa.and_(deliveries.c.id.in_([one.id for one in taken]), deliveries.c.state.in_(DUE))
        w.connection.execute(
            sa.update(deliveries).where(mine).values(state=DeliveryState.CLAIMED, claimed_until=now + sender.lease)
        )
        return Turn(tuple(taken), failures=state.failures)


def _until_free(connection: Connection, sender: Sender, now: datetime) -> float | None:
    """Seconds until the first address that has something due may be written to again."""
    if sender.limits.per_address_per_second >= RARELY:
        return None
    until = connection.scalar(
        sa.select(sa.func.min(addresses.c.busy_until))
        .join(deliveries, deliveries.c.address_id == addresses.c.id)
        .where(
            deliveries.c.channel == sender.channel,
            deliveries.c.state.in_(DUE),
            deliveries.c.next_at <= now,
            addresses.c.busy_until > now,
        )
    )
    return None if until is None else float((until - now).total_seconds())


def release(sender: Sender, now: datetime) -> None:
    """Let another sender have the channel at once."""
    with work(SYSTEM, "release a channel", now, audited=False) as w:
        mine = sa.and_(states.c.channel == sender.channel, states.c.holder == sender.holder)
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
    rest = deliveries.c.began_at.is_(None)
    connection.execute(sa.update(deliveries).where(left, rest).values(state=DeliveryState.QUEUED, **free))


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
                contacts.c.language,
                deliveries.c.letter,
                deliveries.c.operation,
                deliveries.c.copy,
                deliveries.c.attempts,
                deliveries.c.queued_at,
                deliveries.c.lane,
            )
            .join(addresses, addresses.c.id == deliveries.c.address_id)
            .join(contacts, contacts.c.id == addresses.c.contact_id)
            .where(
                deliveries.c.channel == channel,
                deliveries.c.lane == lane,
                deliveries.c.state.in_(DUE),
                deliveries.c.next_at <= now,
                sa.or_(addresses.c.busy_until.is_(None), addresses.c.busy_until <= now),
                sa.true() if lane is Lane.BULK else ~_behind().exists(),
            )
            .order_by(deliveries.c.next_at, deliveries.c.id)
            .limit(most)
        )
        for row in connection.execute(wanted):
            found.setdefault(row.address_id, Claimed(*tuple(row)))
    return list(found.values())[:most]


def _behind() -> sa.Select[int]:
    """A letter to the same address that was written before and is not settled: an answer must not overtake another."""
    earlier = deliveries.alias("earlier")
    return sa.select(earlier.c.id).where(
        earlier.c.address_id == deliveries.c.address_id,
        earlier.c.lane == Lane.PROMPT.value,
        earlier.c.state.in_([*DUE, DeliveryState.CLAIMED.value]),
        earlier.c.id < deliveries.c.id,
    )


def proceed(
    sender: Sender,
    done: Sequence[Result],
    begun: Sequence[Claimed],
    now: datetime,
    link: tuple[int, str] | None = None,
) -> tuple[Claimed, ...] | None:
    """Settle some letters and begin the next, in one commit; returns those that may be sent, None if another has the channel.

    `link` is (case, secret) of a link that the one letter to begin will carry. Nothing is begun by a sender that lost its
    channel, or when the address or the approval has gone.
    """
    with work(SYSTEM, "send", now, audited=False) as w:
        leads = leads_still(w.connection, sender, now)
        if done:
            _settle(w, sender, done, now)
        if not leads:
            return None
        ours = tuple(one for _, some in groupby(begun, attrgetter("of")) for one in _begun(w, sender, list(some), now))
        if link is not None and ours:
            links.keep(w.session, link[0], link[1], now)
        return ours


def _begun(w: Work, sender: Sender, some: Sequence[Claimed], now: datetime) -> list[Claimed]:
    """Begin letters that say the same; those that may not go are put aside."""
    letter, message_id, n = some[0].of
    values: dict[str, object] = {"ids": [one.id for one in some], "now": now, "until": now + sender.lease}
    if letter != Letter.RECEIPT:
        values |= {"its_message": message_id, "its_n": n}
    began = set(w.connection.scalars(BEGIN[Letter(letter)], values))
    for one in some:
        if one.id not in began:
            _put_aside(w.connection, one, now)
    return [one for one in some if one.id in began]


def _waiting() -> sa.ColumnElement[bool]:
    # Not begun: another sender may have claimed it after our lease, and of two only one may begin.
    return sa.and_(deliveries.c.state == DeliveryState.CLAIMED, deliveries.c.began_at.is_(None))


def _begin() -> sa.Update:
    """Begin those letters that are claimed, not begun, and whose address still takes mail."""
    active = sa.select(addresses.c.id).where(
        addresses.c.id == deliveries.c.address_id, addresses.c.state == AddressState.ACTIVE
    )
    its = deliveries.c.id.in_(sa.bindparam("ids", expanding=True))
    return (
        sa.update(deliveries)
        .where(its, _waiting(), active.exists())
        .values(began_at=sa.bindparam("now"), claimed_until=sa.bindparam("until"), attempts=deliveries.c.attempts + 1)
    )


# Made once: to build them takes longer than to run them.
BEGIN = {
    letter: _begin()
    .where(
        visibility.may_be_sent(
            letter, sa.bindparam("its_message"), sa.bindparam("its_n"), sa.bindparam("now", type_=Instant())
        )
    )
    .returning(deliveries.c.id)
    for letter in Letter
}
NOTE_SENT = (
    sa.update(deliveries)
    .where(
        deliveries.c.id.in_(sa.bindparam("ids", expanding=True)),
        # A worker that was thought gone and comes back may still say that it was sent; it may not make it due again.
        deliveries.c.state.in_([DeliveryState.CLAIMED.value, DeliveryState.UNKNOWN.value]),
    )
    .values(state=DeliveryState.SENT.value, problem=None, claimed_until=None, sent_at=sa.bindparam("now"))
)


def _put_aside(connection: Connection, begun: Claimed, now: datetime) -> None:
    """Say why a letter did not begin: its address takes no mail any more, or its words may not go out any more."""
    state = connection.scalar(sa.select(addresses.c.state).where(addresses.c.id == begun.address_id))
    values: dict[str, object] = {"state": DeliveryState.CANCELLED, "problem": Trouble.NOT_SHOWN}
    if state != AddressState.ACTIVE:
        values = {"state": DeliveryState.SKIPPED, "problem": Trouble.ADDRESS_NOT_ACTIVE}
    elif connection.scalar(sa.select(visibility.sendable(Letter(begun.letter), begun.message_id, begun.n, now))):
        return  # another sender has it
    connection.execute(
        sa.update(deliveries).where(deliveries.c.id == begun.id, _waiting()).values(claimed_until=None, **values)
    )


def _settle(w: Work, sender: Sender, done: Sequence[Result], now: datetime) -> None:
    connection = w.connection
    rows = [{"delivery_id": one.delivery.id, "position": n, "sent_as": sent} for one in done for n, sent in one.sent_as]
    if rows:
        database.insert_new(connection, parts, rows, ("delivery_id", "position"), ("position",))
    sent_now = [one.delivery.id for one in done if one.state is DeliveryState.SENT]
    if sent_now:
        connection.execute(NOTE_SENT, {"ids": sent_now, "now": now})
    for one in done:
        if one.state is not DeliveryState.SENT:
            _note(connection, one)
        _note_address(connection, sender, one, now)
    more = sum(max(len(one.sent_as) - 1, 0) for one in done)
    if more:  # one part of each was counted when it was claimed
        of_channel = sa.update(states).where(states.c.channel == sender.channel)
        connection.execute(of_channel.values(tokens=states.c.tokens - more))


def _note(connection: Connection, done: Result) -> None:
    """Of a letter that was not sent."""
    change: dict[str, object] = {"state": done.state, "problem": done.problem, "claimed_until": None}
    if done.state is DeliveryState.RETRY:
        change |= {"next_at": done.next_at, "began_at": None}
    mine = sa.and_(deliveries.c.id == done.delivery.id, deliveries.c.state == DeliveryState.CLAIMED)
    connection.execute(sa.update(deliveries).where(mine).values(**change))


def _note_address(connection: Connection, sender: Sender, done: Result, now: datetime) -> None:
    change: dict[str, object] = {}
    if done.address_state is not None and done.address_state != AddressState.ACTIVE:
        change["state"] = done.address_state
    if (slow := sender.limits.per_address_per_second) < RARELY:
        change["busy_until"] = now + timedelta(seconds=1 / slow)
    if change:
        connection.execute(sa.update(addresses).where(addresses.c.id == done.delivery.address_id).values(**change))


def give_back(sender: Sender, claimed: Sequence[Claimed], now: datetime) -> None:
    """Letters that were claimed and not begun are due again."""
    with work(SYSTEM, "give letters back", now, audited=False) as w:
        if not claimed or not leads_still(w.connection, sender, now):
            return
        mine = sa.and_(
            deliveries.c.id.in_([one.id for one in claimed]),
            deliveries.c.state == DeliveryState.CLAIMED,
            deliveries.c.began_at.is_(None),
        )
        w.connection.execute(sa.update(deliveries).where(mine).values(state=DeliveryState.QUEUED, claimed_until=None))


def pause(sender: Sender, now: datetime) -> datetime:
    """Nothing of this channel can be sent now; each time in a row the pause is longer. Returns its end."""
    with work(SYSTEM, "pause a channel", now, audited=False) as w:
        mine = sa.and_(states.c.channel == sender.channel, states.c.holder == sender.holder)
        failures = w.connection.scalar(sa.select(states.c.failures).where(mine)) or 0
        until = now + pauses.of_channel(failures)
        w.connection.execute(sa.update(states).where(mine).values(failures=failures + 1, paused_until=until))
        return until


def answers_again(sender: Sender, now: datetime) -> None:
    """The channel works: no pause, and the next one will be short."""
    with work(SYSTEM, "resume a channel", now, audited=False) as w:
        well = sa.update(states).where(states.c.channel == sender.channel, states.c.failures > 0)
        w.connection.execute(well.values(failures=0, paused_until=None))

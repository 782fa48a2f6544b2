"""Who sends on a channel: one holder of its lease at a time, none while the channel pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hub import database
from hub.channel import Limits
from hub.database import table_of
from hub.models import ChannelState

states = table_of(ChannelState)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whoever sends on a channel for the time of a lease: `holder` is its name, of which there is no other."""

    channel: str
    holder: str
    limits: Limits
    lease: timedelta


def burst(limits: Limits) -> float:
    """How many messages may go at once after a rest."""
    return max(limits.per_second, 1.0)


def lead(connection: Connection, sender: Sender, now: datetime) -> bool:
    """Take the channel for a lease, or keep it; False when another has it."""
    until = now + sender.lease
    row = {
        "channel": sender.channel,
        "holder": sender.holder,
        "leased_until": until,
        "tokens": burst(sender.limits),
        "refilled_at": now,
        "failures": 0,
    }
    free = sa.or_(
        states.c.leased_until < now,
        states.c.leased_until > now + 2 * sender.lease,  # taken when the clock was wrong
        states.c.holder == sender.holder,
        states.c.holder.is_(None),
    )
    return database.claim(connection, states, row, ("channel",), {"holder": sender.holder, "leased_until": until}, free)


def is_paused(connection: Connection, sender: Sender, now: datetime) -> bool:
    """Whether nothing is tried on the channel now, because it could not be reached."""
    until = connection.scalar(sa.select(states.c.paused_until).where(states.c.channel == sender.channel))
    return until is not None and until > now


KEEP_LEAD = (
    sa.update(states)
    .where(states.c.channel == sa.bindparam("its_channel"), states.c.holder == sa.bindparam("its_holder"))
    .values(leased_until=sa.bindparam("until"))
)


def leads_still(connection: Connection, sender: Sender, now: datetime) -> bool:
    """Whether the channel is still this sender's; then it is so for another lease. Asked first: claiming locks in this order."""
    mine = {"its_channel": sender.channel, "its_holder": sender.holder, "until": now + sender.lease}
    return connection.execute(KEEP_LEAD, mine).rowcount == 1

"""Subscribing: asked for, confirmed by a link in a letter, changed, and ended by one click."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import database, errors
from hub.database import db, row_lock, table_of
from hub.models import Address, Contact, OptIn
from hub.queries import subscriptions
from hub.rules import pauses
from hub.steps import senders, subscribing
from hub.steps.deliveries import DELIVER
from hub.steps.hearing import is_email
from hub.steps.senders import Sender
from hub.text import one_line
from hub.vocabulary import AddressState, marked
from hub.work import CITIZEN, SYSTEM, later, work

LIFE = timedelta(days=7)
"""How long a link confirms; after that the request is deleted with the address in it."""
KEPT = LIFE + timedelta(days=1)
"""How long a request is kept that nobody confirmed."""
MOST_A_DAY = 3
"""Letters to an address that anybody may cause in a day."""

opt_ins = table_of(OptIn)


@dataclass(frozen=True, slots=True)
class Asking:
    """What somebody asks for: news of topics to an e-mail; none: only the link by which its news are changed.

    `wording` is the version of what they agreed to, `said` its text.
    """

    email: str
    topics: tuple[str, ...]
    language: str
    wording: str
    said: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A letter to be sent now."""

    id: int
    value: str
    topics: tuple[str, ...]
    language: str
    attempts: int
    asked_at: datetime
    address_id: int | None


def ask(asking: Asking, known: Collection[str], now: datetime) -> None:
    """Keep the request until its letter is sent. Raises BadInput. Whether the address is known is told to nobody."""
    email = one_line(asking.email).lower()  # as it is kept everywhere
    if not is_email(email):
        raise errors.BadInput(marked("This does not look like an e-mail address. Write it like jana@seznam.cz."))
    if not set(asking.topics) <= set(known):
        raise errors.BadInput
    with work(CITIZEN, "ask for news", now, audited=False) as w:
        recent = sa.select(sa.func.count()).select_from(OptIn)
        of_day = recent.where(OptIn.value == email, OptIn.asked_at > now - timedelta(days=1))
        if (w.session.scalar(of_day) or 0) >= MOST_A_DAY:
            return
        if not asking.topics and _address_of(w.session, email) is None:
            return  # nothing to be changed, and no letter to somebody who never wrote
        row = {
            "channel": "email",
            "value": email,
            "topics": list(asking.topics),
            "language": asking.language,
            "wording": asking.wording,
            "wording_digest": subscribing.digest(asking.said),
            "asked_at": now,
            "next_at": now,
            "attempts": 0,
        }
        w.connection.execute(sa.insert(opt_ins).values(**row))
        later(w.session, DELIVER)


def _address_of(session: Session, email: str) -> Address | None:
    return session.scalar(sa.select(Address).where(Address.channel == "email", Address.value == email))


def begin(sender: Sender, secret: str, now: datetime) -> Begun | None:
    """Begin the next letter due on this channel; `secret` is what its link will carry. None when none is due, or not by us."""
    with work(SYSTEM, "begin a confirmation", now, audited=False) as w:
        wanted = sa.select(OptIn).where(
            OptIn.channel == sender.channel, OptIn.began_at.is_(None), OptIn.next_at <= now, OptIn.asked_at > now - LIFE
        )
        one = w.session.scalar(wanted.order_by(OptIn.next_at, OptIn.id).limit(1))
        if one is None or not senders.lead(w.connection, sender, now) or senders.is_paused(w.connection, sender, now):
            return None
        one.began_at, one.attempts = now, one.attempts + 1
        one.secret_digest, one.expires_at = subscribing.digest(secret), now + LIFE
        address = _address_of(w.session, one.value)
        return Begun(
            one.id,
            one.value,
            tuple(one.topics),
            one.language,
            one.attempts,
            one.asked_at,
            address.id if address else None,
        )


def sent(one: Begun, now: datetime) -> None:
    """Its letter went."""
    with work(SYSTEM, "send a confirmation", now, audited=False) as w:
        w.connection.execute(sa.update(opt_ins).where(opt_ins.c.id == one.id).values(sent_at=now))


def put_off(one: Begun, now: datetime, until: datetime | None = None) -> None:
    """Its letter did not go, and is tried again later."""
    again = max(until or now, now + pauses.of_letter(one.attempts))
    with work(SYSTEM, "put a confirmation off", now, audited=False) as w:
        change = {"began_at": None, "secret_digest": None, "expires_at": None, "next_at": again}
        w.connection.execute(sa.update(opt_ins).where(opt_ins.c.id == one.id).values(**change))


def give_up(one: Begun, now: datetime) -> None:
    """The address takes no mail: nothing of the request is kept."""
    with work(SYSTEM, "give a confirmation up", now, audited=False) as w:
        w.connection.execute(sa.delete(opt_ins).where(opt_ins.c.id == one.id))


def confirm(secret: str, now: datetime) -> int | None:
    """The link of the letter was used: the address is proven, and listens. Returns it; None for a link that is no good (any more).

    It is used once: used again (a double click), it only says the same.
    """
    its = _of_link(secret, now)
    found = db.session.scalar(its) if is_secret(secret) else None
    if found is None or found.address_id is not None:
        return found.address_id if found else None
    with work(CITIZEN, "confirm news", now) as w:
        one: OptIn = w.session.scalars(row_lock(its)).one()
        if one.address_id is not None:
            return one.address_id
        address = _proven(w.session, one, now)
        subscribing.begin(w.session, address, one.topics, one.asked_at, one.wording, one.wording_digest, now)
        w.about(address)
        one.address_id, one.value = address.id, ""
        return address.id


def may_confirm(secret: str, now: datetime) -> bool:
    """Whether the link of a letter is good still, so that its page asks nothing that cannot be done. It changes nothing."""
    return is_secret(secret) and db.session.scalar(_of_link(secret, now)) is not None


def is_secret(text: str) -> bool:
    """Whether this may be the secret of a link."""
    return 20 <= len(text) <= 100


def _of_link(secret: str, now: datetime) -> sa.Select[OptIn]:
    return sa.select(OptIn).where(OptIn.secret_digest == subscribing.digest(secret), OptIn.expires_at > now)


def _proven(session: Session, one: OptIn, now: datetime) -> Address:
    its = row_lock(sa.select(Address).where(Address.channel == one.channel, Address.value == one.value))
    address: Address | None = session.scalar(its)
    if address is None:
        contact = Contact(language=one.language, first_seen_at=now)
        session.add(contact)
        session.flush()
        row = {"contact_id": contact.id, "channel": one.channel, "value": one.value, "state": AddressState.ACTIVE}
        database.insert_new(session.connection(), table_of(Address), [row], ("channel", "value"), ("id",))
        address = session.scalars(its).one()
    address.verified_at = address.verified_at or now
    address.state = AddressState.ACTIVE  # whoever opened the letter can be written to
    session.flush()
    return address


def unsubscribe(address_id: int, topics: Collection[str], now: datetime) -> None:
    """End what an address listens to of these topics; again is as good."""
    if not set(topics) & set(subscriptions.heard(db.session(), address_id)):
        return
    with work(CITIZEN, "unsubscribe", now) as w:
        if subscribing.end(w.session, address_id, topics, now):
            w.about(w.session.get_one(Address, address_id))


def choose(
    address_id: int, topics: Collection[str], known: Collection[str], wording: str, said: str, now: datetime
) -> None:
    """Let an address listen to exactly these topics. Raises BadInput."""
    if not set(topics) <= set(known):
        raise errors.BadInput
    with work(CITIZEN, "choose news", now) as w:
        address = w.session.get_one(Address, address_id)
        w.about(address)
        heard = set(subscriptions.heard(w.session, address_id))
        subscribing.end(w.session, address_id, heard - set(topics), now)
        subscribing.begin(w.session, address, set(topics) - heard, now, wording, subscribing.digest(said), now)


def forget(at_most: int, now: datetime) -> int:
    """Delete requests whose link has ended, or whose letter could not be sent so long; returns how many."""
    old = sa.select(opt_ins.c.id).where(opt_ins.c.asked_at < now - KEPT).limit(at_most)
    with work(SYSTEM, "forget requests for news", now) as w:
        return int(w.connection.execute(sa.delete(opt_ins).where(opt_ins.c.id.in_(old.scalar_subquery()))).rowcount)

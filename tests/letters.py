"""The outbox in tests: an app whose time stands still unless told, channels that fail as told, and what became of each letter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from channels.memory import MemoryChannel
from hub import language
from hub.actions import answers, asking
from hub.actions.answers import Written
from hub.app import create_app
from hub.channel import Channel, Unreachable
from hub.clock import Clock
from hub.database import db
from hub.envelopes import Outgoing, Said
from hub.jobs import deliveries
from hub.models import Account, Address, Case, Contact, Delivery, Dispatch, Subscription, Topic
from hub.rules.access import scope_of
from hub.vocabulary import ANSWERS
from tests.visitors import close_house, signed_in

numbers = count(1)


def in_czech(text: str) -> str:
    """A text of the pages as the city reads it."""
    with language.speaking("cs"):
        return language.gettext(text)


class Standing(Clock):
    """A clock that is moved by hand, and by whoever rests; each look takes it a millisecond on."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at

    def rest(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Moody(MemoryChannel):
    """The memory channel, which raises what `moods` has ready for an address, or for everybody while it is `down`."""

    moods: dict[str, list[Exception | None]] = field(default_factory=dict)
    down: bool = False
    tried: list[Outgoing] = field(default_factory=list)
    went: list[Outgoing] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> str:
        self.tried.append(outgoing)
        if self.down:
            raise Unreachable
        mood = self.moods[outgoing.address].pop(0) if self.moods.get(outgoing.address) else None
        if mood is not None:
            raise mood
        sent_as = super().send(outgoing)
        self.went.append(outgoing)
        return sent_as


class Post:
    """An app's outbox."""

    def __init__(self, app: Flask, at: datetime, *channels: Channel) -> None:
        self.app, self.clock = app, Standing(at)
        self.others: list[Flask] = []
        if channels:
            app.extensions["hub_channels"] = {channel.name: channel for channel in channels}

    def web(self) -> Flask:
        """The app once more, as the web process is: within our context a request would not have one of its own."""
        db.session.rollback()
        made = create_app(self.app.config["HUB"])
        made.extensions["hub_channels"] = self.app.extensions["hub_channels"]
        self.others.append(made)
        return made

    def visitor(self) -> FlaskClient:
        """A client in which the administrator has signed in."""
        return signed_in(self.web())

    def close(self) -> None:
        """Let go of the connections of the web."""
        for app in self.others:
            close_house(app)

    @property
    def now(self) -> datetime:
        return self.clock.at

    def pass_(self, **time: float) -> None:
        """Let time pass."""
        self.clock.at += timedelta(**time)

    def run(self) -> int:
        """Send what is due, as the worker does when it is told."""
        return deliveries.deliver(clock=self.clock)

    def ask(self, sender: str, text: str = "Kdy opravíte chodník?", channel: str = "memory", **more: object) -> str:
        """Somebody asks; the reference of the case."""
        said = Said("web:test", f"t-{next(numbers)}", sender, text, reply_channel=channel, **more)  # type: ignore[arg-type]
        asked = asking.ask(said, f"tajemstvi-pro-testy-{next(numbers)}", self.now)
        assert asked.is_kept
        return str(db.session.scalar(sa.select(Case.reference).where(Case.id == asked.receipt.about)))

    def answer(self, reference: str, text: str = "Příští týden.", *, public: bool = False) -> None:
        """The administrator answers, and publishes it."""
        account = db.session.scalars(sa.select(Account).where(Account.email == "spravce@mesto.example")).one()
        scope = scope_of(account.id, None, ["administrator"])
        assert scope
        answers.submit(scope, reference, Written(0, text, public, "Chodník", "Kdy bude chodník?"), self.now)

    def withdraw(self) -> None:
        """The administrator takes the last public answer away."""
        account = db.session.scalars(sa.select(Account).where(Account.email == "spravce@mesto.example")).one()
        scope = scope_of(account.id, None, ["administrator"])
        reference = db.session.scalar(sa.select(Case.reference).order_by(Case.id.desc()).limit(1))
        assert scope
        assert reference
        answers.withdraw(scope, reference, self.now)

    def letters(self, **where: object) -> list[Delivery]:
        """The letters, the oldest first, as they are now."""
        db.session.rollback()
        return list(db.session.scalars(sa.select(Delivery).filter_by(**where).order_by(Delivery.id)))

    def states(self) -> list[str]:
        return [one.state for one in self.letters()]

    def subscribe(self, values: Iterable[str], channel: str = "memory", at: datetime | None = None) -> list[int]:
        """Give these addresses a subscription of published answers; their ids."""
        return subscribe(values, channel, at or self.now - timedelta(days=1))

    def announce(self, channel: str = "memory") -> Dispatch:
        """A public answer, for whoever listens."""
        self.answer(self.ask("", channel=channel, may_publish=True), public=True)
        return db.session.scalars(sa.select(Dispatch).order_by(Dispatch.id.desc())).first()  # type: ignore[return-value]


def subscribe(values: Iterable[str], channel: str, at: datetime) -> list[int]:
    """Subscriptions of addresses that are new, straight into the tables."""
    db.session.rollback()
    topic = db.session.scalar(sa.select(Topic).where(Topic.code == ANSWERS))
    if topic is None:
        topic = Topic(code=ANSWERS)
        db.session.add(topic)
        db.session.flush()
    first = max(10**6, db.session.scalar(sa.select(sa.func.max(Contact.id))) or 0) + 1
    people = list(enumerate(values, first))
    contacts = [{"id": n, "language": "cs", "first_seen_at": at} for n, _ in people]
    places = [{"id": n, "contact_id": n, "channel": channel, "value": v, "state": "active"} for n, v in people]
    db.session.execute(sa.insert(Contact), contacts)
    db.session.execute(sa.insert(Address), places)
    rows = [{"topic_id": topic.id, "address_id": n, "confirmed_at": at} for n, _ in people]
    ids = list(
        db.session.scalars(sa.insert(Subscription).returning(Subscription.id, sort_by_parameter_order=True), rows)
    )
    db.session.commit()
    return ids

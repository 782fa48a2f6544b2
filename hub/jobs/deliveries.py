"""The one door out: claim, send, settle, until nothing is due. And the sweep that finds what nobody was told of."""

from __future__ import annotations

import os
import socket
import threading
from datetime import UTC, datetime, timedelta

import structlog
from flask import current_app

from hub import logs, queue
from hub.actions import deliveries, dispatches
from hub.actions.deliveries import Claimed, Result
from hub.channel import Channel, Later, Refused, Uncertain, Unreachable
from hub.database import db
from hub.jobs.letters import Composed, Desk
from hub.queries import letters
from hub.rules import pauses
from hub.steps.deliveries import DELIVER, EXPAND
from hub.vocabulary import AddressState, DeliveryState, Trouble

log = structlog.get_logger()

BREATH = 0.002
"""Seconds between two chunks of an announcement, in which others get at the database's writer."""


def deliver(_row: int = 0) -> int:
    """Send what is due on every channel; returns how many letters went."""
    channels: dict[str, Channel] = current_app.extensions["hub_channels"]
    return sum(_Sender(channel).run() for channel in channels.values())


def expand(dispatch_id: int) -> None:
    """Give everybody an announcement is for a delivery, and have them sent."""
    while dispatches.expand(dispatch_id, _now()):
        threading.Event().wait(BREATH)
    queue.enqueue(DELIVER, 0)


def sweep(now: datetime) -> None:
    """Have the worker told of everything that is due: what it was told of may be lost, what stands in the database is not."""
    for dispatch_id in letters.open_dispatches(db.session()):
        queue.enqueue(EXPAND, dispatch_id)
    if letters.channels_due(db.session(), now):
        queue.enqueue(DELIVER, 0)
    db.session.rollback()


class _Sender:
    """The sender of one channel for as long as something is due."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._name = channel.name
        self._lease = timedelta(seconds=current_app.config["HUB"].lease)
        self._holder = f"{socket.gethostname()[:16]}:{os.getpid()}:{threading.get_ident() % 100000}"
        self._desk = Desk(db.session(), channel.limits.characters)
        self._sent = 0

    def run(self) -> int:
        """Send until nothing is due."""
        try:
            while claimed := self._claim():
                if not self._work_through(claimed):
                    break
        finally:
            self._channel.close()
            deliveries.release(self._name, self._holder, _now())
        return self._sent

    def _claim(self) -> list[Claimed]:
        return deliveries.claim(self._name, self._holder, self._channel.limits, self._lease, _now())

    def _work_through(self, claimed: list[Claimed]) -> bool:
        """Send these; one commit settles a letter and begins the next. False: the channel cannot be reached."""
        done: Result | None = None
        rest = list(claimed)
        while rest:
            one = rest.pop(0)
            letter = self._desk.compose(one)
            began = self._proceed(done, one, letter)
            done = None
            if not began:
                continue
            try:
                done = self._send(one, letter)
            except Unreachable:
                until = deliveries.pause(self._name, _now())
                self._proceed(_put_off(one, Trouble.UNREACHABLE, until), None, None)
                deliveries.give_back(rest, _now())
                log.warning("channel cannot be reached", channel=self._name)
                return False
        self._proceed(done, None, None)
        if self._sent:
            deliveries.answers_again(self._name, _now())
        return True

    def _proceed(self, done: Result | None, begun: Claimed | None, letter: Composed | None) -> bool:
        link = letter.link if letter is not None else None
        return deliveries.proceed(done, begun, self._channel.limits, self._lease, _now(), link)

    def _send(self, one: Claimed, letter: Composed | None) -> Result:
        """Hand a letter to the channel, part by part. Raises Unreachable when not even its first part went."""
        if letter is None:
            return Result(one, DeliveryState.CANCELLED, problem=Trouble.NOT_SHOWN)
        sent: list[tuple[int, str]] = []
        try:
            for n, part in letter.parts:
                sent.append((n, self._channel.send(part)))
        except Unreachable:
            if not sent:
                raise
            return _put_off(one, Trouble.UNREACHABLE, _now() + pauses.of_letter(one.attempts), sent)
        except Exception as problem:
            return _what_of(one, problem, sent)
        self._sent += 1
        return Result(one, DeliveryState.SENT, tuple(sent))


def _what_of(one: Claimed, problem: Exception, sent: list[tuple[int, str]]) -> Result:
    """What a letter is after its channel raised something."""
    if isinstance(problem, Later):
        return _put_off(one, Trouble.ASKED_TO_WAIT, _now() + max(problem.after, pauses.of_letter(one.attempts)), sent)
    if isinstance(problem, Refused):
        return _refused(one, problem, sent)
    if isinstance(problem, Uncertain):
        return Result(one, DeliveryState.UNKNOWN, tuple(sent), Trouble.ANSWER_LOST)
    logs.unexpected(problem)  # a fault of the channel's code: whether it was sent, nobody knows
    return Result(one, DeliveryState.UNKNOWN, tuple(sent), Trouble.FAULT)


def _put_off(one: Claimed, why: Trouble, until: datetime, sent: list[tuple[int, str]] | None = None) -> Result:
    if pauses.too_late(one.queued_at, _now()):
        return Result(one, DeliveryState.FAILED, tuple(sent or ()), Trouble.TOO_LATE)
    return Result(one, DeliveryState.RETRY, tuple(sent or ()), why, next_at=until)


def _refused(one: Claimed, refused: Refused, sent: list[tuple[int, str]]) -> Result:
    state = AddressState(refused.address_state)
    why = Trouble.CONTENT_REFUSED if state is AddressState.ACTIVE else Trouble.ADDRESS_REFUSED
    return Result(one, DeliveryState.FAILED, tuple(sent), why, address_state=state)


def _now() -> datetime:
    return datetime.now(UTC)

"""The one door out: claim, send, settle, until nothing is due. And the sweep that finds what nobody was told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic

import sqlalchemy as sa
import structlog
from flask import current_app

from hub import logs, queue
from hub.actions import deliveries, dispatches
from hub.actions.deliveries import CHUNK, Claimed, Result
from hub.channel import Channel, Later, Refused, Uncertain, Unreachable
from hub.clock import WALL, Clock
from hub.database import db, problem_of
from hub.jobs import confirmations, gathering, sharing, staffmail
from hub.jobs.letters import Composed, Desk
from hub.queries import letters, reminders
from hub.rules import pauses
from hub.steps.deliveries import DELIVER, EXPAND
from hub.steps.senders import Sender
from hub.vocabulary import AddressState, DeliveryState, Lane, Trouble

log = structlog.get_logger()

SPELL, BREATH = 0.06, 0.005
"""Seconds of making deliveries, and of leaving the database's writer to others after them: longer than `database.LOOK`."""

PATIENCE = 5.0
"""Seconds a sender waits for its channel's limits; for longer ones it leaves, and the sweep calls it again."""

MOST = 64
"""Letters to many that may be begun in one commit: all of them are `unknown` if the worker is killed before the next."""

SOON, LONG = 0.1, 1.0
"""Seconds: after letters that took less, twice as many are begun at once; after more than the other, the rest waits."""

SETTLING = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between tries to write down what became of a letter; together less than any lease."""


def deliver(_row: int = 0, clock: Clock = WALL) -> int:
    """Send what is due on every channel; returns how many letters went. One channel's fault does not stop the others."""
    sent, problem = 0, None
    for channel in current_app.extensions["hub_channels"].values():
        try:
            sent += _Sender(channel, clock).run()
        except Exception as error:
            db.session.rollback()
            logs.unexpected(error)
            problem = error
    if problem is not None:
        raise problem
    return sent


def expand(dispatch_id: int) -> None:
    """Give everybody an announcement is for a delivery, and have them sent."""
    began = monotonic()
    while dispatches.expand(dispatch_id, WALL.now()) and not queue.is_ending():
        if monotonic() - began > SPELL:
            WALL.rest(BREATH)
            began = monotonic()
    queue.enqueue(DELIVER, 0)


def sweep(now: datetime) -> None:
    """Have the worker told of everything that is due: what it was told of may be lost, what stands in the database is not.

    Where the queue cannot be reached it is done here and now.
    """
    gathering.sweep()
    sharing.sweep()
    opened, due = letters.open_dispatches(db.session()), bool(letters.channels_due(db.session(), now))
    due = due or letters.confirmations_due(db.session(), now) or reminders.letters_due(db.session(), now)
    db.session.rollback()
    for dispatch_id in opened:
        if not queue.enqueue(EXPAND, dispatch_id):
            expand(dispatch_id)
    if due and not queue.enqueue(DELIVER, 0):
        deliver()


class _Sender:
    """The sender of one channel for as long as something is due."""

    def __init__(self, channel: Channel, clock: Clock) -> None:
        self._channel, self._clock = channel, clock
        lease = timedelta(seconds=current_app.config["HUB"].lease)
        self._me = Sender(channel.name, token_hex(16), channel.limits, lease)
        self._desk = Desk(db.session(), channel.limits.characters)
        self._sent, self._few = 0, 1

    def run(self) -> int:
        """Send until nothing is due, the channel cannot be reached, or the worker ends."""
        now = self._clock.now
        try:
            while not queue.is_ending() and self._short_ones():
                turn = deliveries.claim(self._me, now(), max(CHUNK, 2 * self._few))
                if turn.letters:
                    if not self._work_through(turn.letters):
                        break
                    if turn.failures:
                        deliveries.answers_again(self._me, now())
                elif turn.wait is not None and turn.wait <= PATIENCE:
                    self._clock.rest(turn.wait + 0.001)
                else:
                    break
        finally:
            self._channel.close()
            deliveries.release(self._me, now())
        return self._sent

    def _short_ones(self) -> bool:
        """Confirmations of news and letters to the office, before what waits for others; False when nothing can be sent."""
        mine = (self._me, self._channel, self._clock)
        return confirmations.send_some(*mine) and staffmail.send_some(*mine)

    def _work_through(self, claimed: Sequence[Claimed]) -> bool:
        """Send these; one commit settles some letters and begins the next. False: no more can be sent here now."""
        done: Sequence[Result] = ()
        reached = True
        while claimed and reached and not queue.is_ending():
            some, claimed = self._next(claimed)
            letters = {one: self._compose(one) for one in some}
            ours = self._proceed(done, some, letters)
            if ours is None:
                return False
            done, reached = self._send_some(ours, letters)
        if done and self._proceed(done, (), {}) is None:
            return False
        deliveries.give_back(self._me, claimed, self._clock.now())
        return reached and not claimed

    def _next(self, claimed: Sequence[Claimed]) -> tuple[Sequence[Claimed], Sequence[Claimed]]:
        """The letters to begin at once, and the rest: one that somebody waits for, or some of those to many."""
        many = self._few if claimed[0].lane == Lane.BULK else 1
        return claimed[:many], claimed[many:]

    def _send_some(
        self, ours: Sequence[Claimed], letters: Mapping[Claimed, Composed | Trouble]
    ) -> tuple[Sequence[Result], bool]:
        """Send letters that were begun: what became of each, and whether the channel could be reached.

        Those for which it is too late now, since the worker ends or the channel is slow, are due again at once.
        """
        began, done = monotonic(), list[Result]()
        for n, one in enumerate(ours):
            if n and (queue.is_ending() or monotonic() - began > LONG):
                at = self._clock.now()
                done += [Result(rest, DeliveryState.RETRY, next_at=at) for rest in ours[n:]]
                break
            try:
                done.append(self._send(one, letters[one]))
            except Unreachable:
                until = deliveries.pause(self._me, self._clock.now())
                log.warning("channel cannot be reached", channel=self._me.channel)
                done += [self._put_off(rest, Trouble.UNREACHABLE, until) for rest in ours[n:]]
                self._few = 1
                return done, False
        self._few = min(2 * self._few, MOST) if monotonic() - began < SOON else 1
        return done, True

    def _compose(self, one: Claimed) -> Composed | Trouble:
        """The letter, or why there is none: a letter that cannot be written must not stop those behind it."""
        try:
            return self._desk.compose(one) or Trouble.NOT_SHOWN
        except sa.exc.SQLAlchemyError:
            raise
        except Exception as error:
            logs.unexpected(error)
            return Trouble.UNWRITTEN

    def _proceed(
        self, done: Sequence[Result], begun: Sequence[Claimed], letters: Mapping[Claimed, Composed | Trouble]
    ) -> Sequence[Claimed] | None:
        """Settle and begin. What was sent must not be forgotten because the database is busy: it is tried for a while."""
        link = next((letter.link for letter in letters.values() if isinstance(letter, Composed)), None)
        for wait in SETTLING:
            try:
                return deliveries.proceed(self._me, done, begun, self._clock.now(), link)
            except sa.exc.DBAPIError as error:
                db.session.rollback()
                if not done or problem_of(error) is None:
                    raise
                logs.unexpected(error)
                self._clock.rest(wait)
        return deliveries.proceed(self._me, done, begun, self._clock.now(), link)

    def _send(self, one: Claimed, letter: Composed | Trouble) -> Result:
        """Hand a letter to the channel, part by part. Raises Unreachable when not even its first part went."""
        if isinstance(letter, Trouble):
            state = DeliveryState.FAILED if letter is Trouble.UNWRITTEN else DeliveryState.CANCELLED
            return Result(one, state, problem=letter)
        sent: list[tuple[int, str]] = []
        try:
            for n, part in letter.parts:
                if sent and (slow := self._channel.limits.per_address_per_second) < deliveries.RARELY:
                    self._clock.rest(1 / slow)
                sent.append((n, self._channel.send(part)))
        except Unreachable:
            if not sent:
                raise
            return self._put_off(one, Trouble.UNREACHABLE, self._again(one), sent)
        except Exception as problem:
            return self._what_of(one, problem, sent)
        self._sent += 1
        return Result(one, DeliveryState.SENT, tuple(sent))

    def _what_of(self, one: Claimed, problem: Exception, sent: list[tuple[int, str]]) -> Result:
        """What a letter is after its channel raised something."""
        if isinstance(problem, Later):
            until = max(self._clock.now() + problem.after, self._again(one))
            return self._put_off(one, Trouble.ASKED_TO_WAIT, until, sent)
        if isinstance(problem, Refused):
            state = AddressState(problem.address_state)
            why = Trouble.CONTENT_REFUSED if state is AddressState.ACTIVE else Trouble.ADDRESS_REFUSED
            return Result(one, DeliveryState.FAILED, tuple(sent), why, address_state=state)
        if isinstance(problem, Uncertain):
            return Result(one, DeliveryState.UNKNOWN, tuple(sent), Trouble.ANSWER_LOST)
        logs.unexpected(problem)  # a fault of the channel's code: whether it was sent, nobody knows
        return Result(one, DeliveryState.UNKNOWN, tuple(sent), Trouble.FAULT)

    def _again(self, one: Claimed) -> datetime:
        return self._clock.now() + pauses.of_letter(one.attempts)

    def _put_off(self, one: Claimed, why: Trouble, until: datetime, sent: Sequence[tuple[int, str]] = ()) -> Result:
        if pauses.too_late(one.queued_at, self._clock.now()):
            return Result(one, DeliveryState.FAILED, tuple(sent), Trouble.TOO_LATE)
        return Result(one, DeliveryState.RETRY, tuple(sent), why, next_at=until)

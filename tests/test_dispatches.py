"""Announcements: everybody who listened has one delivery, and at every look the numbers add up. On both engines."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import queue
from hub.actions import dispatches
from hub.database import db
from hub.envelopes import Outgoing
from hub.jobs.deliveries import sweep
from hub.models import Address, Decision, Delivery, Dispatch, Message, Subscription
from hub.queries import letters
from hub.steps.deliveries import announce
from hub.vocabulary import ANSWERS
from hub.work import SYSTEM, work
from tests.conftest import NOW
from tests.letters import Moody, Post

PEOPLE = 3500


@pytest.fixture
def moody() -> Moody:
    return Moody(secret="tajne")


@pytest.fixture
def post(city: Flask, moody: Moody) -> Iterator[Post]:
    made = Post(city, NOW, moody)
    yield made
    made.close()


def names(number: int = PEOPLE) -> list[str]:
    return [f"odběratel{n}" for n in range(number)]


def look(dispatch: Dispatch) -> dict[str, int]:
    """State → number; they add up to the audience, at every look."""
    db.session.rollback()
    found = letters.of_dispatch(db.session(), dispatch.id)
    db.session.rollback()
    assert sum(found.values()) == dispatch.audience
    return found


def deliveries_of(dispatch: Dispatch) -> Counter[str]:
    """Address → its deliveries."""
    db.session.rollback()
    wanted = sa.select(Address.value).join(Delivery).where(Delivery.dispatch_id == dispatch.id)
    return Counter(db.session.scalars(wanted))


def to_the_end(dispatch_id: int, post: Post) -> int:
    return next(n for n in count(1) if not dispatches.expand(dispatch_id, post.now))


def test_everybody_who_listened_has_one_delivery_a_thousand_in_a_commit(post: Post) -> None:
    post.subscribe(names())
    dispatch = post.announce()
    post.subscribe(["později"], at=post.now + timedelta(seconds=1))
    assert dispatch.audience == PEOPLE
    left: list[int] = []
    assert look(dispatch) == {"not_expanded": PEOPLE}
    while not left or left[-1]:
        left.append(dispatches.expand(dispatch.id, post.now))
        assert look(dispatch) == {"queued": PEOPLE - left[-1], "not_expanded": left[-1]}
    assert left == [2500, 1500, 500, 0]
    assert dispatches.expand(dispatch.id, post.now) == 0
    assert deliveries_of(dispatch) == dict.fromkeys(names(), 1)


def test_while_it_is_sent_the_numbers_add_up_and_each_goes_once(post: Post, moody: Moody) -> None:
    post.subscribe(names(150))
    dispatch = post.announce()
    to_the_end(dispatch.id, post)

    class Looking(Moody):
        def send(self, outgoing: Outgoing) -> str:
            look(dispatch)
            return super().send(outgoing)

    looking = Looking(secret="x")
    post.app.extensions["hub_channels"] = {"memory": looking}
    assert post.run() == 150
    assert look(dispatch) == {"sent": 150, "not_expanded": 0}
    assert Counter(one.address for one in looking.went) == dict.fromkeys(names(150), 1)
    assert len({one.delivery for one in looking.went}) == 150


def test_who_left_meanwhile_is_skipped_and_counted(post: Post, moody: Moody) -> None:
    ids = post.subscribe(names(1500))
    dispatch = post.announce()
    dispatches.expand(dispatch.id, post.now)
    later = post.now + timedelta(seconds=1)
    left = [ids[1], ids[1200], ids[1300]]  # the first of them has its delivery already
    db.session.execute(sa.update(Subscription).where(Subscription.id.in_(left)).values(ended_at=later))
    db.session.execute(sa.update(Address).where(Address.value == "odběratel1400").values(state="blocked"))
    db.session.commit()
    to_the_end(dispatch.id, post)
    assert look(dispatch) == {"queued": 1497, "skipped": 3, "not_expanded": 0}
    skipped = sa.select(Address.value).join(Delivery).where(Delivery.state == "skipped").order_by(Delivery.id)
    assert db.session.scalars(skipped).all() == ["odběratel1200", "odběratel1300", "odběratel1400"]


def test_who_left_or_came_before_and_after_is_not_in_the_audience(post: Post) -> None:
    ids = post.subscribe(["dřív", "pořád"])
    db.session.execute(sa.update(Subscription).where(Subscription.id == ids[0]).values(ended_at=post.now))
    db.session.commit()
    post.pass_(hours=1)
    post.subscribe(["zítra"], at=post.now + timedelta(days=1))
    dispatch = post.announce()
    to_the_end(dispatch.id, post)
    assert deliveries_of(dispatch) == {"pořád": 1}


def test_two_that_expand_at_once_double_nothing(post: Post) -> None:
    post.subscribe(names())
    dispatch = post.announce()
    db.session.rollback()
    start = Barrier(3)
    number = dispatch.id
    db.session.rollback()

    def expander() -> None:
        with post.app.app_context():
            start.wait()
            to_the_end(number, post)

    threads = [Thread(target=expander) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert look(dispatch) == {"queued": PEOPLE, "not_expanded": 0}
    assert deliveries_of(dispatch) == dict.fromkeys(names(), 1)


def test_what_a_lost_worker_left_half_way_the_sweep_has_finished(post: Post) -> None:
    post.subscribe(names())
    dispatch = post.announce()
    dispatches.expand(dispatch.id, post.now)  # and the worker is gone
    queue.tasks(post.app)["deliver"] = lambda _row: None
    db.session.rollback()
    with post.app.app_context():
        sweep(post.now)
    stop = queue.consume(post.app)
    until(lambda: look(dispatch)["not_expanded"] == 0)
    stop()
    assert deliveries_of(dispatch) == dict.fromkeys(names(), 1)
    assert letters.open_dispatches(db.session()) == []


def until(met: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not met():
        assert time.monotonic() < end


def test_the_same_announcement_twice_is_one(post: Post) -> None:
    post.subscribe(names(3))
    dispatch = post.announce()
    for _ in range(2):
        with work(SYSTEM, "again", post.now) as w:
            announce(w.session, w.session.get_one(Message, dispatch.message_id), dispatch.n, ANSWERS, post.now)
    assert db.session.scalars(sa.select(Dispatch.id)).all() == [dispatch.id]
    to_the_end(dispatch.id, post)
    to_the_end(dispatch.id, post)
    assert deliveries_of(dispatch) == dict.fromkeys(names(3), 1)


def test_nobody_listening_is_no_announcement(post: Post) -> None:
    post.answer(post.ask("", may_publish=True), public=True)
    assert db.session.scalars(sa.select(Dispatch)).all() == []


def test_an_announcement_taken_back_half_way_is_cancelled_for_the_rest(post: Post, moody: Moody) -> None:
    post.subscribe(names(40))
    dispatch = post.announce()
    to_the_end(dispatch.id, post)

    class Hiding(Moody):
        def send(self, outgoing: Outgoing) -> str:
            sent = super().send(outgoing)
            if len(self.went) == 5:
                hidden = {"kind": "hide", "reason": "", "actor_kind": "system", "rule": "test", "decided_at": post.now}
                db.session.add(Decision(message_id=dispatch.message_id, n=dispatch.n, **hidden))
                db.session.commit()
            return sent

    post.app.extensions["hub_channels"] = {"memory": Hiding(secret="x")}
    sent = post.run()
    assert 5 <= sent <= 7  # of those begun together with the fifth, some are on their way
    assert look(dispatch) == {"sent": sent, "cancelled": 40 - sent, "not_expanded": 0}

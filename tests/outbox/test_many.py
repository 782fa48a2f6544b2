"""Letters to many: begun some at a time, so that a worker's death leaves few in doubt and a slow channel none waiting long."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from channels.memory import LIMITS
from hub import queue
from hub.actions import deliveries, dispatches
from hub.channel import Later, Refused, Uncertain, Unreachable
from hub.database import db
from hub.envelopes import Outgoing
from hub.jobs import deliveries as job
from hub.models import Address, DeliveryPart
from tests.letters import Moody, Post
from tests.outbox.looks import claim, sender

ALL = [f"odberatel{n}" for n in range(40)]


def announced(post: Post, people: list[str] = ALL) -> None:
    """An announcement of which everybody has a letter."""
    post.subscribe(people)
    dispatches.expand(post.announce().id, post.now)


class Watched(Moody):
    """A channel that sees how many letters are begun while it sends one."""

    def __init__(self) -> None:
        super().__init__(secret="x")
        self.begun: list[int] = []

    def send(self, outgoing: Outgoing) -> str:
        claimed = "SELECT count(*) FROM deliveries WHERE state = 'claimed' AND began_at IS NOT NULL"
        self.begun.append(db.session.execute(sa.text(claimed)).scalar_one())
        db.session.rollback()
        return super().send(outgoing)


def test_more_are_begun_at_once_while_they_go_fast(post: Post) -> None:
    watched = Watched()
    post.app.extensions["hub_channels"] = {"memory": watched}
    announced(post)
    assert post.run() == 40
    assert watched.begun[0] == 1
    assert 1 < max(watched.begun) <= job.MOST
    assert Counter(one.address for one in watched.went) == dict.fromkeys(ALL, 1)
    assert set(post.states()) == {"sent"}


def test_only_one_is_begun_while_the_channel_is_slow(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched()
    post.app.extensions["hub_channels"] = {"memory": watched}
    monkeypatch.setattr(job, "SOON", 0.0)
    announced(post, ALL[:8])
    assert post.run() == 8
    assert set(watched.begun) == {1}


def test_a_letter_that_somebody_waits_for_is_begun_alone(post: Post) -> None:
    watched = Watched()
    post.app.extensions["hub_channels"] = {"memory": watched}
    for n in range(8):
        post.ask(f"clovek{n}")
    assert post.run() == 8
    assert set(watched.begun) == {1}


def test_of_a_worker_that_died_only_what_it_had_begun_is_in_doubt(post: Post, moody: Moody) -> None:
    announced(post)
    taken = claim("dead", post, moody).letters
    assert deliveries.proceed(sender("dead", moody), (), taken[:4], post.now) == taken[:4]
    post.pass_(seconds=61)
    assert post.run() == 36
    assert Counter(post.states()) == {"sent": 36, "unknown": 4}
    assert {one.address for one in moody.tried}.isdisjoint(one.address for one in taken[:4])


def test_a_worker_that_ends_leaves_the_rest_due_and_nothing_in_doubt(
    post: Post, moody: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced(post)
    monkeypatch.setattr(queue, "is_ending", lambda: len(moody.went) >= 5)
    assert post.run() == 5
    assert not {"claimed", "unknown"} & set(post.states())
    monkeypatch.undo()
    assert post.run() == 35
    assert Counter(one.address for one in moody.tried) == dict.fromkeys(ALL, 1)


def test_those_behind_a_letter_that_took_long_are_due_again(
    post: Post, moody: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "LONG", 0.0)
    announced(post)
    assert post.run() == 40
    assert Counter(one.address for one in moody.tried) == dict.fromkeys(ALL, 1)
    assert any(one.attempts > 1 for one in post.letters())


def test_a_channel_lost_in_the_middle_of_many_loses_and_repeats_none(post: Post, moody: Moody) -> None:
    announced(post)
    moody.moods[ALL[10]] = [Unreachable()]
    first = post.run()
    assert first == 10
    assert Counter(post.states())["sent"] == 10
    assert not {"claimed", "unknown"} & set(post.states())
    post.pass_(hours=1)
    assert post.run() == 30
    assert Counter(one.address for one in moody.went) == dict.fromkeys(ALL, 1)


def test_each_of_many_becomes_what_its_own_address_made_of_it(post: Post, moody: Moody) -> None:
    announced(post)
    moody.moods |= {ALL[20]: [Refused("blocked")], ALL[21]: [Uncertain()], ALL[22]: [Later(timedelta(hours=2))]}
    db.session.execute(sa.update(Address).where(Address.value == ALL[23]).values(state="invalid"))
    db.session.commit()
    assert post.run() == 36
    states = {one.address.value: (one.state, one.problem) for one in post.letters()}
    assert [states[ALL[n]] for n in range(20, 24)] == [
        ("failed", "address_refused"),
        ("unknown", "answer_lost"),
        ("retry", "asked_to_wait"),
        ("skipped", "address_not_active"),
    ]
    assert Counter(states.values())["sent", None] == 36
    assert db.session.scalar(sa.select(Address.state).where(Address.value == ALL[20])) == "blocked"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DeliveryPart)) == 36


def test_the_limit_of_a_channel_holds_for_letters_to_many(post: Post, moody: Moody) -> None:
    moody.limits = replace(LIMITS, per_second=10)
    announced(post)
    began = post.now
    assert post.run() == 40
    assert timedelta(seconds=2.9) <= post.now - began < timedelta(seconds=4)

"""Senders that die, meet, wait for limits, and lose their channel."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest
import sqlalchemy as sa

from channels.memory import LIMITS
from hub import queue
from hub.actions import deliveries, dispatches
from hub.actions import letters as acts
from hub.actions.deliveries import Claimed
from hub.channel import Later, Uncertain, Unreachable
from hub.database import db
from hub.envelopes import Outgoing
from hub.errors import Conflict
from hub.jobs.deliveries import deliver
from hub.models import Address, Decision, Delivery, DeliveryPart, Message
from hub.queries import letters
from hub.vocabulary import DeliveryState
from tests.letters import Moody, Post, in_czech
from tests.outbox.looks import OUTBOX, begin, claim, hide, in_threads, sender


def test_a_letter_whose_worker_died_between_sending_and_noting_it_is_unknown(post: Post, moody: Moody) -> None:
    post.ask("anna")
    (one,) = claim("dead", post, moody).letters
    assert begin("dead", one, post, moody)
    post.run()
    assert post.states() == ["claimed"]
    post.pass_(seconds=61)
    assert letters.channels_due(db.session(), post.now) == ["memory"]
    post.run()
    (letter,) = post.letters()
    assert (letter.state, letter.problem) == ("unknown", "worker_lost")
    post.pass_(days=1)
    post.run()
    assert moody.tried == []


def test_a_letter_whose_worker_died_before_beginning_goes_once(post: Post, moody: Moody) -> None:
    post.ask("anna")
    assert len(claim("dead", post, moody).letters) == 1
    assert post.run() == 0
    post.pass_(seconds=61)
    assert (post.run(), post.run()) == (1, 0)
    assert post.states() == ["sent"]


def test_a_worker_that_was_thought_dead_may_still_say_that_it_was_sent(post: Post, moody: Moody) -> None:
    post.ask("anna")
    (one,) = claim("slow", post, moody).letters
    begin("slow", one, post, moody)
    post.pass_(seconds=61)
    post.run()
    sent = deliveries.Result(one, DeliveryState.SENT, ((1, "x"),))
    assert deliveries.proceed(sender("slow", moody), (sent,), (), post.now) is None
    assert post.states() == ["sent"]


def test_a_slow_sender_that_lost_its_channel_begins_nothing_more(post: Post, moody: Moody) -> None:
    for n in range(8):
        post.ask(f"clovek{n}")
    slow = claim("slow", post, moody).letters
    post.pass_(seconds=61)
    fast = claim("fast", post, moody).letters
    assert {one.id for one in slow} == {one.id for one in fast}
    began: dict[str, list[int]] = {"slow": [], "fast": []}
    start = Barrier(2)

    def send(holder: str, mine: tuple[Claimed, ...]) -> None:
        with post.app.app_context():
            start.wait()
            began[holder] = [one.id for one in mine if begin(holder, one, post, moody)]

    in_threads([lambda: send("slow", slow), lambda: send("fast", fast)])
    assert began == {"slow": [], "fast": [one.id for one in slow]}
    deliveries.give_back(sender("slow", moody), fast, post.now)
    assert set(post.states()) == {"claimed"}


def test_two_workers_at_once_send_each_letter_once(post: Post, moody: Moody) -> None:
    for n in range(40):
        post.ask(f"clovek{n}")
    start = Barrier(3)

    def worker() -> None:
        with post.app.app_context():
            start.wait()
            for _ in range(20):
                deliver(clock=post.clock)

    in_threads([worker] * 3)
    assert Counter(one.address for one in moody.tried) == {f"clovek{n}": 1 for n in range(40)}
    assert post.states() == ["sent"] * 40


def test_letters_somebody_waits_for_go_before_those_to_many(post: Post, moody: Moody) -> None:
    post.subscribe(["odběratel1", "odběratel2", "odběratel3"])
    dispatch = post.announce()
    dispatches.expand(dispatch.id, post.now)
    post.pass_(minutes=5)
    post.ask("anna")
    post.run()
    assert [one.address for one in moody.went] == ["anna", "odběratel1", "odběratel2", "odběratel3"]


def test_one_address_gets_one_letter_in_a_pass(post: Post, moody: Moody) -> None:
    for _ in range(3):
        post.ask("anna")
    post.ask("bedřich")
    assert [one.address for one in claim("me", post, moody).letters] == ["anna", "bedřich"]
    deliveries.release(sender("me", moody), post.now)
    post.pass_(seconds=61)
    assert post.run() == 4


def test_a_channel_s_limit_of_letters_a_second_is_kept(post: Post, moody: Moody) -> None:
    moody.limits = replace(LIMITS, per_second=2)
    for n in range(11):
        post.ask(f"clovek{n}")
    began = post.now
    took: list[float] = []
    while len(took) < 11:
        turn = claim("me", post, moody)
        took += [(post.now - began).total_seconds()] * len(turn.letters)
        post.pass_(seconds=0 if turn.letters else turn.wait or pytest.fail("letters are left"))
    for n, at in enumerate(took):
        assert n + 1 <= 2 + 2 * at + 0.01
    assert took[-1] < 5


def test_a_run_waits_for_the_limit_and_leaves_nothing_behind(post: Post, moody: Moody) -> None:
    moody.limits = replace(LIMITS, per_second=3)
    for n in range(12):
        post.ask(f"clovek{n}")
    began = post.now
    assert post.run() == 12
    assert timedelta(seconds=3) <= post.now - began < timedelta(seconds=4)


def test_a_slow_channel_writes_to_one_address_as_seldom_as_it_may(post: Post, moody: Moody) -> None:
    moody.limits = replace(LIMITS, per_address_per_second=0.5)
    for _ in range(3):
        post.ask("anna")
    post.ask("bedřich")
    began = post.now
    assert len(claim("me", post, moody).letters) == 2
    deliveries.release(sender("me", moody), post.now)
    post.pass_(seconds=61)
    began = post.now
    assert post.run() == 4
    assert timedelta(seconds=4) <= post.now - began < timedelta(seconds=5)
    moody.limits = replace(LIMITS, per_address_per_second=0.1)
    post.ask("anna")
    post.run()
    post.ask("anna")
    assert post.run() == 0  # ten seconds are too long to wait for
    busy = db.session.scalar(sa.select(Address.busy_until).where(Address.value == "anna"))
    assert busy
    assert busy > post.now
    post.pass_(seconds=10)
    assert post.run() == 1


def test_a_long_text_goes_in_parts_and_a_retry_continues_after_the_last(post: Post, moody: Moody) -> None:
    reference = post.ask("anna")
    post.run()
    moody.went.clear()
    moody.limits = replace(LIMITS, characters=100)
    post.answer(reference, " ".join(f"slovo{n}" for n in range(60)))
    moody.moods["anna"] = [None, None, Later(timedelta(seconds=1))]
    post.run()
    (letter,) = post.letters(letter="answer")
    assert letter.state == "retry"
    assert len(moody.went) == 2
    post.pass_(hours=1)
    post.run()
    (letter,) = post.letters(letter="answer")
    assert (letter.state, letter.attempts) == ("sent", 2)
    assert [part.position for part in letter.parts] == list(range(1, len(moody.went) + 1))
    assert len({one.delivery for one in moody.went}) == len(moody.went) > 4
    assert all(len(one.text) <= 100 for one in moody.went)
    said = " ".join(one.text for one in moody.went)
    assert [int(n) for n in re.findall(r"slovo(\d+)", said)] == list(range(60))


def test_parts_of_a_letter_that_lost_its_channel_half_way_wait_alone(post: Post, moody: Moody) -> None:
    moody.limits = replace(LIMITS, characters=200)
    post.ask("anna", "slovo " * 100)
    post.ask("bedřich")
    moody.moods["anna"] = [None, Unreachable()]
    post.run()
    assert post.states() == ["retry", "sent"]


def test_an_answer_that_was_hidden_before_it_went_does_not_go(post: Post, moody: Moody) -> None:
    reference = post.ask("anna")
    post.run()
    post.answer(reference)
    answer = db.session.scalars(sa.select(Message).where(Message.kind == "answer")).one()
    hide(answer, post)
    post.run()
    (_, letter) = post.letters()
    assert (letter.state, letter.problem) == ("cancelled", "not_shown")
    assert len(moody.went) == 1


def test_an_answer_that_was_hidden_cannot_be_sent_again_by_hand(post: Post, moody: Moody) -> None:
    reference = post.ask("anna")
    post.run()
    moody.moods["anna"] = [Uncertain()]
    post.answer(reference)
    post.run()
    hide(db.session.scalars(sa.select(Message).where(Message.kind == "answer")).one(), post)
    with pytest.raises(Conflict):
        acts.resolve(1, post.letters()[-1].id, "again", post.now)
    assert post.states() == ["sent", "unknown"]


def test_an_address_blocked_meanwhile_is_skipped(post: Post, moody: Moody) -> None:
    post.ask("anna")
    db.session.execute(sa.update(Address).values(state="blocked"))
    db.session.commit()
    post.run()
    (letter,) = post.letters()
    assert (letter.state, letter.problem) == ("skipped", "address_not_active")
    assert moody.tried == []


def test_a_channel_that_is_switched_off_keeps_its_letters_and_the_page_says_so(post: Post, moody: Moody) -> None:
    post.ask("anna")
    post.app.extensions["hub_channels"] = {}
    assert post.run() == 0
    page = post.visitor().get(OUTBOX).get_data(as_text=True)
    assert f"<strong>{in_czech('test channel')}</strong>: {in_czech('is switched off')}" in page
    post.app.extensions["hub_channels"] = {"memory": moody}
    assert post.run() == 1


def test_one_channel_s_fault_does_not_stop_the_others(post: Post, moody: Moody) -> None:
    class Broken(Moody):
        def close(self) -> None:
            raise RuntimeError

    other = Broken(secret="x", name="another")
    post.app.extensions["hub_channels"] = {"another": other, "memory": moody}
    post.ask("anna", channel="another")
    post.ask("bedřich")
    with pytest.raises(RuntimeError):
        post.run()
    assert post.states() == ["sent", "sent"]


def test_a_worker_that_is_stopped_gives_back_what_it_has_not_begun(post: Post, moody: Moody) -> None:
    began, may_end = Event(), Event()

    class Slow(Moody):
        def send(self, outgoing: Outgoing) -> str:
            began.set()
            assert may_end.wait(20)
            return super().send(outgoing)

    slow = Slow(secret="x")
    post.app.extensions["hub_channels"] = {"memory": slow}
    for n in range(5):
        post.ask(f"clovek{n}")
    db.session.rollback()
    stop = queue.consume(post.app)
    with post.app.app_context():
        queue.enqueue("deliver", 0)
    assert began.wait(20)
    stopping = Thread(target=stop)
    stopping.start()
    ending = post.app.extensions["hub_queue"].ending
    assert ending.wait(20)
    may_end.set()
    stopping.join(20)
    assert not stopping.is_alive()
    assert sorted(post.states()) == ["queued"] * 4 + ["sent"]
    assert len(slow.tried) == 1


def test_every_part_that_went_is_noted_under_its_outside_name(post: Post, moody: Moody) -> None:
    post.ask("anna")
    post.run()
    assert db.session.scalars(sa.select(DeliveryPart.sent_as)).all() == list(moody.sent)
    assert db.session.scalar(sa.select(Delivery.sent_at)) is not None


def test_a_letter_that_was_put_off_is_not_overtaken_by_a_later_one(post: Post, moody: Moody) -> None:
    moody.moods["anna"] = [Later(timedelta(minutes=10))]
    first = post.ask("anna")
    post.run()
    second = post.ask("anna")
    post.ask("bedřich")
    assert post.run() == 1
    post.pass_(minutes=11)
    assert post.run() == 2
    assert [one.address for one in moody.went] == ["bedřich", "anna", "anna"]
    assert [reference in one.text for one, reference in zip(moody.went[1:], (first, second), strict=True)] == [True] * 2


class Occupied(Moody):
    """A channel that, when it has sent something, finds the database taken by somebody else."""

    def __init__(self, url: str) -> None:
        super().__init__(secret="x")
        self._engine = sa.create_engine(url, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
        self._other: sa.Connection | None = None

    def send(self, outgoing: Outgoing) -> str:
        sent_as = super().send(outgoing)
        self._other = self._engine.connect()
        if self._engine.dialect.name == "sqlite":
            self._other.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            self._other.exec_driver_sql("BEGIN")
            self._other.exec_driver_sql("LOCK TABLE channel_states IN EXCLUSIVE MODE")
        return sent_as

    def leave(self) -> None:
        """Whoever had it is done."""
        if self._other is not None:
            self._other.exec_driver_sql("ROLLBACK")
            self._other.close()
            self._other = None


def test_what_was_sent_is_written_down_although_the_database_was_taken(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Occupied(post.app.config["SQLALCHEMY_DATABASE_URI"])
    post.app.extensions["hub_channels"] = {"memory": channel}
    monkeypatch.setattr(post.clock, "rest", lambda _seconds: channel.leave())
    post.ask("anna")
    assert post.run() == 1
    assert post.states() == ["sent"]


@pytest.mark.parametrize("expanded", ["before", "after"])
@pytest.mark.parametrize("taken", ["withdrawn", "hidden"])
def test_an_announcement_of_what_was_taken_away_is_not_sent(
    post: Post, moody: Moody, taken: str, expanded: str
) -> None:
    post.subscribe(["anna"])
    dispatch = post.announce()
    if expanded == "before":
        dispatches.expand(dispatch.id, post.now)
    if taken == "withdrawn":
        post.withdraw()
    else:
        decision = {"message_id": dispatch.message_id, "n": dispatch.n, "kind": "hide", "reason": "", "rule": "test@1"}
        db.session.execute(sa.insert(Decision).values(actor_kind="system", decided_at=post.now, **decision))
        db.session.commit()
    if expanded == "after":
        dispatches.expand(dispatch.id, post.now)
    assert post.run() == 0
    assert moody.went == []
    assert [(one.state, one.problem) for one in post.letters(letter="announcement")] == [("cancelled", "not_shown")]

"""Letters: each goes once, waits when it must, and where nobody can tell a person decides. On both engines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from channels.memory import LIMITS
from config import Settings
from hub import queue
from hub.actions import deliveries, dispatches
from hub.actions import letters as acts
from hub.actions.deliveries import Begun, Claimed, Sender, Turn
from hub.app import create_app
from hub.channel import Later, Refused, Uncertain, Unreachable
from hub.database import db
from hub.envelopes import Outgoing
from hub.errors import BadInput, Conflict, NotFound
from hub.jobs.deliveries import deliver, sweep
from hub.models import Address, ChannelState, Decision, Delivery, DeliveryPart, FollowLink, Message
from hub.queries import letters
from hub.views import labels
from hub.vocabulary import DeliveryState
from tests.conftest import NOW
from tests.factories import found_city
from tests.letters import Moody, Post, in_czech
from tests.services.mail import Mail, SmtpServer
from tests.visitors import csrf, everything

LEASE = timedelta(seconds=60)
OUTBOX = "/urad/odesilani"


@pytest.fixture
def moody() -> Moody:
    return Moody(secret="tajne")


@pytest.fixture
def post(city: Flask, moody: Moody) -> Iterator[Post]:
    """The outbox of a city with the memory channel."""
    made = Post(city, NOW, moody)
    yield made
    made.close()


@pytest.fixture
def mailing(settings: Settings, smtp: SmtpServer) -> Iterator[Post]:
    """The outbox of a city with real e-mail."""
    app = create_app(settings.model_copy(update={"mail_url": smtp.url, "mail_from": "Lhota <ozvena@lhota.cz>"}))
    with app.app_context():
        found_city(NOW)
        made = Post(app, NOW)
        yield made
        made.close()
        db.session.remove()
        db.engine.dispose()


def sender(holder: str, channel: Moody) -> Sender:
    return Sender("memory", holder, channel.limits, LEASE)


def claim(holder: str, post: Post, channel: Moody) -> Turn:
    return deliveries.claim(sender(holder, channel), post.clock.now())


def begin(holder: str, one: Claimed, post: Post, channel: Moody) -> bool:
    return deliveries.proceed(sender(holder, channel), None, one, post.clock.now()) is Begun.YES


def plain(mail: Mail) -> str:
    part = mail.get_body(("plain",))
    assert part
    return str(part.get_content())


def test_a_question_brings_a_receipt_and_its_answer_a_letter_that_replies_to_it(
    mailing: Post, smtp: SmtpServer
) -> None:
    reference = mailing.ask("jana@seznam.example", "Kdy opravíte <chodník>?", "email")
    assert mailing.run() == 1
    mailing.answer(reference, "<Příští týden.>\n\nS pozdravem")
    assert mailing.run() == 1
    receipt, answer = smtp.wait_for(2)
    assert receipt["Message-ID"] != answer["Message-ID"]
    assert receipt["In-Reply-To"] is None
    assert answer["In-Reply-To"] == answer["References"] == receipt["Message-ID"]
    assert "chodník" not in plain(receipt)  # anybody may have typed that address
    for mail, words in ((receipt, reference), (answer, "<Příští týden.>")):
        assert mail.recipient == "jana@seznam.example"
        assert reference in mail["Subject"]
        assert mail.get_content_type() == "multipart/alternative"
        assert words in plain(mail)
        html = mail.get_body(("html",))
        assert html
        assert words.replace("<", "&lt;").replace(">", "&gt;") in html.get_content()
        link = re.search(r"https?://\S+?(/sledovani/(\S+))", plain(mail))
        assert link
        assert link[0] in html.get_content()
        page = mailing.web().test_client().get(link[1])
        assert page.status_code == 200
        assert reference in page.get_data(as_text=True)
        assert link[2] not in repr(everything(mailing.app))
    assert (
        db.session.scalar(sa.select(sa.func.count()).select_from(FollowLink)) == 3
    )  # the form's own, and one a letter


def test_a_second_answer_refers_to_all_that_came_before_it(post: Post, moody: Moody) -> None:
    reference = post.ask("anna")
    post.answer(reference, "První.")
    post.run()
    post.run()
    other = post.ask("anna", "A kdy silnici?")
    post.run()
    receipt, answer, another = moody.went
    assert (receipt.replies_to, len(answer.replies_to), another.replies_to) == ((), 1, ())
    assert reference in answer.subject
    assert other in another.subject


def test_a_letter_has_the_same_name_each_time_it_is_tried_and_no_two_letters_share_one(
    post: Post, moody: Moody
) -> None:
    moody.moods["anna"] = [Later(timedelta(seconds=1)), Later(timedelta(seconds=1))]
    post.ask("anna")
    post.ask("bedřich")
    for _ in range(3):
        post.run()
        post.pass_(hours=1)
    names = {name: {one.delivery for one in moody.tried if one.address == name} for name in ("anna", "bedřich")}
    assert len(moody.tried) == 4
    assert [len(found) for found in names.values()] == [1, 1]
    assert names["anna"] != names["bedřich"]


def test_who_is_asked_to_come_later_comes_at_that_time_and_waits_longer_each_time(post: Post, moody: Moody) -> None:
    moody.moods["anna"] = [Later(timedelta(minutes=3)), *[Later(timedelta(seconds=1))] * 9]
    post.ask("anna")
    waits = []
    for tries in range(1, 11):
        post.run()
        (letter,) = post.letters()
        assert (letter.state, letter.problem, letter.attempts) == ("retry", "asked_to_wait", tries)
        waits.append(round((letter.next_at - post.now).total_seconds()))
        post.pass_(seconds=waits[-1] - 1)
        post.run()
        assert len(moody.tried) == tries
        post.pass_(seconds=2)
    assert waits == [180, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]
    post.run()
    assert post.states() == ["sent"]
    assert post.letters()[0].problem is None


def test_a_refused_address_is_not_written_to_again_and_the_official_sees_it(post: Post, moody: Moody) -> None:
    moody.moods["anna"] = [Refused("invalid")]
    reference = post.ask("anna")
    post.run()
    (receipt,) = post.letters()
    assert (receipt.state, receipt.problem, receipt.address.state) == ("failed", "address_refused", "invalid")
    post.answer(reference)
    post.run()
    assert post.states() == ["failed", "skipped"]
    assert len(moody.tried) == 1
    db.session.rollback()
    client = post.visitor()
    page = client.get(f"/urad/pripady/{reference}").get_data(as_text=True)
    assert in_czech("not sent") in page
    assert in_czech(labels.PROBLEMS["address_not_active"]) in page


def test_refused_words_leave_the_address_alone(post: Post, moody: Moody) -> None:
    moody.moods["anna"] = [Refused("active")]
    post.ask("anna")
    post.run()
    (letter,) = post.letters()
    assert (letter.state, letter.problem, letter.address.state) == ("failed", "content_refused", "active")


def test_a_mail_server_that_is_down_for_a_day_costs_nothing_but_time(mailing: Post, smtp: SmtpServer) -> None:
    smtp.down()
    for n in range(5):
        mailing.ask(f"clovek{n}@mesto.example", channel="email")
    pauses = []
    for _ in range(24):
        mailing.run()
        state = db.session.get_one(ChannelState, "email", populate_existing=True)
        assert state.paused_until
        pauses.append(round((state.paused_until - mailing.now).total_seconds()))
        assert set(mailing.states()) <= {"queued", "retry"}
        mailing.pass_(hours=1)
    assert pauses == [10, 20, 40, 80, 160, 320, *[600] * 18]
    client = mailing.visitor()
    assert in_czech("cannot be reached") in client.get(OUTBOX).get_data(as_text=True)
    smtp.up()
    assert mailing.run() == 5
    assert mailing.run() == 0
    mails = smtp.wait_for(5)
    assert len({mail["Message-ID"] for mail in mails}) == len({mail.recipient for mail in mails}) == 5
    assert mailing.states() == ["sent"] * 5
    assert in_czech("cannot be reached") not in client.get(OUTBOX).get_data(as_text=True)


def test_while_a_channel_pauses_nobody_knocks(post: Post, moody: Moody) -> None:
    moody.down = True
    post.ask("anna")
    post.ask("bedřich")
    post.run()
    assert sorted(post.states()) == ["queued", "retry"]
    for _ in range(5):
        post.run()
    assert len(moody.tried) == 1
    moody.down = False
    post.pass_(seconds=11)
    assert post.run() == 2


def test_a_channel_that_refuses_after_an_outage_answers_again_too(post: Post, moody: Moody) -> None:
    moody.down = True
    post.ask("anna")
    post.run()
    moody.down, moody.moods["anna"] = False, [Refused("invalid")]
    post.pass_(minutes=1)
    post.run()
    state = letters.channel_states(db.session())["memory"]
    assert (state.failures, state.paused_until) == (0, None)


def test_after_five_days_a_letter_is_given_up(post: Post, moody: Moody) -> None:
    post.ask("anna")
    moody.moods["anna"] = [Later(timedelta(hours=1))] * 3
    post.run()
    post.pass_(days=4, hours=23)
    post.run()
    assert post.states() == ["retry"]
    post.pass_(hours=2)
    post.run()
    (letter,) = post.letters()
    assert (letter.state, letter.problem) == ("failed", "too_late")
    post.pass_(days=1)
    post.run()
    assert len(moody.tried) == 3


def test_what_may_have_been_sent_is_never_repeated_by_itself(post: Post, moody: Moody) -> None:
    moody.moods["anna"] = [Uncertain()]
    post.ask("anna")
    for _ in range(6):
        with post.app.app_context():
            sweep(post.now)
        post.run()
        post.pass_(days=1)
    (letter,) = post.letters()
    assert (letter.state, letter.problem, letter.attempts) == ("unknown", "answer_lost", 1)
    assert len(moody.tried) == 1
    assert "anna" in post.visitor().get(OUTBOX).get_data(as_text=True)


def test_a_fault_of_the_channel_s_code_leaves_the_letter_unknown_and_the_next_ones_go(post: Post, moody: Moody) -> None:
    moody.moods["anna"] = [RuntimeError("fault")]
    post.ask("anna")
    post.ask("bedřich")
    post.run()
    assert post.states() == ["unknown", "sent"]


@pytest.mark.parametrize("verdict", ["arrived", "again", "seen"])
def test_a_person_decides_about_a_letter_of_which_nobody_knows(post: Post, moody: Moody, verdict: str) -> None:
    post.clock.at = datetime.now(UTC)  # by which the page acts
    moody.moods["anna"] = [Uncertain()]
    post.ask("anna")
    post.run()
    (letter,) = post.letters()
    client = post.visitor()
    form = {"verdict": verdict, "csrf_token": csrf(client, OUTBOX)}
    address = f"{OUTBOX}/{letter.id}"
    assert client.post(address, data=form).status_code == 303
    assert "anna" not in client.get(OUTBOX).get_data(as_text=True)
    assert client.post(address, data=form).status_code == 409
    post.pass_(days=1)
    post.run()
    expected = {"arrived": ["sent"], "again": ["failed", "sent"], "seen": ["unknown"]}[verdict]
    assert post.states() == expected
    assert [one.copy for one in post.letters()] == list(range(len(expected)))
    assert len({one.delivery for one in moody.tried}) == len(moody.tried) == len(expected)


def test_a_person_thinks_better_of_a_refused_address(post: Post, moody: Moody) -> None:
    moody.moods["anna"] = [Refused("invalid")]
    post.ask("anna")
    post.run()
    acts.resolve(1, post.letters()[0].id, "again", post.now)
    assert post.run() == 1
    assert post.letters()[0].address.state == "active"


def test_a_verdict_needs_a_letter_in_trouble_and_a_word_we_know(post: Post) -> None:
    post.ask("anna")
    post.run()
    (letter,) = post.letters()
    with pytest.raises(BadInput):
        acts.resolve(1, letter.id, "forget", post.now)
    with pytest.raises(NotFound):
        acts.resolve(1, letter.id + 1, "seen", post.now)
    with pytest.raises(Conflict):
        acts.resolve(1, letter.id, "again", post.now)


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
    assert deliveries.proceed(sender("slow", moody), sent, None, post.now) is Begun.LOST
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


def in_threads(runs: list[Callable[[], object]]) -> None:
    db.session.rollback()
    threads = [Thread(target=run) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


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


def hide(answer: Message, post: Post) -> None:
    hidden = {"kind": "hide", "reason": "", "actor_kind": "system", "rule": "test", "decided_at": post.now}
    db.session.add(Decision(message_id=answer.id, n=1, **hidden))
    db.session.commit()


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


@pytest.mark.parametrize("taken", ["withdrawn", "hidden"])
def test_an_announcement_of_what_was_taken_away_is_not_sent(post: Post, moody: Moody, taken: str) -> None:
    post.subscribe(["anna"])
    dispatch = post.announce()
    dispatches.expand(dispatch.id, post.now)
    if taken == "withdrawn":
        post.withdraw()
    else:
        decision = {"message_id": dispatch.message_id, "n": dispatch.n, "kind": "hide", "reason": "", "rule": "test@1"}
        db.session.execute(sa.insert(Decision).values(actor_kind="system", decided_at=post.now, **decision))
        db.session.commit()
    assert post.run() == 0
    assert moody.went == []
    assert [(one.state, one.problem) for one in post.letters(letter="announcement")] == [("cancelled", "not_shown")]

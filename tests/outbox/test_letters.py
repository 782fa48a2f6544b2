"""What is sent, put off, refused, unknown; and what a person makes of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from hub.actions import letters as acts
from hub.channel import Later, Refused, Uncertain
from hub.database import db
from hub.errors import BadInput, Conflict, NotFound
from hub.jobs.deliveries import sweep
from hub.models import ChannelState, FollowLink
from hub.queries import letters
from hub.views import labels
from tests.letters import Moody, Post, in_czech
from tests.outbox.looks import OUTBOX, plain
from tests.services.mail import SmtpServer
from tests.visitors import csrf, everything


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

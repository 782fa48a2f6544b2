"""A notice is written, approved by a second person, posted at its minute, announced, and taken down at its minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from channels.memory import MemoryChannel
from hub import errors
from hub.database import db
from hub.jobs import deliveries
from hub.models import Address, Contact, Delivery, Dispatch, SearchEntry, Subscription, Topic
from hub.steps import words
from hub.vocabulary import ActorKind, DecisionKind
from hub.work import Actor, work
from noticeboard import actions
from noticeboard.actions import Changed
from noticeboard.vocabulary import NOTICES
from tests import desks
from tests.conftest import NOW
from tests.noticeboard import boards
from tests.noticeboard.boards import DAY, tick, titles

LATER = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


def subscribed(number: int = 3) -> None:
    topic = Topic(code=NOTICES)
    db.session.add(topic)
    for n in range(number):
        contact = Contact(language="cs", first_seen_at=NOW - DAY)
        address = Address(contact=contact, channel="memory", value=f"ctenar{n}@seznam.example", state="active")
        db.session.add(address)
        db.session.flush()
        db.session.add(Subscription(topic_id=topic.id, address_id=address.id, confirmed_at=NOW - DAY))
    db.session.commit()


def test_nothing_shows_it_before_its_minute_and_nothing_after(town: Flask) -> None:
    made = boards.scheduled(boards.written(posts_at=LATER, ends_on=date(2026, 12, 1)))
    end = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    for before in (NOW, LATER - timedelta(seconds=1)):
        assert tick(before) == 0
        assert titles(town, before) == titles(town, before, "uzavírka") == []
    moment = LATER + timedelta(seconds=7)
    assert tick(moment) == 1
    one = boards.notice(made)
    assert (one.posted_at, one.message.appears_at) == (moment, moment)  # the actual instant, not the plan
    assert (one.comes_down_at, one.message.leaves_at) == (end, end)
    assert one.number == one.message.slug == "2026-000001"
    assert titles(town, moment) == titles(town, moment, "uzavirky dlouhe") == ["Uzavírka Dlouhé ulice"]
    assert titles(town, end - timedelta(microseconds=1)) == ["Uzavírka Dlouhé ulice"]
    assert titles(town, end) == titles(town, end, "uzavírka") == []  # at its minute, before any clock ticks
    assert tick(end + timedelta(seconds=12)) == 1
    one = boards.notice(made)
    assert (one.state, one.taken_down_at) == ("taken_down", end + timedelta(seconds=12))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SearchEntry)) == 0
    assert titles(town, moment) == []  # not even for a clock that went back


def test_without_a_plan_it_is_posted_at_once_and_hangs_until_the_sixteenth_day(town: Flask) -> None:
    made = boards.posted(now=NOW)
    assert boards.notice(made).comes_down_at == datetime(2026, 12, 3, 23, 0, tzinfo=UTC)


def test_it_is_announced_once_to_those_who_listen(town: Flask) -> None:
    subscribed(3)
    made = boards.posted()
    tick(NOW + timedelta(seconds=20))
    dispatch = db.session.scalars(sa.select(Dispatch)).one()
    assert (dispatch.message_id, dispatch.audience) == (boards.notice(made).message_id, 3)


def test_the_letter_leads_to_the_notice(town: Flask) -> None:

    subscribed(1)
    boards.posted()
    channel = MemoryChannel(secret="x")
    town.extensions["hub_channels"] = {"memory": channel}
    deliveries.expand(db.session.scalars(sa.select(Dispatch.id)).one())
    assert deliveries.deliver() == 1
    letter = next(iter(channel.sent.values()))
    assert letter.subject == "Uzavírka Dlouhé ulice"
    assert "/uredni-deska/2026-000001" in letter.text


def test_whoever_wrote_it_does_not_approve_it(town: Flask) -> None:
    made = boards.in_review(by=desks.HEAD)
    for who in (desks.HEAD, desks.A):
        with pytest.raises(errors.NotAllowed):
            actions.decide(desks.scope(who), made, 1, True, "", NOW)
    actions.decide(desks.scope(desks.PRESS), made, 1, True, "", NOW)
    assert boards.notice(made).state == "scheduled"


def test_whoever_changed_it_last_does_not_approve_it_either(town: Flask) -> None:
    made = boards.in_review(by=desks.A)
    actions.decide(desks.scope(desks.PRESS), made, 1, False, "Chybí datum.", NOW)
    changed = boards.written(text="Od 1. prosince je ulice uzavřena.", version=1)
    actions.save(desks.scope(desks.PRESS), made, changed, NOW, submit=True)
    with pytest.raises(errors.NotAllowed):
        actions.decide(desks.scope(desks.PRESS), made, 2, True, "", NOW)
    actions.decide(desks.scope(desks.HEAD), made, 2, True, "", NOW)


def test_the_database_refuses_an_authors_own_approval(town: Flask) -> None:

    made = boards.in_review(by=desks.HEAD)
    author = Actor(ActorKind.ACCOUNT, desks.scope(desks.HEAD).account_id)
    message = boards.message(made)
    with pytest.raises(sa.exc.DatabaseError, match="does not approve"), work(author, "approve", NOW) as w:
        words.decide(w.session, message, 1, DecisionKind.APPROVE, author, NOW)


def test_what_was_read_is_what_is_approved(town: Flask) -> None:
    made = boards.in_review()
    actions.decide(desks.scope(desks.PRESS), made, 1, False, "Přepsat.", NOW)
    actions.save(desks.scope(desks.A), made, boards.written(text="Jiný text.", version=1), NOW, submit=True)
    with pytest.raises(Changed):
        actions.decide(desks.scope(desks.PRESS), made, 1, True, "", NOW)


def test_two_who_write_at_once_lose_no_words(town: Flask) -> None:
    made = boards.reference()
    actions.save(desks.scope(desks.A), made, boards.written(), NOW)
    actions.save(desks.scope(desks.B), made, boards.written(text="Text od B.", version=1), NOW)
    with pytest.raises(Changed):
        actions.save(desks.scope(desks.A), made, boards.written(text="Text od A.", version=1), NOW)
    assert boards.message(made).revisions[-1].text == "Text od B."


def test_the_same_form_sent_twice_is_kept_once(town: Flask) -> None:
    made = boards.reference()
    for submit in (False, False, True, True):
        actions.save(desks.scope(desks.A), made, boards.written(), NOW, submit=submit)
    assert [one.n for one in boards.message(made).revisions] == [1]
    assert boards.notice(made).state == "in_review"


def test_a_scheduled_notice_can_be_taken_back_but_not_a_posted_one(town: Flask) -> None:
    made = boards.scheduled(boards.written(posts_at=LATER))
    actions.take_back(desks.scope(desks.A), made, NOW)
    assert tick(LATER) == 0
    with pytest.raises(Changed):  # what was approved is not what the form shows any more
        actions.save(desks.scope(desks.A), made, boards.written(text="x", version=1), NOW)
    hanging = boards.posted(now=LATER)
    with pytest.raises(errors.Conflict):
        actions.take_back(desks.scope(desks.A), hanging, LATER)


def test_it_comes_down_early_only_with_a_reason_and_for_good(town: Flask) -> None:
    made = boards.posted()
    with pytest.raises(errors.BadInput):
        actions.take_down(desks.scope(desks.PRESS), made, " ", NOW)
    with pytest.raises(errors.NotAllowed):
        actions.take_down(desks.scope(desks.A), made, "Chyba v textu.", NOW)
    actions.take_down(desks.scope(desks.PRESS), made, "Chyba v textu.", NOW + DAY)
    assert titles(town, NOW + DAY) == titles(town, NOW) == []
    assert tick(NOW + 20 * DAY) == 0
    assert boards.notice(made).taken_down_at == NOW + DAY


def test_letters_not_sent_yet_do_not_go_after_it_came_down(town: Flask) -> None:

    subscribed(2)
    made = boards.posted()
    deliveries.expand(db.session.scalars(sa.select(Dispatch.id)).one())
    actions.take_down(desks.scope(desks.PRESS), made, "Chyba v textu.", NOW)
    town.extensions["hub_channels"] = {"memory": MemoryChannel(secret="x")}
    assert deliveries.deliver() == 0
    db.session.rollback()
    states = [(one.state, one.problem) for one in db.session.scalars(sa.select(Delivery))]
    assert states == [("cancelled", "not_shown")] * 2


def test_numbers_follow_one_another_and_begin_anew_each_year(town: Flask) -> None:
    first = [boards.notice(boards.posted()).number for _ in range(3)]
    eve = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)  # midnight in Prague
    before, after = boards.posted(now=eve - timedelta(seconds=1)), boards.posted(now=eve)
    assert first == ["2026-000001", "2026-000002", "2026-000003"]
    assert (boards.notice(before).number, boards.notice(after).number) == ("2026-000004", "2027-000001")


def test_officials_see_the_notices_of_their_department(town: Flask) -> None:
    made = boards.in_review()
    with pytest.raises(errors.NotFound):
        actions.decide(desks.scope(desks.SOCIAL), made, 1, False, "Důvod", NOW)
    with pytest.raises(errors.NotFound):
        actions.save(desks.scope(desks.SOCIAL), made, boards.written(version=1), NOW)


BAD = {
    "no title": {"title": " "},
    "no text": {"text": ""},
    "a time that has passed": {"posts_at": NOW},
    "down before up": {"posts_at": LATER, "ends_on": date(2026, 11, 20)},
    "down today": {"ends_on": date(2026, 11, 18)},
    "too long a title": {"title": "a" * 201},
    "too long a text": {"text": "a" * 50_001},
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_refused_in_words(town: Flask, what: str) -> None:
    made = boards.reference()
    with pytest.raises((errors.BadInput, errors.TooLarge)):
        actions.save(desks.scope(desks.A), made, boards.written(**BAD[what]), NOW, submit=True)  # type: ignore[arg-type]
    with pytest.raises(errors.NotFound):
        boards.notice(made)

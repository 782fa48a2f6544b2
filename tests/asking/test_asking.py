"""What a citizen writes becomes one case with a reference, a department and a deadline, and its sender alone can follow it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.actions import asking
from hub.database import db
from hub.envelopes import Said
from hub.models import Address, Case, Contact, Delivery, Message, Origin
from hub.pictures import clean
from hub.vocabulary import Outcome
from tests import visitors
from tests.asking.looks import case_of, due_after
from tests.conftest import NOW
from tests.hub.test_pictures import jpeg
from tests.hub.test_uploads import pdf, png
from tests.questions import (
    FORM,
    ask,
    email_of,
    followed,
    link_of,
    nothing_stored,
    open_form,
    problems_of,
    reference_of,
    stored_files,
    stranger,
    words_of,
)
from tests.visitors import everything

AT_ONCE = 200
SECRET = "s" * 43


def how_many(app: Flask) -> dict[str, int]:
    """Table → its rows, of those that a question makes."""
    tables = ("messages", "revisions", "conversations", "cases", "origins", "follow_links", "deliveries", "contacts")
    rows = everything(app)
    return {name: len(rows[name]) for name in (*tables, "addresses", "attachments")}


def more(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


ONE_QUESTION = dict.fromkeys(("messages", "revisions", "conversations", "cases", "origins", "follow_links"), 1)
FROM_SOMEBODY_NEW = {**ONE_QUESTION, "contacts": 1, "addresses": 1, "deliveries": 1}


class TestWhatIsKept:
    def test_a_question_is_kept_as_a_private_message_with_a_case(self, house: Flask, client: FlaskClient) -> None:
        before = how_many(house)
        text = "Na přechodu u školy nesvítí semafor. Volejte mi na 608 123 456."
        reference = reference_of(followed(client, ask(client, f"  {text}\r\n\r\n", consent=True)))
        assert more(before, how_many(house)) == ONE_QUESTION
        today, last = due_after(30)
        with house.app_context():
            case = case_of(reference)
            assert (case.state, case.legal_kind, case.proposed_kind) == ("new", "message", "message")
            assert (case.department.slug, case.hold_reasons) == ("dopravy", ["personal_data"])
            assert (case.received_on, case.due_on, case.official_id) == (today, last, None)
            assert (case.deadline_rule.legal_kind, case.deadline_rule.amount) == ("message", 30)
            question = case.question
            assert (question.kind, question.channel, question.language) == ("question", "web", "cs")
            assert (question.author, question.may_publish, question.shown_n) == (None, True, None)
            assert question.conversation.visibility == "private"
            assert [(one.n, one.text, one.cause) for one in question.revisions] == [(1, text, "original")]

    @pytest.mark.parametrize(
        ("text", "department", "kind", "days"),
        [
            ("Silnice v Dlouhé je samá díra.", "dopravy", "message", 30),
            ("Kdy přijdou dávky?", "socialni", "message", 30),
            ("Dobrý den, kdy máte otevřeno?", "socialni", "message", 30),
            ("Žádám o informace podle zákona 106/1999 Sb., kolik stál semafor.", "dopravy", "information", 15),
            ("Podávám stížnost na úředníka.", "socialni", "complaint", 60),
        ],
    )
    def test_words_propose_its_department_and_kind_and_the_kind_its_deadline(
        self, house: Flask, client: FlaskClient, text: str, department: str, kind: str, days: int
    ) -> None:
        reference = reference_of(followed(client, ask(client, text)))
        with house.app_context():
            case = case_of(reference)
            assert (case.department.slug, case.proposed_kind) == (department, kind)
            assert (case.received_on, case.due_on) == due_after(days)

    def test_a_receipt_is_queued_only_for_who_left_an_address(self, house: Flask, client: FlaskClient) -> None:
        before = how_many(house)
        reference = reference_of(followed(client, ask(client, email="jana.receipt@seznam.cz")))
        assert more(before, how_many(house)) == FROM_SOMEBODY_NEW
        with house.app_context():
            case = case_of(reference)
            (delivery,) = db.session.scalars(sa.select(Delivery).where(Delivery.message_id == case.question_id))
            assert (delivery.letter, delivery.state, delivery.lane) == ("receipt", "queued", "prompt")
            assert (delivery.address.value, delivery.address.verified_at) == ("jana.receipt@seznam.cz", None)
            assert case.question.author is delivery.address.contact

    def test_files_are_kept_in_their_order_and_can_be_read_back(self, house: Flask, client: FlaskClient) -> None:
        files = [("kaluž.jpg", clean(jpeg(), "image/jpeg")), ("dopis.pdf", pdf()), ("plán.png", png())]
        before = stored_files(house)
        page = followed(client, ask(client, files=files))
        assert all(name in page for name, _ in files)
        assert len(stored_files(house)) == len(before) + 3
        staff = visitors.signed_in(house)
        for position, (_, content) in enumerate(files, 1):
            given = staff.get(f"/urad/pripady/{reference_of(page)}/prilohy/{position}", buffered=True)
            assert given.status_code == 200
            assert given.get_data() == (
                content if content.startswith(b"%PDF") else clean(content, given.mimetype or "")
            )

    def test_ten_thousand_characters_are_not_too_many(self, house: Flask, client: FlaskClient) -> None:
        text = ("Příliš žluťoučký kůň.\r\n" * 500)[:10_400]
        assert len(text.replace("\r\n", "\n")) < 10_000 < len(text)
        with house.app_context():
            kept = case_of(reference_of(followed(client, ask(client, text)))).question.revisions[0].text
        assert kept == text.replace("\r\n", "\n").strip()


def said(external_id: str = "1", text: str = "Petice za lampu.", **changes: object) -> Said:
    envelope = Said("web:test", external_id, "", text, reply_channel="email")
    return replace(envelope, **changes)  # type: ignore[arg-type]


def days_of(asked: asking.Asked) -> tuple[date, date]:
    case = db.session.get_one(Case, asked.receipt.about)
    return case.received_on, case.due_on


@pytest.mark.usefixtures("city")
class TestByWhen:
    def test_the_deadline_follows_the_rule_and_moves_over_holidays(self) -> None:
        when = datetime(2026, 11, 24, 8, tzinfo=UTC)  # thirty days later it is Christmas
        assert days_of(asking.ask(said(), SECRET, when)) == (date(2026, 11, 24), date(2026, 12, 28))

    def test_a_day_begins_at_midnight_in_prague(self) -> None:
        asked = asking.ask(said(), SECRET, datetime(2026, 11, 17, 23, 0, tzinfo=UTC))
        assert days_of(asked)[0] == date(2026, 11, 18)

    @pytest.mark.parametrize(
        ("ago", "counted"),
        [
            (timedelta(days=3), timedelta(days=3)),  # it waited in a queue while we were down
            (timedelta(days=30), timedelta(days=30)),
            (timedelta(days=30, seconds=1), timedelta()),
            (NOW - datetime(1970, 1, 1, tzinfo=UTC), timedelta()),
            (-timedelta(days=400), timedelta()),
        ],
    )
    def test_a_clock_that_is_far_off_makes_no_case_overdue(self, ago: timedelta, counted: timedelta) -> None:
        asked = asking.ask(said(occurred_at=NOW - ago), SECRET, NOW)
        assert days_of(asked)[0] == (NOW - counted).date()


class TestSentAgain:
    def test_the_same_form_sent_twice_leads_to_the_same_case(self, house: Flask, client: FlaskClient) -> None:
        token, before = open_form(client)["token"], how_many(house)
        form = {"email": "dvakrat@seznam.cz", "consent": True, "files": [("a.png", png())], "token": token}
        sent = [ask(client, **form) for _ in range(3)]  # type: ignore[arg-type]
        assert len({link_of(one) for one in sent}) == 1
        assert more(before, how_many(house)) == {**FROM_SOMEBODY_NEW, "attachments": 1}

    def test_what_is_sent_again_leaves_no_second_copy_of_its_files(self, house: Flask, client: FlaskClient) -> None:
        token, before = open_form(client)["token"], len(stored_files(house))
        for _ in range(3):
            link_of(ask(client, files=[("a.png", png()), ("b.pdf", pdf())], token=token))
        assert len(stored_files(house)) == before + 2

    def test_two_hundred_times_at_once_it_is_one_case_and_one_link(self, house: Flask, client: FlaskClient) -> None:
        token, before, files = open_form(client)["token"], how_many(house), len(stored_files(house))
        sent = at_once(
            [
                lambda: ask(house.test_client(), email="najednou@seznam.cz", files=[("a.png", png())], token=token)
                for _ in range(AT_ONCE)
            ]
        )
        assert [one.status_code for one in sent] == [303] * AT_ONCE
        assert len({link_of(one) for one in sent}) == 1
        assert more(before, how_many(house)) == {**FROM_SOMEBODY_NEW, "attachments": 1}
        assert len(stored_files(house)) == files + 1

    def test_two_hundred_different_texts_of_one_form_at_once_are_one_case_and_the_others_keep_their_words(
        self, house: Flask, client: FlaskClient
    ) -> None:
        token, before = open_form(client)["token"], how_many(house)
        texts = [f"V Dlouhé ulici nesvítí lampa číslo {n}." for n in range(AT_ONCE)]
        sent = at_once([partial(ask, house.test_client(), text, token=token) for text in texts])
        assert sorted(one.status_code for one in sent) == [303] + [409] * (AT_ONCE - 1)
        assert more(before, how_many(house)) == ONE_QUESTION
        pages = [one.get_data(as_text=True) for one in sent if one.status_code == 409]
        kept = {words_of(page) for page in pages}
        assert kept | {text for text in texts if text not in kept} == set(texts)
        assert len(kept) == AT_ONCE - 1
        assert len({visitors.hidden_fields(page)["token"] for page in pages}) == AT_ONCE - 1

    def test_back_and_other_words_is_told_and_those_are_sent_by_the_next_press(
        self, house: Flask, client: FlaskClient
    ) -> None:
        token = open_form(client)["token"]
        first = link_of(ask(client, "Nesvítí lampa.", token=token))
        before = how_many(house)
        told = ask(client, "Nesvítí ani druhá.", "zpet@seznam.cz", consent=True, token=token)
        page = told.get_data(as_text=True)
        assert told.status_code == 409
        assert problems_of(page) != []
        assert (words_of(page), email_of(page)) == ("Nesvítí ani druhá.", "zpet@seznam.cz")
        assert re.search(r'<input id="f-consent"[^>]* checked>', page)
        assert more(before, how_many(house)) == {}
        given = visitors.hidden_fields(page)["token"]
        second = [link_of(ask(client, "Nesvítí ani druhá.", "zpet@seznam.cz", consent=True, token=given))] * 2
        assert second[0] != first
        assert more(before, how_many(house)) == FROM_SOMEBODY_NEW

    @pytest.mark.parametrize("change", [{"consent": True}, {"email": "x@y.cz"}, {"files": [("a.png", png())]}])
    def test_anything_else_that_changed_is_told_too(
        self, house: Flask, client: FlaskClient, change: dict[str, object]
    ) -> None:
        token = open_form(client)["token"]
        link_of(ask(client, token=token))
        with nothing_stored(house):
            assert ask(client, token=token, **change).status_code == 409  # type: ignore[arg-type]

    def test_a_form_that_came_back_is_still_the_same_form(self, house: Flask, client: FlaskClient) -> None:
        token = open_form(client)["token"]
        refused = ask(client, email="není adresa", token=token)
        given = visitors.hidden_fields(refused.get_data(as_text=True))["token"]
        before = how_many(house)
        assert link_of(ask(client, token=token)) == link_of(ask(client, token=given))
        assert more(before, how_many(house)) == ONE_QUESTION

    def test_a_form_opened_anew_is_another_message_even_with_the_same_words(
        self, house: Flask, client: FlaskClient
    ) -> None:
        before = how_many(house)
        assert link_of(ask(client)) != link_of(ask(client))
        assert how_many(house)["cases"] == before["cases"] + 2

    def test_each_form_has_a_token_of_its_own_and_no_cache_gives_it_to_two(self, client: FlaskClient) -> None:
        pages = [client.get(FORM) for _ in range(3)]
        assert len({visitors.hidden_fields(page.get_data(as_text=True))["token"] for page in pages}) == 3
        assert {page.headers["Cache-Control"] for page in pages} == {"private, no-cache"}


def at_once(calls: list[Callable[[], TestResponse]]) -> list[TestResponse]:
    """What came back from all of these, begun at one moment by a thread each."""
    start, done = Barrier(len(calls)), list[TestResponse]()

    def one(call: Callable[[], TestResponse]) -> None:
        start.wait()
        done.append(call())

    threads = [Thread(target=one, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(calls)
    return done


class TestWhoAsks:
    def addresses(self, app: Flask, value: str) -> list[tuple[int, int]]:
        with app.app_context():
            mine = sa.select(Address.id, Address.contact_id).where(sa.func.lower(Address.value) == value)
            return [(row[0], row[1]) for row in db.session.execute(mine)]

    def test_the_same_address_is_one_contact_whatever_the_case_of_its_letters(
        self, house: Flask, client: FlaskClient
    ) -> None:
        before = how_many(house)
        for email in ("petr@seznam.cz", "Petr@Seznam.CZ", "  PETR@seznam.cz ", "petr@seznam.cz\u200b"):
            link_of(ask(client, email=email))
        assert len(self.addresses(house, "petr@seznam.cz")) == 1
        changed = more(before, how_many(house))
        assert (changed["contacts"], changed["addresses"], changed["cases"], changed["deliveries"]) == (1, 1, 4, 4)

    def test_letters_that_only_look_alike_are_other_addresses(self, house: Flask, client: FlaskClient) -> None:
        before = how_many(house)
        for email in ("straße@fuß.cz", "strasse@fuss.cz", "jana.novak@a.cz", "jananovak@a.cz"):
            link_of(ask(client, email=email))
        assert more(before, how_many(house))["contacts"] == 4

    @pytest.mark.parametrize("n", range(3))
    def test_two_who_write_from_the_same_new_address_at_once_are_one(
        self, house: Flask, client: FlaskClient, n: int
    ) -> None:
        tokens, before = [open_form(client)["token"] for _ in range(4)], how_many(house)
        email = f"rodina{n}@seznam.cz"
        sent = at_once(
            [lambda token=token: ask(house.test_client(), email=email, token=token) for token in tokens]  # type: ignore[misc]
        )
        assert len({link_of(one) for one in sent}) == 4
        changed = more(before, how_many(house))
        assert (changed["contacts"], changed["addresses"], changed["cases"], changed["deliveries"]) == (1, 1, 4, 4)
        assert len(self.addresses(house, email)) == 1

    def test_an_address_that_takes_no_letters_gets_none_and_the_question_is_kept(
        self, house: Flask, client: FlaskClient
    ) -> None:
        link_of(ask(client, email="neplatna@seznam.cz"))
        with house.app_context():
            db.session.execute(sa.update(Address).where(Address.value == "neplatna@seznam.cz").values(state="invalid"))
            db.session.commit()
        reference = reference_of(followed(client, ask(client, email="neplatna@seznam.cz")))
        with house.app_context():
            wanted = sa.select(Delivery.state).where(Delivery.message_id == case_of(reference).question_id)
            assert list(db.session.scalars(wanted)) == ["skipped"]

    def test_no_row_says_from_which_network_address_it_came(self, house: Flask, client: FlaskClient) -> None:
        here = stranger()
        link_of(ask(client, email="anonym@seznam.cz", address=here))
        assert here not in repr(everything(house))


@pytest.mark.usefixtures("city")
class TestTheDoor:
    def test_one_id_of_one_source_is_one_message_and_other_words_are_a_conflict(self) -> None:
        outcomes = [
            asking.ask(said("1", text), SECRET, NOW).receipt.outcome for text in ("Lampa", " Lampa\r\n", "Druhá lampa")
        ]
        assert outcomes == [Outcome.STORED, Outcome.KNOWN, Outcome.CONFLICT]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1

    def test_another_source_may_use_the_same_id(self) -> None:
        for source in ("web:a", "web:b"):
            assert asking.ask(said(source=source), SECRET + source, NOW).receipt.outcome is Outcome.STORED
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Origin)) == 2

    def test_an_address_grows_no_longer_than_its_column_by_being_kept_in_small_letters(self) -> None:
        grows = "a@" + ("İ" * 60 + ".") * 4 + "cz"  # each of these is two in small letters
        assert len(grows) <= 254
        assert asking.ask(said(sender=grows), SECRET, NOW).receipt.problem == "bad_email"

    def test_somebody_without_an_address_is_nobody_known(self) -> None:
        asking.ask(said(), SECRET, NOW)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 0

"""What a citizen and the office do to one case in the same hours: no word and no deadline falls between them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask

from hub.actions import following
from hub.database import db
from hub.envelopes import Said
from hub.models import Case
from tests.desk.conftest import DeskOf
from tests.desk.joined import answers_of, join, page_of, work
from tests.desk.looks import state
from tests.desks import OFFICE, OFFICE_HEAD, A, asked, case_of, form_of

MORE = "Ještě dodávám, že lampa svítí i ve dne."


def add(app: Flask, reference: str, text: str = MORE) -> None:
    """Its citizen adds words to a case."""
    with app.app_context():
        key = case_of(db.session(), reference).id
        following.add(Said("web:sledovani", uuid4().hex, "", text, adds_to=key), datetime.now(UTC))


def seen(app: Flask, reference: str) -> Case:
    """A case as it is now."""
    with app.app_context():
        case = case_of(db.session(), reference)
        db.session.expunge(case)
        return case


@pytest.mark.parametrize("end", ["uzavreni", "podezreni"])
def test_who_is_joined_to_a_case_that_ends_without_an_answer_is_not_left_without_one(
    light: Flask, desk: DeskOf, end: str, words: str
) -> None:
    main = asked(light, now=datetime.now(UTC) - timedelta(days=3))
    others = [asked(light, email=f"{uuid4().hex}@seznam.example") for _ in range(2)]
    if end == "podezreni":
        with light.app_context():
            case_of(db.session(), main).suspicion = "suspected"
            db.session.commit()
    for other in others:
        assert join(desk(A), other, main).status_code == 303
    more = {"reason": "Občan to vzal zpět."} if end == "uzavreni" else {"verdict": "spam"}
    assert desk(A).post(main, end, {**desk(A).form(main, end), **more}).status_code == 303
    told = f"Otevřený je pro ně případ {others[0]}." in desk(A).page(main)
    assert told == (end == "uzavreni")
    assert [state(light, one) for one in (main, *others)] == ["closed", "new", "closed"]
    desk(A).send(others[0], words)
    work(light)
    assert [len(answers_of(light, one)) for one in (main, *others)] == [0, 1, 1]


@pytest.mark.parametrize("verdict", ["approve", "return"])
def test_words_added_while_a_correction_waits_are_answered_within_a_deadline_of_their_own(
    light: Flask, desk: DeskOf, verdict: str
) -> None:
    reference = asked(light, department="kancelar", now=datetime.now(UTC) - timedelta(days=20))
    desk(OFFICE).send(reference, "Opravíme ji v pondělí.")
    desk(OFFICE_HEAD).decide(reference, "approve")
    before = seen(light, reference).due_on
    correct(desk, reference, "Opravíme ji v úterý.")
    add(light, reference)
    assert desk(OFFICE_HEAD).decide(reference, verdict, "Úterý je svátek.").status_code == 303
    case = seen(light, reference)
    assert (case.state, case.answered_at) == ("in_progress", None)
    assert case.due_on > before
    assert reference in desk(OFFICE).inbox()


def correct(desk: DeskOf, reference: str, text: str) -> None:
    """Correct the first answer of a case; it waits for approval."""
    form = {**form_of(desk(OFFICE).page(reference), "oprava"), "answer": "1"}
    assert desk(OFFICE).post(reference, "oprava", form).status_code == 303
    assert desk(OFFICE).send(reference, text).status_code == 303
    assert state(desk(OFFICE).app, reference) == "in_review"


def test_who_approves_an_answer_is_told_of_words_that_were_added_since_the_page_was_opened(
    light: Flask, desk: DeskOf, words: str
) -> None:
    reference = asked(light, department="kancelar")
    desk(OFFICE).send(reference, words)
    opened = {**desk(OFFICE_HEAD).form(reference, "schvaleni"), "verdict": "approve"}
    add(light, reference)
    assert desk(OFFICE_HEAD).post(reference, "schvaleni", opened).status_code == 409
    assert MORE in desk(OFFICE_HEAD).page(reference)
    assert desk(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    assert state(light, reference) == "answered"


def test_what_a_joined_citizen_was_answered_is_corrected_in_the_main_case_only(light: Flask, desk: DeskOf) -> None:
    main = asked(light, now=datetime.now(UTC) - timedelta(days=3))
    other = asked(light, email="petr@seznam.example")
    join(desk(A), other, main)
    desk(A).send(main, "Opravíme ji **v pondělí**.")
    work(light)
    form = {**form_of(desk(A).page(main), "oprava"), "answer": "1"}
    assert "/oprava" not in desk(A).page(other)
    assert desk(A).post(other, "oprava", form).status_code == 409
    assert desk(A).post(main, "oprava", form).status_code == 303
    desk(A).send(main, "Opravíme ji **v úterý**.")
    assert "<strong>v úterý</strong>" in page_of(desk(A), main, "spojeni")
    sent_on = {**form_of(page_of(desk(A), main, "spojeni"), "spojeni/poslat"), "has_read": "1"}
    assert desk(A).post(main, "spojeni/poslat", sent_on).status_code == 303
    work(light)
    assert [text for text, _ in answers_of(light, other)] == ["Opravíme ji **v úterý**."]  # in place of the first


def test_a_planned_answer_is_late_in_the_list_of_all_like_any_other(light: Flask, desk: DeskOf, words: str) -> None:
    reference = asked(light, now=datetime.now(UTC) - timedelta(days=60))
    planned = {**desk(A).written(reference, words), "plan": "tomorrow"}
    desk(A).post(reference, "odpoved", planned)
    assert state(light, reference) == "scheduled"
    for view in ("otevrene", "vse"):
        assert reference in desk(A).inbox(pohled=view, lhuta="po-lhute")


def test_who_sends_an_answer_is_shown_first_what_the_citizen_added_while_it_was_written(
    light: Flask, desk: DeskOf, words: str
) -> None:
    reference = asked(light)
    opened = desk(A).written(reference, words)
    add(light, reference)
    refused = desk(A).post(reference, "odpoved", opened)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "Občan mezitím něco doplnil" in page
    assert MORE in page
    assert answers_of(light, reference) == []
    again = {**opened, **form_of(page, "odpoved"), "public": "0", "step": "submit"}
    assert again["text"] == words
    assert desk(A).post(reference, "odpoved", again).status_code == 303
    assert desk(A).post(reference, "odpoved", again).status_code == 303
    assert [text for text, _ in answers_of(light, reference)] == [words]

"""A second person approves or returns, never the author."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hub.actions import answers, cases
from hub.actions.answers import Written
from hub.database import db
from hub.models import Message
from hub.vocabulary import CaseState
from tests import desks
from tests.desk.conftest import DeskOf
from tests.desk.looks import draft, letters, said, state, together
from tests.desks import (
    ADMINISTRATOR,
    OFFICE,
    OFFICE_HEAD,
    PRESS,
    A,
    asked,
    case_of,
    follow_page,
    public_page,
)
from tests.visitors import assert_refused


def review(app: Flask, staff: DeskOf, text: str, public: bool = True) -> str:
    """A case of the department that asks for approval, with an answer that waits for it."""
    reference = asked(app, department="kancelar")
    assert staff(OFFICE).send(reference, text, public, "Název", "Otázka?").status_code == 303
    assert state(app, reference) == "in_review"
    return reference


def waits(app: Flask, reference: str, text: str) -> None:
    """It still waits: neither the citizen nor the public has it."""
    assert state(app, reference) == "in_review"
    assert letters(app, reference) == []
    assert text not in follow_page(app, reference)
    assert text not in public_page(app)


def test_whoever_wrote_an_answer_does_not_approve_it(town: Flask, staff: DeskOf, words: str) -> None:
    reference = review(town, staff, words)
    assert 'value="approve"' not in staff(OFFICE).page(reference)
    form = {**staff(OFFICE).form(reference, "poznamka"), "n": staff(OFFICE_HEAD).form(reference, "schvaleni")["n"]}
    assert_refused(staff(OFFICE).post(reference, "schvaleni", {**form, "verdict": "approve"}), 403)
    waits(town, reference, words)

    for author in (OFFICE_HEAD, PRESS, ADMINISTRATOR):  # not even one who approves what others write
        reference = asked(town, department="kancelar")
        assert staff(author).send(reference, words).status_code == 303
        assert 'value="approve"' not in staff(author).page(reference)
        token = staff(author).form(reference, "poznamka")["csrf_token"]
        form = {"csrf_token": token, "n": "1", "verdict": "approve"}
        assert_refused(staff(author).post(reference, "schvaleni", form), 403)
        waits(town, reference, words)


def test_an_official_approves_and_returns_nothing_of_others(light: Flask, desk: DeskOf, words: str) -> None:
    reference = asked(light, department="kancelar")
    assert desk(OFFICE_HEAD).send(reference, words).status_code == 303
    assert 'value="approve"' not in desk(OFFICE).page(reference)
    token = desk(OFFICE).form(reference, "poznamka")["csrf_token"]
    for verdict in ("approve", "return"):
        form = {"csrf_token": token, "n": "1", "verdict": verdict, "reason": "Proto."}
        assert_refused(desk(OFFICE).post(reference, "schvaleni", form), 403)
    assert desk(OFFICE).post(reference, "schvaleni", {**form, "verdict": "maybe"}).status_code == 400
    waits(light, reference, words)


@pytest.mark.parametrize("who", [OFFICE_HEAD, PRESS, ADMINISTRATOR])
def test_a_second_person_approves_and_only_then_it_goes_out(town: Flask, staff: DeskOf, who: str, words: str) -> None:
    reference = review(town, staff, words)
    waits(town, reference, words)
    assert words in staff(who).page(reference)
    assert staff(who).decide(reference, "approve").status_code == 303
    assert state(town, reference) == "answered"
    assert letters(town, reference) == ["queued"]
    assert words in follow_page(town, reference)
    assert words in public_page(town)
    assert draft(town, reference) is None


def test_a_returned_answer_is_a_draft_again_and_goes_the_same_way_once_more(
    town: Flask, staff: DeskOf, words: str
) -> None:
    reference = review(town, staff, words)
    assert staff(OFFICE_HEAD).decide(reference, "return", "  ").status_code == 400
    waits(town, reference, words)
    assert staff(OFFICE_HEAD).decide(reference, "return", "Chybí termín.").status_code == 303
    assert state(town, reference) == "in_progress"
    form = staff(OFFICE).form(reference, "odpoved")
    assert (form["text"], form["public"], form["title"]) == (words, "1", "Název")
    assert (
        staff(OFFICE).post(reference, "odpoved", {**form, "text": "S termínem.", "step": "submit"}).status_code == 303
    )
    assert said(town, reference) == [("S termínem.", None)]
    assert staff(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    assert said(town, reference) == [("S termínem.", 2)]
    page = public_page(town, q="termínem")
    assert "S termínem." in re.sub("</?mark>", "", page)
    assert words not in follow_page(town, reference)


def test_a_public_answer_returned_may_be_sent_again_as_a_private_one_and_by_a_double_click(
    town: Flask, staff: DeskOf, words: str
) -> None:
    reference = review(town, staff, words)
    assert staff(OFFICE_HEAD).decide(reference, "return", "Jen soukromě.").status_code == 303
    form = staff(OFFICE).written(reference, words)
    for _ in range(2):
        assert staff(OFFICE).post(reference, "odpoved", form).status_code == 303
    assert staff(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    assert words in follow_page(town, reference)
    with town.app_context():
        case = case_of(db.session(), reference)
        shown = sa.select(Message.shown_n).where(Message.derived_from_id == case.question_id)
        assert list(db.session.scalars(shown)) == [None]


def test_what_changed_since_it_was_read_is_not_approved(town: Flask, staff: DeskOf, words: str) -> None:
    reference = review(town, staff, words)
    read = {**staff(OFFICE_HEAD).form(reference, "schvaleni"), "verdict": "approve"}
    assert staff(PRESS).decide(reference, "return", "Přepsat.").status_code == 303
    assert staff(OFFICE_HEAD).post(reference, "schvaleni", read).status_code == 409
    assert staff(OFFICE).send(reference, "Přepsáno a nečteno.").status_code == 303
    assert staff(OFFICE_HEAD).post(reference, "schvaleni", read).status_code == 409
    assert said(town, reference) == [("Přepsáno a nečteno.", None)]
    assert staff(PRESS).decide(reference, "approve").status_code == 303
    assert staff(OFFICE).send(reference, "Druhá odpověď, nečtená.").status_code == 303
    assert staff(OFFICE_HEAD).post(reference, "schvaleni", read).status_code == 409
    assert said(town, reference)[-1] == ("Druhá odpověď, nečtená.", None)
    for n in ("", "x", "0", "99999", "-1"):
        assert staff(OFFICE_HEAD).post(reference, "schvaleni", {**read, "n": n}).status_code in {400, 409}


def test_two_who_decide_at_once_decide_once(town: Flask, staff: DeskOf, words: str) -> None:
    for _ in range(4):
        reference = review(town, staff, words)
        ready = {who: staff(who).form(reference, "schvaleni") for who in (OFFICE_HEAD, PRESS)}

        def decide(
            who: str, verdict: str, reference: str = reference, ready: dict[str, dict[str, str]] = ready
        ) -> TestResponse:
            return staff(who).post(reference, "schvaleni", {**ready[who], "verdict": verdict, "reason": "Ne."})

        got = together(lambda: decide(OFFICE_HEAD, "approve"), lambda: decide(PRESS, "return"))
        assert sorted(answer.status_code for answer in got) == [303, 409]
        approved = got[0].status_code == 303
        assert state(town, reference) == ("answered" if approved else "in_progress")
        assert len(letters(town, reference)) == int(approved)


def test_a_returned_answer_given_to_another_department_is_answered_there(
    town: Flask, staff: DeskOf, words: str
) -> None:
    reference = review(town, staff, words)
    staff(OFFICE_HEAD).decide(reference, "return", "Patří jinam.")
    staff(OFFICE).classify(reference, department="dopravy")
    path = staff(A).publish(reference, "Odpovídá doprava.")
    assert "Odbor dopravy" in public_page(town, path)
    assert "Kancelář primátora" not in public_page(town, path)
    assert words not in follow_page(town, reference)


# Signed out in mid-answer


def test_the_database_knows_the_author_even_where_the_page_was_gone_round(
    town: Flask, staff: DeskOf, words: str
) -> None:
    reference = review(town, staff, words)
    with town.app_context():
        head = desks.scope(OFFICE_HEAD)
        now = datetime.now(UTC)
        with pytest.raises(Exception, match="approves|schval|waits"):
            answers.decide(desks.scope(OFFICE), reference, 1, True, "", now)
        answers.decide(head, reference, 1, True, "", now)
        assert (
            answers.submit(desks.scope(OFFICE), reference, Written(0, words, True, "Název", "Otázka?"), now)
            is CaseState.ANSWERED
        )
        cases.note(head, reference, "Hotovo.", now)
    assert len(said(town, reference)) == 1

"""A case goes to another department or to another authority, and its citizen is told who answers."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from hub.actions import deliveries as sending
from hub.database import db
from hub.models import Delivery
from tests.desk.conftest import DeskOf
from tests.desk.joined import join, letters_of, page_of, work
from tests.desk.looks import state
from tests.desks import HEAD, OFFICE, PRESS, SOCIAL, A, Desk, asked, case_of, follow_page, form_of

ROADS = "Ředitelství silnic a dálnic"
WHY = "Silnice I/11 patří státu."


def forward(desk: Desk, reference: str, **more: str) -> int:
    """Hand a case over."""
    form = form_of(page_of(desk, reference, "postoupeni"), "postoupeni")
    return desk.post(
        reference, "postoupeni", {**form, "authority": ROADS, "contact": "zjq4rhz", "reason": WHY, **more}
    ).status_code


def take_back(desk: Desk, reference: str, note: str = "Spletli jsme si silnici.") -> int:
    """Take it back."""
    form = form_of(page_of(desk, reference, "postoupeni"), "postoupeni/zpet")
    return desk.post(reference, "postoupeni/zpet", {**form, "note": note}).status_code


def sent(app: Flask, reference: str) -> None:
    """The letters about a case have gone."""
    with app.app_context():
        case = case_of(db.session(), reference)
        mine = sa.update(Delivery).where(Delivery.message_id == case.question_id, Delivery.state == "queued")
        claimed = db.session.execute(
            mine.values(state="claimed", claimed_until=case.question.received_at, began_at=case.question.received_at)
        )
        assert claimed.rowcount  # type: ignore[attr-defined]
        mine = sa.update(Delivery).where(Delivery.message_id == case.question_id, Delivery.state == "claimed")
        db.session.execute(mine.values(state="sent", claimed_until=None, sent_at=case.question.received_at))
        db.session.commit()


assert sending


def test_the_citizen_reads_where_it_went_and_why(town: Flask, staff: DeskOf) -> None:
    reference = asked(town)
    staff(A).send(reference, "Rozepsáno.", step="save")
    assert forward(staff(A), reference) == 303
    assert state(town, reference) == "closed"
    page = follow_page(town, reference)
    for words in (ROADS, "zjq4rhz", WHY, "Postoupeno jinému úřadu"):
        assert words in page
    assert "Uzavřeno bez odpovědi" not in page
    assert letters_of(town, reference, "forwarded") == ["queued"]
    desk = staff(A).page(reference)
    assert ROADS in desk
    assert "Rozepsáno." in desk
    assert forward_again(staff(A), reference) == 409


def forward_again(desk: Desk, reference: str) -> int:
    """Send the form of a case that is handed over already."""
    token = desk.form(reference, "poznamka")["csrf_token"]
    data = {"csrf_token": token, "version": "2", "authority": ROADS, "reason": WHY}
    return desk.post(reference, "postoupeni", data).status_code


def test_a_letter_that_has_not_gone_is_taken_back_with_it(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    with light.app_context():
        due = case_of(db.session(), reference).due_on
    forward(desk(A), reference)
    assert take_back(desk(A), reference, " ") == 400
    assert take_back(desk(A), reference) == 303
    assert letters_of(light, reference, "forwarded") == ["cancelled"]
    assert letters_of(light, reference, "taken_back") == []
    assert "Spletli jsme si silnici." in follow_page(light, reference)
    with light.app_context():
        case = case_of(db.session(), reference)
        assert (case.state, case.due_on, case.outcome) == ("new", due, None)
    assert forward(desk(A), reference) == 303
    assert letters_of(light, reference, "forwarded") == ["cancelled", "queued"]


def test_who_got_the_letter_gets_another_when_it_is_taken_back(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    forward(desk(A), reference)
    sent(light, reference)
    assert take_back(desk(A), reference) == 303
    assert letters_of(light, reference, "taken_back") == ["queued"]
    desk(A).send(reference, "Opravíme ji.")
    assert "Spletli jsme si silnici." not in follow_page(light, reference)


def test_citizens_of_joined_cases_are_told_too(light: Flask, desk: DeskOf) -> None:
    main = asked(light, "Díra v silnici.", "jana@seznam.example")
    other = asked(light, "Zase ta díra.", "petr@seznam.example")
    join(desk(A), other, main)
    forward(desk(A), main)
    work(light)
    assert letters_of(light, other, "forwarded") == ["queued"]
    page = follow_page(light, other)
    assert ROADS in page
    assert "Díra v silnici." not in page


def test_a_case_in_review_a_stale_page_and_empty_words_are_refused_with_the_words_kept(
    light: Flask, desk: DeskOf
) -> None:
    waiting = asked(light, department="kancelar")
    desk(OFFICE).send(waiting, "Ke schválení.")
    assert "postoupit jde jen" in page_of(desk(OFFICE), waiting, "postoupeni").lower()
    data = {"csrf_token": desk(OFFICE).form(waiting, "poznamka")["csrf_token"], "authority": ROADS, "reason": WHY}
    with light.app_context():
        data["version"] = str(case_of(db.session(), waiting).version)
    answer = desk(OFFICE).post(waiting, "postoupeni", data)
    assert answer.status_code == 409
    assert "čeká na schválení" in answer.get_data(as_text=True)
    assert state(light, waiting) == "in_review"
    reference = asked(light)
    for more, status in (
        ({"authority": " "}, 400),
        ({"authority": "Ř" * 201}, 400),
        ({"contact": "x" * 201}, 400),
        ({"reason": ""}, 400),
        ({"reason": "x" * 2001}, 400),
        ({"version": "0"}, 409),
        ({"version": "²"}, 409),
    ):
        assert forward(desk(A), reference, **more) == status, more
    assert forward(desk(PRESS), reference, authority="<b>Úřad</b>\x00") == 303
    assert "&lt;b&gt;Úřad&lt;/b&gt;" in follow_page(light, reference)


def test_another_department_s_case_is_not_there(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    for action in ("postoupeni", "spis", "spojeni"):
        page_of(desk(SOCIAL), reference, action, 404)


def test_another_department_is_told_once_the_receipt_has_gone(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    desk(HEAD).classify(reference, department="socialni")
    assert letters_of(light, reference, "passed") == []  # the receipt that waits will name it
    sent(light, reference)
    desk(SOCIAL).classify(reference, department="dopravy")
    desk(HEAD).classify(reference, department="dopravy")
    assert letters_of(light, reference, "passed") == ["queued"]
    assert "jiný odbor: Odbor dopravy" in follow_page(light, reference)


def test_a_draft_survives_another_department_and_another_official(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    desk(A).send(reference, "Napsal jsem polovinu.", step="save")
    desk(A).classify(reference, department="socialni")
    desk(SOCIAL).take(reference)
    assert desk(SOCIAL).form(reference, "odpoved")["text"] == "Napsal jsem polovinu."

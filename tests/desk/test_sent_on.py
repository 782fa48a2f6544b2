"""What goes on to citizens of joined cases: a correction says that it is one, and nobody gets the same words twice."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.jobs.letters import Desk as LetterDesk
from hub.models import Delivery, Message
from tests.desk.conftest import DeskOf
from tests.desk.joined import answers_of, join, page_of, part, work
from tests.desk.looks import letters, said, state
from tests.desk.test_correcting import claimed, correct
from tests.desks import OFFICE, OFFICE_HEAD, A, Desk, asked, case_of, follow_page, form_of


def two(app: Flask, department: str = "dopravy") -> tuple[str, str]:
    first = asked(app, "Lampa v Dlouhé nesvítí.", "jana@seznam.example", department=department)
    return first, asked(app, "V Dlouhé je tma.", "petr@seznam.example", department=department)


def send_on(app: Flask, desk: Desk, main: str) -> str:
    """Send the newest answer of a case on; returns the page on which that was said."""
    page = page_of(desk, main, "spojeni")
    assert desk.post(main, "spojeni/poslat", form_of(page, "spojeni/poslat")).status_code == 303
    work(app)
    return page


def test_a_correction_sent_on_replaces_what_the_citizen_has_and_says_why(
    town: Flask, staff: DeskOf, words: str
) -> None:
    main, other = two(town, "kancelar")
    join(staff(OFFICE), other, main)
    staff(OFFICE).send(main, words)
    staff(OFFICE_HEAD).decide(main, "approve")
    work(town)
    assert correct(staff, main, text=f"Nově: {words}", reason="Špatný den.") == 303
    staff(OFFICE_HEAD).decide(main, "approve")
    assert said(town, other) == [(words, 1)]
    assert "Špatný den." in send_on(town, staff(OFFICE), main)
    assert said(town, other) == [(f"Nově: {words}", 2)]
    page = follow_page(town, other)
    for told in ("Opraveno", "Špatný den.", f"Nově: {words}"):
        assert told in page
    with town.test_request_context():
        mine = sa.select(Message.id).where(Message.conversation_id == case_of(db.session(), other).conversation_id)
        wanted = sa.select(Delivery).where(Delivery.message_id.in_(mine), Delivery.letter == "answer")
        _, newer = db.session.scalars(wanted.order_by(Delivery.id)).all()
        letter = LetterDesk(db.session(), 10**6).compose(claimed(newer))
        assert letter is not None
        assert "Opravená odpověď" in letter.parts[0][1].subject
        assert "Špatný den." in letter.parts[0][1].text
        db.session.rollback()


def test_who_joins_after_the_correction_gets_an_answer_that_corrects_nothing(
    light: Flask, desk: DeskOf, words: str
) -> None:
    main, other = two(light)
    desk(A).send(main, "Zítra.")
    assert correct(desk, main, A, text=words, reason="Jiný den.") == 303
    join(desk(A), other, main, may_share="1")
    work(light)
    assert said(light, other) == [(words, 1)]
    page = follow_page(light, other)
    assert "Opraveno" not in page
    assert "Jiný den." not in page


def test_a_case_parted_and_joined_again_gets_each_answer_once(town: Flask, staff: DeskOf, words: str) -> None:
    desk = staff(A)
    main, other = two(town)
    join(desk, other, main)
    desk.send(main, words)
    work(town)
    part(desk, other)
    assert state(town, other) == "in_progress"
    assert join(desk, other, main, may_share="1").status_code == 303
    work(town)
    assert answers_of(town, other) == [(words, "petr@seznam.example")]
    assert letters(town, other) == ["queued"]
    assert state(town, other) == "answered"
    assert "spojeni/poslat" not in page_of(desk, main, "spojeni")
    part(desk, other)
    assert correct(staff, main, A, text=f"Nově: {words}", reason="Upřesnění.") == 303
    join(desk, other, main, may_share="1")
    work(town)
    assert said(town, other) == [(f"Nově: {words}", 2)]
    assert "Opraveno" in follow_page(town, other)


def test_the_same_words_do_not_come_back_by_a_copy_of_them(light: Flask, desk: DeskOf, words: str) -> None:
    main, other = two(light)
    third = asked(light, "Pořád tma.", "eva@seznam.example")
    join(desk(A), third, other)
    join(desk(A), other, main)
    desk(A).send(main, words)
    work(light)
    part(desk(A), other)  # with the third below it, which has the answer of the first
    send_on(light, desk(A), other)
    assert said(light, third) == [(words, 1)]
    assert correct(desk, other, A, text=f"Nově: {words}") == 303
    send_on(light, desk(A), other)
    assert said(light, third) == [(f"Nově: {words}", 2)]

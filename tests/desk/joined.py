"""Cases that are joined in tests: what an official sends, and what the worker does."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hub.database import db
from hub.jobs import sharing
from hub.models import Delivery, Message
from hub.queries import merging
from tests.desks import Desk, address, case_of, form_of

WHY = "Je to o téže lampě."


def page_of(desk: Desk, reference: str, action: str, status: int = 200) -> str:
    """A page of a case."""
    answer = desk.client.get(address(reference, action))
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def join(desk: Desk, reference: str, other: str, **more: str) -> TestResponse:
    """Say that a case is a duplicate of another."""
    form = form_of(page_of(desk, reference, "spojeni"), "spojeni")
    form.pop("may_share", None)
    return desk.post(reference, "spojeni", {**form, "other": other, "reason": WHY, **more})


def part(desk: Desk, reference: str, reason: str = "Je to o jiné lampě.") -> TestResponse:
    """Undo it."""
    form = form_of(page_of(desk, reference, "spojeni"), "spojeni/zpet")
    return desk.post(reference, "spojeni/zpet", {**form, "end_reason": reason})


def work(app: Flask) -> None:
    """What the worker does with everything that is to be shared."""
    with app.app_context():
        for one in merging.open_sharings(db.session()):
            db.session.rollback()
            sharing.share(one)


def answers_of(app: Flask, reference: str) -> list[tuple[str, str]]:
    """The answers in the conversation of a case: text, and to where it goes."""
    with app.app_context():
        case = case_of(db.session(), reference)
        found = []
        for message in db.session.scalars(
            sa.select(Message)
            .where(Message.conversation_id == case.conversation_id, Message.kind == "answer")
            .order_by(Message.id)
        ):
            letters = db.session.scalars(sa.select(Delivery).where(Delivery.message_id == message.id))
            found.append((message.revisions[-1].text or "", ",".join(one.address.value for one in letters)))
        return found


def letters_of(app: Flask, reference: str, letter: str) -> list[str]:
    """The states of letters of one kind about a case."""
    with app.app_context():
        case = case_of(db.session(), reference)
        wanted = sa.select(Delivery.state).where(Delivery.message_id == case.question_id, Delivery.letter == letter)
        return list(db.session.scalars(wanted.order_by(Delivery.id)))

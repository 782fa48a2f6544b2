"""What a case of a town looks like in its database."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hub.database import db
from hub.models import Delivery, Draft, Message
from tests.desks import (
    Desk,
    address,
    case_of,
)
from tests.visitors import everything, signed_in

DeskOf = Callable[[str], Desk]


def stored(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table. A desk may sign in at any time, so sign-ins are left out."""
    rows = everything(app)
    return {**rows, "audit_entries": [row for row in rows["audit_entries"] if "sign in" not in row]}


def state(app: Flask, reference: str) -> str:
    with app.app_context():
        return case_of(db.session(), reference).state


def draft(app: Flask, reference: str) -> tuple[int, str] | None:
    """(version, text) of the draft that is kept."""
    with app.app_context():
        case = case_of(db.session(), reference)
        kept = db.session.get(Draft, case.id)
        return (kept.version, kept.text) if kept else None


def letters(app: Flask, reference: str, letter: str = "answer") -> list[str]:
    """The states of the letters of this kind that belong to a case."""
    with app.app_context():
        case = case_of(db.session(), reference)
        mine = sa.select(Message.id).where(Message.conversation_id == case.conversation_id)
        wanted = sa.select(Delivery.state).where(Delivery.message_id.in_(mine), Delivery.letter == letter)
        return list(db.session.scalars(wanted.order_by(Delivery.id)))


def said(app: Flask, reference: str) -> list[tuple[str, int | None]]:
    """(newest text, shown revision) of every answer of a case."""
    with app.app_context():
        case = case_of(db.session(), reference)
        wanted = sa.select(Message).where(Message.conversation_id == case.conversation_id, Message.kind == "answer")
        return [(m.revisions[-1].text or "", m.shown_n) for m in db.session.scalars(wanted.order_by(Message.id))]


def open_to(app: Flask, reference: str, email: str) -> bool:
    answer = signed_in(app, email).get(address(reference))
    assert answer.status_code in {200, 404}
    return answer.status_code == 200


# The inbox


def references(page: str) -> list[str]:
    return re.findall(r'href="/urad/pripady/([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z])(?:\?[^"]*)?"', page)


def together(*calls: Callable[[], TestResponse]) -> list[TestResponse]:
    """What each gets when all begin at the same moment."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], TestResponse]) -> TestResponse:
        barrier.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [one.result(timeout=60) for one in [pool.submit(run, call) for call in calls]]


def case_addresses(app: Flask, reference: str) -> list[tuple[str, str]]:
    """(method, address) of every route under which a case can be asked for."""
    found = []
    for rule in app.url_map.iter_rules():
        if "reference" in rule.arguments and rule.rule.startswith("/urad/pripady/"):
            path = re.sub(
                r"<(?:\w+:)?(\w+)>",
                lambda part: {"reference": reference, "position": "1", "number": "1"}[part[1]],
                rule.rule,
            )
            found += [(method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found

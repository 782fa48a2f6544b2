"""Questions and answers of the demo city, through the same doors as real ones."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import sqlalchemy as sa

from hub import cityfile
from hub.actions import answers, asking, correcting, terms
from hub.actions.answers import Written
from hub.database import db
from hub.envelopes import Said
from hub.models import Account, Case
from hub.queries import cases
from hub.rules import planning
from hub.rules.access import Scope
from hub.signin import scope_of_account

QUESTIONS = Path(cityfile.__file__).parent / "demo" / "questions.toml"
SOURCE = "web:demo"


def fill(now: datetime) -> None:
    """Ask and answer them, in the order in which that would have been. A second time changes nothing."""
    with QUESTIONS.open("rb") as file:
        questions = tomllib.load(file)["questions"]
    for number, question in sorted(enumerate(questions), key=lambda one: -int(one[1]["days_ago"])):
        _fill_one(str(number), question, now)


def _fill_one(name: str, question: dict[str, Any], now: datetime) -> None:
    came = now - timedelta(days=question["days_ago"])
    said = Said(
        source=SOURCE,
        external_id=name,
        sender=question.get("email", ""),
        text=question["text"],
        reply_channel="email",
        language=question.get("language", "cs"),
        may_publish=question["consent"],
        street=question.get("street", ""),
        point=tuple(question["point"]) if "point" in question else None,
    )
    asked = asking.ask(said, token_urlsafe(32), came)
    case = db.session.get_one(Case, asked.receipt.about)
    reference, is_new = case.reference, case.state == "new"
    if not is_new or "by" not in question:
        return
    scope = scope_of(question["by"])
    if "extension" in question:
        named = case.due_on + timedelta(days=question["longer"])
        later = came + timedelta(days=question["after"])
        terms.extend(scope, reference, case.due_on.isoformat(), question["extension"], named, later)
        return
    if "draft" in question:
        answers.save(scope, reference, Written(0, question["draft"]), came + timedelta(days=1))
        return
    written = Written(
        0,
        question["answer"],
        "title" in question,
        question.get("title", ""),
        question.get("public_question", ""),
        question.get("theme"),
        publish_at=planning.tomorrow_morning(now + timedelta(days=question["planned"] - 1))
        if "planned" in question
        else None,
    )
    answered = came + timedelta(days=question["after"])
    answers.submit(scope, reference, written, answered)
    if "approved_by" in question:
        answers.decide(scope_of(question["approved_by"]), reference, 1, True, "", answered + timedelta(hours=3))
    if "correction" in question:
        _correct(scope, reference, question, answered + timedelta(days=1))


def _correct(scope: Scope, reference: str, question: dict[str, Any], now: datetime) -> None:
    """Write the correction of an answer that went out; where the department asks for it, it waits for approval."""
    correcting.begin(scope, reference, 1, now)
    case = cases.find(db.session(), scope, reference)
    kept = cases.draft(db.session(), case)
    version = kept.version if kept is not None else 0
    db.session.rollback()
    new = Written(version, question["correction"], corrects=1, reason=question["reason"])
    answers.submit(scope, reference, new, now)


def scope_of(email: str) -> Scope:
    """The scope of an account of the demo."""
    account = db.session.scalars(sa.select(Account).where(Account.email == email)).one()
    scope = scope_of_account(account)
    if scope is None:
        raise LookupError(email)
    return scope

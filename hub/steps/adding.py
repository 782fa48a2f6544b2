"""A citizen goes on with their own case: more words, an answered case opened again, an e-mail where the answer is to go."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.database import row_lock
from hub.envelopes import Receipt, Said
from hub.models import Case, Message
from hub.queries import cases, merging
from hub.rules.deadlines import received_on
from hub.steps import answering, finding, hearing, terms, words
from hub.steps import merging as joining
from hub.text import words as clean
from hub.vocabulary import CaseState, Cause, LegalKind, MessageKind, Outcome
from hub.work import CITIZEN

MOST = 50
"""Times that words are added to one case."""

DONE = {CaseState.ANSWERED.value, CaseState.CLOSED.value}


def add(session: Session, said: Said, now: datetime) -> Receipt:
    """Record more words to the case `said.adds_to`; one that is done is opened again, with its deadline counted anew.

    Known already: nothing happens; the same id with other words is a conflict.
    """
    text = clean(said.text)
    problem = hearing.refusal(said, text)
    case = to_go_on(session, said.adds_to or 0)
    if not problem and case.erased_at is not None:
        problem = "erased"
    if not problem and len(cases.questions(session, case)) > MOST:
        problem = "too_many"
    if problem:
        return Receipt(said.external_id, 0, Outcome.INVALID, problem)
    origin = hearing.known_by(session, said, text)
    if isinstance(origin, Receipt):
        return origin
    message = Message(
        conversation_id=case.conversation_id,
        kind=MessageKind.QUESTION,
        author_id=case.question.author_id,
        replies_to_id=case.question_id,
        channel=said.channel,
        language=said.language,
        received_at=now,
    )
    session.add(message)
    words.revise(session, message, text, CITIZEN, Cause.ORIGINAL, now)
    origin.message_id = message.id
    case.added_at = now
    terms.completed(session, case, now)
    if case.state in DONE:
        _open_again(session, case, now)
    elif case.answered_at is not None:  # what was answered is being corrected, or answered once more: this waits too
        _count_from(session, case, now)
    finding.add(session, case, text)
    return Receipt(said.external_id, 0, Outcome.STORED, about=case.id)


def to_go_on(session: Session, case_id: int) -> Case:
    """The case, to be changed; others who would wait until this is done."""
    session.execute(row_lock(sa.select(Case.id).where(Case.id == case_id)))
    case = session.get_one(Case, case_id)
    session.refresh(case)
    return case


def _open_again(session: Session, case: Case, now: datetime) -> None:
    link, had_answer = merging.link_of(session, case), case.answered_at is not None
    if link is None:
        answering.move(case, CaseState.IN_PROGRESS)
    else:  # what is said now was not said by whoever asked first, so it needs an answer of its own
        joining.part(session, case, link, None, "", now)
        if not had_answer:
            return
    _count_from(session, case, now)


def open_again(session: Session, case: Case) -> None:
    """The answer went out, but words came after it was written: the case waits for another one, counted from their day."""
    if case.added_at is not None:
        answering.move(case, CaseState.IN_PROGRESS)
        _count_from(session, case, case.added_at)


def _count_from(session: Session, case: Case, now: datetime) -> None:
    case.answered_at = None
    case.reopened_on = received_on(now, None)
    case.deadline_rule_id, case.due_on = hearing.due(session, LegalKind(case.legal_kind), case.reopened_on)

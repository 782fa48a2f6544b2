"""What officials do with a case before and beside the answer: take it, classify it, note something."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import errors
from hub.models import Case, CaseNote, Department
from hub.queries import cases, deadlines
from hub.rules.access import Scope
from hub.steps import answering, finding, hearing, merging, passing, terms
from hub.text import one_line
from hub.text import words as clean
from hub.vocabulary import CLOSED_AS, ActorKind, CaseState, LegalKind, Suspicion, marked
from hub.work import Actor, Work, work

LONGEST_NOTE = 5000
IS_SPAM, IS_NO_SPAM = "spam", "clear"


def take(scope: Scope, reference: str, now: datetime) -> None:
    """The case is mine from now on."""
    actor = Actor(ActorKind.ACCOUNT, scope.account_id)
    with work(actor, "take a case", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        case.official_id = scope.account_id
        if case.state == CaseState.NEW:
            case.state = CaseState.IN_PROGRESS
        if case.suspicion == Suspicion.SUSPECTED:
            _clear(w.session, case, now)
        w.about(case)


def judge(scope: Scope, reference: str, verdict: str, now: datetime) -> None:
    """Say of a case that was put aside whether it is spam. Either can be taken back: spam is closed, and opened again.

    Raises BadInput for another word, Conflict for a case that never looked like spam or that somebody has dealt with meanwhile.
    """
    actor = Actor(ActorKind.ACCOUNT, scope.account_id)
    is_spam = verdict == IS_SPAM
    with work(actor, "close as spam" if is_spam else "clear of spam", now) as w:
        case = _to_end(w, scope, reference)
        if verdict not in {IS_SPAM, IS_NO_SPAM}:
            raise errors.BadInput
        if not may_judge(case):
            raise errors.Conflict(marked("The case has changed meanwhile. Open it again."))
        if is_spam and case.suspicion != Suspicion.SPAM:
            case.suspicion = Suspicion.SPAM
            answering.move(case, CaseState.CLOSED)
            _let_others_go(w, case, now)
        elif not is_spam and case.suspicion != Suspicion.CLEARED:
            if case.suspicion == Suspicion.SPAM:
                answering.move(case, CaseState.IN_PROGRESS)
            _clear(w.session, case, now)
        w.about(case)


def may_judge(case: Case) -> bool:
    """Whether somebody may still say that a case is spam, or that it is none."""
    if case.suspicion == Suspicion.SPAM:
        return case.state == CaseState.CLOSED
    return case.suspicion is not None and case.state in {CaseState.NEW, CaseState.IN_PROGRESS}


def _clear(session: Session, case: Case, now: datetime) -> None:
    """It is no spam: who wrote it gets the receipt that waited."""
    case.suspicion = Suspicion.CLEARED
    hearing.confirm(session, case.question, now)


def classify(scope: Scope, reference: str, department: str, kind: str, now: datetime) -> None:
    """Say whose case it is and what it is by law; its deadline is counted anew from the day it came. Raises BadInput.

    What is joined to it goes to that department with it.
    """
    actor = Actor(ActorKind.ACCOUNT, scope.account_id)
    with work(actor, "classify a case", now) as w:
        passing.lock(w.session, cases.find(w.session, scope, reference).id)
        case = cases.find(w.session, scope, reference, to_change=True)
        if case.state not in {CaseState.NEW, CaseState.IN_PROGRESS}:
            raise errors.BadInput(marked("A case that waits for approval or is answered cannot be classified anew."))
        place = w.session.scalar(sa.select(Department).where(Department.slug == one_line(department)))
        if place is None or kind not in set(LegalKind):
            raise errors.BadInput(marked("Choose a department and a kind from the lists."))
        if place.id != case.department_id:
            for along in passing.give(w.session, case, place, now):
                w.about(along)
        rule = deadlines.rule_for(w.session, LegalKind(kind), case.counted_from)
        terms.count_anew(w.session, case, LegalKind(kind), rule)
        w.about(case)


def note(scope: Scope, reference: str, text: str, now: datetime) -> None:
    """Add an internal note. Raises BadInput."""
    plain = _note_of(text)
    actor = Actor(ActorKind.ACCOUNT, scope.account_id)
    with work(actor, "note", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.session.add(CaseNote(case_id=case.id, account_id=scope.account_id, text=plain, written_at=now))
        finding.add(w.session, case, plain)
        w.about(case)


def close(scope: Scope, reference: str, reason: str, now: datetime, outcome: str = "") -> str | None:
    """End a case without (another) answer; why stands in a note. Answering it later opens it again. Raises BadInput, Conflict.

    Cases that are joined to it and wait for its answer stay open: the first of them is their main case from now on, and its
    reference is returned.

    `outcome` is one of `CLOSED_AS`, empty for none of them.
    """
    plain = _note_of(reason)
    if outcome and outcome not in CLOSED_AS:
        raise errors.BadInput(marked("Choose why it is closed from the list."))
    actor = Actor(ActorKind.ACCOUNT, scope.account_id)
    with work(actor, "close a case", now) as w:
        case = _to_end(w, scope, reference)
        answering.move(case, CaseState.ANSWERED if case.answered_at else CaseState.CLOSED)
        case.outcome = outcome or None
        w.session.add(CaseNote(case_id=case.id, account_id=scope.account_id, text=plain, written_at=now))
        finding.add(w.session, case, plain)
        heir = _let_others_go(w, case, now)
        w.about(case)
        return heir.reference if heir is not None else None


def _to_end(w: Work, scope: Scope, reference: str) -> Case:
    merging.locked_to_end(w.session, cases.find(w.session, scope, reference).id)
    return cases.find(w.session, scope, reference, to_change=True)


def _let_others_go(w: Work, case: Case, now: datetime) -> Case | None:
    """Those who wait for the answer of a case get none from it any more: the first of them takes its place."""
    w.session.flush()
    heir = merging.release(w.session, case, now)
    if heir is not None:
        w.about(heir)
    return heir


def _note_of(text: str) -> str:
    plain = clean(text)
    if not plain or len(plain) > LONGEST_NOTE:
        raise errors.BadInput(marked("Write a note of at most 5000 characters."))
    return plain

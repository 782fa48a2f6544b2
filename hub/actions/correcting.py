"""Beginning to correct an answer that was sent, and leaving it be."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hub import errors
from hub.models import Case, Message
from hub.queries import cases
from hub.rules.access import Scope
from hub.steps import answering, correcting, drafting
from hub.vocabulary import ActorKind, CaseState, marked
from hub.work import Actor, work


def begin(scope: Scope, reference: str, position: int, now: datetime) -> None:
    """Make the draft of a correction from what is shown. `position` is that of the answer in its case, from 1.

    Raises NotFound, and Conflict while another answer is being written, waits, or is not this department's.
    """
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), "begin a correction", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.about(case)
        answers = cases.answers(w.session, case)
        if not 1 <= position <= len(answers):
            raise errors.NotFound
        answer = answers[position - 1]
        drafting.must_be_open(case)
        answering.check_here(case)
        correcting.must_be_ours(case, answer)
        kept = cases.draft(w.session, case)
        if kept is not None and kept.corrects_id == answer.id:
            return
        if kept is not None and not drafting.is_blank(kept):
            raise errors.Conflict(marked("An answer is being written here already. Send it or empty it first."))
        drafting.begin(w.session, case, scope, _draft_of(w.session, case, answer, now), now)


def _draft_of(session: Session, case: Case, answer: Message, now: datetime) -> dict[str, object]:
    there = correcting.live(session, case, answer, now)
    asked = correcting.shown(there[0]) if there else None
    return {
        "text": correcting.shown(answer).text,
        "is_public": there is not None,
        "title": (asked.title or "") if asked else "",
        "public_question": (asked.text or "") if asked else "",
        "corrects_id": answer.id,
        "reason": "",
    }


def leave(scope: Scope, reference: str, now: datetime) -> None:
    """Leave the answer as it is: the draft of its correction is emptied. Raises Conflict when nothing is being corrected."""
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), "leave a correction", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.about(case)
        drafting.must_be_open(case)
        kept = cases.draft(w.session, case)
        if kept is None or kept.corrects_id is None:
            raise errors.Conflict(marked("The case has changed meanwhile. Open it again."))
        drafting.begin(w.session, case, scope, drafting.BLANK, now)
        if case.state == CaseState.IN_PROGRESS and case.answered_at is not None:
            answering.move(case, CaseState.ANSWERED)

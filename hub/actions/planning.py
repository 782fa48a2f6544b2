"""An approved answer that waits for its time: the clock lets it go, or a person does sooner, or takes it back."""

from __future__ import annotations

from datetime import datetime

from hub import errors
from hub.models import Case
from hub.queries import cases, planned
from hub.rules.access import Scope
from hub.rules.planning import is_missed
from hub.steps import adding, answering, clockmarks, words
from hub.vocabulary import ActorKind, CaseState, DecisionKind, marked
from hub.work import SYSTEM, Actor, Work, work


class NotDue(Exception):
    """Another worker was first, or the clock has gone back: nothing is to be done now."""


def let_go(case_id: int, now: datetime) -> None:
    """The clock shows and sends an answer whose time has come, in one commit. Raises NotDue."""
    with work(SYSTEM, "send an answer at its time", now) as w:
        if not clockmarks.advance(w.session, now):
            raise NotDue
        case = planned.to_change(w.session, case_id)
        if case is None or case.state != CaseState.SCHEDULED or case.erased_at is not None:
            raise NotDue
        at = planned.of_case(w.session, case)
        if at is None or at > now or is_missed(at, now):
            raise NotDue
        w.about(case)
        _publish(w, case, now)


def _publish(w: Work, case: Case, now: datetime) -> None:
    """Let go what waits. What the citizen added since it was written is not answered by it: the case stays open for that."""
    goes = answering.approved(w.session, case)
    added = case.added_at
    unread = added is not None and all(added > one.revisions[-1].written_at for one in goes)
    answering.publish(w.session, case, goes, now)
    if unread and case.answered_at is not None:
        adding.open_again(w.session, case)


def send_now(scope: Scope, reference: str, now: datetime) -> None:
    """Send an approved answer before its time, or after it was missed. Raises Conflict when none waits."""
    actor = Actor(ActorKind.ACCOUNT, scope.account_id)
    with work(actor, "send a planned answer now", now) as w:
        case = _waiting(w, scope, reference)
        _publish(w, case, now)


def cancel(scope: Scope, reference: str, now: datetime) -> None:
    """Take an approved answer back before its time: it is a draft again, and needs approval again. Raises Conflict."""
    actor = Actor(ActorKind.ACCOUNT, scope.account_id)
    with work(actor, "cancel a planned answer", now) as w:
        case = _waiting(w, scope, reference)
        for message in answering.approved(w.session, case):
            words.decide(w.session, message, message.revisions[-1].n, DecisionKind.RETURN, actor, now)
        answering.move(case, CaseState.IN_PROGRESS)


def _waiting(w: Work, scope: Scope, reference: str) -> Case:
    case = cases.find(w.session, scope, reference, to_change=True)
    w.about(case)
    if case.state != CaseState.SCHEDULED:
        raise errors.Conflict(marked("The case has changed meanwhile. Open it again."))
    return case

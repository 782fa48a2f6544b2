"""Whose a case is: given to a colleague, taken back, moved to another department. `version` is that of the case as it was seen."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from hub import errors
from hub.models import Account, Case, Department
from hub.queries import cases
from hub.rules.access import Scope
from hub.steps import hearing, passing
from hub.text import one_line
from hub.vocabulary import ActorKind, CaseState, Suspicion, marked
from hub.work import Actor, Work, work

OPEN = {state.value for state in cases.OPEN}


class Changed(errors.Conflict):
    """Somebody changed the case since its page was loaded."""

    code = "case_changed"
    title = marked("The case has changed meanwhile")
    message = marked("Somebody changed this case meanwhile. Look at it and decide again.")


def assign(scope: Scope, reference: str, official: int | None, version: int | None, now: datetime) -> None:
    """Give a case to an official of its department (or take it oneself), or to nobody.

    Raises NotFound, BadInput for somebody else, Changed, Conflict for a case that is done.
    """
    act = "unassign a case" if official is None else "assign a case"
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), act, now) as w:
        case = _seen(w, scope, reference, version)
        if case.state not in OPEN:
            raise errors.Conflict(marked("This case is done, so it is given to nobody."))
        if official is not None:
            w.about(_there(w, scope, case, official))  # the history of the case says to whom
        case.official_id = official
        if official is not None and case.state == CaseState.NEW:
            case.state = CaseState.IN_PROGRESS
        if official is not None and case.suspicion == Suspicion.SUSPECTED:
            case.suspicion = Suspicion.CLEARED
            hearing.confirm(w.session, case.question, now)


def move(scope: Scope, reference: str, department: str, version: int | None, now: datetime) -> None:
    """Give a case to another department, with what is joined to it; nobody has it there yet.

    Raises NotFound, BadInput, Changed, Conflict.
    """
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), "move a case", now) as w:
        passing.lock(w.session, cases.find(w.session, scope, reference).id)
        case = _seen(w, scope, reference, version)
        if case.state not in {CaseState.NEW, CaseState.IN_PROGRESS}:
            raise errors.Conflict(marked("A case that waits for approval or is done stays where it is."))
        place = w.session.scalar(sa.select(Department).where(Department.slug == one_line(department)))
        if place is None:
            raise errors.BadInput(marked("Choose a department from the list."))
        if place.id == case.department_id:
            raise errors.BadInput(marked("The case is of this department already."))
        for along in passing.give(w.session, case, place, now):
            w.about(along)


def _seen(w: Work, scope: Scope, reference: str, version: int | None) -> Case:
    case = cases.find(w.session, scope, reference, to_change=True)
    if version is not None and case.version != version:
        raise Changed
    w.about(case)
    return case


def _there(w: Work, scope: Scope, case: Case, official: int) -> Account:
    known = w.session.get(Account, official)
    there = known is not None and known.active and known.department_id == case.department_id
    if known is None or (official != scope.account_id and not there):
        raise errors.BadInput(marked("Choose somebody of the department whose the case is."))
    return known

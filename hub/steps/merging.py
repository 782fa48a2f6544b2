"""Joining a case to another one and undoing it. Links move, never messages; a draft stays where it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import errors
from hub.database import row_lock, table_of
from hub.models import Case, CaseLink
from hub.queries import merging
from hub.rules.access import Scope, may_join
from hub.steps import answering, hearing
from hub.vocabulary import SETTLED, CaseOutcome, CaseState, Suspicion, marked

links = table_of(CaseLink)

CHANGED = marked("The case has changed meanwhile. Open it again.")
ITSELF = marked("A case cannot be joined to itself. Write the number of the other one.")
CIRCLE = marked("They are answered together already: that case is joined to this one.")
DONE = marked("This case has ended already, so there is nothing to join.")
IN_REVIEW = marked("An answer to this case waits for approval or for its time. Take it back first, then join the case.")
NOT_YOURS = marked("A colleague has this case. A head, the press office or an administrator may join it.")
JOINED = marked("This case is answered together with another one already.")
MAIN_CLOSED = marked("That case is closed. Join this one to an open case, or answer it on its own.")
MAIN_ERASED = marked("The words of that case were erased, so it cannot be answered. Answer this case on its own.")
MAIN_ELSEWHERE = marked("That case belongs to another department. Give this one to that department first.")
MAIN_LATER = marked(
    "This case must be answered earlier than that one, and its deadline must not be lost. Open that case and join it to this one."
)


def locked(session: Session, ids: Sequence[int]) -> dict[int, Case]:
    """These cases as they are now, each to be changed; always in one order, so that two who join crosswise do not wait for ever."""
    wanted = sorted(set(ids))
    session.execute(row_lock(sa.select(Case.id).where(Case.id.in_(wanted)).order_by(Case.id)))
    session.expire_all()
    return {case.id: case for case in session.scalars(sa.select(Case).where(Case.id.in_(wanted)))}


def root_of(session: Session, case_id: int) -> int:
    """The case with which one is answered: itself, when it stands on its own."""
    return merging.roots(session, [case_id]).get(case_id, case_id)


def check_main(main: Case, department_id: int) -> None:
    """Raise Conflict when nothing can be joined to a case."""
    if main.erased_at is not None:
        raise errors.Conflict(MAIN_ERASED)
    if main.state == CaseState.CLOSED:
        raise errors.Conflict(MAIN_CLOSED)
    if main.department_id != department_id:
        raise errors.Conflict(MAIN_ELSEWHERE)


def refusal(scope: Scope, case: Case, main: Case, root: int | None) -> str | None:
    """Why a case cannot be joined to a main one, in words; None when it can. `root`: the case it is joined to already."""
    checks = (
        (case.id == main.id, ITSELF),
        (root is not None, JOINED),
        (case.erased_at is not None or case.state in {CaseState.ANSWERED, CaseState.CLOSED}, DONE),
        (case.state in SETTLED, IN_REVIEW),
        (not may_join(scope, case.official_id), NOT_YOURS),
        (main.answered_at is None and case.due_on < main.due_on, MAIN_LATER),
    )
    return next((words for is_wrong, words in checks if is_wrong), None)


def join(session: Session, scope: Scope, case: Case, main: Case, reason: str, now: datetime) -> CaseLink:
    """Answer a case together with a main one from now on; those joined to it come along. What looked like spam is none."""
    session.flush()
    taken = sa.and_(CaseLink.root_id == case.id, CaseLink.ended_at.is_(None))
    session.execute(sa.update(CaseLink).where(taken).values(root_id=main.id))
    link = CaseLink(
        case_id=case.id,
        main_id=main.id,
        root_id=main.id,
        state_before=case.state,
        reason=reason,
        linked_by_id=scope.account_id,
        linked_at=now,
    )
    session.add(link)
    if case.suspicion == Suspicion.SUSPECTED:
        case.suspicion = Suspicion.CLEARED
        hearing.confirm(session, case.question, now)
    answering.move(case, CaseState.CLOSED)
    case.outcome = CaseOutcome.MERGED
    session.flush()
    return link


def part(session: Session, case: Case, link: CaseLink, account_id: int | None, reason: str, now: datetime) -> None:
    """End a link: the case stands on its own again as it did before, with its own deadline and with what was joined to it.

    An answer that it got by the link stays with its citizen, but the case is open: that answer was another's.
    """
    session.execute(
        sa.update(CaseLink)
        .where(CaseLink.id == link.id)
        .values(ended_at=now, ended_by_id=account_id, end_reason=reason)
    )
    below = merging.below(session, case.id)
    session.execute(
        sa.update(CaseLink)
        .where(CaseLink.case_id.in_(below), CaseLink.ended_at.is_(None))
        .values(root_id=case.id)
        .execution_options(synchronize_session=False)
    )
    session.expire(link)
    answering.move(case, CaseState.IN_PROGRESS)
    if link.state_before == CaseState.NEW and not merging.shared_with(session, link):
        case.state = CaseState.NEW
    case.answered_at = None
    session.flush()


def _heir(session: Session, main_id: int) -> CaseLink | None:
    waiting = (
        sa.select(CaseLink)
        .join(Case, Case.id == CaseLink.case_id)
        .where(CaseLink.root_id == main_id, CaseLink.ended_at.is_(None), Case.answered_at.is_(None))
    )
    return session.scalar(waiting.where(Case.erased_at.is_(None)).order_by(Case.due_on, Case.id).limit(1))


def locked_to_end(session: Session, case_id: int) -> Case:
    """A case that is going to end, as it is now, to be changed; and locked with it, in the one order, whoever takes its place."""
    first = _heir(session, case_id)
    return locked(session, [case_id, *([first.case_id] if first else [])])[case_id]


def release(session: Session, main: Case, now: datetime) -> Case | None:
    """A main case ends without an answer, or its words are erased: what is joined to it and waits must not be lost.

    The one of them that must be answered first takes its place, and is returned. None: all were answered, or told where it went.
    """
    first = _heir(session, main.id)
    if first is None or main.outcome == CaseOutcome.FORWARDED:
        return None
    heir = locked(session, [first.case_id])[first.case_id]
    part(session, heir, first, None, "", now)
    left = sa.and_(CaseLink.root_id == main.id, CaseLink.ended_at.is_(None))
    session.execute(sa.update(CaseLink).where(left, CaseLink.main_id == main.id).values(main_id=heir.id))
    session.execute(sa.update(CaseLink).where(left).values(root_id=heir.id))
    session.expire_all()
    return heir

"""Telling a citizen who answers now: another department, or another authority."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import Case, Department
from hub.queries import ends, merging
from hub.rules.localtime import local
from hub.steps import deliveries, finding
from hub.steps.merging import locked
from hub.vocabulary import Letter


def lock(session: Session, case_id: int) -> None:
    """Lock a case that is going to be given away and those that go with it, in the one order in which cases are locked."""
    locked(session, [case_id, *merging.joined_ids(session, case_id)])


def give(session: Session, case: Case, department: Department, now: datetime) -> list[Case]:
    """Another department has the case from now on: nobody has it there yet, its people find it, the citizen is told.

    What is joined to it goes with it, since it is answered with it. Returns these.
    """
    case.official_id = None  # whoever had it where it was does not have it here
    case.passed_on = local(now).date()
    tell(session, case, now)
    case.department = department
    finding.move(session, case)
    return _take_along(session, case, now)


def _take_along(session: Session, main: Case, now: datetime) -> list[Case]:
    """Move the joined cases too, in a few statements however many they are; an erased one has nothing left to be moved."""
    found = list(locked(session, merging.joined_ids(session, main.id)).values())
    along = [case for case in found if case.erased_at is None]
    if not along:
        return []
    ids = [case.id for case in along]
    deliveries.tell_all(session, _to_tell(session, along), Letter.PASSED, now)
    change = {"department_id": main.department_id, "official_id": None, "passed_on": local(now).date()}
    moved = sa.update(Case).where(Case.id.in_(ids)).values(**change, version=Case.version + 1)
    session.execute(moved.execution_options(synchronize_session=False))
    finding.move_all(session, ids, main.department_id)
    session.expire_all()
    return along


def _to_tell(session: Session, along: Sequence[Case]) -> list[int]:
    """The questions of those who wait for an answer and whose receipt has gone."""
    waiting = [case.question_id for case in along if case.answered_at is None]
    return ends.with_receipt_gone(session, waiting)


def tell(session: Session, case: Case, now: datetime) -> None:
    """Another department has the case. Nothing goes while the receipt waits: that names the department as it is when it goes.

    Nothing goes either where no receipt went, which is what spam gets.
    """
    receipts = ends.letters_of(session, case.question, Letter.RECEIPT)
    if receipts and not any(one.state in ends.NOT_BEGUN for one in receipts):
        deliveries.tell(session, case.question, Letter.PASSED, now)

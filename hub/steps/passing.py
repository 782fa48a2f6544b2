"""Telling a citizen who answers now: another department, or another authority."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hub.models import Case, Department
from hub.queries import ends
from hub.rules.localtime import local
from hub.steps import deliveries, finding
from hub.vocabulary import Letter


def give(session: Session, case: Case, department: Department, now: datetime) -> None:
    """Another department has the case from now on: nobody has it there yet, its people find it, the citizen is told."""
    case.official_id = None  # whoever had it where it was does not have it here
    case.passed_on = local(now).date()
    tell(session, case, now)
    case.department = department
    finding.move(session, case)


def tell(session: Session, case: Case, now: datetime) -> None:
    """Another department has the case. Nothing goes while the receipt waits: that names the department as it is when it goes.

    Nothing goes either where no receipt went, which is what spam gets.
    """
    receipts = ends.letters_of(session, case.question, Letter.RECEIPT)
    if receipts and not any(one.state in ends.NOT_BEGUN for one in receipts):
        deliveries.tell(session, case.question, Letter.PASSED, now)

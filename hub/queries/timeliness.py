"""How the office kept its deadlines, counted by the database."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.database import days_between
from hub.models import Case
from hub.queries import cases
from hub.rules.localtime import Month
from hub.rules.timeliness import Counted, Outcome
from hub.vocabulary import CaseState, Suspicion


def of_month(session: Session, month: Month, today: date) -> list[Counted]:
    """What came in a month, but for spam, by department, kind, outcome as of today and days until the answer."""
    days = month.days()
    begun = sa.func.coalesce(Case.reopened_on, Case.received_on)
    outcome = sa.case(
        (sa.and_(Case.answered_on.is_not(None), Case.answered_on <= Case.due_on), Outcome.IN_TIME.value),
        (Case.answered_on.is_not(None), Outcome.LATE.value),
        (Case.state == CaseState.CLOSED, Outcome.UNANSWERED.value),
        (Case.due_on < today, Outcome.OPEN_LATE.value),
        else_=Outcome.OPEN.value,
    )
    took = sa.case((Case.answered_on.is_not(None), days_between(begun, Case.answered_on)))
    of_it = (
        sa.select(Case.department_id, Case.legal_kind, outcome.label("outcome"), took.label("days"))
        .where(
            Case.received_on.between(days[0], days[-1]),
            sa.func.coalesce(Case.suspicion, "") != Suspicion.SPAM,
            sa.not_(cases.is_aside()),
        )
        .subquery()
    )
    counted = sa.select(*of_it.c, sa.func.count()).group_by(*of_it.c)
    return [Counted(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(counted)]


def first_day(session: Session) -> date | None:
    """The day of the first submission."""
    return session.scalar(sa.select(sa.func.min(Case.received_on)))

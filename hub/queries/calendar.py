"""What is due when: counts for a month, the cases of a day, and those of one account for its own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from hub.models import Account, AccountSetting, Case
from hub.queries import cases, reminders
from hub.rules.access import Scope, scope_of
from hub.rules.localtime import Month
from hub.vocabulary import RoleName

PAGE = 50
MOST = 1000
"""Events of a subscribed calendar; the nearest deadlines first."""
PAST = timedelta(days=31)
"""How long what is late stays in a subscribed calendar."""


@dataclass(frozen=True, slots=True)
class Due:
    """How many cases are due on a day, and how many of them the account has."""

    all: int
    mine: int


def of_month(session: Session, scope: Scope, month: Month) -> dict[date, Due]:
    """Day → what is due on it, of cases within the scope that wait for an answer; days without any are left out."""
    days = month.days()
    mine = sa.func.sum(sa.case((Case.official_id == scope.account_id, 1), else_=0))
    counted = sa.select(Case.due_on, sa.func.count(), mine).where(
        reminders.runs(), cases.within(scope), Case.due_on.between(days[0], days[-1])
    )
    return {row[0]: Due(row[1], row[2]) for row in session.execute(counted.group_by(Case.due_on))}


def late(session: Session, scope: Scope, today: date) -> int:
    """How many cases within the scope are late."""
    wanted = sa.select(sa.func.count()).select_from(Case)
    return session.scalar(wanted.where(reminders.runs(), cases.within(scope), Case.due_on < today)) or 0


def of_day(session: Session, scope: Scope, on: date, after: int, only_mine: bool) -> tuple[list[Case], int | None]:
    """A page of the cases due on a day, and the id after which the next page begins (None: there is none)."""
    mine = Case.official_id == scope.account_id if only_mine else sa.true()
    wanted = sa.select(Case).where(reminders.runs(), cases.within(scope), Case.due_on == on, mine, Case.id > after)
    rows = list(
        session.scalars(
            wanted.order_by(Case.id).limit(PAGE + 1).options(joinedload(Case.department), joinedload(Case.official))
        )
    )
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def setting(session: Session, account_id: int) -> AccountSetting | None:
    """What an account chose for itself; None: nothing."""
    return session.get(AccountSetting, account_id)


def owner(session: Session, digest: str) -> Account | None:
    """Whose calendar a secret opens; None for one that is no good (any more), and for an account that may not sign in."""
    wanted = sa.select(Account).join(AccountSetting, AccountSetting.account_id == Account.id)
    return session.scalar(wanted.where(AccountSetting.calendar_digest == digest, Account.active))


def of_account(session: Session, account: Account, today: date) -> list[Case]:
    """The cases in the calendar of an account: its own, and of its department those nobody has; a head sees all of it.

    Of its own only what it still sees at the desk: the link outlives a change of department or role.
    """
    roles = {role.name for role in account.roles}
    scope = scope_of(account.id, account.department_id, roles)
    if scope is None:
        return []
    of_department = Case.department_id == account.department_id
    if RoleName.HEAD not in roles:
        of_department = sa.and_(of_department, Case.official_id.is_(None))
    wanted = sa.select(Case).where(
        reminders.runs(),
        cases.within(scope),
        sa.or_(Case.official_id == account.id, of_department),
        Case.due_on >= today - PAST,
    )
    return list(session.scalars(wanted.order_by(Case.due_on, Case.id).limit(MOST)))

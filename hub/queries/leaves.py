"""Who is away, until when, and who stands in."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from hub.database import row_lock
from hub.errors import NotFound
from hub.models import Account, Leave
from hub.rules.access import Scope
from hub.vocabulary import RoleName


def on(session: Session, day: date) -> dict[int, Leave]:
    """Account → its leave on this day."""
    wanted = sa.select(Leave).where(Leave.starts_on <= day, Leave.ends_on >= day)
    return {one.account_id: one for one in session.scalars(_whole(wanted))}


def coming(session: Session, scope: Scope, day: date, *, whole_department: bool) -> list[Leave]:
    """Leaves of this day and later: one's own, those in which one stands in, and for a head those of the department."""
    mine = sa.or_(Leave.account_id == scope.account_id, Leave.deputy_id == scope.account_id)
    if whole_department:
        there = sa.select(Account.id)
        if scope.department_id is not None:
            there = there.where(Account.department_id == scope.department_id)
        mine = sa.or_(mine, Leave.account_id.in_(there))
    wanted = sa.select(Leave).where(Leave.ends_on >= day, mine).order_by(Leave.starts_on, Leave.id).limit(200)
    return list(session.scalars(_whole(wanted)))


def find(session: Session, number: int) -> Leave:
    """The leave of a number. Raises NotFound."""
    found = session.scalar(_whole(sa.select(Leave).where(Leave.id == number)))
    if found is None:
        raise NotFound
    return found


def overlapping(session: Session, account_id: int, starts_on: date, ends_on: date) -> Leave | None:
    """A leave of an account that has a day in common with these."""
    common = sa.and_(Leave.account_id == account_id, Leave.starts_on <= ends_on, Leave.ends_on >= starts_on)
    return session.scalar(_whole(sa.select(Leave).where(common)).limit(1))


def account(session: Session, number: int, *, to_change: bool = False) -> Account | None:
    """An account that may sign in; to change what belongs to it, others who would wait until this is done."""
    if to_change:
        session.execute(row_lock(sa.select(Account.id).where(Account.id == number)))
    return session.scalar(sa.select(Account).where(Account.id == number, Account.active))


def may_arrange(scope: Scope, of: Account) -> bool:
    """Whether somebody may say that this account is away: it is their own, or they lead its department or see the city."""
    if of.id == scope.account_id:
        return True
    return scope.approves and (scope.department_id is None or scope.department_id == of.department_id)


def leads(account: Account) -> bool:
    """Whether an account is a head of department."""
    return account.department_id is not None and any(role.name == RoleName.HEAD for role in account.roles)


def _whole(wanted: sa.Select[Leave]) -> sa.Select[Leave]:
    return wanted.options(joinedload(Leave.account), joinedload(Leave.deputy))

"""What the office is told of its deadlines: cases whose time passes, who is told, and what a day brings to an account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from hub.models import Account, AccountSetting, Case, CaseWarning, Role, StaffLetter
from hub.models.people import account_roles
from hub.queries import cases, moderation
from hub.rules.access import scope_of
from hub.rules.warnings import LEVELS
from hub.vocabulary import CaseState, RoleName

REFUSED = "refused"
"""The problem of a letter that nobody takes."""
FEW = 10
"""References that a summary names of each kind; the rest is behind its link."""


def runs() -> sa.ColumnElement[bool]:
    """Whether a deadline runs in a case: it waits for its first answer, and is not kept aside as spam."""
    waits = Case.state.in_([state.value for state in cases.OPEN])
    return sa.and_(waits, Case.answered_at.is_(None), sa.not_(cases.is_aside()))


def running(session: Session, after: int, most: int) -> list[Case]:
    """Cases with a running deadline, by id, of whose last level nobody was told yet."""
    told = sa.select(CaseWarning.level).where(
        CaseWarning.case_id == Case.id, CaseWarning.due_on == Case.due_on, CaseWarning.level == LEVELS[-1]
    )
    wanted = sa.select(Case).where(runs(), Case.id > after, sa.not_(told.exists()))
    return list(session.scalars(wanted.order_by(Case.id).limit(most)))


@dataclass(frozen=True, slots=True)
class Staff:
    """Whom to tell: accounts that may sign in, the heads of each department, and who looks after what has none."""

    active: Collection[int]
    heads: dict[int, set[int]]
    administrators: set[int]

    def heads_of(self, department_id: int) -> set[int]:
        """The heads of a department; the administrators where there is none, so that somebody knows."""
        return self.heads.get(department_id) or self.administrators


def staff(session: Session) -> Staff:
    """Everybody of the office, in two statements."""
    heads: dict[int, set[int]] = defaultdict(set)
    administrators = set()
    led = sa.select(Account.id, Account.department_id, Role.name).join(
        account_roles, account_roles.c.account_id == Account.id
    )
    led = led.join(Role, Role.id == account_roles.c.role_id).where(
        Account.active, Role.name.in_([RoleName.HEAD.value, RoleName.ADMINISTRATOR.value])
    )
    for account_id, department_id, role in session.execute(led):
        if role == RoleName.ADMINISTRATOR:
            administrators.add(account_id)
        elif department_id is not None:
            heads[department_id].add(account_id)
    return Staff(set(session.scalars(sa.select(Account.id).where(Account.active))), dict(heads), administrators)


def summarized(session: Session) -> list[int]:
    """Officials, heads and the press office get a daily summary: nobody has to ask for it, each may switch it off."""
    of_role = sa.select(account_roles.c.account_id).join(Role, Role.id == account_roles.c.role_id)
    works = of_role.where(Role.name.in_([RoleName.OFFICIAL.value, RoleName.HEAD.value]))
    moderates = of_role.where(Role.name == RoleName.PRESS.value)
    off = sa.select(AccountSetting.account_id).where(sa.not_(AccountSetting.gets_summary))
    of_cases = sa.and_(Account.department_id.is_not(None), Account.id.in_(works))
    wanted = sa.select(Account.id).where(
        Account.active, sa.or_(of_cases, Account.id.in_(moderates)), Account.id.not_in(off)
    )
    return list(session.scalars(wanted.order_by(Account.id)))


def of_references(session: Session, account: Account, ids: Sequence[int]) -> dict[int, Case]:
    """Id → case, of those whose deadline still runs and that this account may still see."""
    scope = scope_of(account.id, account.department_id, [role.name for role in account.roles])
    if scope is None:
        return {}
    seen = sa.and_(Case.id.in_(ids), runs(), cases.within(scope))
    return {case.id: case for case in session.scalars(sa.select(Case).where(seen))}


def is_administrator(session: Session, account_id: int) -> bool:
    """Whether an account looks after what rooms have."""
    wanted = sa.select(Account.id).join(Account.roles).where(Role.name == RoleName.ADMINISTRATOR)
    return session.scalar(wanted.where(Account.id == account_id)) is not None


@dataclass(frozen=True, slots=True)
class Day:
    """What a day brings to one account: how many cases, and the first of those that press."""

    late: int
    this_week: int
    new: int
    to_approve: int
    comments: int
    first: tuple[Case, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.late or self.this_week or self.new or self.to_approve or self.comments)


def day(session: Session, account: Account, today: date, promised: datetime) -> Day:
    """What a day brings: to a head of the whole department, to an official of the own cases and those nobody has.

    To heads and the press office also how many comments wait for a look since before the instant that was `promised`.
    """
    roles = {role.name for role in account.roles}
    is_head = RoleName.HEAD in roles
    of_department = sa.and_(Case.department_id == account.department_id, runs())
    nobodys = Case.official_id.is_(None)
    mine = sa.true() if is_head else sa.or_(Case.official_id == account.id, nobodys)
    sunday = today + timedelta(days=7 - today.isoweekday())

    def number(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((which, 1), else_=0)), 0)

    late, week = Case.due_on < today, Case.due_on.between(today, sunday)
    counted = sa.select(
        number(sa.and_(mine, late)),
        number(sa.and_(mine, week)),
        number(Case.state == CaseState.NEW),
        number(Case.state == CaseState.IN_REVIEW) if is_head else sa.literal(0),
    ).where(of_department)
    presses = sa.select(Case).where(of_department, mine, Case.due_on <= sunday).order_by(Case.due_on, Case.id)
    comments = _late_comments(session, account, roles, promised)
    return Day(*session.execute(counted).one(), comments=comments, first=tuple(session.scalars(presses.limit(FEW))))


def _late_comments(session: Session, account: Account, roles: set[str], promised: datetime) -> int:
    scope = scope_of(account.id, account.department_id, roles)
    if scope is None or not roles & {RoleName.HEAD.value, RoleName.PRESS.value}:
        return 0
    return moderation.late(session, scope, promised)


def staff_trouble(session: Session, since: datetime, before: datetime, most: int) -> list[StaffLetter]:
    """Letters to the office since an instant that nobody takes, or of which nobody knows: begun `before` and not settled."""
    lost = sa.and_(StaffLetter.began_at < before, StaffLetter.sent_at.is_(None), StaffLetter.problem.is_(None))
    wanted = sa.select(StaffLetter).where(StaffLetter.queued_at >= since, sa.or_(lost, StaffLetter.problem == REFUSED))
    return list(
        session.scalars(wanted.options(joinedload(StaffLetter.account)).order_by(StaffLetter.id.desc()).limit(most))
    )


def letters_due(session: Session, now: datetime) -> bool:
    """Whether a letter to the office waits to be sent."""
    wanted = sa.select(StaffLetter.id).where(StaffLetter.began_at.is_(None), StaffLetter.next_at <= now)
    return session.scalar(wanted.limit(1)) is not None

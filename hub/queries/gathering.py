"""Which cases a list has that could be joined to one, and how far joining them is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from hub.database import table_of
from hub.models import Account, Case, CaseLink, Gathered, Gathering, Revision
from hub.queries import inbox
from hub.queries.cases import is_aside, within
from hub.queries.inbox import Key, Narrowed
from hub.queries.merging import JOINABLE, is_open
from hub.rules.access import Scope, scope_of
from hub.rules.listing import View
from hub.vocabulary import Fate

MOST = 5_000
"""Cases that are joined in one act."""
ROUNDS = 10
"""How often another `inbox.LOOK` cases of a list are looked through."""
PAGE = 50
gathered = table_of(Gathered)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case that could be joined to another: its number, its department, its deadline, whether it looks like spam."""

    id: int
    department_id: int
    due_on: date
    is_aside: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The cases of a list that could be joined; `more`: the list has still others, which were not looked through."""

    cases: list[Chosen]
    more: bool

    @property
    def last_id(self) -> int:
        """The number of the newest of them."""
        return max((one.id for one in self.cases), default=0)

    def first(self) -> Chosen | None:
        """The one that must be answered first, then the oldest: to it all the others can be joined."""
        return min(self.cases, key=lambda one: (one.due_on, one.id), default=None)


def of_list(session: Session, scope: Scope, wanted: Narrowed) -> Found:
    """The open cases of a list of the inbox; of a search those too that wait aside, as a storm looks like spam."""
    if wanted.view == View.DONE or (wanted.view == View.OPEN and wanted.words):
        wanted = replace(wanted, view=View.ALL)
    found: list[Chosen] = []
    after: Key | None = None
    for _ in range(ROUNDS):
        rows, after = inbox.looked_through(session, scope, wanted, after, JOINABLE)
        found += [Chosen(*row) for row in rows]
        if after is None or len(found) > MOST:
            break
    return Found(found[:MOST], after is not None or len(found) > MOST)


def same_words(session: Session, scope: Scope, case: Case) -> Found:
    """The open cases of a department whose words are those of this case; itself is one of them."""
    wanted = sa.select(Case.id, Case.department_id, Case.due_on, is_aside()).where(
        Case.department_id == case.department_id,
        Case.alike == case.alike,
        sa.or_(Case.id == case.id, Case.state.in_(JOINABLE)),
        within(scope),
    )
    if case.alike is None:
        wanted = wanted.where(Case.id == case.id)
    rows = session.execute(wanted.order_by(Case.id).limit(MOST + 1)).all()
    return Found([Chosen(*row) for row in rows[:MOST]], len(rows) > MOST)


def first_lines(session: Session, ids: Sequence[int]) -> list[tuple[Case, str]]:
    """A few cases with the words of their question."""
    wanted = sa.select(Case, Revision.text).join(
        Revision, sa.and_(Revision.message_id == Case.question_id, Revision.n == 1)
    )
    rows = session.execute(wanted.where(Case.id.in_(ids)).order_by(Case.due_on, Case.id))
    return [(case, text or "") for case, text in rows]


def find(session: Session, case: Case, number: int) -> Gathering | None:
    """A gathering of this main case."""
    return session.scalar(sa.select(Gathering).where(Gathering.id == number, Gathering.case_id == case.id))


def undoing(session: Session, gathering: Gathering) -> Gathering | None:
    """The gathering by which this one was undone."""
    return session.scalar(sa.select(Gathering).where(Gathering.undoes_id == gathering.id))


def of_case(session: Session, case: Case) -> list[Gathering]:
    """The newest gatherings of a main case."""
    wanted = sa.select(Gathering).where(Gathering.case_id == case.id).order_by(Gathering.id.desc()).limit(5)
    return list(session.scalars(wanted))


def open_gatherings(session: Session) -> list[int]:
    """What the worker still has to do."""
    return list(session.scalars(sa.select(Gathering.id).where(Gathering.finished_at.is_(None)).order_by(Gathering.id)))


def fates(session: Session, gathering: Gathering) -> dict[str | None, int]:
    """How many of its cases became what; None: those not dealt with yet."""
    wanted = sa.select(Gathered.fate, sa.func.count()).where(Gathered.gathering_id == gathering.id)
    return {row[0]: row[1] for row in session.execute(wanted.group_by(Gathered.fate))}


def left(session: Session, gathering: Gathering, after: int) -> tuple[list[tuple[Case, str]], int | None]:
    """A page of the cases that stayed as they were, and why; and after which the next page begins."""
    wanted = sa.select(Case, Gathered.fate).join(Gathered, Gathered.case_id == Case.id)
    wanted = wanted.where(Gathered.gathering_id == gathering.id, Gathered.fate != Fate.DONE, Gathered.case_id > after)
    rows: list[Any] = list(session.execute(wanted.order_by(Gathered.case_id).limit(PAGE + 1)))
    lines = [(case, fate) for case, fate in rows[:PAGE]]
    return lines, lines[-1][0].id if len(rows) > PAGE else None


def next_cases(session: Session, gathering: Gathering, most: int) -> list[tuple[int, int | None]]:
    """The next cases of a gathering, each with its link."""
    wanted = sa.select(Gathered.case_id, Gathered.link_id).where(
        Gathered.gathering_id == gathering.id, Gathered.case_id > gathering.cursor
    )
    return [(row.case_id, row.link_id) for row in session.execute(wanted.order_by(Gathered.case_id).limit(most))]


def links(session: Session, ids: Sequence[int]) -> dict[int, CaseLink]:
    """Links by their numbers, as they are now."""
    return {link.id: link for link in session.scalars(sa.select(CaseLink).where(CaseLink.id.in_(ids)))}


def still_joined(session: Session, gathering: Gathering) -> tuple[int, int]:
    """How many of the links of a gathering still hold, and how many of their cases have an answer by now."""
    wanted = sa.select(sa.func.count(), sa.func.count(Case.answered_at)).select_from(Gathered)
    wanted = wanted.join(CaseLink, CaseLink.id == Gathered.link_id).join(Case, Case.id == CaseLink.case_id)
    number, answered = session.execute(wanted.where(Gathered.gathering_id == gathering.id, is_open())).one()
    return number, answered


def held(gathering_id: int) -> sa.Select[Any]:
    """Case and link of each link of a gathering that still holds."""
    wanted = sa.select(gathered.c.case_id, gathered.c.link_id)
    wanted = wanted.join(CaseLink, CaseLink.id == gathered.c.link_id)
    return wanted.where(gathered.c.gathering_id == gathering_id, is_open())


def scope_of_account(session: Session, account_id: int) -> Scope | None:
    """What an account may see and do now; None: nothing any more."""
    account = session.get(Account, account_id, options=[selectinload(Account.roles)], populate_existing=True)
    if account is None or not account.active:
        return None
    return scope_of(account.id, account.department_id, [role.name for role in account.roles])


def joined_page(
    session: Session, scope: Scope, case: Case, after: int
) -> tuple[list[tuple[CaseLink, Case, str]], int | None]:
    """A page of the cases joined to one, in the order in which they were, and after which link the next begins."""
    wanted = (
        sa.select(CaseLink, Case, Revision.text)
        .join(Case, Case.id == CaseLink.case_id)
        .join(Revision, sa.and_(Revision.message_id == Case.question_id, Revision.n == 1))
        .where(CaseLink.root_id == case.id, is_open(), CaseLink.id > after, within(scope))
    )
    rows = list(session.execute(wanted.order_by(CaseLink.id).limit(PAGE + 1)))
    lines = [(link, one, text or "") for link, one, text in rows[:PAGE]]
    return lines, lines[-1][0].id if len(rows) > PAGE else None

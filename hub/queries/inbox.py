"""The lists of cases that officials work through: narrowed, searched and paged by key, at the same cost whatever their number.

A list is read in the order of an index. Departments, officials and deadlines are found by it; by everything else each case is
looked at, at most `LOOK` of them for a page. A page that found too few among those leads on to the next.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from hub import database
from hub.database import table_of
from hub.models import Account, Address, Case, CaseEntry, Message, Revision
from hub.models.duty import IS_ASIDE, IS_DONE, IS_IN_REVIEW, IS_OPEN
from hub.queries.cases import is_aside
from hub.rules import facets, filing, references
from hub.rules.access import Scope
from hub.rules.listing import View
from hub.stems import query_words

PAGE = 50
FIRST, LOOK = 200, 2000
"""Cases looked at, one by one, for a page: at first, and at most."""
MOST_COUNTED = 1000
"""So many are counted of a view; beyond it is "more than"."""

Key = tuple[date | None, int]
"""After which the next page begins: the deadline (None in lists by arrival) and the number of a case."""

cases, entries = table_of(Case), table_of(CaseEntry)
BY_VIEW = {
    View.OPEN: IS_OPEN,
    View.MINE: IS_OPEN,
    View.IN_REVIEW: IS_IN_REVIEW,
    View.ASIDE: IS_ASIDE,
    View.DONE: IS_DONE,
}
COUNTED = (View.OPEN, View.MINE, View.IN_REVIEW, View.ASIDE)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A filter with what the database knows of it. `officials`: any of these accounts; empty: nobody; None: whoever it is.

    `reference`: the words are the reference of a case that is there; `number`: they are a number or file of the records.
    """

    view: View = View.OPEN
    words: str = ""
    reference: str = ""
    number: str = ""
    department_id: int | None = None
    officials: frozenset[int] | None = None
    kind: str = ""
    channel: str = ""
    state: str = ""
    due: tuple[date | None, date] | None = None
    added: bool = False
    theme_id: int | None = None

    @property
    def by_arrival(self) -> bool:
        """Whether the newest come first, by their numbers; else it goes by deadlines."""
        return bool(self.words) or self.view == View.ALL

    @property
    def newest_first(self) -> bool:
        """Whether it goes downwards: what is done, and what was found."""
        return self.by_arrival or self.view == View.DONE


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the inbox: a case and the words of its question."""

    case: Case
    text: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and the key of the next page (None: there is none)."""

    lines: list[Line]
    after: Key | None


def page(session: Session, scope: Scope, wanted: Narrowed, after: Key | None = None) -> Page:
    """A page of a list. Mostly it is among the first few; only a list with few fits is looked through further."""
    lines: list[Line] = []
    for near in _attempts(scope, wanted, after):
        found = (
            sa.select(Case, Revision.text)
            .join(near, near.c.id == Case.id)
            .join(Revision, sa.and_(Revision.message_id == Case.question_id, Revision.n == 1))
            .where(*_looked_at(scope, wanted))
            .options(joinedload(Case.department), joinedload(Case.question))
            .options(joinedload(Case.official).lazyload(Account.roles))  # which nobody asks for
            .order_by(*_order(Case.due_on, Case.id, wanted))
            .limit(PAGE + 1)
        )
        lines = [Line(case, text) for case, text in session.execute(found)]
        if len(lines) > PAGE:
            last = lines[PAGE - 1].case
            return Page(lines[:PAGE], _key(wanted, last.due_on, last.id))
    edge = session.execute(_edge(near, wanted)).first()
    return Page(lines, _key(wanted, edge[0], edge[1]) if edge else None)


def looked_through(
    session: Session, scope: Scope, wanted: Narrowed, after: Key | None, states: Collection[str]
) -> tuple[list[tuple[int, int, date, bool]], Key | None]:
    """Of the next `LOOK` cases of a list those in some states (number, department, deadline, aside?), and where they end."""
    near = _near(scope, wanted, after, back=False, soon=False).cte("near").prefix_with("MATERIALIZED")
    found = sa.select(Case.id, Case.department_id, Case.due_on, is_aside().label("aside")).join(
        near, near.c.id == Case.id
    )
    rows = session.execute(found.where(*_looked_at(scope, wanted), Case.state.in_(states)).order_by(Case.id))
    lines = [(row.id, row.department_id, row.due_on, bool(row.aside)) for row in rows]
    edge = session.execute(_edge(near, wanted)).first()
    return lines, _key(wanted, edge[0], edge[1]) if edge else None


def neighbour(session: Session, scope: Scope, wanted: Narrowed, case: Case, *, back: bool) -> str | None:
    """The reference of the case after this one in a list, or before it; None where there is none near."""
    for near in _attempts(scope, wanted, _key(wanted, case.due_on, case.id), back=back):
        found = sa.select(Case.reference).join(near, near.c.id == Case.id).where(*_looked_at(scope, wanted))
        reference = session.scalar(found.order_by(*_order(Case.due_on, Case.id, wanted, back=back)).limit(1))
        if reference is not None:
            return reference
    return None


def _attempts(scope: Scope, wanted: Narrowed, after: Key | None, *, back: bool = False) -> list[sa.CTE]:
    """Where a page is looked for: first among few, then among all that are looked at for a page."""
    near = (_near(scope, wanted, after, back=back, soon=soon) for soon in (True, False))
    return [one.cte("near").prefix_with("MATERIALIZED") for one in near]


def reference_of(session: Session, scope: Scope, words: str) -> str:
    """The reference that these words are, if there is such a case; many a word of seven letters could be one."""
    reference = references.read(words)
    if reference is None:
        return ""
    wanted = sa.select(cases.c.reference).where(cases.c.reference == reference, *_of_department(scope, None))
    return session.scalar(wanted) or ""


def number_of(session: Session, scope: Scope, words: str) -> str:
    """The number or file in the records that these words are, if a case has it."""
    number = filing.read(words)
    if not number:
        return ""
    wanted = sa.select(sa.literal(1)).where(_numbered(number), *_of_department(scope, None)).limit(1)
    return number if session.scalar(wanted) else ""


def only_one(session: Session, scope: Scope, wanted: Narrowed) -> str:
    """The reference of the one case with a number of the records; empty where it is the number of several."""
    mine = sa.select(cases.c.reference).where(_numbered(wanted.number), *_of_department(scope, None))
    found = list(session.scalars(mine.limit(2))) if wanted.number else []
    return found[0] if len(found) == 1 else ""


def _numbered(number: str) -> sa.ColumnElement[bool]:
    return sa.or_(cases.c.records_number == number, cases.c.records_file == number)


def counts(session: Session, scope: Scope, mine: Collection[int]) -> dict[View, int]:
    """How many cases the views have, each counted up to `MOST_COUNTED`; `mine` are the accounts whose cases are one's own."""
    columns = []
    for view in COUNTED:
        some = sa.select(sa.literal(1)).select_from(cases).where(sa.text(BY_VIEW[view]), *_of_department(scope, None))
        if view == View.MINE:
            some = some.where(cases.c.official_id.in_(mine))
        columns.append(sa.select(sa.func.count()).select_from(some.limit(MOST_COUNTED).subquery()).scalar_subquery())
    row = session.execute(sa.select(*columns)).one()
    return dict(zip(COUNTED, row, strict=True))


def colleagues(session: Session, scope: Scope) -> list[Account]:
    """The accounts of the departments that are seen, by name: to whom a case may be given."""
    of = sa.true() if scope.department_id is None else Account.department_id == scope.department_id
    wanted = sa.select(Account).where(Account.active, Account.department_id.is_not(None), of)
    return list(session.scalars(wanted.order_by(Account.department_id, Account.name, Account.id)))


def unfound(session: Session, most: int) -> list[Case]:
    """Cases with words that have none to be found by yet: of a time before these were kept. They are locked."""
    without = sa.select(CaseEntry.case_id).where(CaseEntry.case_id == Case.id).exists()
    wanted = sa.select(Case).where(Case.erased_at.is_(None), ~without).order_by(Case.id).limit(most)
    return list(session.scalars(database.row_lock(wanted)))


def _near(scope: Scope, wanted: Narrowed, after: Key | None, *, back: bool, soon: bool) -> sa.Select[Any]:
    """The next `LOOK` cases (soon: only `FIRST`) in the order of the list, by what an index knows of them."""
    if wanted.words:
        return _by_words(scope, wanted, after, back=back, soon=soon)
    near = sa.select(cases.c.id, cases.c.due_on).where(*_of_department(scope, wanted.department_id))
    if wanted.view in BY_VIEW:
        near = near.where(sa.text(BY_VIEW[wanted.view]))
    near = near.where(*_of_officials(wanted, cases.c.official_id), *_due(wanted, cases.c.due_on))
    if after is not None:
        near = near.where(_beyond(cases.c.due_on, cases.c.id, wanted, after, back=back))
    return near.order_by(*_order(cases.c.due_on, cases.c.id, wanted, back=back)).limit(FIRST if soon else LOOK)


def _edge(near: sa.CTE, wanted: Narrowed) -> sa.Select[Any]:
    """The last of `LOOK` cases that were looked at; none when there were fewer. (The offset is bounded, so it is no page.)"""
    ordered = sa.select(near.c.due_on, near.c.id).order_by(*_order(near.c.due_on, near.c.id, wanted))
    return ordered.offset(LOOK - 1).limit(1)


def _by_words(scope: Scope, wanted: Narrowed, after: Key | None, *, back: bool, soon: bool) -> sa.Select[Any]:
    """The newest that have all these words; a reference or number means its cases, an address all that came from it.

    Soon: among the newest cases only, so that not all with a common word are sorted.
    """
    near = sa.select(cases.c.id, cases.c.due_on)
    low, high = 0, database.LAST
    if after is not None:
        low, high = (after[1] + 1, high) if back else (low, after[1])
    if wanted.reference:
        near = near.where(cases.c.reference == wanted.reference, cases.c.id >= low, cases.c.id < high)
    elif wanted.number:
        near = near.where(_numbered(wanted.number), cases.c.id >= low, cases.c.id < high)
    elif "@" in wanted.words:
        address = sa.select(Address.contact_id).where(Address.value == wanted.words.lower())
        asked = sa.select(Message.id).where(Message.author_id.in_(address))
        near = near.where(cases.c.question_id.in_(asked), cases.c.id >= low, cases.c.id < high)
    else:
        near = near.where(cases.c.id.in_(_hits(scope, wanted, low, high, soon=soon and not back)))
    return near.order_by(cases.c.id.asc() if back else cases.c.id.desc()).limit(LOOK)


def _hits(scope: Scope, wanted: Narrowed, low: int, high: int, *, soon: bool) -> sa.Select[int]:
    groups = query_words(wanted.words)
    if not groups:
        return sa.select(entries.c.case_id).where(sa.false())
    department = scope.department_id or wanted.department_id
    if department is not None:
        groups.append([facets.of_department(department)])
    least: sa.ColumnElement[int] | int = low
    if soon:
        newest = sa.select(entries.c.case_id).where(entries.c.case_id < high).order_by(entries.c.case_id.desc())
        near = newest.limit(LOOK).cte("newest").prefix_with("MATERIALIZED")
        least = sa.select(sa.func.coalesce(sa.func.min(near.c.case_id), 0)).scalar_subquery()
    has = database.has_words(
        entries.c.words, entries.c.case_id, groups, least, high, LOOK, index="search_index_of_cases"
    )
    hits = sa.select(entries.c.case_id).where(has).cte("hits").prefix_with("MATERIALIZED")
    return sa.select(hits.c.case_id)


def _looked_at(scope: Scope, wanted: Narrowed) -> list[sa.ColumnElement[bool]]:
    """What each case near is asked for. The scope is asked for once more: no index decides what somebody may see."""
    found: list[Any] = list(_of_department(scope, wanted.department_id, Case.department_id))
    if (
        wanted.words and wanted.view in BY_VIEW and not (wanted.reference or wanted.number)
    ):  # which is meant whatever its state
        found.append(sa.text(BY_VIEW[wanted.view]))
    if wanted.words:
        found += [*_of_officials(wanted, Case.official_id), *_due(wanted, Case.due_on)]
    if wanted.due is not None and wanted.view not in BY_VIEW:
        found.append(Case.state.in_(["new", "in_progress", "in_review", "scheduled"]))
    for column, value in ((Case.legal_kind, wanted.kind), (Case.state, wanted.state)):
        if value:
            found.append(column == value)
    if wanted.channel:
        found.append(Case.question.has(Message.channel == wanted.channel))
    if wanted.theme_id is not None:
        found.append(Case.question.has(Message.theme_id == wanted.theme_id))
    if wanted.added:
        found.append(
            sa.and_(Case.added_at.is_not(None), sa.or_(Case.answered_at.is_(None), Case.added_at > Case.answered_at))
        )
    return found


def _of_department(
    scope: Scope, chosen: int | None, column: Any = cases.c.department_id
) -> list[sa.ColumnElement[bool]]:
    return [column == key for key in dict.fromkeys((scope.department_id, chosen)) if key is not None]


def _of_officials(wanted: Narrowed, column: Any) -> list[sa.ColumnElement[bool]]:
    if wanted.officials is None:
        return []
    few = sorted(wanted.officials)
    if not few:
        return [column.is_(None)]
    return [column == few[0] if len(few) == 1 else column.in_(few)]


def _due(wanted: Narrowed, column: Any) -> list[sa.ColumnElement[bool]]:
    if wanted.due is None:
        return []
    first, last = wanted.due
    return [column <= last] if first is None else [column >= first, column <= last]


def _order(due_on: Any, key: Any, wanted: Narrowed, *, back: bool = False) -> tuple[Any, ...]:
    down = wanted.newest_first != back
    columns = (key,) if wanted.by_arrival else (due_on, key)
    return tuple(column.desc() if down else column.asc() for column in columns)


def _beyond(due_on: Any, key: Any, wanted: Narrowed, after: Key, *, back: bool) -> Any:
    down = wanted.newest_first != back
    if wanted.by_arrival:
        return key < after[1] if down else key > after[1]
    mine, bound = sa.tuple_(due_on, key), sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
    return mine < bound if down else mine > bound


def _key(wanted: Narrowed, due_on: date, key: int) -> Key:
    return (None if wanted.by_arrival else due_on), key

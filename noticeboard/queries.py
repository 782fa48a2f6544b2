"""Notices as staff see them, as the clock finds them, and as everybody reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from hub.database import row_lock
from hub.errors import NotFound
from hub.models import Decision, Message, Revision
from hub.queries import published
from hub.queries.visibility import public_now
from hub.rules.access import Scope
from hub.rules.localtime import local
from noticeboard.models import Notice
from noticeboard.periods import LATE, is_missed
from noticeboard.vocabulary import NoticeState

PAGE = 20
VIEWS: dict[str, tuple[NoticeState, ...]] = {
    "koncepty": (NoticeState.DRAFT,),
    "ke-schvaleni": (NoticeState.IN_REVIEW,),
    "naplanovane": (NoticeState.SCHEDULED,),
    "vyvesene": (NoticeState.POSTED,),
    "sejmute": (NoticeState.TAKEN_DOWN,),
}
"""Name of a view of the staff's list → the states it shows."""

shown = sa.and_(Revision.message_id == Message.id, Revision.n == Message.shown_n)
every = aliased(Revision)
newest_n = sa.select(sa.func.max(every.n)).where(every.message_id == Message.id).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Line:
    """A notice with the title of its newest revision, or of the shown one where the public reads it."""

    notice: Notice
    title: str
    text: str = ""


def within(scope: Scope) -> sa.ColumnElement[bool]:
    """The notices an account may see: of its department, or all."""
    return sa.true() if scope.department_id is None else Message.department_id == scope.department_id


def known(session: Session, scope: Scope, reference: str) -> Notice | None:
    """One notice by the staff's address, its row locked and read anew; None where there is none. Raises NotFound for another's."""
    wanted = row_lock(sa.select(Notice).where(Notice.reference == reference))
    found = session.scalar(wanted.execution_options(populate_existing=True))
    return find(session, scope, reference, to_change=True) if found is not None else None


def find(session: Session, scope: Scope, reference: str, *, to_change: bool = False) -> Notice:
    """One notice by the staff's address. Raises NotFound. `to_change` locks its row and reads it anew."""
    wanted = sa.select(Notice).join(Message).where(Notice.reference == reference, within(scope))
    if to_change:
        wanted = row_lock(wanted).execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound
    return found


def to_change(session: Session, message_id: int) -> Notice | None:
    """One notice for the clock, locked and read anew."""
    wanted = row_lock(sa.select(Notice).where(Notice.message_id == message_id))
    found: Notice | None = session.scalar(wanted.execution_options(populate_existing=True))
    return found


def listed(session: Session, scope: Scope, view: str, after: int | None) -> tuple[list[Line], int | None]:
    """A page of the staff's list, the newest first, and the key after which the next begins (None: there is none)."""
    wanted = (
        sa.select(Notice, Revision.title)
        .join(Message, Message.id == Notice.message_id)
        .join(Revision, sa.and_(Revision.message_id == Message.id, Revision.n == newest_n))
        .where(Notice.state.in_([state.value for state in VIEWS[view]]), within(scope))
        .options(joinedload(Notice.message).joinedload(Message.department))
        .order_by(Notice.message_id.desc())
    )
    if after is not None:
        wanted = wanted.where(Notice.message_id < after)
    rows = [Line(notice, title or "") for notice, title in session.execute(wanted.limit(PAGE + 1))]
    return rows[:PAGE], rows[PAGE - 1].notice.message_id if len(rows) > PAGE else None


def count(session: Session, scope: Scope, view: str) -> int:
    """How many notices a view has."""
    states = [state.value for state in VIEWS[view]]
    wanted = sa.select(sa.func.count()).select_from(Notice).join(Message).where(Notice.state.in_(states), within(scope))
    return session.scalar(wanted) or 0


def missed(session: Session, scope: Scope, now: datetime) -> list[Line]:
    """Scheduled notices whose time passed while nothing ran: a person decides about them. The oldest first."""
    wanted = (
        sa.select(Notice, Revision.title)
        .join(Message, Message.id == Notice.message_id)
        .join(Revision, sa.and_(Revision.message_id == Message.id, Revision.n == newest_n))
        .where(Notice.state == NoticeState.SCHEDULED, Notice.due_at < now, within(scope))
        .order_by(Notice.due_at)
    )
    rows = [Line(one, title or "") for one, title in session.execute(wanted)]
    return [line for line in rows if line.notice.due_at and is_missed(line.notice.due_at, line.notice.ends_on, now)]


def due(session: Session, now: datetime, most: int) -> list[int]:
    """Messages of notices to be posted now, the longest due first; not those that were due long ago."""
    wanted = sa.select(Notice.message_id).where(
        Notice.state == NoticeState.SCHEDULED,
        Notice.due_at <= now,
        Notice.due_at >= now - LATE,
        sa.or_(Notice.ends_on.is_(None), Notice.ends_on > local(now).date()),
    )
    return list(session.scalars(wanted.order_by(Notice.due_at, Notice.message_id).limit(most)))


def over(session: Session, now: datetime, most: int) -> list[int]:
    """Messages of notices to be taken down now."""
    wanted = sa.select(Notice.message_id).where(Notice.state == NoticeState.POSTED, Notice.comes_down_at <= now)
    return list(session.scalars(wanted.order_by(Notice.comes_down_at, Notice.message_id).limit(most)))


def last_number(session: Session, year: int) -> str | None:
    """The highest public number given in a year."""
    return session.scalar(sa.select(sa.func.max(Notice.number)).where(Notice.number.startswith(f"{year:04d}-")))


Key = tuple[datetime, int]


def board(session: Session, now: datetime, after: Key | None = None) -> tuple[list[Line], Key | None]:
    """A page of what hangs on the board, the newest first, and the key after which the next begins."""
    wanted = _public(now)
    if after is not None:
        bound = sa.tuple_(sa.literal(after[0], Message.appears_at.type), sa.literal(after[1]))
        wanted = wanted.where(sa.tuple_(Message.appears_at, Message.id) < bound)
    rows = _lines(session, wanted.order_by(Message.appears_at.desc(), Message.id.desc()).limit(PAGE + 1))
    last = rows[PAGE - 1].notice.message if len(rows) > PAGE else None
    return rows[:PAGE], (last.appears_at, last.id) if last is not None and last.appears_at else None


def search(session: Session, query: str, now: datetime) -> list[Line]:
    """What hangs on the board and has all these words, the newest first."""
    among = sa.select(Notice.message_id).where(Notice.state == NoticeState.POSTED)
    ids = published.matching(session, query, among)
    return _lines(session, _public(now).where(Message.id.in_(ids)).order_by(Message.id.desc()))


def by_number(session: Session, number: str, now: datetime) -> Line | None:
    """The notice at a public address, while it hangs there."""
    return next(iter(_lines(session, _public(now).where(Message.slug == number))), None)


def record(session: Session, number: str) -> Notice | None:
    """The bare record of a notice that is no longer shown: that it was there, and from when to when."""
    return session.scalar(sa.select(Notice).where(Notice.number == number))


def _public(now: datetime) -> sa.Select[Notice, str | None, str | None]:
    return (
        sa.select(Notice, Revision.title, Revision.text)
        .join(Message, Message.id == Notice.message_id)
        .join(Revision, shown)
        .where(Message.kind == "notice", public_now(now))
        .options(joinedload(Notice.message).joinedload(Message.department))
    )


def _lines(session: Session, wanted: sa.Select[Notice, str | None, str | None]) -> list[Line]:
    return [Line(notice, title or "", text or "") for notice, title, text in session.execute(wanted)]


def history(session: Session, notice: Notice) -> tuple[Sequence[Revision], Sequence[Decision]]:
    """Every revision and every decision of a notice, the oldest first."""
    revisions = sa.select(Revision).where(Revision.message_id == notice.message_id).order_by(Revision.n)
    decisions = sa.select(Decision).where(Decision.message_id == notice.message_id).order_by(Decision.id)
    return (
        session.scalars(revisions.options(selectinload(Revision.account))).all(),
        session.scalars(decisions.options(selectinload(Decision.account))).all(),
    )

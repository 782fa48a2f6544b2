"""Which cases are answered together, what of their answers went where, and which others are like one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from hub.database import table_of
from hub.models import Case, CaseLink, Message, Revision, SharedAnswer, Sharing
from hub.queries.cases import within
from hub.rules.access import Scope
from hub.vocabulary import CaseState, Letter, MessageKind

FIRST = 10
"""Joined cases that the page of their main case names."""
MOST = 100
"""Cases that are joined in one step."""
LOOKED_AT = 80
"""Newest open cases of a department whose words are compared."""
JOINABLE = (CaseState.NEW.value, CaseState.IN_PROGRESS.value)
links = table_of(CaseLink)


def is_open() -> sa.ColumnElement[bool]:
    """The links that hold now."""
    return CaseLink.ended_at.is_(None)


def link_of(session: Session, case: Case) -> CaseLink | None:
    """The link by which a case is answered together with another; None: it stands on its own."""
    wanted = sa.select(CaseLink).where(CaseLink.case_id == case.id, is_open())
    return session.scalar(wanted.options(joinedload(CaseLink.root), joinedload(CaseLink.linked_by)))


def last_link_of(session: Session, case: Case) -> CaseLink | None:
    """The newest link of a case, whether it still holds or not."""
    return session.scalar(sa.select(CaseLink).where(CaseLink.case_id == case.id).order_by(CaseLink.id.desc()).limit(1))


def roots(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Case → the case with which it is answered, of those that are joined to one."""
    wanted = sa.select(CaseLink.case_id, CaseLink.root_id).where(CaseLink.case_id.in_(ids), is_open())
    return {row.case_id: row.root_id for row in session.execute(wanted)}


def joined_ids(session: Session, case_id: int) -> list[int]:
    """The ids of all cases that are answered with one."""
    return list(session.scalars(sa.select(CaseLink.case_id).where(CaseLink.root_id == case_id, is_open())))


@dataclass(frozen=True, slots=True)
class Joined:
    """The cases that are answered with one: how many, by when the first must be answered, and how many of them have an answer."""

    number: int
    due_on: date | None
    answered: int


def joined(session: Session, case: Case) -> Joined:
    """What is joined to a case."""
    unanswered = sa.case((Case.answered_at.is_(None), Case.due_on))
    wanted = sa.select(sa.func.count(), sa.func.min(unanswered), sa.func.count(Case.answered_at))
    wanted = wanted.select_from(CaseLink).join(Case, Case.id == CaseLink.case_id)
    number, due_on, answered = session.execute(wanted.where(CaseLink.root_id == case.id, is_open())).one()
    return Joined(number, due_on, answered)


def first_joined(session: Session, scope: Scope, case: Case) -> list[Case]:
    """The first of the cases joined to one, as far as an account may see them."""
    wanted = sa.select(Case).join(CaseLink, CaseLink.case_id == Case.id)
    wanted = wanted.where(CaseLink.root_id == case.id, is_open(), within(scope)).order_by(CaseLink.id)
    return list(session.scalars(wanted.limit(FIRST)))


def lacking(session: Session, case: Case, answer: Message) -> int:
    """How many of the cases joined to one do not have what its answer says now."""
    has_it = sa.exists().where(
        SharedAnswer.link_id == CaseLink.id, SharedAnswer.message_id == answer.id, SharedAnswer.n == answer.shown_n
    )
    wanted = sa.select(sa.func.count()).select_from(CaseLink).join(Case, Case.id == CaseLink.case_id)
    return session.scalar(wanted.where(CaseLink.root_id == case.id, is_open(), ~has_it, Case.erased_at.is_(None))) or 0


def under_way(session: Session, case: Case) -> bool:
    """Whether the worker still has something to share with the cases joined to this one."""
    wanted = sa.select(Sharing.id).where(Sharing.case_id == case.id, Sharing.finished_at.is_(None))
    return session.scalar(wanted.limit(1)) is not None


def open_sharings(session: Session) -> list[int]:
    """What the worker still has to share."""
    return list(session.scalars(sa.select(Sharing.id).where(Sharing.finished_at.is_(None)).order_by(Sharing.id)))


def next_links(session: Session, sharing: Sharing, most: int) -> list[CaseLink]:
    """The next links of those to which something goes."""
    wanted = sa.select(CaseLink).where(
        CaseLink.root_id == sharing.case_id,
        is_open(),
        CaseLink.id > sharing.cursor,
        CaseLink.linked_at <= sharing.linked_until,
    )
    return list(session.scalars(wanted.order_by(CaseLink.id).limit(most)))


def shared_with(session: Session, link: CaseLink) -> list[Message]:
    """The messages that a joined case got by its link, the oldest first."""
    wanted = sa.select(Message).join(SharedAnswer, SharedAnswer.copy_id == Message.id)
    return list(session.scalars(wanted.where(SharedAnswer.link_id == link.id).order_by(Message.id)))


def says_already(session: Session, case: Case, text: str) -> bool:
    """Whether an answer that is shown in a case says these very words: nobody gets them twice."""
    shown = sa.and_(Revision.message_id == Message.id, Revision.n == Message.shown_n, Revision.text == text)
    wanted = sa.select(Message.id).join(Revision, shown)
    mine = sa.and_(Message.conversation_id == case.conversation_id, Message.kind == MessageKind.ANSWER)
    return session.scalar(wanted.where(mine).limit(1)) is not None


def copy_of(session: Session, case: Case, answer: Message) -> Message | None:
    """The message by which a case got an earlier revision of an answer, or of what that was made from, by any of its links."""
    known, last = [answer.id], answer.id
    while (came := session.scalar(sa.select(SharedAnswer.message_id).where(SharedAnswer.copy_id == last))) is not None:
        known.append(came)
        last = came
    wanted = sa.select(Message).join(SharedAnswer, SharedAnswer.copy_id == Message.id)
    of_it = wanted.where(SharedAnswer.message_id.in_(known), Message.conversation_id == case.conversation_id)
    return session.scalar(of_it.order_by(Message.id.desc()).limit(1))


def has_newer(session: Session, case: Case, instant: datetime) -> bool:
    """Whether a case got an answer of its own after an instant."""
    wanted = sa.select(Message.id).where(
        Message.conversation_id == case.conversation_id, Message.kind == MessageKind.ANSWER
    )
    return session.scalar(wanted.where(Message.received_at > instant).limit(1)) is not None


def below(session: Session, case_id: int) -> sa.Select[int]:
    """The ids of the cases that were joined to this one, and to those, and so on."""
    direct = sa.select(CaseLink.case_id).where(CaseLink.main_id == case_id, is_open()).cte("below_it", recursive=True)
    further = aliased(CaseLink)
    whole = direct.union(
        sa.select(further.case_id).where(further.main_id == direct.c.case_id, further.ended_at.is_(None))
    )
    return sa.select(whole.c.case_id)


@dataclass(frozen=True, slots=True)
class Near:
    """An open case that may be about the same, and its words."""

    case: Case
    text: str


def _open_beside(scope: Scope, case: Case) -> sa.Select[Case, str | None]:
    wanted = sa.select(Case, Revision.text).join(
        Revision, sa.and_(Revision.message_id == Case.question_id, Revision.n == 1)
    )
    beside = sa.and_(Case.department_id == case.department_id, Case.state.in_(JOINABLE), Case.id != case.id)
    return wanted.where(beside, within(scope), Revision.text.is_not(None)).options(joinedload(Case.official))


def same_words(session: Session, scope: Scope, case: Case) -> list[Near]:
    """Open cases of the same department with the same words, the oldest first; at most `MOST`."""
    if case.alike is None:
        return []
    wanted = _open_beside(scope, case).where(Case.alike == case.alike).order_by(Case.id).limit(MOST)
    return [Near(one, text or "") for one, text in session.execute(wanted)]


def number_with_same_words(session: Session, scope: Scope, case: Case) -> int:
    """How many there are of them."""
    if case.alike is None:
        return 0
    wanted = sa.select(sa.func.count()).select_from(Case)
    beside = sa.and_(Case.department_id == case.department_id, Case.state.in_(JOINABLE), Case.id != case.id)
    return session.scalar(wanted.where(beside, within(scope), Case.alike == case.alike)) or 0


def newest_open(session: Session, scope: Scope, case: Case) -> list[Near]:
    """The newest open cases of the same department with other words."""
    wanted = _open_beside(scope, case).where(sa.func.coalesce(Case.alike, "") != (case.alike or "-"))
    return [Near(one, text or "") for one, text in session.execute(wanted.order_by(Case.id.desc()).limit(LOOKED_AT))]


def ids_of(session: Session, scope: Scope, references: Sequence[str]) -> dict[str, int]:
    """Reference → id, of the cases that an account may see."""
    wanted = sa.select(Case.reference, Case.id).where(Case.reference.in_(references), within(scope))
    return {row.reference: row.id for row in session.execute(wanted)}


def answer_of(session: Session, case: Case) -> Message | None:
    """The newest answer of a case that went out."""
    wanted = sa.select(Message).where(
        Message.conversation_id == case.conversation_id,
        Message.kind == MessageKind.ANSWER,
        Message.shown_n.is_not(None),
    )
    return session.scalar(wanted.order_by(Message.id.desc()).limit(1))


def sharing_of(session: Session, case: Case, letter: Letter) -> Sharing | None:
    """The newest thing of a kind that went to the cases joined to this one."""
    wanted = sa.select(Sharing).where(Sharing.case_id == case.id, Sharing.letter == letter)
    return session.scalar(wanted.order_by(Sharing.id.desc()).limit(1))

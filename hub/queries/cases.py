"""Cases as officials see them: within their scope. Their lists are in `inbox`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from hub.database import row_lock
from hub.errors import Conflict, NotFound
from hub.models import (
    Account,
    Attachment,
    AuditEntry,
    Case,
    CaseNote,
    City,
    Decision,
    Delivery,
    Draft,
    Message,
    Revision,
)
from hub.rules import references
from hub.rules.access import Scope
from hub.vocabulary import SHOWING, CaseState, Cause, DecisionKind, MessageKind, Suspicion, marked

OPEN = (CaseState.NEW, CaseState.IN_PROGRESS, CaseState.IN_REVIEW, CaseState.SCHEDULED)
GIVEN = "assign a case"
BESIDE = 50
"""Entries of one work stand side by side, but for those of others that were written at the same moment."""
SAVES = 100_000
"""More than one draft is ever saved: a save takes some seconds."""


def within(scope: Scope) -> sa.ColumnElement[bool]:
    """The cases an account may see."""
    return sa.true() if scope.department_id is None else Case.department_id == scope.department_id


def is_aside() -> sa.ColumnElement[bool]:
    """Whether a case is kept aside, since it looks like spam and nobody has begun to deal with it."""
    suspected = sa.func.coalesce(Case.suspicion, "") == Suspicion.SUSPECTED
    return sa.and_(suspected, Case.state == CaseState.NEW)


def came_since(session: Session, instant: datetime, at_most: int) -> int:
    """How many of the newest so many cases came after an instant."""
    newest = sa.select(Case.question_id).order_by(Case.id.desc()).limit(at_most).subquery()
    came = sa.select(sa.func.count()).select_from(newest).join(Message, Message.id == newest.c.question_id)
    return session.scalar(came.where(Message.received_at > instant)) or 0


def find(session: Session, scope: Scope, reference: str, *, to_change: bool = False) -> Case:
    """The case of a reference, as it is typed; to change it, others who would wait until this is done.

    Raises NotFound for one outside the scope too: it must not be told apart.
    """
    plain = references.read(reference)
    if to_change:
        session.execute(row_lock(sa.select(Case.id).where(Case.reference == plain)))
    wanted = sa.select(Case).where(Case.reference == plain, within(scope))
    case = session.scalar(wanted.options(joinedload(Case.department), joinedload(Case.official))) if plain else None
    if case is None:
        raise NotFound
    if to_change and case.erased_at is not None:
        raise Conflict(marked("The words of this case were erased at the wish of whoever sent it. It has ended."))
    return case


def draft(session: Session, case: Case) -> Draft | None:
    """The answer that is being written."""
    return session.scalar(sa.select(Draft).where(Draft.case_id == case.id).options(joinedload(Draft.account)))


def questions(session: Session, case: Case) -> list[Message]:
    """What the citizen wrote, the oldest first: the question of the case, and the words added to it."""
    wanted = sa.select(Message).where(
        Message.conversation_id == case.conversation_id, Message.kind == MessageKind.QUESTION
    )
    return list(session.scalars(wanted.order_by(Message.id).options(selectinload(Message.revisions))))


def answers(session: Session, case: Case) -> list[Message]:
    """The answers of a case, the oldest first, with their revisions."""
    wanted = sa.select(Message).where(
        Message.conversation_id == case.conversation_id, Message.kind == MessageKind.ANSWER
    )
    return list(session.scalars(wanted.order_by(Message.id).options(selectinload(Message.revisions))))


def rounds(session: Session, case: Case) -> int:
    """How many revisions its answers have together, with corrections and returns of what is published of it.

    It only grows, so it tells what somebody saw of them.
    """
    said = sa.and_(Message.conversation_id == case.conversation_id, Message.kind == MessageKind.ANSWER)
    private = sa.select(Message.id).where(Message.conversation_id == case.conversation_id)
    public = Message.derived_from_id.in_(private)
    revised = sa.select(sa.func.count()).select_from(Revision).join(Message, Message.id == Revision.message_id)
    counted = revised.where(sa.or_(said, sa.and_(public, Revision.cause == Cause.CORRECTION)))
    returned = sa.select(sa.func.count()).select_from(Decision).join(Message, Message.id == Decision.message_id)
    again = returned.where(public, Decision.kind == DecisionKind.RETURN)
    return session.scalar(sa.select(counted.scalar_subquery() + again.scalar_subquery())) or 0


def seen(session: Session, case: Case) -> int:
    """What whoever approves has read: the rounds of the answers, and how often the citizen added words."""
    return rounds(session, case) + len(questions(session, case)) - 1


def fresh_version(session: Session, case: Case) -> int:
    """The version of a form for which there is no draft yet; another one after each answer, so that an old form is told."""
    return rounds(session, case) * SAVES


def public_of(session: Session, message: Message) -> Message | None:
    """The public message made from a private one."""
    wanted = sa.select(Message).where(Message.derived_from_id == message.id).order_by(Message.id.desc()).limit(1)
    return session.scalar(wanted.options(selectinload(Message.revisions)))


def decisions(session: Session, message: Message) -> dict[int, Decision]:
    """Revision number → the latest decision about it."""
    found = session.scalars(
        sa.select(Decision)
        .where(Decision.message_id == message.id)
        .order_by(Decision.id)
        .options(joinedload(Decision.account))
    )
    return {decision.n: decision for decision in found}


def waiting(session: Session, message: Message) -> Revision | None:
    """The newest revision of a message, when nobody has decided about it."""
    newest = message.revisions[-1]
    return newest if newest.n not in decisions(session, message) else None


def is_approved(session: Session, message: Message) -> bool:
    """Whether the latest decision about the newest revision of a message approves it."""
    decided = decisions(session, message).get(message.revisions[-1].n)
    return decided is not None and decided.kind in SHOWING


def notes(session: Session, case: Case) -> list[CaseNote]:
    """The internal notes, the oldest first."""
    wanted = sa.select(CaseNote).where(CaseNote.case_id == case.id).order_by(CaseNote.id)
    return list(session.scalars(wanted.options(joinedload(CaseNote.account))))


def letters(session: Session, messages: Sequence[Message]) -> list[Delivery]:
    """Everything that was or will be sent about these messages, the oldest first."""
    wanted = sa.select(Delivery).where(Delivery.message_id.in_([m.id for m in messages])).order_by(Delivery.id)
    return list(session.scalars(wanted.options(joinedload(Delivery.address))))


def attachment(session: Session, case: Case, position: int) -> Attachment:
    """A file that came with the question. Raises NotFound."""
    wanted = sa.select(Attachment).where(Attachment.message_id == case.question_id, Attachment.position == position)
    found = session.scalar(wanted)
    if found is None or found.key is None:
        raise NotFound
    return found


def history(session: Session, case: Case) -> list[AuditEntry]:
    """What was done with a case, the oldest first."""
    about = sa.and_(AuditEntry.about_table == Case.__tablename__, AuditEntry.about_id == case.id)
    return list(session.scalars(sa.select(AuditEntry).where(about).order_by(AuditEntry.id).limit(200)))


def given_to(session: Session, entries: Sequence[AuditEntry]) -> dict[int, str]:
    """Entry of the audit → the name of the account that the same work was about as well: to whom a case was given."""
    other = aliased(AuditEntry)
    same = sa.and_(
        other.id.between(AuditEntry.id + 1, AuditEntry.id + BESIDE),
        other.about_table == Account.__tablename__,
        other.at == AuditEntry.at,
        other.act == AuditEntry.act,
        other.actor_id == AuditEntry.actor_id,
    )
    wanted = sa.select(AuditEntry.id, Account.name).join(other, same).join(Account, Account.id == other.about_id)
    wanted = wanted.where(AuditEntry.id.in_([one.id for one in entries if one.act == GIVEN]))
    nearest_last = session.execute(wanted.order_by(other.id.desc()))
    return {row.id: row.name for row in nearest_last}


def accounts(session: Session, ids: set[int]) -> list[Account]:
    """The accounts of these ids."""
    return list(session.scalars(sa.select(Account).where(Account.id.in_(ids)))) if ids else []


def long_done(session: Session, before: date, most: int) -> list[int]:
    """Cases that are done, were due and answered before a day and still have their words."""
    answered = sa.or_(Case.answered_on.is_(None), Case.answered_on < before)
    done = sa.and_(Case.state.in_([CaseState.ANSWERED.value, CaseState.CLOSED.value]), answered)
    wanted = sa.select(Case.id).where(done, Case.due_on < before, Case.erased_at.is_(None))
    return list(session.scalars(wanted.order_by(Case.due_on, Case.id).limit(most)))


def of_conversation(session: Session, conversation_id: int) -> Case | None:
    """The case whose private conversation this is."""
    return session.scalar(sa.select(Case).where(Case.conversation_id == conversation_id))


def kept_files(session: Session, keys: Sequence[str]) -> set[str]:
    """Which of these keys of the storage a row has."""
    found = (session.scalars(sa.select(column).where(column.in_(keys))) for column in (Attachment.key, City.arms_key))
    return {key for some in found for key in some if key}

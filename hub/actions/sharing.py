"""Sending on to joined cases what goes to their citizens too, some of them in each transaction."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import database
from hub.database import row_lock, table_of
from hub.models import Case, CaseLink, Decision, Message, Revision, SharedAnswer, Sharing
from hub.queries import cases, merging
from hub.steps import answering, deliveries, finding, words
from hub.steps import merging as steps
from hub.vocabulary import ActorKind, CaseOutcome, CaseState, Cause, DecisionKind, Letter, MessageKind
from hub.work import SYSTEM, Actor, work

CHUNK = 20
"""Cases in one transaction: short enough that others hardly wait for the database's writer."""
shared = table_of(SharedAnswer)
KEY = ("link_id", "message_id", "n")


def go_on(sharing_id: int, now: datetime) -> bool:
    """Share it with the next cases; False when it went to all of them. Any number of workers may do so: a row decides."""
    with work(SYSTEM, "share", now, audited=False) as w:
        session = w.session
        session.execute(row_lock(sa.select(Sharing.id).where(Sharing.id == sharing_id)))
        sharing = session.get_one(Sharing, sharing_id)
        session.refresh(sharing)
        if sharing.finished_at is not None:
            return False
        links = merging.next_links(session, sharing, CHUNK)
        of_case = steps.locked(session, [link.case_id for link in links])
        for link in links:
            case = of_case[link.case_id]
            if link.ended_at is None and case.erased_at is None:
                _share(session, sharing, link, case, now)
            sharing.cursor = link.id
        if len(links) < CHUNK:
            sharing.finished_at = now
            return False
        return True


def _share(session: Session, sharing: Sharing, link: CaseLink, case: Case, now: datetime) -> None:
    if sharing.message_id is None or sharing.n is None:
        deliveries.tell(session, case.question, Letter(sharing.letter), now)
        return
    if case.answered_at is not None and not sharing.is_ordered:
        return  # it was answered once: whatever the first citizen is told now may be about what only they said
    revision = session.get_one(Revision, (sharing.message_id, sharing.n))
    if revision.text is None:
        return
    row = {"link_id": link.id, "message_id": sharing.message_id, "n": sharing.n}
    if not database.insert_new(session.connection(), shared, [row], KEY, ("link_id",)):
        return
    answer = session.get_one(Message, revision.message_id)
    if not merging.says_already(session, case, revision.text):
        earlier = merging.copy_of(session, case, answer)
        if earlier is None:
            _copy(session, link, case, answer, revision, now)
        else:  # page and letter say that it corrects what this citizen has, and why
            _say(session, case, earlier, revision, Cause.CORRECTION, now)
    if case.state == CaseState.CLOSED:
        case.state = CaseState.ANSWERED
        case.outcome = CaseOutcome.MERGED
    case.answered_at = case.answered_at or now
    session.flush()


def _copy(session: Session, link: CaseLink, case: Case, answer: Message, revision: Revision, now: datetime) -> None:
    """The answer as a message of the joined case's own conversation, of the same author, approved by the same person."""
    copy = Message(
        conversation_id=case.conversation_id,
        kind=MessageKind.ANSWER,
        department_id=answer.department_id,
        replies_to_id=case.question_id,
        channel=answer.channel,
        language=case.question.language,
        received_at=now,
    )
    session.add(copy)
    _say(session, case, copy, revision, Cause.DERIVED, now)
    mine = sa.and_(shared.c.link_id == link.id, shared.c.message_id == revision.message_id, shared.c.n == revision.n)
    session.execute(sa.update(shared).where(mine).values(copy_id=copy.id))


def _say(session: Session, case: Case, copy: Message, revision: Revision, cause: Cause, now: datetime) -> None:
    author = Actor(ActorKind.ACCOUNT, revision.account_id)
    reason = revision.summary if cause == Cause.CORRECTION else None
    made = words.revise(
        session, copy, revision.text or "", author, cause, now, summary=reason, is_markdown=revision.is_markdown
    )
    answer = session.get_one(Message, revision.message_id)
    approved: Decision = cases.decisions(session, answer)[revision.n]
    words.decide(session, copy, made.n, DecisionKind.APPROVE, Actor(ActorKind.ACCOUNT, approved.account_id), now)
    words.show(session, copy, made.n, now)
    finding.add(session, case, revision.text or "")
    answering.send(session, case, copy, made.n, now)

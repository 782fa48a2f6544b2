"""What goes to the cases that are answered together with another one: written down here, done by the worker some at a time."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import Case, CaseLink, Message, Sharing
from hub.vocabulary import Letter
from hub.work import later

SHARE = "share"
"""Task of the worker: share what waits."""


def begin_answer(
    session: Session, case: Case, answer: Message, n: int, now: datetime, *, ordered: bool = False
) -> None:
    """Send a revision of an answer on to the joined cases. By itself only to those joined before it was written.

    `ordered`: an official read it and says that it may go to all of them.
    """
    written = next(one for one in answer.revisions if one.n == n).written_at
    until = now if ordered else written
    begin(session, case, Letter.ANSWER, until, now, answer=(answer.id, n), ordered=ordered)


def begin(
    session: Session,
    case: Case,
    letter: Letter,
    until: datetime,
    now: datetime,
    *,
    answer: tuple[int, int] | None = None,
    ordered: bool = False,
) -> None:
    """Tell the cases that were joined to this one until an instant; nothing where there are none."""
    there = sa.select(CaseLink.id).where(
        CaseLink.root_id == case.id, CaseLink.ended_at.is_(None), CaseLink.linked_at <= until
    )
    if session.scalar(there.limit(1)) is None:
        return
    message_id, n = answer or (None, None)
    made = Sharing(
        case_id=case.id,
        letter=letter,
        message_id=message_id,
        n=n,
        is_ordered=ordered,
        linked_until=until,
        made_at=now,
        cursor=0,
    )
    session.add(made)
    session.flush()
    later(session, SHARE, made.id)

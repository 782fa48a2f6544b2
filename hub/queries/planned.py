"""Answers that wait for their time."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from hub.database import Instant, row_lock
from hub.models import Case, Draft, Message
from hub.rules.planning import LATE
from hub.vocabulary import CaseState, MessageKind

newest = aliased(Message, name="newest")


def _plan() -> sa.ColumnElement[datetime | None]:
    """When what waits in a case is to go out, which is what its draft says: that stays as it is until then.

    Without a draft it is the newest answer; a correction, which may be of an older one, always has its draft.
    """
    of_case = sa.and_(newest.conversation_id == Case.conversation_id, newest.kind == MessageKind.ANSWER)
    written = sa.select(Draft.publish_at).where(Draft.case_id == Case.id).scalar_subquery()
    said = sa.select(newest.publish_at).where(of_case).order_by(newest.id.desc()).limit(1).scalar_subquery()
    return sa.func.coalesce(written, said, type_=Instant)


def due(session: Session, now: datetime, most: int) -> list[int]:
    """Cases whose answer is to go out now; not those that should have gone out long ago."""
    plan = _plan()
    wanted = sa.select(Case.id).where(Case.state == CaseState.SCHEDULED, plan <= now, plan >= now - LATE)
    return list(session.scalars(wanted.order_by(plan, Case.id).limit(most)))


def of_case(session: Session, case: Case) -> datetime | None:
    """When the answer of a case that waits for its time is to go out."""
    return session.scalar(sa.select(_plan()).select_from(Case).where(Case.id == case.id))


def to_change(session: Session, case_id: int) -> Case | None:
    """One case for the clock, locked and read anew."""
    wanted = row_lock(sa.select(Case).where(Case.id == case_id))
    found: Case | None = session.scalar(wanted.execution_options(populate_existing=True))
    return found

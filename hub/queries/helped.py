"""Whether publications helped: what one can be asked about, and what its readers said last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import Feedback, Message, Rating
from hub.queries import published
from hub.queries.visibility import public_now
from hub.rules.helped import LEVELS
from hub.vocabulary import MessageKind, Standing

LAST = 300
"""Of so many readers the page tells: an answer grows old, and a page must not cost more the longer it stands."""


def about(session: Session, slug: str, kinds: Collection[str], now: datetime) -> Message | None:
    """What can be rated at this public name: a question that is answered, or a publication of one of these kinds."""
    wanted = sa.select(Message).where(Message.slug == slug, public_now(now))
    message = session.scalar(wanted.where(Message.kind.in_([MessageKind.QUESTION, *kinds])))
    if message is None or message.kind != MessageKind.QUESTION:
        return message
    return message if published.by_slug(session, slug, now) else None


def levels(session: Session, slug: str) -> tuple[int, ...]:
    """How many of the last readers gave each level, the worst first."""
    message = sa.select(Message.id).where(Message.slug == slug).scalar_subquery()
    last = (
        sa.select(Feedback.id)
        .where(Feedback.about_id == message, Feedback.standing == Standing.COUNTED)
        .order_by(Feedback.id.desc())
        .limit(LAST)
        .subquery()
    )
    wanted = sa.select(Rating.level, sa.func.count()).join(last, last.c.id == Rating.feedback_id)
    counted = {row[0]: row[1] for row in session.execute(wanted.group_by(Rating.level))}
    return tuple(counted.get(level, 0) for level in range(1, len(LEVELS) + 1))


@dataclass(frozen=True, slots=True)
class Before:
    """What one sitting says as yet: its highest revision, and the level."""

    rev: int
    level: int


def before(session: Session, source: str, external_id: str) -> Before | None:
    """What this sitting said before; None when it comes for the first time."""
    wanted = (
        sa.select(Feedback.rev, Rating.level)
        .join(Rating, Rating.feedback_id == Feedback.id)
        .where(Feedback.source == source, Feedback.external_id == external_id)
    )
    row = session.execute(wanted).first()
    return Before(*row) if row else None

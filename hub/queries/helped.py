"""Whether publications helped: what one can be asked about, and what its readers said last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import Feedback, Guide, Message, Rating
from hub.queries import guides, published
from hub.queries.publications import ANSWER, Kinds, path_of
from hub.queries.visibility import public_now
from hub.rules.helped import LEVELS
from hub.vocabulary import MessageKind, Standing

LAST = 300
"""Of so many readers the page tells: an answer grows old, and a page must not cost more the longer it stands."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What can be rated: a public message or a guide, and the path of its page."""

    path: str
    department_id: int | None
    message_id: int | None = None
    guide_id: int | None = None


def publication(session: Session, slug: str, kinds: Kinds, now: datetime) -> Subject | None:
    """What can be rated at this public name: a question that is answered, or a publication of one of these kinds."""
    wanted = sa.select(Message).where(Message.slug == slug, public_now(now))
    message = session.scalar(wanted.where(Message.kind.in_([MessageKind.QUESTION, *kinds])))
    if message is None or (message.kind == MessageKind.QUESTION and not published.by_slug(session, slug, now)):
        return None
    return Subject(path_of(kinds.get(message.kind, ANSWER), slug), message.department_id, message_id=message.id)


def guide(session: Session, slug: str) -> Subject | None:
    """The guide of this name, if everybody may read it."""
    found = session.scalar(sa.select(Guide).where(Guide.slug == slug, Guide.is_shown))
    return Subject(f"{guides.PATH}/{slug}", found.department_id, guide_id=found.id) if found else None


def levels(session: Session, subject: Subject) -> tuple[int, ...]:
    """How many of the last readers gave each level, the worst first."""
    of_guide = Feedback.guide_id == subject.guide_id
    mine = of_guide if subject.guide_id is not None else Feedback.about_id == subject.message_id
    last = (
        sa.select(Feedback.id)
        .where(mine, Feedback.standing == Standing.COUNTED)
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


def has_told(session: Session, source: str, external_id: str) -> bool:
    """Whether this sitting has told what was missing."""
    mine = sa.and_(Feedback.source == source, Feedback.external_id == external_id, Feedback.words_id.is_not(None))
    return session.scalar(sa.select(Feedback.id).where(mine)) is not None

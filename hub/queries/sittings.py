"""Sittings and the words that came with them: whether a thing helped, and what its reader missed."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import Feedback, Guide, GuideText, Message, Rating, Revision
from hub.queries import guides
from hub.queries.publications import ANSWER, Kinds, path_of
from hub.vocabulary import DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True)
class Sitting:
    """What words need of the sitting they came with: its row, and whose it is."""

    id: int
    department_id: int


def find(session: Session, source: str, external_id: str) -> Sitting | None:
    """The sitting of this name, None when there was none."""
    mine = sa.and_(Feedback.source == source, Feedback.external_id == external_id)
    row = session.execute(sa.select(Feedback.id, Feedback.department_id).where(mine)).first()
    return Sitting(*row) if row else None


@dataclass(frozen=True, slots=True)
class Under:
    """Under what some words were written: title and path of its page, and the level its reader gave it."""

    title: str
    path: str
    level: int


def under(session: Session, message_id: int, kinds: Kinds) -> Under | None:
    """Under what a message was written; None when it came with no sitting, or with one of a place."""
    row = session.execute(
        sa.select(Feedback.about_id, Feedback.guide_id, Rating.level)
        .join(Rating, Rating.feedback_id == Feedback.id)
        .where(Feedback.words_id == message_id)
    ).first()
    if row is None:
        return None
    found = _guide(session, row.guide_id) if row.guide_id is not None else _publication(session, row.about_id, kinds)
    return Under(*found, row.level) if found else None


def _guide(session: Session, guide_id: int) -> tuple[str, str] | None:
    guide, text = session.get(Guide, guide_id), session.get(GuideText, (guide_id, DEFAULT_LANGUAGE))
    return (text.title if text else guide.slug, f"{guides.PATH}/{guide.slug}") if guide else None


def _publication(session: Session, message_id: int | None, kinds: Kinds) -> tuple[str, str] | None:
    message = session.get(Message, message_id) if message_id is not None else None
    if message is None or message.slug is None:
        return None
    newest = sa.select(Revision.title).where(Revision.message_id == message.id).order_by(Revision.n.desc()).limit(1)
    return session.scalar(newest) or message.slug, path_of(kinds.get(message.kind, ANSWER), message.slug)

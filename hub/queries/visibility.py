"""Public now: the one expression by which every page, feed, search, API and screen knows what it may show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from hub.models import Conversation, Decision, Message, Revision
from hub.vocabulary import SHOWING, Letter, Visibility


def approved(message: Any, n: Any) -> sa.ColumnElement[bool]:
    """Whether the latest decision about a revision approves it."""
    decision = aliased(Decision)
    latest = (
        sa.select(decision.kind)
        .where(decision.message_id == message, decision.n == n)
        .order_by(decision.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return latest.in_([kind.value for kind in SHOWING])


def public_now(now: datetime, message: Any = Message) -> sa.ColumnElement[bool]:
    """A shown revision whose latest decision approves it and whose words still exist, within its time, in a public conversation."""
    conversation, shown = aliased(Conversation), aliased(Revision)
    # Values, not EXISTS: PostgreSQL would make joins of that, and read whole tables for a page of twenty.
    visibility = sa.select(conversation.visibility).where(conversation.id == message.conversation_id).scalar_subquery()
    erased_at = (
        sa.select(shown.erased_at).where(shown.message_id == message.id, shown.n == message.shown_n).scalar_subquery()
    )
    return sa.and_(
        message.shown_n.is_not(None),
        message.appears_at <= now,
        sa.or_(message.leaves_at.is_(None), message.leaves_at > now),
        visibility == Visibility.PUBLIC.value,
        erased_at.is_(None),
        approved(message.id, message.shown_n),
    )


def may_be_sent(letter: Letter, message: Any, n: Any, now: Any) -> sa.ColumnElement[bool]:
    """Whether the words of a letter may go out: always a receipt's, else those of an approved revision.

    Not when a correction is shown by now. What is announced must also still be there, and so must the question it answers.
    """
    if letter is Letter.RECEIPT:
        return sa.true()
    said, asked = aliased(Message), aliased(Message)
    shown = sa.select(said.shown_n).where(said.id == message).scalar_subquery()
    newest = sa.and_(approved(message, n), sa.func.coalesce(shown, 0) <= n)
    if letter is Letter.ANSWER:
        return newest
    stays = [sa.or_(one.leaves_at.is_(None), one.leaves_at > now) for one in (said, asked)]
    both = sa.select(said.id).outerjoin(asked, asked.id == said.replies_to_id)
    return sa.and_(newest, both.where(said.id == message, *stays).exists())


def sendable(letter: Letter, message_id: int, n: int, now: datetime) -> sa.ColumnElement[bool]:
    """The same of one letter."""
    return may_be_sent(letter, sa.literal(message_id), sa.literal(n), sa.literal(now, Message.received_at.type))

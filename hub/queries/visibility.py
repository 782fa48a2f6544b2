"""Public now: the one expression by which every page, feed, search, API and screen knows what it may show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from hub.models import Conversation, Decision, Message, Revision
from hub.vocabulary import SHOWING, Visibility


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
    is_public = (
        sa.select(conversation.id)
        .where(conversation.id == message.conversation_id, conversation.visibility == Visibility.PUBLIC)
        .exists()
    )
    has_words = (
        sa.select(shown.n)
        .where(shown.message_id == message.id, shown.n == message.shown_n, shown.erased_at.is_(None))
        .exists()
    )
    return sa.and_(
        message.shown_n.is_not(None),
        message.appears_at <= now,
        sa.or_(message.leaves_at.is_(None), message.leaves_at > now),
        is_public,
        has_words,
        approved(message.id, message.shown_n),
    )

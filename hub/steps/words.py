"""Saying, revising, deciding and showing: what every kind of message shares. Adds rows to the caller's transaction."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import markup
from hub.database import table_of
from hub.models import Conversation, Decision, Message, Revision, SearchEntry
from hub.rules import facets
from hub.stems import index_words
from hub.vocabulary import ActorKind, Cause, DecisionKind, MessageKind, Visibility
from hub.work import Actor

entries = table_of(SearchEntry)


def begin(session: Session, visibility: Visibility, now: datetime) -> Conversation:
    """A new conversation."""
    made = Conversation(visibility=visibility, began_at=now)
    session.add(made)
    session.flush()
    return made


def revise(
    session: Session,
    message: Message,
    text: str,
    actor: Actor,
    cause: Cause,
    now: datetime,
    title: str | None = None,
    summary: str | None = None,
    *,
    is_markdown: bool = False,
) -> Revision:
    """The next revision of a message. What is shown does not change by that."""
    session.flush()
    session.refresh(message, ["revisions"])
    salt = token_hex(16)
    made = Revision(
        message_id=message.id,
        n=len(message.revisions) + 1,
        title=title,
        summary=summary,
        text=text,
        is_markdown=is_markdown,
        cause=cause,
        account_id=actor.id,
        salt=salt,
        digest=digest(salt, title, text, [a.digest for a in message.attachments], summary),
        written_at=now,
    )
    session.add(made)
    session.flush()
    session.refresh(message, ["revisions"])
    return made


def digest(salt: str, title: str | None, text: str, files: list[str], summary: str | None = None) -> str:
    """SHA-256, as hexadecimal digits, over the salt and all words and files of a revision."""
    whole = [salt, title, text, files, *([summary] if summary else [])]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()


def decide(
    session: Session,
    message: Message,
    n: int,
    kind: DecisionKind,
    actor: Actor,
    now: datetime,
    reason: str = "",
    rule: str | None = None,
) -> Decision:
    """A decision about one revision. Where two people are needed, the database refuses the author's own approval."""
    by_account = actor.kind == ActorKind.ACCOUNT
    made = Decision(
        message_id=message.id,
        n=n,
        kind=kind,
        reason=reason,
        actor_kind=ActorKind.ACCOUNT if by_account else ActorKind.SYSTEM,
        account_id=actor.id if by_account else None,
        rule=None if by_account else rule,
        decided_at=now,
    )
    session.add(made)
    session.flush()
    return made


def show(session: Session, message: Message, n: int, now: datetime) -> None:
    """Show an approved revision from now on; of a public message its words can then be searched for."""
    message.shown_n = n
    message.appears_at = message.appears_at or now
    session.flush()
    if _is_public(message):
        _index(session, message)


def give_theme(session: Session, message: Message, theme_id: int | None) -> None:
    """What a message is about, for lists and the search."""
    message.theme_id = theme_id
    session.flush()
    if message.shown_n is not None and message.leaves_at is None and _is_public(message):
        _index(session, message)


def _is_public(message: Message) -> bool:
    return message.conversation.visibility == Visibility.PUBLIC


def take_away(session: Session, message: Message, now: datetime) -> None:
    """Show a message no longer; in the same transaction it can no longer be found."""
    message.leaves_at = now
    session.flush()
    forget_words(session, message.id)


def forget_words(session: Session, message_id: int) -> None:
    """Remove a message from the search."""
    session.connection().execute(sa.delete(entries).where(entries.c.message_id == message_id))


def _index(session: Session, message: Message) -> None:
    """What lists show is found by its own words and by those of the question it answers; a question, by its answers.

    No list of what was found shows comments, so they are not searched.
    """
    if message.kind == MessageKind.COMMENT:
        return
    if message.kind == MessageKind.QUESTION:
        shown = sa.select(Message).where(Message.replies_to_id == message.id, Message.shown_n.is_not(None))
        for answer in session.scalars(shown.where(Message.leaves_at.is_(None))):
            _index(session, answer)
        return
    asked = session.get(Message, message.replies_to_id) if message.replies_to_id else None
    found_by = index_words(f"{_shown_words(asked)} {_shown_words(message)}")
    found_by += facets.all_of(message.kind, message.department_id, message.theme_id, message.appears_at)
    forget_words(session, message.id)
    session.connection().execute(sa.insert(entries), {"message_id": message.id, "words": " ".join(found_by)})


def _shown_words(message: Message | None) -> str:
    shown = [one for one in message.revisions if one.n == message.shown_n] if message else []
    texts = [(one.title, one.summary, markup.plain(one.text, one.is_markdown)) for one in shown]
    return " ".join(part for parts in texts for part in parts if part)

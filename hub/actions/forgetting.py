"""Erasing what is no longer needed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from hub.database import table_of
from hub.models import Comment, Feedback, FollowLink, Reaction, Repeat, Report
from hub.rules import comments as rules
from hub.steps import adding, erasing
from hub.work import SYSTEM, work

feedback = table_of(Feedback)
links = table_of(FollowLink)
repeated = table_of(Repeat)
comments = table_of(Comment)
MARKS = (table_of(Reaction), table_of(Report))
LINK_LIFE = timedelta(days=3 * 365)
"""How long the link of a comment's author opens it."""


def exact_times(received_before: datetime, at_most: int, now: datetime) -> int:
    """Erase the exact times of at most so many sittings received before; returns how many. Their hours stay."""
    old = sa.select(feedback.c.id).where(feedback.c.received_at < received_before).limit(at_most)
    with work(SYSTEM, "forget exact times", now) as w:
        change = (
            sa.update(feedback)
            .where(feedback.c.id.in_(old.scalar_subquery()))
            .values(received_at=None, occurred_at=None)
        )
        return int(w.connection.execute(change).rowcount)


def case(case_id: int, now: datetime) -> list[str]:
    """Erase the words of a case that was done long ago; its public copies stay. Returns the keys of its files."""
    with work(SYSTEM, "forget a case", now) as w:
        found = adding.to_go_on(w.session, case_id)
        w.about(found)
        if found.state not in adding.DONE or found.erased_at is not None:  # opened again in this moment
            return []
        return erasing.erase_case(w.session, found, now, public_too=False)


def follow_links(at_most: int, now: datetime) -> int:
    """Delete at most so many secret links that have ended; returns how many."""
    ended = sa.select(links.c.digest).where(links.c.expires_at < now).limit(at_most)
    with work(SYSTEM, "forget follow links", now) as w:
        return int(w.connection.execute(sa.delete(links).where(links.c.digest.in_(ended.scalar_subquery()))).rowcount)


def repeats(heard_before: date, at_most: int, now: datetime) -> int:
    """Delete at most so many digests of words that came before a day; returns how many."""
    old = sa.select(repeated.c.digest).where(repeated.c.heard_on < heard_before).distinct().limit(at_most)
    of_day = sa.and_(repeated.c.heard_on < heard_before, repeated.c.digest.in_(old.scalar_subquery()))
    with work(SYSTEM, "forget repeats", now) as w:
        return int(w.connection.execute(sa.delete(repeated).where(of_day)).rowcount)


def marks(at_most: int, now: datetime) -> int:
    """Forget who (as a digest) joined in or reported some weeks ago, at most so many of each; returns how many. The rows stay."""
    changed = 0
    with work(SYSTEM, "forget who reacted", now) as w:
        for table in MARKS:
            old = sa.and_(table.c.made_at < now - rules.FORGOTTEN_AFTER, table.c.voter.is_not(None))
            some = sa.select(table.c.id).where(old).limit(at_most)
            change = sa.update(table).where(table.c.id.in_(some.scalar_subquery())).values(voter=None, nonce=None)
            changed += w.connection.execute(change).rowcount
    return changed


def traces(at_most: int, now: datetime) -> int:
    """Of at most so many comments, forget what tells the same text said again, or the link of its author, after their time."""
    said = sa.and_(comments.c.words_digest.is_not(None), comments.c.came_at < now - rules.SAME_FOR)
    linked = sa.and_(comments.c.secret_digest.is_not(None), comments.c.came_at < now - LINK_LIFE)
    changed = 0
    with work(SYSTEM, "forget traces of comments", now) as w:
        for which, gone in ((said, {"words_digest": None}), (linked, {"secret_digest": None})):
            some = sa.select(comments.c.message_id).where(which).limit(at_most)
            change = sa.update(comments).where(comments.c.message_id.in_(some.scalar_subquery())).values(**gone)
            changed += w.connection.execute(change).rowcount
    return changed

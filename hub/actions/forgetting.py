"""Erasing what is no longer needed."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from hub.database import table_of
from hub.models import Feedback, FollowLink, Repeat
from hub.steps import adding, erasing
from hub.work import SYSTEM, work

feedback = table_of(Feedback)
links = table_of(FollowLink)
repeated = table_of(Repeat)


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

"""Notices in tests: written, approved and moved by a clock that is told the time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count

import sqlalchemy as sa
from flask import Flask

from hub.clock import Clock
from hub.database import db
from hub.models import Department, Message
from noticeboard import actions, queries
from noticeboard.actions import LETTERS, Written
from noticeboard.jobs import by_the_clock
from noticeboard.models import Notice
from tests import desks
from tests.conftest import NOW

numbers = count(1)


class Standing(Clock):
    """A clock that shows what it is told."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def reference() -> str:
    """An address that no other notice of the tests has."""
    n, found = next(numbers), ""
    for _ in range(10):
        n, digit = divmod(n, len(LETTERS))
        found = LETTERS[digit] + found
    return found


def department(slug: str = "dopravy") -> int:
    return db.session.scalars(sa.select(Department.id).where(Department.slug == slug)).one()


def written(
    title: str = "Uzavírka Dlouhé ulice",
    text: str = "Od pondělí do pátku je ulice uzavřena.",
    version: int = 0,
    posts_at: datetime | None = None,
    ends_on: date | None = None,
) -> Written:
    return Written(version, title, text, department(), posts_at, ends_on)


def in_review(what: Written | None = None, now: datetime = NOW, by: str = desks.A) -> str:
    made = reference()
    actions.save(desks.scope(by), made, what or written(), now, submit=True)
    return made


def scheduled(what: Written | None = None, now: datetime = NOW, by: str = desks.A) -> str:
    made = in_review(what, now, by)
    actions.decide(desks.scope(desks.PRESS), made, 1, True, "", now)
    return made


def posted(what: Written | None = None, now: datetime = NOW) -> str:
    made = scheduled(what, now)
    assert tick(now)
    assert notice(made).state == "posted"
    return made


def tick(now: datetime) -> int:
    """What the clock does at this instant; how many notices it moved."""
    done = by_the_clock(now, Standing(now))
    db.session.rollback()
    return done


def notice(made: str) -> Notice:
    db.session.rollback()
    return queries.find(db.session(), desks.scope(desks.ADMINISTRATOR), made)


def titles(app: Flask, now: datetime, query: str = "") -> list[str]:
    """What hangs on the board at an instant, or what of it is found."""
    with app.app_context():
        found = queries.search(db.session(), query, now) if query else queries.board(db.session(), now)[0]
        return [line.title for line in found]


def message(made: str) -> Message:
    return notice(made).message


DAY = timedelta(days=1)

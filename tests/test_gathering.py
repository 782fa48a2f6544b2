"""Presses that come while a commit is under way are recorded together in the next one, each with its own answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from time import monotonic

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.pool import NullPool

from hub.database import db
from hub.envelopes import Receipt
from hub.errors import BadInput, UnknownTouchpoint
from hub.models import Feedback
from hub.vocabulary import Outcome
from kiosk import actions
from kiosk.presses import Press
from tests.conftest import NOW
from tests.presses import press
from tests.visitors import House, assert_counts_agree


@pytest.fixture
def app(houses: House, engine: str) -> Flask:
    return houses(engine)


class Crowd:
    """People who press at once, while the database is held by somebody else; then it is let go."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.commits = 0

    def press(self, *presses: tuple[str, Press]) -> list[Future[Receipt]]:
        """Their answers; the first of them is already trying to commit when the others come."""
        with self.app.app_context():
            engine = db.engine
        gathering = actions.gathering_of(engine)
        sa.event.listen(engine, "commit", self._count)
        with ThreadPoolExecutor(len(presses)) as pool, held(self.app):
            futures = [pool.submit(self._one, *presses[0])]
            soon(gathering._committing.locked)
            soon(lambda: not gathering._waiting)
            futures += [pool.submit(self._one, slug, one) for slug, one in presses[1:]]
            soon(lambda: len(gathering._waiting) == len(presses) - 1)
        sa.event.remove(engine, "commit", self._count)
        return futures

    def _one(self, slug: str, one: Press) -> Receipt:
        with self.app.app_context():
            return actions.record_one(slug, one, NOW)

    def _count(self, _connection: object) -> None:
        self.commits += 1


@contextmanager
def held(app: Flask) -> Iterator[None]:
    """Nobody else can write to the table of sittings meanwhile."""
    engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql("LOCK TABLE feedback IN EXCLUSIVE MODE")
        yield
        connection.exec_driver_sql("ROLLBACK")


def soon(true: Callable[[], bool]) -> None:
    """Wait until it is true."""
    until, pause = monotonic() + 20, Event()
    while not true():
        assert monotonic() < until
        pause.wait(0.005)


def stored(app: Flask, *presses: Press) -> int:
    with app.app_context():
        ids = [one.id for one in presses]
        return db.session.scalar(sa.select(sa.func.count()).where(Feedback.external_id.in_(ids))) or 0


def test_twenty_who_wait_are_recorded_in_one_commit(app: Flask) -> None:
    crowd, presses = Crowd(app), [press(1 + n % 5) for n in range(20)]
    answers = crowd.press(*[(("ridici", "davky")[n % 2], one) for n, one in enumerate(presses)])
    assert [answer.result().outcome for answer in answers] == [Outcome.STORED] * 20
    assert [answer.result().external_id for answer in answers] == [one.id for one in presses]
    assert stored(app, *presses) == 20
    assert crowd.commits == 2  # the first alone, then all who came meanwhile
    assert_counts_agree(app)


def test_the_same_press_twice_in_one_commit_is_stored_once(app: Flask) -> None:
    one = press(4)
    answers = Crowd(app).press(*[("ridici", one)] * 5)
    assert sorted(answer.result().outcome for answer in answers) == [Outcome.KNOWN] * 4 + [Outcome.STORED]
    assert stored(app, one) == 1


def test_one_that_is_refused_does_not_hurt_the_others(app: Flask) -> None:
    good = [press(5) for _ in range(4)]
    answers = Crowd(app).press(
        ("ridici", good[0]),
        ("nikde", press(5)),
        ("ridici", good[1]),
        ("ridici", press(9)),
        *[("davky", g) for g in good[2:]],
    )
    problems = [answer.exception() for answer in answers]
    assert isinstance(problems[1], UnknownTouchpoint)
    assert isinstance(problems[3], BadInput)
    assert [p for n, p in enumerate(problems) if n not in {1, 3}] == [None] * 4
    assert stored(app, *good) == 4


def test_one_that_breaks_the_database_is_told_alone(app: Flask) -> None:
    bad = press(5).model_copy(update={"language": "x" * 50})  # longer than its column: no view lets it so far
    good = [press(5) for _ in range(3)]
    answers = Crowd(app).press(*[("ridici", one) for one in (good[0], bad, *good[1:])])
    assert [answer.exception() is None for answer in answers] == [True, False, True, True]
    assert stored(app, *good, bad) == 3
    assert_counts_agree(app)


def test_one_alone_is_recorded_alone(app: Flask) -> None:
    with app.app_context():
        assert actions.record_one("ridici", press(2), NOW).outcome is Outcome.STORED

"""The clock of the notice board: late, early, going back and forth, in the nights on which it is moved, and several of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from structlog.testing import capture_logs

from hub import errors
from hub.actions import timetable
from hub.database import db
from hub.jobs.timetable import Job
from hub.jobs.timetable import tick as whole_tick
from hub.models import AuditEntry
from hub.queries.timetable import clock_is_right
from hub.steps import words
from hub.vocabulary import ActorKind, DecisionKind
from hub.work import Actor, work
from noticeboard import actions, queries
from noticeboard.jobs import by_the_clock
from noticeboard.models import Notice
from noticeboard.periods import beginning_of, comes_down, instant, usual_end
from tests import desks
from tests.conftest import NOW
from tests.noticeboard import boards
from tests.noticeboard.boards import DAY, Standing, tick, titles

HOUR = timedelta(hours=1)
JOB = Job("clock", None, lambda now: by_the_clock(now, Standing(now)))


def test_a_clock_that_missed_its_minute_makes_up_for_it(town: Flask) -> None:
    made = boards.scheduled(boards.written(posts_at=NOW + HOUR))
    assert tick(NOW + 5 * HOUR) == 1
    assert boards.notice(made).posted_at == NOW + 5 * HOUR


def test_what_is_a_day_late_waits_for_a_person(town: Flask) -> None:
    made = boards.scheduled(boards.written(posts_at=NOW + HOUR))
    late = NOW + HOUR + DAY + timedelta(seconds=1)
    assert tick(late) == 0
    assert [line.notice.reference for line in queries.missed(db.session(), desks.scope(desks.A), late)] == [made]
    with pytest.raises(errors.NotAllowed):
        actions.post_after_all(desks.scope(desks.A), made, late)
    actions.post_after_all(desks.scope(desks.PRESS), made, late)
    assert tick(late) == 1
    assert boards.notice(made).posted_at == late


def test_what_would_have_come_down_by_now_is_not_posted(town: Flask) -> None:
    made = boards.scheduled(boards.written(posts_at=NOW + HOUR, ends_on=date(2026, 11, 19)))
    others = boards.scheduled(boards.written("Jiné oznámení", posts_at=NOW + 2 * HOUR))
    late = datetime(2026, 11, 18, 23, 0, tzinfo=UTC)
    assert tick(late) == 1
    assert (boards.notice(made).state, boards.notice(others).state) == ("scheduled", "posted")
    assert [line.notice.reference for line in queries.missed(db.session(), desks.scope(desks.A), late)] == [made]
    with pytest.raises(errors.Conflict):
        actions.post_after_all(desks.scope(desks.PRESS), made, late + 2 * DAY)


@pytest.mark.parametrize("back", [timedelta(minutes=3), HOUR, DAY])
def test_a_clock_that_went_back_stops_posting_with_an_alarm(town: Flask, back: timedelta) -> None:
    first = boards.scheduled(boards.written("První"))
    assert whole_tick([JOB], NOW + back) == ["clock"]
    assert boards.notice(first).state == "posted"
    second = boards.scheduled(boards.written("Druhé"))
    with capture_logs() as logged:
        assert whole_tick([JOB], NOW) == []
    assert [line["log_level"] for line in logged] == ["error"]
    assert tick(NOW) == 0  # nor does whoever acts without asking first
    assert not clock_is_right(db.session(), NOW)
    timetable.trust_clock(NOW)
    assert clock_is_right(db.session(), NOW)
    assert whole_tick([JOB], NOW + timedelta(seconds=1)) == ["clock"]
    assert boards.notice(second).state == "posted"


def test_a_clock_corrected_by_seconds_goes_on(town: Flask) -> None:
    timetable.mark(NOW)
    boards.scheduled(boards.written(), NOW - timedelta(seconds=90))
    assert tick(NOW - timedelta(seconds=80)) == 1


@pytest.mark.parametrize("forth", [HOUR, DAY])
def test_forth_and_back_nothing_is_posted_or_announced_twice(town: Flask, forth: timedelta) -> None:
    made = boards.scheduled(boards.written(posts_at=NOW + forth, ends_on=date(2026, 11, 20)))
    assert tick(NOW + forth) == 1
    assert tick(NOW) == 0
    timetable.trust_clock(NOW)
    for hours in range(0, 60, 4):
        tick(NOW + hours * HOUR)
    acts = db.session.scalars(sa.select(AuditEntry.act).where(AuditEntry.about_table == "notices")).all()
    assert acts.count("post a notice") == acts.count("take a notice down") == 1
    assert boards.notice(made).number == "2026-000001"
    assert titles(town, NOW) == titles(town, NOW + 60 * HOUR) == []


def test_several_clocks_post_each_once(town: Flask) -> None:
    made = [boards.scheduled(boards.written(f"Oznámení {n}")) for n in range(20)]
    together = Barrier(4)

    def clock() -> int:
        with town.app_context():
            together.wait(10)
            try:
                return by_the_clock(NOW, Standing(NOW))
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        done = [one.result() for one in [pool.submit(clock) for _ in range(4)]]
    assert sum(done) == len(made)
    db.session.rollback()
    numbers = sorted(n for n in db.session.scalars(sa.select(Notice.number)) if n)
    assert numbers == [f"2026-{n:06d}" for n in range(1, 21)]
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.act == "post a notice")) == 20


def test_one_that_fails_does_not_hold_up_the_others(town: Flask) -> None:
    bad = boards.scheduled(boards.written("Skryté", posts_at=NOW + timedelta(seconds=1)))
    good = boards.scheduled(boards.written("Dobré", posts_at=NOW + timedelta(seconds=2)))
    press = Actor(ActorKind.ACCOUNT, desks.scope(desks.PRESS).account_id)
    message = boards.message(bad)
    with work(press, "hide", NOW) as w:
        words.decide(w.session, message, 1, DecisionKind.HIDE, press, NOW)
    with pytest.raises(sa.exc.DatabaseError):
        tick(NOW + timedelta(seconds=3))
    assert (boards.notice(bad).state, boards.notice(good).state) == ("scheduled", "posted")


SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)


def test_in_spring_an_hour_is_left_out(town: Flask) -> None:
    assert instant(SPRING, time(2, 30)) is None
    assert instant(SPRING, time(1, 59)) == datetime(2027, 3, 28, 0, 59, tzinfo=UTC)
    assert instant(SPRING, time(3, 0)) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_in_autumn_an_hour_comes_twice_and_the_first_is_meant(town: Flask) -> None:
    assert instant(AUTUMN, time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(AUTUMN, time(3, 0)) == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("night", [SPRING, AUTUMN])
def test_in_such_a_night_each_is_posted_and_taken_down_once(town: Flask, night: date) -> None:
    start = beginning_of(night)
    up = start + timedelta(minutes=150)
    made = boards.scheduled(boards.written(posts_at=up, ends_on=night + DAY), start - DAY)
    posted = down = None
    for minute in range(0, 27 * 60, 30):
        now = start + timedelta(minutes=minute)
        tick(now)
        one = boards.notice(made)
        posted = posted or (one.posted_at and now)
        down = down or (one.taken_down_at and now)
    assert (posted, down) == (up, beginning_of(night + DAY))
    assert beginning_of(night + DAY) - start == timedelta(hours=23 if night == SPRING else 25)


@pytest.mark.parametrize(
    ("posted", "down"),
    [
        ("2026-03-02", "2026-03-18"),
        ("2026-03-20", "2026-04-05"),  # over the change of the clocks
        ("2026-04-16", "2026-05-02"),
        ("2024-05-22", "2024-06-07"),
    ],
)
def test_the_fifteen_days_of_the_law_are_whole(posted: str, down: str) -> None:
    at = beginning_of(date.fromisoformat(posted)) + timedelta(hours=9)
    assert usual_end(at) == date.fromisoformat(down)
    assert comes_down(at, None) == beginning_of(date.fromisoformat(down))

"""Clock jobs run once at their local time whatever the number of workers, and a failing one hurts no other."""

from __future__ import annotations

import signal
import threading
import time as clock_time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Barrier, Event

import pytest
import sqlalchemy as sa
from flask import Flask

from config import Settings
from hub import clock
from hub.actions import timetable
from hub.actions.timetable import LEASE
from hub.database import db
from hub.jobs import retention, upkeep
from hub.jobs.retention import FORGET_EXACT_TIMES, forget_exact_times
from hub.jobs.timetable import Job, tick
from hub.models import AuditEntry, Count, Feedback, JobRun
from hub.queries import recount
from tests import warm
from tests.conftest import NOW
from tests.factories import rate
from tests.running import environment

AT = time(2, 30)


@dataclass
class Diary:
    """A job that writes down when it ran."""

    ran: list[datetime] = field(default_factory=list)

    def __call__(self, now: datetime) -> int:
        self.ran.append(now)
        return len(self.ran)


def runs() -> list[tuple[str, str, bool]]:
    """(job, due, finished) of every run there is, by job and due."""
    db.session.rollback()
    rows = db.session.scalars(sa.select(JobRun).order_by(JobRun.job, JobRun.due))
    return [(row.job, row.due, row.finished_at is not None) for row in rows]


def test_a_job_is_not_run_before_its_local_time(app: Flask) -> None:
    diary = Diary()
    assert tick([Job("diary", AT, diary)], datetime(2026, 11, 18, 1, 29, tzinfo=UTC)) == []
    assert (diary.ran, runs()) == ([], [])


def test_a_due_job_is_run_once_a_day(app: Flask) -> None:
    diary = Diary()
    job = Job("diary", AT, diary)
    first = datetime(2026, 11, 18, 1, 30, tzinfo=UTC)
    assert tick([job], first) == ["diary"]
    for later in (timedelta(seconds=20), LEASE + timedelta(seconds=1), timedelta(hours=21)):
        assert tick([job], first + later) == []
    assert tick([job], first + timedelta(days=1)) == ["diary"]
    assert diary.ran == [first, first + timedelta(days=1)]
    assert runs() == [("diary", "2026-11-18", True), ("diary", "2026-11-19", True)]


def test_a_run_that_was_missed_is_made_up_for_the_same_day(app: Flask) -> None:
    diary = Diary()
    assert tick([Job("diary", AT, diary)], datetime(2026, 11, 18, 22, 59, tzinfo=UTC)) == ["diary"]
    assert runs() == [("diary", "2026-11-18", True)]


def test_the_day_is_the_local_one(app: Flask) -> None:
    tick([Job("early", time(0, 15), Diary())], datetime(2026, 11, 18, 23, 15, tzinfo=UTC))
    assert runs() == [("early", "2026-11-19", True)]


@contextmanager
def in_context(app: Flask) -> Iterator[None]:
    """A context, and so a session, of its own."""
    with app.app_context():
        yield
        db.session.remove()


def test_of_four_workers_at_once_one_runs_each_due_job(app: Flask) -> None:
    diaries = [Diary() for _ in range(8)]
    jobs = [Job(f"diary-{n}", AT, diary) for n, diary in enumerate(diaries)]
    together = Barrier(4)

    def worker() -> list[str]:
        with in_context(app):
            together.wait(10)
            return tick(jobs, NOW)

    with ThreadPoolExecutor(4) as pool:
        done = [name for each in [pool.submit(worker) for _ in range(4)] for name in each.result(60)]
    assert sorted(done) == sorted(job.name for job in jobs)
    assert [len(diary.ran) for diary in diaries] == [1] * len(diaries)
    assert len(runs()) == len(jobs)


def test_of_three_processes_at_once_one_runs_each_due_job(app: Flask, database_url: str, tmp_path: Path) -> None:
    go, logs = tmp_path / "go", [tmp_path / f"worker-{n}.log" for n in range(3)]
    workers = []
    for log in logs:
        command = ["tests.hub.ticking", str(go), NOW.isoformat()]
        with log.open("wb") as out:
            quiet = environment(database_url, tmp_path, {"HUB_LOG_LEVEL": "error"})
            workers.append(warm.start(command, quiet, out.fileno()))
    until = clock_time.monotonic() + 30
    while not all(log.read_text(encoding="utf-8").startswith("ready\n") for log in logs):
        assert clock_time.monotonic() < until, [
            (worker.poll(), log.read_text()) for worker, log in zip(workers, logs, strict=True)
        ]
        Event().wait(0.01)
    go.touch()
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    done = [log.read_text(encoding="utf-8").split()[1:] for log in logs]
    assert sorted(name for names in done for name in names) == sorted(f"job-{n}" for n in range(20))
    assert len(runs()) == 20


@dataclass
class Failing(Diary):
    """A job that fails as often as told."""

    times: int = 1

    def __call__(self, now: datetime) -> int:
        super().__call__(now)
        if len(self.ran) <= self.times:
            raise ConnectionError("the other end is gone")
        return 0


def test_a_failing_job_stops_no_other_and_is_tried_again_after_its_lease(app: Flask) -> None:
    failing, diary = Failing(), Diary()
    jobs = [Job("failing", AT, failing), Job("diary", AT, diary)]
    assert tick(jobs, NOW) == ["diary"]
    assert runs() == [("diary", "2026-11-18", True), ("failing", "2026-11-18", False)]
    assert tick(jobs, NOW + LEASE) == []
    after = NOW + LEASE + timedelta(seconds=1)
    assert tick(jobs, after) == ["failing"]
    assert failing.ran == [NOW, after]
    assert diary.ran == [NOW]
    assert ("failing", "2026-11-18", True) in runs()


def test_a_job_that_fails_in_its_database_work_stops_no_other(app: Flask) -> None:
    def broken(_now: datetime) -> None:
        db.session.execute(sa.text("SELECT nothing FROM nowhere"))

    diary = Diary()
    assert tick([Job("broken", AT, broken), Job("diary", AT, diary)], NOW) == ["diary"]


def test_a_job_that_leaves_a_change_behind_stops_no_other(app: Flask) -> None:
    def careless(_now: datetime) -> None:
        db.session.add(JobRun(job="stray", due="never", claimed_until=NOW))
        raise ConnectionError("the other end is gone")

    diary = Diary()
    assert tick([Job("careless", AT, careless), Job("diary", AT, diary)], NOW) == ["diary"]


def test_a_worker_that_died_in_the_middle_is_replaced_after_its_lease(app: Flask) -> None:
    assert timetable.claim("diary", "2026-11-18", NOW)
    diary = Diary()
    job = Job("diary", AT, diary)
    assert tick([job], NOW + timedelta(minutes=9)) == []
    assert tick([job], NOW + timedelta(minutes=11)) == ["diary"]


def test_a_finished_run_is_never_claimed_again(app: Flask) -> None:
    assert timetable.claim("diary", "2026-11-18", NOW)
    timetable.finish("diary", "2026-11-18", NOW)
    assert not timetable.claim("diary", "2026-11-18", NOW + 100 * LEASE)


def test_a_slow_worker_that_finishes_after_another_took_over_does_no_harm(app: Flask) -> None:
    assert timetable.claim("diary", "2026-11-18", NOW)
    later = NOW + LEASE + timedelta(seconds=1)
    assert timetable.claim("diary", "2026-11-18", later)
    timetable.finish("diary", "2026-11-18", later)
    timetable.finish("diary", "2026-11-18", later + LEASE)
    assert runs() == [("diary", "2026-11-18", True)]


# The nights when the clock changes.


def _through_the_night(first: datetime, hours: int) -> tuple[list[datetime], list[tuple[str, str, bool]]]:
    diary = Diary()
    job = Job("diary", AT, diary)
    for minutes in range(0, hours * 60, 5):
        tick([job], first + timedelta(minutes=minutes))
    return diary.ran, runs()


def test_in_the_autumn_night_the_hour_that_comes_twice_runs_a_job_once(app: Flask) -> None:
    ran, stored = _through_the_night(datetime(2026, 10, 24, 23, 0, tzinfo=UTC), 4)
    assert ran == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]
    assert stored == [("diary", "2026-10-25", True)]


def test_in_the_spring_night_the_hour_that_does_not_come_loses_no_job(app: Flask) -> None:
    ran, stored = _through_the_night(datetime(2027, 3, 28, 0, 0, tzinfo=UTC), 4)
    assert ran == [datetime(2027, 3, 28, 1, 0, tzinfo=UTC)]
    assert stored == [("diary", "2027-03-28", True)]


# Forgetting exact times.


def _taps(days_ago: int, how_many: int = 1) -> None:
    for _ in range(how_many):
        rate("ridici", 5, None, NOW - timedelta(days=days_ago))


def _times() -> list[tuple[datetime, datetime | None, datetime | None]]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(Feedback).order_by(Feedback.hour_at))
    return [(row.hour_at, row.received_at, row.occurred_at) for row in rows]


def test_exact_times_are_erased_after_the_days_set_and_the_hours_stay(city: Flask, settings: Settings) -> None:
    days = settings.exact_time_days
    for ago in (days + 1, days, days - 1):
        _taps(ago)
    assert tick([FORGET_EXACT_TIMES], NOW + timedelta(seconds=1)) == ["forget-exact-times"]
    assert [(hour, bool(received), bool(occurred)) for hour, received, occurred in _times()] == [
        (datetime(2026, 11, 18, 10, tzinfo=UTC) - timedelta(days=days + 1), False, False),
        (datetime(2026, 11, 18, 10, tzinfo=UTC) - timedelta(days=days), False, False),
        (datetime(2026, 11, 18, 10, tzinfo=UTC) - timedelta(days=days - 1), True, True),
    ]
    assert sum(db.session.scalars(sa.select(Count.counted))) == 3
    assert recount.differences(db.session()) == []


def test_more_than_one_chunk_is_erased_in_one_run(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "CHUNK", 3)
    _taps(30, how_many=7)
    assert forget_exact_times(NOW) == 7
    assert forget_exact_times(NOW) == 0
    assert all(received is None and occurred is None for _, received, occurred in _times())
    assert set(db.session.scalars(sa.select(AuditEntry.act))) >= {"forget exact times"}


# The clock itself, and the worker's process.


def test_the_clock_ticks_and_stops() -> None:
    ticks: list[str] = []
    enough = Event()

    def at_tick() -> None:
        ticks.append(threading.current_thread().name)
        if len(ticks) == 3:
            enough.set()

    stop = clock.start(at_tick, every=0.02)
    try:
        assert enough.wait(10)
    finally:
        stop()
    after = len(ticks)
    assert threading.current_thread().name not in ticks
    assert not [
        thread for thread in threading.enumerate() if thread.name in ("APScheduler", *ticks) and thread.is_alive()
    ]
    assert not Event().wait(0.1)
    assert len(ticks) == after


def test_the_first_tick_comes_at_once() -> None:
    ticked = Event()
    stop = clock.start(ticked.set, every=3600)
    try:
        assert ticked.wait(10)
    finally:
        stop()


def test_stopping_waits_for_the_tick_that_runs() -> None:
    began, ended = Event(), Event()

    def slow() -> None:
        began.set()
        Event().wait(0.3)
        ended.set()

    stop = clock.start(slow, every=3600)
    assert began.wait(10)
    stop()
    assert ended.is_set()


def test_a_tick_that_fails_does_not_stop_the_clock() -> None:
    again = Event()
    seen: list[int] = []

    def failing() -> None:
        seen.append(1)
        if len(seen) > 1:
            again.set()
        raise ConnectionError("no database")

    stop = clock.start(failing, every=0.02)
    try:
        assert again.wait(10)
    finally:
        stop()


def _catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has set a handler of a signal."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:")).split()[1]
    return bool(int(caught, 16) >> (number - 1) & 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_worker_ends_with_0_when_told_to(
    app: Flask, database_url: str, tmp_path: Path, engine: str, number: signal.Signals
) -> None:
    log = tmp_path / "work.log"
    with log.open("wb") as out:
        worker = warm.start(["flask", "work"], environment(database_url, tmp_path), out.fileno())
    until = clock_time.monotonic() + 30
    while not _catches(worker.pid, signal.SIGTERM):
        assert worker.poll() is None
        assert clock_time.monotonic() < until
        Event().wait(0.05)
    worker.send_signal(number)
    worker.wait(30)
    said = log.read_text(encoding="utf-8")
    assert worker.returncode == 0, said
    assert "Traceback" not in said


def test_the_worker_does_not_start_on_a_database_that_is_not_migrated(app: Flask) -> None:
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))
    db.session.connection().commit()
    ended = app.test_cli_runner().invoke(args=["work"])
    assert ended.exit_code == 1
    assert "flask db upgrade" in f"{ended.output} {ended.exception}"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_at_night_the_database_counts_how_its_rows_are_spread(city: Flask, engine: str) -> None:
    upkeep.statistics(NOW)
    assert db.session.scalar(sa.text("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'departments'"))

"""The worker as a real process on each queue it may have: a question's receipt arrives, whatever becomes of the queue."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa

from config import Settings
from hub import queue
from hub.app import create_app
from hub.database import db
from hub.models import JobRun
from tests.factories import found_city
from tests.letters import Post
from tests.queues import ENGINES, NOBODY, empty_queue
from tests.running import Worker
from tests.services.mail import SmtpServer

ON_SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
WAIT = 30.0


@pytest.fixture(params=ENGINES)
def queue_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty queue on each engine, as the setting takes it."""
    for url in empty_queue(request, tmp_path):
        yield url.replace("+psycopg", "", 1)


@pytest.fixture
def work(database_url: str, tmp_path: Path, smtp: SmtpServer) -> Iterator[Callable[..., Worker]]:
    """Start a worker on the test's database; it ends with the test."""
    workers: list[Worker] = []

    def start(**more: str) -> Worker:
        mail = {"HUB_MAIL_URL": smtp.url, "HUB_MAIL_FROM": "ozvena@lhota.cz"}
        workers.append(Worker(database_url, tmp_path, {**mail, **more}))
        return workers[-1]

    yield start
    for worker in workers:
        worker.stop()


def town(settings: Settings, smtp: SmtpServer, **more: str) -> Iterator[Post]:
    values = settings.model_copy(update={"mail_url": smtp.url, "mail_from": "ozvena@lhota.cz", **more})
    app = create_app(values)
    with app.app_context():
        found_city(datetime.now(UTC))
        yield Post(app, datetime.now(UTC))
        db.session.remove()
        db.engine.dispose()
        queue.close(app)


@pytest.fixture
def post(settings: Settings, smtp: SmtpServer) -> Iterator[Post]:
    """The city whose web process asks over the queue in its folder."""
    yield from town(settings, smtp)


@pytest.fixture
def post_on(settings: Settings, smtp: SmtpServer, queue_url: str) -> Iterator[Post]:
    """The city whose web process asks over this queue."""
    yield from town(settings, smtp, queue_url=queue_url)


def until(met: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WAIT
    while not met():
        assert time.monotonic() < end, what
        Event().wait(0.05)


@ON_SQLITE
def test_a_receipt_is_brought_by_the_queue_long_before_the_sweep(
    post_on: Post, queue_url: str, work: Callable[..., Worker], smtp: SmtpServer
) -> None:
    post_on.ask("prvni@mesto.example", channel="email")
    work(HUB_QUEUE_URL=queue_url, HUB_TICK="60")
    smtp.wait_for(1, WAIT)  # by the queue, or by the sweep with which the worker begins
    post_on.ask("jana@mesto.example", channel="email")
    began = time.monotonic()
    mails = smtp.wait_for(2, WAIT)
    assert time.monotonic() - began < 30  # the next sweep is a minute away
    assert [mail.recipient for mail in mails] == ["prvni@mesto.example", "jana@mesto.example"]
    until(lambda: post_on.states() == ["sent", "sent"], "they are noted as sent")


@ON_SQLITE
def test_with_its_file_deleted_the_sweep_still_brings_it(
    post: Post, work: Callable[..., Worker], smtp: SmtpServer, tmp_path: Path
) -> None:
    post.ask("jana@mesto.example", channel="email")
    (tmp_path / "queue.db").unlink()
    work(HUB_TICK="0.5")
    assert smtp.wait_for(1, WAIT)[0].recipient == "jana@mesto.example"
    post.ask("petr@mesto.example", channel="email")
    (tmp_path / "queue.db").unlink(missing_ok=True)
    smtp.wait_for(2, WAIT)
    until(lambda: post.states() == ["sent", "sent"], "they are noted as sent")


@ON_SQLITE
def test_with_a_queue_that_nobody_serves_the_sweep_brings_it_itself(
    post: Post, work: Callable[..., Worker], smtp: SmtpServer
) -> None:
    post.ask("jana@mesto.example", channel="email")
    work(HUB_QUEUE_URL=NOBODY, HUB_TICK="0.5")
    assert smtp.wait_for(1, WAIT)[0].recipient == "jana@mesto.example"
    until(lambda: post.states() == ["sent"], "it is noted as sent")


def test_two_workers_send_each_letter_once_and_do_each_job_once(
    post: Post, work: Callable[..., Worker], smtp: SmtpServer
) -> None:
    for n in range(10):
        post.ask(f"obcan{n}@mesto.example", channel="email")
    workers = [work(HUB_TICK="0.2") for _ in range(2)]
    smtp.wait_for(10, WAIT)
    for n in range(10, 20):
        post.ask(f"obcan{n}@mesto.example", channel="email")
    smtp.wait_for(20, WAIT)
    until(lambda: post.states() == ["sent"] * 20, "they are noted as sent")
    for worker in workers:
        worker.stop()
    assert sorted(mail.recipient for mail in smtp.mails) == sorted(f"obcan{n}@mesto.example" for n in range(20))
    db.session.rollback()
    runs = db.session.execute(sa.select(JobRun)).scalars().all()
    assert len({(run.job, run.due) for run in runs}) == len(runs)


@ON_SQLITE
def test_a_worker_that_is_stopped_ends_well_and_another_goes_on(
    post: Post, work: Callable[..., Worker], smtp: SmtpServer
) -> None:
    first = work(HUB_TICK="0.5")
    post.ask("jana@mesto.example", channel="email")
    smtp.wait_for(1, WAIT)
    first.stop()
    assert "Traceback" not in first.log()
    post.ask("petr@mesto.example", channel="email")
    work(HUB_TICK="0.5")
    smtp.wait_for(2, WAIT)
    until(lambda: post.states() == ["sent", "sent"], "they are noted as sent")

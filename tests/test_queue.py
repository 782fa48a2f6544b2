"""The queue: what is enqueued runs once with its row, on every engine it may be kept in."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from structlog.testing import capture_logs

from hub import queue
from tests.queues import DEADLINE, ENGINES, NOBODY, Queues, Seen, empty_queue, put
from tests.services import REPOSITORY


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty queue on each engine."""
    yield from empty_queue(request, tmp_path)


@pytest.fixture
def queues(url: str, tmp_path: Path) -> Iterator[Queues]:
    """Apps on a queue of this engine."""
    made = Queues(url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def on_file(tmp_path: Path) -> Iterator[Queues]:
    """Apps whose queue is the file in their data folder, where no other address is given."""
    made = Queues("", tmp_path)
    yield made
    made.close()


@pytest.fixture
def seen() -> Seen:
    """Where the tasks write what they were called with."""
    return Seen()


def test_what_is_enqueued_is_run_once_with_its_row(queues: Queues, seen: Seen) -> None:
    other = Seen()
    app = queues.open(look=seen, other=other)
    put(app, 7, 2**62)
    queues.consume(app)
    seen.until(7, 2**62)
    put(app, 8)
    put(app, 9, name="other")
    seen.until(7, 2**62, 8)
    other.until(9)


def test_jobs_run_in_the_order_in_which_they_were_enqueued(queues: Queues, seen: Seen) -> None:
    app = queues.open(look=seen)
    put(app, *range(20))
    queues.consume(app)
    seen.until(*range(20))
    assert seen.rows == list(range(20))


def test_two_producers_and_two_consumers_run_each_of_300_rows_once(queues: Queues, seen: Seen) -> None:
    app, elsewhere = queues.open(look=seen), queues.open(look=seen)
    queues.consume(app, workers=2)
    queues.consume(elsewhere)
    producers = [Thread(target=put, args=(app, *range(150))), Thread(target=put, args=(elsewhere, *range(150, 300)))]
    for producer in producers:
        producer.start()
    for producer in producers:
        producer.join(DEADLINE)
    seen.until(*range(300))


def test_a_task_that_raises_is_logged_and_the_next_ones_run(queues: Queues, seen: Seen) -> None:
    def fail(row: int) -> None:
        if row == 2:
            raise SystemExit
        raise ValueError("what a citizen wrote")

    app = queues.open(look=seen, fail=fail)
    with capture_logs() as entries:
        put(app, 1, 2, name="fail")
        put(app, 3)
        queues.consume(app)
        seen.until(3)
    assert [entry["kind"] for entry in entries if entry["event"] == "unexpected"] == ["ValueError", "SystemExit"]
    assert [(e["name"], e["row"]) for e in entries if e["event"] == "task failed"] == [("fail", 1), ("fail", 2)]
    assert "citizen" not in str(entries)


def test_each_task_has_an_app_context_of_its_own_that_is_torn_down(on_file: Queues, seen: Seen) -> None:
    app = on_file.open(enqueue_more=lambda row: queue.enqueue("look", row + 1), look=seen)
    ends = Seen()
    app.teardown_appcontext(lambda _error: ends(0))
    on_file.consume(app)
    put(app, 1, name="enqueue_more")
    seen.until(2)
    ends.until(0, 0, 0)  # ours, and one for each task


def test_a_context_that_cannot_be_torn_down_stops_nothing(on_file: Queues, seen: Seen) -> None:
    app = on_file.open(look=seen)

    def fail_once(_error: BaseException | None) -> None:
        if seen.rows == [1]:
            seen(0)
            raise ConnectionError

    app.teardown_appcontext(fail_once)
    put(app, 1, 2)
    with capture_logs() as entries:
        on_file.consume(app)
        seen.until(1, 0, 2)
    assert "ConnectionError" in [entry.get("kind") for entry in entries]


def test_stopping_waits_for_the_task_that_runs_and_starts_no_other(queues: Queues, seen: Seen) -> None:
    began, may_end = Event(), Event()

    def slow(row: int) -> None:
        began.set()
        assert may_end.wait(DEADLINE)
        seen(row)

    app = queues.open(look=slow)
    put(app, 1, 2)
    stop = queues.consume(app)
    assert began.wait(DEADLINE)
    stopping = Thread(target=stop)
    stopping.start()
    stopping.join(0.2)
    assert stopping.is_alive()
    assert seen.rows == []
    may_end.set()
    stopping.join(DEADLINE)
    assert not stopping.is_alive()
    assert seen.rows == [1]
    queue.tasks(app)["look"] = seen
    queues.consume(app)
    seen.until(1, 2)


def test_a_consumer_leaves_the_signals_of_the_process_alone(on_file: Queues) -> None:
    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(kind) for kind in kinds]
    on_file.consume(on_file.open())
    assert [signal.getsignal(kind) for kind in kinds] == before


def test_another_process_enqueues_for_this_one(
    url: str,
    queues: Queues,
    seen: Seen,
    tmp_path: Path,
) -> None:
    queues.consume(queues.open(look=seen))
    code = (
        "import sys; from pathlib import Path; from flask import Flask; from hub import queue\n"
        "app = Flask('elsewhere'); queue.init_app(app, sys.argv[1], Path(sys.argv[2]))\n"
        "queue.tasks(app)['look'] = print\n"
        "with app.app_context(): queue.enqueue('look', 41); queue.enqueue('look', 42)\n"
        "queue.close(app)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, url, str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
    seen.until(41, 42)


def test_nothing_is_opened_before_the_first_use(on_file: Queues, tmp_path: Path, seen: Seen) -> None:
    app = on_file.open(look=seen)
    on_file.open("postgresql://nobody@127.0.0.1:1/nothing", look=seen)
    on_file.open(NOBODY, look=seen)
    assert list(tmp_path.iterdir()) == []
    put(app, 1)
    assert (tmp_path / "queue.db").exists()


def test_an_unknown_name_or_address_is_an_error_of_ours(on_file: Queues, tmp_path: Path) -> None:
    app = on_file.open()
    with app.app_context(), pytest.raises(KeyError):
        queue.enqueue("look", 1)
    with pytest.raises(ValueError, match="redis"):
        on_file.open("amqp://somewhere")
    assert list(tmp_path.iterdir()) == []

"""The same three ways on two web and two work processes, with PostgreSQL and Valkey, each connection at another node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
import redis
from playwright.sync_api import Browser, Page

from tests import test_journey, test_journey_notice
from tests.balancing import Balancer, balanced
from tests.running import Server, Worker
from tests.services.buckets import BucketServer
from tests.services.mail import SmtpServer
from tests.services.plugin import PageLog
from tests.services.valkey import ValkeyServer
from tests.test_journey_notice import PRESS
from tests.touching import found

pytestmark = pytest.mark.parametrize("engine", ["postgres"], indirect=True)


@dataclass
class Nodes:
    """Two of each, behind one address."""

    balancer: Balancer
    webs: list[Server]
    workers: list[Worker]

    @property
    def address(self) -> str:
        return self.balancer.address


Start = Callable[..., Nodes]


@pytest.fixture
def start(
    database_url: str,
    tmp_path: Path,
    serve: Callable[..., Server],
    smtp: SmtpServer,
    valkey: ValkeyServer,
    buckets: BucketServer,
) -> Iterator[Start]:
    """Found a city, start the nodes; files that people attach are in a bucket."""
    base = valkey.url.removesuffix("/0")
    shared = {
        "HUB_MAIL_URL": smtp.url,
        "HUB_MAIL_FROM": "Město Havířov <ozvena@havirov.example>",
        "HUB_TICK": "0.5",
        "HUB_SECRET_KEY": token_hex(32),
        "HUB_QUEUE_URL": f"{base}/5",
        "HUB_LIMITS_URL": f"{base}/6",
        "HUB_FILES_URL": buckets.make(),
    }

    def begin(**city: Any) -> Nodes:
        for number in (5, 6):
            redis.Redis.from_url(f"{base}/{number}").flushdb()
        found(database_url, tmp_path, **city)
        webs = [serve(database_url, **shared) for _ in range(2)]
        balancer = ending.enter_context(balanced([web.port for web in webs]))
        public = {**shared, "HUB_PUBLIC_URL": balancer.address}
        workers = [Worker(database_url, tmp_path, public) for _ in range(2)]
        for worker in workers:
            ending.callback(worker.stop)
        return Nodes(balancer, webs, workers)

    with ExitStack() as ending:
        yield begin


def assert_both_served(nodes: Nodes) -> None:
    assert min(nodes.balancer.given.values()) >= 1, nodes.balancer.given


def test_a_touch_becomes_a_figure(start: Start, database_url: str, page: Page) -> None:
    nodes = start(rated=4)
    test_journey.test_a_touch_becomes_a_figure(nodes, database_url, page)  # type: ignore[arg-type]
    assert_both_served(nodes)


def test_a_question_becomes_a_public_answer(
    start: Start, browser: Browser, page_log: PageLog, smtp: SmtpServer, tmp_path: Path
) -> None:
    nodes = start(**test_journey.OFFICE)
    test_journey.test_a_question_becomes_a_public_answer_and_an_e_mail(nodes, browser, page_log, smtp, tmp_path)  # type: ignore[arg-type]
    assert_both_served(nodes)
    assert not (tmp_path / "files").exists()  # the attachment the official opened came from the bucket


def test_a_notice_lives_its_life(start: Start, browser: Browser, page_log: PageLog, smtp: SmtpServer) -> None:
    nodes = start(**{**test_journey.OFFICE, "accounts": [*test_journey.OFFICE["accounts"], PRESS]})
    test_journey_notice.test_a_notice_lives_its_life_by_the_clock(nodes, browser, page_log, smtp)  # type: ignore[arg-type]
    assert_both_served(nodes)

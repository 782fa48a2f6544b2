"""The services as pytest fixtures.

A session has its servers to itself, and under xdist so has every worker. A service that
cannot be had goes through `require.missing`, and the end of the run names it once more.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.services import REPOSITORY
from tests.services.browser import find_chromium, launch
from tests.services.buckets import BucketServer
from tests.services.mail import SmtpServer
from tests.services.postgres import Postgres, open_postgres
from tests.services.require import SERVICES, UnknownService, missing, or_missing, required
from tests.services.valkey import ValkeyServer

POLICY = re.compile(r"content[- ]security[- ]policy|requires 'Trusted", re.IGNORECASE)
MISSING = re.compile(rf"(?:Skipped: )?((?:{'|'.join(SERVICES)}) is missing: .*)", re.DOTALL)


@dataclass
class PageLog:
    """What went wrong in the pages of one test; a test may clear what it provoked."""

    console_errors: list[str] = field(default_factory=list)
    page_errors: list[str] = field(default_factory=list)
    failed_requests: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Collect from every page of `context`, those opened later included."""
        context.on(
            "console",
            lambda message: self.console_errors.append(message.text) if message.type == "error" else None,
        )
        context.on("weberror", lambda error: self.page_errors.append(str(error.error)))
        context.on(
            "requestfailed",
            lambda request: self.failed_requests.append(f"{request.method} {request.url}: {request.failure}"),
        )

    def faults(self) -> list[str]:
        """What no page of ours may do: an uncaught error, or a breach of the policy."""
        return self.page_errors + [text for text in self.console_errors if POLICY.search(text)]


def pytest_configure() -> None:
    """Refuse a misspelt `HUB_REQUIRE` before any test runs."""
    try:
        required()
    except UnknownService as error:
        raise pytest.UsageError(str(error)) from error


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each missing service loudly, one line each, whatever the verbosity."""
    counts: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        found = MISSING.fullmatch(reason)
        if found:
            counts[found[1]] = counts.get(found[1], 0) + 1
    for text, count in sorted(counts.items()):
        terminalreporter.write_line(f"NOT TESTED ({count}): {text}", yellow=True, bold=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server; make databases on it with `create_database`."""
    with contextlib.ExitStack() as stack:
        with or_missing("postgres"):
            server = stack.enter_context(open_postgres())
        yield server


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    """A Valkey server; its `url` carries the password."""
    with contextlib.ExitStack() as stack:
        with or_missing("valkey"):
            server = stack.enter_context(ValkeyServer())
        yield server


@pytest.fixture
def own_valkey() -> Iterator[ValkeyServer]:
    """A Valkey of this test alone, which it may stop."""
    with or_missing("valkey"):
        server = ValkeyServer()
    with server:
        yield server


@pytest.fixture(scope="session")
def buckets() -> Iterator[BucketServer]:
    """S3-compatible storage; make buckets on it with `make`."""
    with BucketServer() as server:
        yield server


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A mail server that keeps what it is sent, and fails where the test tells it to."""
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium under Playwright; for one page take the fixture `page`."""
    with or_missing("browser"):
        chromium = find_chromium()
    with launch(chromium) as running:
        yield running


@pytest.fixture
def page_log() -> PageLog:
    """What the pages of this test complained of."""
    return PageLog()


@contextlib.contextmanager
def watched_page(browser: Browser, log: PageLog) -> Iterator[Page]:
    """A page in a Czech context of its own; a fault in it fails the test at its end."""
    context = browser.new_context(locale="cs-CZ", timezone_id="Europe/Prague")
    try:
        log.watch(context)
        yield context.new_page()
    finally:
        context.close()
    faults = log.faults()
    if faults:
        pytest.fail("the page reported:\n" + "\n".join(faults), pytrace=False)


@pytest.fixture
def page(browser: Browser, page_log: PageLog) -> Iterator[Page]:
    """A watched page; `page_log` is what it complained of."""
    with watched_page(browser, page_log) as watched:
        yield watched


@pytest.fixture(scope="session")
def ofn() -> Path:
    """The folder of the open formal norms, kept beside the checkout."""
    folder = REPOSITORY.parent / "shared" / "reference" / "ofn"
    if not folder.is_dir():
        missing("ofn", "there is no folder ../shared/reference/ofn beside the checkout.")
    return folder

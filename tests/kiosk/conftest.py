"""A city, the line to it, and a screen, for tests of paired devices in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.kiosk.line import Line, close_city, open_line
from tests.kiosk.screen import PANEL
from tests.services.plugin import PageLog

Screen = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def module_line(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """One server for a file of tests; each test has devices of its own."""
    folder = tmp_path_factory.mktemp("line")
    shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "hub.db")
    line = open_line(folder / "hub.db", folder)
    yield line
    line.stop()
    close_city(line.app)


@pytest.fixture
def line(module_line: Line) -> Iterator[Line]:
    """The line, whole again."""
    module_line.fault = ""
    module_line.asked.clear()
    yield module_line
    module_line.fault = ""


@pytest.fixture
def screen(browser: Browser, page_log: PageLog, tmp_path: Path) -> Iterator[Page]:
    """The panel of a device, with nothing on its disk. A fault in the page fails the test."""
    with _screen(browser, page_log) as page:
        yield page
    assert page_log.faults() == []


@contextmanager
def _screen(browser: Browser, log: PageLog) -> Iterator[Page]:
    context = browser.new_context(viewport=PANEL, locale="cs-CZ", timezone_id="Europe/Prague")  # type: ignore[arg-type]
    log.watch(context)
    try:
        yield context.new_page()
    finally:
        context.close()

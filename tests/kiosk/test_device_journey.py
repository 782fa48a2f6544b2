"""A paired touch screen from its code to the database, through dead servers, a killed browser and starts without a network."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, expect

from tests.kiosk.line import Line, close_city, open_city
from tests.kiosk.screen import SHELL, enter, eventually, kept, kill, lasting, shows, touch, unsent
from tests.running import Server


@pytest.fixture
def city(migrated_sqlite: Path, tmp_path: Path) -> Line:
    """The city's database, looked into from beside the server."""
    shutil.copy(migrated_sqlite, tmp_path / "hub.db")
    line = Line.__new__(Line)
    line.app = open_city(f"sqlite:///{tmp_path / 'hub.db'}", tmp_path)
    return line


def test_what_was_touched_without_a_server_and_survived_a_killed_browser_is_stored_once_at_its_time(
    city: Line, tmp_path: Path, serve: Callable[..., Server], browser: Browser
) -> None:
    ref, code = city.device()
    server = serve(f"sqlite:///{tmp_path / 'hub.db'}")
    profile = tmp_path / "profile"
    with lasting(browser, profile) as context:
        page = context.new_page()
        page.goto(server.address + SHELL)
        shows(page, "pair")
        enter(page, code)
        shows(page, "attract")
        expect(page.get_by_text("Přepážka 1")).to_be_visible()
        page.wait_for_function("navigator.serviceWorker.controller")
        eventually(page, lambda: getattr(city.state(ref), "waiting", None), 0)

        # The server dies. People are thanked all the same, for what is on the disk.
        server.kill()
        touched = datetime.now(UTC)
        touch(page, "rate", 2)
        shows(page, "reason")
        touch(page, "answer", 1)
        shows(page, "outcome")
        touch(page, "answer", 3)
        shows(page, "thanks")
        kill(profile)
        with contextlib.suppress(Error):
            page.wait_for_event("close", timeout=10_000)

    # A cold start without a server: the shell and the settings are on the disk, and the next person can rate.
    with lasting(browser, profile) as context:
        page = context.new_page()
        page.goto(server.address + SHELL)
        shows(page, "attract")
        expect(page.get_by_role("heading", name="Jak hodnotíte dnešní návštěvu úřadu?")).to_be_visible()
        unsent(page, 3)
        assert {row["rev"] for row in kept(page)} == {0, 1, 2}
        touch(page, "rate", 5)
        shows(page, "praise")

        server.restart()
        unsent(page, 0)
    assert city.stored(ref) == [{"visit": 2, "reason": 1, "outcome": 3}, {"visit": 5}]
    (first, quality), (_, exact) = city.moments(ref)
    assert (quality, exact) == ("anchored", "exact")
    assert abs(first - touched) < timedelta(seconds=3)
    close_city(city.app)

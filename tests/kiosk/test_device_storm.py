"""A small storm over a paired screen; the great one is a benchmark."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.kiosk import storm


def test_through_kills_lost_answers_and_jumping_clocks_each_press_is_there_once_and_in_no_wrong_hour(
    browser: Browser, database_url: str, tmp_path: Path
) -> None:
    found = storm.run(browser, database_url, tmp_path, presses=160, seed=20261128)
    assert found.complaints() == []
    assert len(found.pressed) >= 160
    assert found.kills.keys() >= {"browser", "server", "clock"}
    assert set(found.qualities) - {"uncertain"}

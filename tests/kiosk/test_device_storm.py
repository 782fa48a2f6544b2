"""A small storm over a paired screen; the great one is a benchmark."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Browser

from tests.kiosk import storm


def test_through_kills_lost_answers_and_jumping_clocks_each_press_is_there_once_and_in_no_wrong_hour(
    browser: Browser, migrated_sqlite: Path, tmp_path: Path
) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "hub.db")
    found = storm.run(browser, f"sqlite:///{tmp_path / 'hub.db'}", tmp_path, presses=160, seed=20261128)
    assert found.complaints() == []
    assert len(found.pressed) >= 160
    assert found.kills.keys() >= {"browser", "server", "clock"}
    assert set(found.qualities) - {"uncertain"}

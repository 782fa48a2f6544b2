"""The hub is tested as it runs with no room at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import Settings
from tests.conftest import test_settings


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a hub without rooms."""
    return test_settings(database_url=database_url, data_dir=tmp_path, rooms=())

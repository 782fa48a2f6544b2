"""The hub is tested as it runs with no room at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Settings
from tests.conftest import test_settings


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a hub without rooms."""
    return test_settings(database_url=database_url, data_dir=tmp_path, rooms=())


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)

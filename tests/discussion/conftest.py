"""A city in which people talk, made once for a file of tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import desks, visitors


@pytest.fixture
def town(founded: Callable[[str, Path], str], engine: str, tmp_path: Path) -> Iterator[Flask]:
    """The city on either engine."""
    app = desks.opened(founded(engine, tmp_path), tmp_path)
    yield app
    visitors.close_house(app)


@pytest.fixture(scope="module")
def light_town(founded: Callable[[str, Path], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The city on SQLite, shared by a file of tests, where the engine does not matter."""
    folder = tmp_path_factory.mktemp("town")
    app = desks.opened(founded("sqlite", folder), folder)
    yield app
    visitors.close_house(app)

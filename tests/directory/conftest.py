"""A town with a directory, on either engine, in whose app each test stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from hub.database import db
from tests import desks
from tests.directory import cards


@pytest.fixture
def town(founded: Callable[[str, Path], str], engine: str, tmp_path: Path) -> Iterator[Flask]:
    app = desks.opened(founded(engine, tmp_path), tmp_path)
    with app.app_context():
        cards.fill()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def quick(founded: Callable[[str, Path], str], tmp_path: Path) -> Iterator[Flask]:
    """The same where the engine does not matter."""
    app = desks.opened(founded("sqlite", tmp_path), tmp_path)
    with app.app_context():
        cards.fill()
        yield app
        db.session.remove()
        db.engine.dispose()

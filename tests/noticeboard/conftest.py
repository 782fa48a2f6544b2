"""A town with a notice board, on either engine, in whose app each test stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from hub.database import db
from tests import desks


@pytest.fixture
def town(founded: Callable[[str, Path], str], engine: str, tmp_path: Path) -> Iterator[Flask]:
    app = desks.opened(founded(engine, tmp_path), tmp_path)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()

"""A town for these tests whose letters go to a channel that keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import desks, visitors
from tests.letters import Moody


@pytest.fixture
def moody() -> Moody:
    return Moody(secret="tajne", name="email")


@pytest.fixture
def town(founded: Callable[[str, Path], str], engine: str, tmp_path: Path, moody: Moody) -> Iterator[Flask]:
    """A town of its own on this engine, with no case in it."""
    yield from _opened(founded(engine, tmp_path), tmp_path, moody)


@pytest.fixture
def light(founded: Callable[[str, Path], str], tmp_path: Path, moody: Moody) -> Iterator[Flask]:
    """The same where the engine does not matter."""
    yield from _opened(founded("sqlite", tmp_path), tmp_path, moody)


def _opened(url: str, folder: Path, moody: Moody) -> Iterator[Flask]:
    app = desks.opened(url, folder)
    app.extensions["hub_channels"] = {moody.name: moody}
    yield app
    visitors.close_house(app)

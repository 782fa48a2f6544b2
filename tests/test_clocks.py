"""Several work processes are killed while many notices are due: each is posted, announced and taken down once, on time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from secrets import randbelow

import pytest
from flask import Flask

from tests import desks, visitors
from tests.clocks import storm


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = desks.open_town(database_url, tmp_path)
    yield app
    visitors.close_house(app)


def test_each_is_posted_announced_and_taken_down_once(town: Flask, database_url: str, tmp_path: Path) -> None:
    seed = randbelow(10**6)
    outcome = storm(town, database_url, tmp_path, workers=2, notices=10, kills=3, seed=seed)
    assert (outcome.complaints, outcome.kills) == ([], 3), f"seed {seed}"

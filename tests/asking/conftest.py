"""The city that is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.questions import MAIL, give_keywords


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> float:
    """Seconds that a writer waits for the database; a file that is about waiting says its own as `PATIENCE`."""
    return float(getattr(request.module, "PATIENCE", 30.0))


@pytest.fixture
def house(houses: Callable[..., Flask], engine: str, patience: float) -> Flask:
    """The app of this file on either engine: it offers e-mail, its departments have keywords."""
    return give_keywords(houses(engine, busy_timeout=patience, **MAIL))


@pytest.fixture
def light(houses: Callable[..., Flask], patience: float) -> Flask:
    """The same where the engine does not matter."""
    return give_keywords(houses("sqlite", busy_timeout=patience, **MAIL))


@pytest.fixture
def client(house: Flask) -> FlaskClient:
    """Somebody who does not even take cookies."""
    return house.test_client(use_cookies=False)

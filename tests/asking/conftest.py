"""The city that is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.questions import (
    MAIL,
    give_keywords,
)


@pytest.fixture
def house(houses: Callable[..., Flask], engine: str) -> Flask:
    """The app of this file on either engine: it offers e-mail, its departments have keywords."""
    return give_keywords(houses(engine, busy_timeout=30.0, **MAIL))


@pytest.fixture
def light(houses: Callable[..., Flask]) -> Flask:
    """The same where the engine does not matter."""
    return give_keywords(houses("sqlite", busy_timeout=30.0, **MAIL))


@pytest.fixture
def client(house: Flask) -> FlaskClient:
    """Somebody who does not even take cookies."""
    return house.test_client(use_cookies=False)

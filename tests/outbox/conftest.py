"""The outboxes of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from config import Settings
from hub.app import create_app
from hub.database import db
from tests.conftest import NOW
from tests.factories import found_city
from tests.letters import Moody, Post
from tests.services.mail import SmtpServer


@pytest.fixture
def moody() -> Moody:
    return Moody(secret="tajne")


@pytest.fixture
def post(city: Flask, moody: Moody) -> Iterator[Post]:
    """The outbox of a city with the memory channel."""
    made = Post(city, NOW, moody)
    yield made
    made.close()


@pytest.fixture
def mailing(settings: Settings, smtp: SmtpServer) -> Iterator[Post]:
    """The outbox of a city with real e-mail."""
    app = create_app(settings.model_copy(update={"mail_url": smtp.url, "mail_from": "Lhota <ozvena@lhota.cz>"}))
    with app.app_context():
        found_city(NOW)
        made = Post(app, NOW)
        yield made
        made.close()
        db.session.remove()
        db.engine.dispose()

"""What tests in a browser share: the city in a database, touches on a screen, signing in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from hub.app import create_app
from hub.database import db
from hub.models import Touchpoint
from kiosk import actions
from tests.conftest import test_settings
from tests.factories import PASSWORD, found_city
from tests.presses import press
from tests.running import Server

KIOSK = {"width": 1080, "height": 1920}


def found(url: str, folder: Path, rated: int = 0, **changes: object) -> None:
    """A city in a database, with so many good ratings of the driving licences today."""
    app = create_app(test_settings(database_url=url, data_dir=folder))
    now = datetime.now(UTC)
    with app.app_context():
        found_city(now, **changes)
        actions.record("ridici", [press(5) for _ in range(rated)], now)
        db.session.remove()
        db.engine.dispose()


def taps(url: str) -> list[tuple[str, int]]:
    """(question, level) of every rating that is stored."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT q.code, r.level FROM ratings r JOIN questions q ON q.id = r.question_id ORDER BY q.code, r.level"
            )
        ).all()
    engine.dispose()
    return [(row[0], row[1]) for row in rows]


def let_the_finger_rise(page: Page) -> None:
    """Until a screen takes a touch again: for 400 ms it ignores the same finger."""
    page.wait_for_function("shown => performance.now() > shown + 400", arg=page.evaluate("performance.now()"))


def touch(page: Page, name: str) -> None:
    """Touch a button of the screen that is shown."""
    button = page.get_by_role("button", name=name)
    expect(button).to_be_visible()
    let_the_finger_rise(page)
    button.click()


def close(url: str, slug: str, at: datetime | None) -> None:
    """Close a place, or with None open it again."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.update(Touchpoint).where(Touchpoint.slug == slug).values(closed_at=at))
    engine.dispose()


def sign_in(page: Page, server: Server, email: str = "spravce@mesto.example") -> None:
    """Sign in; the inbox comes."""
    page.goto(f"{server.address}/urad/prihlaseni")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Heslo").fill(PASSWORD)
    page.get_by_role("button", name="Přihlásit se").click()
    page.wait_for_url(re.compile("/urad/pripady"))


def tab_to(page: Page, what: str) -> None:
    """Go on by the keyboard until the element of this selector has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", what):
            return
    pytest.fail(f"the keyboard does not come to {what}")


def enter(page: Page) -> None:
    """Press Enter on what leads to another page, and be there."""
    with page.expect_navigation():
        page.keyboard.press("Enter")

"""What the hub forgets by itself: files without a message, secret links that have ended."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from hub.actions import asking
from hub.database import db
from hub.envelopes import Attached, Said
from hub.errors import NotFound
from hub.jobs.retention import forget_follow_links, forget_lost_files
from hub.models import FollowLink
from hub.steps.links import LIFE
from hub.storage import Folder, storage
from tests.conftest import NOW


def ask(name: str, attached: tuple[Attached, ...] = ()) -> None:
    said = Said("web:test", name, "", "Kdy opravíte chodník?", attached=attached)
    assert asking.ask(said, f"tajemstvi-pro-testy-{name}", NOW).is_kept


def put(days_ago: int) -> str:
    """A file that has been in the storage for so long."""
    key = storage().put(b"%PDF-1.4")
    then = (datetime.now(UTC) - timedelta(days=days_ago)).timestamp()
    files = storage()
    assert isinstance(files, Folder)
    os.utime(files.path(key), (then, then))
    return key


def there(key: str) -> bool:
    try:
        storage().get(key)
    except NotFound:
        return False
    return True


def test_a_file_that_no_message_has_goes_after_a_day(city: Flask) -> None:
    lost, fresh, kept = put(days_ago=2), put(days_ago=0), put(days_ago=2)
    ask("a", (Attached("plan.pdf", "application/pdf", 8, "0" * 64, kept),))
    assert forget_lost_files(datetime.now(UTC)) == 1
    assert [there(key) for key in (lost, fresh, kept)] == [False, True, True]


def test_a_link_that_has_ended_goes_and_one_that_leads_somewhere_stays(city: Flask) -> None:
    ask("a")
    assert forget_follow_links(NOW + LIFE) == 0
    assert forget_follow_links(NOW + LIFE + timedelta(seconds=1)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FollowLink)) == 0

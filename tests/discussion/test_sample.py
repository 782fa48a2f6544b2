"""The demo city talks: filled through real actions, and a second time nothing changes."""

from __future__ import annotations

from flask import Flask

from hub import cityfile
from hub.actions import cities
from hub.database import db
from hub.jobs import sample, sample_talk
from hub.models import Comment
from tests import visitors
from tests.conftest import NOW
from tests.factories import PASSWORD
from tests.running import TREE


def test_the_demo_city_talks_and_a_second_time_changes_nothing(app: Flask) -> None:
    cities.found(cityfile.read(TREE / "hub" / "demo" / "havirov.toml"), PASSWORD, NOW)
    sample.fill(NOW)
    sample_talk.fill(NOW)
    states = sorted(db.session.scalars(db.select(Comment.state)))
    looks = sorted(look for look in db.session.scalars(db.select(Comment.look)) if look)
    assert states == ["hidden", *["published"] * 6, *["waiting"] * 3, "withdrawn"]
    assert looks == ["quarantine", "quarantine", "waiting"]
    db.session.rollback()
    before = visitors.everything(app)
    sample_talk.fill(NOW)
    db.session.rollback()
    after = visitors.everything(app)
    before.pop("audit_entries")
    after.pop("audit_entries")
    assert after == before

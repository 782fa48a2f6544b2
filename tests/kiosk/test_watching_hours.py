"""While an office is closed nobody is written to of its kiosk; in the morning they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from hub.database import db
from kiosk import watching
from kiosk.models import DeviceAlert
from tests.conftest import NOW
from tests.kiosk.devices import Kiosk, new_device, pair


def test_nobody_is_written_to_while_the_office_is_closed(city: Flask) -> None:
    kiosk = Kiosk(city, pair(new_device(NOW, "ridici"), NOW), NOW)
    kiosk.post("tep", kiosk.beat(NOW))
    db.session.rollback()
    sunday = datetime(2027, 1, 10, 12, tzinfo=UTC)
    assert watching.look_after(sunday) == 0
    assert watching.look_after(sunday + timedelta(days=1)) == 1
    assert list(db.session.scalars(sa.select(DeviceAlert.kind))) == ["lost"]

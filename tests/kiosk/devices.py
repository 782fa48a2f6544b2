"""Paired devices and what they send, for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hub.database import db
from hub.models import Touchpoint
from hub.work import SYSTEM
from kiosk import pairing, queries
from kiosk.vocabulary import Layout

SETTINGS = pairing.Settings(
    name="Kiosek u přepážek",
    languages=("cs", "en", "uk", "pl", "de", "vi"),
    hours=tuple((day, 8 * 60, 17 * 60) for day in range(1, 6)),
)


def place_id(slug: str) -> int:
    """The id of a place."""
    return db.session.scalars(sa.select(Touchpoint.id).filter_by(slug=slug)).one()


def new_device(now: datetime, *slugs: str, layout: Layout | None = None, **changes: Any) -> str:
    """A device at these places; its name in addresses."""
    spots = [pairing.Spot(touchpoint_id=place_id(slug)) for slug in slugs]
    chosen = layout or (Layout.ONE if len(slugs) == 1 else Layout.CHOOSE)
    settings = pairing.Settings(**{**{k: getattr(SETTINGS, k) for k in SETTINGS.__slots__}, **changes})
    return pairing.create(settings, chosen, spots, SYSTEM, now)


def pair(ref: str, now: datetime) -> str:
    """Pair a device; its token."""
    return pairing.pair(pairing.new_code(ref, SYSTEM, now), now).token


def device_id(ref: str) -> int:
    """The id of a device."""
    found = queries.by_ref(db.session(), ref)
    assert found is not None
    return found.id


class Kiosk:
    """A device's own clocks and what it sends. `now` is real time; `page` began at `loaded`, its clock errs by `wrong_by`."""

    def __init__(self, app: Flask, token: str, loaded: datetime, wrong_by: timedelta = timedelta()) -> None:
        self.client: FlaskClient = app.test_client()
        self.token, self.wrong_by = token, wrong_by
        self.load(loaded)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}

    def load(self, at: datetime) -> None:
        """Load the page anew."""
        self.page, self.loaded = str(uuid4()), at

    def mono(self, at: datetime) -> float:
        """performance.now()"""
        return (at - self.loaded) / timedelta(milliseconds=1)

    def ms(self, at: datetime) -> float:
        """Date.now()"""
        return round((at + self.wrong_by).timestamp() * 1000)

    def press(self, at: datetime, visit: int = 5, place: str = "ridici", **changes: object) -> dict[str, Any]:
        """A press as it is kept."""
        return {
            "id": str(uuid4()),
            "rev": 0,
            "place": place,
            "questionnaire": "kiosk@2",
            "language": "cs",
            "ratings": {"visit": visit},
            "text": None,
            "page": self.page,
            "mono": self.mono(at),
            "device_ms": self.ms(at),
            "anchor": None,
            "offset_ms": None,
            **changes,
        }

    def post(self, path: str, body: object) -> Any:
        """Post as a device does."""
        return self.client.post(f"/kiosk/zarizeni/v1/{path}", json=body, headers=self.headers)

    def get(self, path: str, **headers: str) -> Any:
        """Ask as a device does."""
        return self.client.get(f"/kiosk/zarizeni/v1/{path}", headers={**self.headers, **headers})

    def batch(self, at: datetime, presses: list[Any]) -> dict[str, Any]:
        """A batch stamped at this moment."""
        return {"page": self.page, "sent_mono": self.mono(at), "sent_ms": self.ms(at), "presses": presses}

    def send(self, at: datetime, *presses: Any) -> list[dict[str, Any]]:
        """Hand presses over; their receipts."""
        answer = self.post("doteky", self.batch(at, list(presses)))
        assert answer.status_code == 200, answer.text
        receipts: list[dict[str, Any]] = answer.json["receipts"]
        return receipts

    def beat(self, at: datetime, **changes: object) -> dict[str, Any]:
        """A heartbeat as it is sent."""
        return {
            "page": self.page,
            "mono": self.mono(at),
            "device_ms": self.ms(at),
            "shell": "",
            "config": "",
            "waiting": 0,
            "oldest_ms": None,
            "dead": 0,
            "dead_problems": [],
            "persisted": True,
            "visible": True,
            "last_press_ms": None,
            "full": False,
            **changes,
        }

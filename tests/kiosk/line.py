"""The hub on a port, and the line between it and a touch screen, which can go wrong in every way that lines do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import SHUT_RDWR
from threading import Thread
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from hub.app import create_app
from hub.database import db
from hub.models import Department, Feedback, Question, Rating
from hub.work import SYSTEM
from kiosk import pairing, queries
from kiosk.models import DeviceState
from kiosk.vocabulary import Layout
from tests.conftest import test_settings
from tests.factories import found_city
from tests.kiosk.devices import SETTINGS, device_id

API = "/kiosk/zarizeni/v1/"
PORTAL = b"<!doctype html><title>Wi-Fi</title><h1>Please log in</h1>"
Start = Callable[..., Any]


class Line:
    """`fault` is what happens to whatever a device asks of the server: '' for nothing, or one of the names below."""

    def __init__(self, app: Flask) -> None:
        self.app, self.fault, self.asked = app, "", list[str]()
        self._server = make_server("localhost", 0, self, threaded=True)
        self.address = f"http://localhost:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        environ.pop("HTTP_IF_NONE_MATCH" if path.startswith("/static") else "", None)  # its file would be left open
        environ.pop("HTTP_IF_MODIFIED_SINCE", None)
        if not path.startswith(API):
            return self._cut(environ) if self.fault == "down" else self.app(environ, start)
        self.asked.append(path.removeprefix(API))
        return self._faulty(environ, start)

    def _faulty(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        match self.fault:
            case "down":
                return self._cut(environ)
            case "portal":
                start("200 OK", [("Content-Type", "text/html")])
                return [PORTAL]
            case "swallow":  # the server has it, and its answer is lost
                list(self.app(environ, lambda *_: None))  # type: ignore[arg-type]
                start("504 Gateway Timeout", [("Content-Type", "text/html")])
                return [b"<h1>504</h1>"]
            case "forged":
                return self._forged(environ, start)
        return self.app(environ, start)

    def _forged(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        body = b"".join(self.app(environ, start))
        return [body.replace(b'"Hav', b'"Pav')]

    def _cut(self, environ: dict[str, Any]) -> Iterable[bytes]:
        environ["werkzeug.socket"].shutdown(SHUT_RDWR)
        raise ConnectionAbortedError

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    @contextmanager
    def _inside(self) -> Any:
        with self.app.app_context():
            yield db.session()
            db.session.remove()

    def device(self, places: int = 1, **changes: Any) -> tuple[str, str]:
        """A device with as many departments, always open: its name in addresses, and a code to pair it."""
        with self._inside() as session:
            department = session.scalars(sa.select(Department.id).limit(1)).one()
            spots = [pairing.Spot(name=f"Přepážka {n}", department_id=department) for n in range(1, places + 1)]
            values = {k: getattr(SETTINGS, k) for k in SETTINGS.__slots__} | {"hours": ()} | changes
            layout = Layout.ONE if places == 1 else Layout.CHOOSE
            ref = pairing.create(pairing.Settings(**values), layout, spots, SYSTEM, _now())
        return ref, self.code(ref)

    def code(self, ref: str) -> str:
        """Another code for a device."""
        with self._inside():
            return pairing.new_code(ref, SYSTEM, _now())

    def place(self, ref: str) -> str:
        """The name in addresses of a device's first department."""
        with self._inside() as session:
            placement = queries.current(session, device_id(ref))
            assert placement
            return placement.places[0].touchpoint.slug

    def revoke(self, ref: str) -> None:
        """Disconnect a device."""
        with self._inside():
            pairing.revoke(ref, SYSTEM, _now())

    def stored(self, ref: str) -> list[dict[str, int]]:
        """Question → level of each sitting of a device, in their order."""
        with self._inside() as session:
            rows = session.execute(
                sa.select(Feedback.id, Question.code, Rating.level)
                .join(Rating, Rating.feedback_id == Feedback.id)
                .join(Question, Question.id == Rating.question_id)
                .where(Feedback.source == f"device:{device_id(ref)}")
                .order_by(Feedback.occurred_at, Feedback.id, Question.code)
            ).all()
        found: dict[int, dict[str, int]] = {}
        for sitting, code, level in rows:
            found.setdefault(sitting, {})[code] = level
        return list(found.values())

    def moments(self, ref: str) -> list[tuple[datetime, str]]:
        """When each sitting began, and how sure that is."""
        with self._inside() as session:
            source = f"device:{device_id(ref)}"
            rows = session.execute(
                sa.select(Feedback.occurred_at, Feedback.time_quality)
                .filter_by(source=source)
                .order_by(Feedback.occurred_at)
            )
            return [(row[0], row[1]) for row in rows]

    def state(self, ref: str) -> DeviceState | None:
        """What a device said of itself last."""
        with self._inside() as session:
            found: DeviceState | None = session.get(DeviceState, device_id(ref))
            if found is not None:
                session.expunge(found)
            return found


def open_line(database: Path, folder: Path) -> Line:
    """The line to a city of tests in this database, which is migrated and empty."""
    return Line(open_city(f"sqlite:///{database}", folder))


def open_city(url: str, folder: Path) -> Flask:
    """The app on a migrated, empty database, with the city of the tests in it."""
    app = create_app(test_settings(database_url=url, data_dir=folder, pairings_per_minute=10**6))
    with app.app_context():
        found_city(_now())
        db.session.remove()
    return app


def close_city(app: Flask) -> None:
    """Let go of its connections."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _now() -> datetime:
    return datetime.now(UTC)

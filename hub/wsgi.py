"""What a WSGI server serves: `gunicorn hub.wsgi:app`. It refuses to start on bad settings or on a database that is behind."""

from __future__ import annotations

import sys
from pathlib import Path

from flask import Flask
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]

from config import BadSettings
from hub.app import create_app
from hub.database import NotReady, check_ready, db
from hub.errors import Problem
from hub.views.errors import respond

CANNOT_START = 3
"""Exit code of a process that must not start; gunicorn takes 3 as "do not try again"."""


def ready_app() -> Flask:
    """The app, when everything it needs is there; else one line of reason and the end of the process."""
    try:
        app = create_app()
        with app.app_context():
            check_ready(db.engine, Path(__file__).parent.parent / "migrations")
        # What the server cannot read of a body (broken chunks, say) is the sender's fault.
        app.register_error_handler(ParseException, lambda _: respond(Problem()))
    except (BadSettings, NotReady) as error:
        print(f"Ozvěna does not start: {error}", file=sys.stderr)
        raise SystemExit(CANNOT_START) from error
    return app


app = ready_app()

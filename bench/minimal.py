"""The reference a tap is measured against: the least a Flask app can do to keep one row for ever, tuned by hand.

It reads JSON, inserts one row with a unique id and commits. No validation, counts, limits, log, headers or languages.
Engine, pool, begin and durability are those of the hub, so only the work on top of them differs.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask, Response, jsonify, request

from hub import database

metadata = sa.MetaData()
rows = sa.Table(
    "minimal_rows",
    metadata,
    sa.Column("uuid", sa.String(36), primary_key=True),
    sa.Column("place", sa.String(64), nullable=False),
    sa.Column("level", sa.SmallInteger, nullable=False),
    sa.Column("at", database.Instant, nullable=False),
)


def create_app(url: str, threads: int) -> Flask:
    """The app on a database; its one table is made when missing."""
    ping = not url.startswith("sqlite")
    engine = sa.create_engine(url, pool_size=threads, max_overflow=4, pool_pre_ping=ping)
    database.hook(engine)
    metadata.create_all(engine)
    writer = engine.execution_options(sqlite_begin="IMMEDIATE")
    insert = sa.insert(rows)
    app = Flask("minimal", static_folder=None)

    @app.get("/zdravi")
    def well() -> str:
        return "ok"

    @app.post("/dotek")
    def tap() -> tuple[Response, int]:
        said = request.get_json()
        row = {"uuid": said["id"], "place": said["place"], "level": said["level"], "at": datetime.now(UTC)}
        with writer.begin() as connection:
            connection.execute(insert, row)
        return jsonify(id=said["id"]), 201

    return app


if "BENCH_DATABASE_URL" in os.environ:
    app = create_app(os.environ["BENCH_DATABASE_URL"], int(os.environ["BENCH_THREADS"]))

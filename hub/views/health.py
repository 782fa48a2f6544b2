"""For machines: whether this process lives, whether it can serve, how much waits. Nothing personal, no details for strangers."""

from __future__ import annotations

from datetime import UTC, datetime
from hmac import compare_digest
from ipaddress import ip_address

from flask import Blueprint, Response, current_app, jsonify, request

from hub.database import db
from hub.errors import NotFound
from hub.queries import health
from hub.storage import storage

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def lives() -> Response:
    """Say that the process answers; a watchdog that restarts it when the database is away would only make it worse."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@blueprint.get("/zdravi")
def ready() -> tuple[Response, int]:
    """Whether requests may be sent here: 200, or 503 when a part of the hub is not well."""
    rooms = current_app.extensions["hub_rooms"]
    folder = current_app.config["HUB"].data_dir
    parts = health.health(db.session(), folder, storage(), [room.health for room in rooms if room.health])
    return jsonify(parts), 200 if all(parts.values()) else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """How much waits and how old it is, in Prometheus' text format: for the same machine, or whoever has the token."""
    if not _may_look():
        raise NotFound
    lines = []
    for name, kind, text, values in health.measures(db.session(), datetime.now(UTC)):
        lines += [f"# HELP ozvena_{name} {text}", f"# TYPE ozvena_{name} {kind}"]
        lines += [f"ozvena_{name}{labels} {value}" for labels, value in values]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_look() -> bool:
    token = current_app.config["HUB"].metrics_token
    if token:
        return compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False

"""What paired devices say to the server: JSON with a token, which is good for presses and heartbeats alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from hub import errors, language, limits
from hub.database import db
from hub.queries import places, publications
from hub.rules.localtime import local
from hub.vocabulary import marked
from kiosk import codes, configuration, device_texts, pairing, queries, receiving, shell
from kiosk.models import Device
from kiosk.presses import LONGEST_BATCH, Batch, Beat, DevicePress, read, refusal, told

blueprint = Blueprint("device_api", __name__, url_prefix="/kiosk/zarizeni/v1")

LONGEST_BATCH_JSON = 512 * 1024
LONGEST_JSON = 4 * 1024
CARDS = 6
"""How many publications a resting screen shows in turn."""
NOT_READ = marked("The presses could not be read.")


@blueprint.after_request
def _fresh(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@blueprint.post("/parovani")
def pair() -> tuple[Response, int]:
    """A token for a code, once."""
    body = _json(LONGEST_JSON)
    # By address: nobody has a token yet. Administrators pair a few devices; more tries are guesses.
    limits.spend("pair", request.remote_addr or "", current_app.config["HUB"].pairings_per_minute)
    code = body.get("code") if isinstance(body, dict) else None
    if not isinstance(code, str):
        raise pairing.BadCode
    paired = pairing.pair(code, _now())
    return jsonify(token=paired.token, device={"ref": paired.ref, "name": paired.name}), 201


@blueprint.get("/nastaveni")
def configured() -> Response:
    """What the device shows and asks."""
    device = _device()
    body = configuration.written(_configuration(device))
    answer = Response(body, mimetype="application/json")
    answer.headers["X-Podpis"] = configuration.signature(body, device.token_digest or "")
    answer.headers["Cache-Control"] = "no-cache"
    answer.add_etag()
    return answer.make_conditional(request)  # type: ignore[return-value]


@blueprint.post("/tep")
def beat() -> Response:
    """The device says how it is, and hears what has changed."""
    device = _device()
    _spend(device)
    said = read(Beat, _json(LONGEST_JSON))
    if said is None:
        raise errors.BadInput(NOT_READ)
    version = _configuration(device)["version"]
    now = _now()
    receiving.beat(device.id, said, now)
    return jsonify(server_ms=_ms(now), config=version, shell=shell.version())


@blueprint.post("/doteky")
def presses() -> Response:
    """A batch of presses; a receipt for each, in their order."""
    device_id = _spend(_device())
    body = _json(LONGEST_BATCH_JSON)
    now = _now()
    if isinstance(body, dict) and isinstance(body.get("presses"), list) and len(body["presses"]) > LONGEST_BATCH:
        raise errors.TooLarge
    batch = read(Batch, body)
    if batch is None:
        raise errors.BadInput(NOT_READ)
    items = [read(DevicePress, item) or refusal(item) for item in batch.presses]
    receipts = receiving.record(device_id, items, batch.sending(now))
    return jsonify(server_ms=_ms(now), receipts=[told(receipt) for receipt in receipts])


@blueprint.get("/karty")
def cards() -> Response:
    """What a resting screen shows in turn: the newest publications of every room, and answers of the city."""
    _device()
    kinds = [*current_app.extensions["hub_publications"].values(), publications.ANSWER]
    newest = publications.latest(db.session(), kinds, _now(), CARDS)
    return jsonify(cards=[_card(one) for one in newest])


def _card(one: publications.Publication) -> dict[str, object]:
    ends = language.day(local(one.leaves_at).date()) if one.leaves_at else ""
    return {
        "heading": device_texts.in_languages(one.kind.heading),
        "title": one.title,
        "lang": "cs",
        "detail": " · ".join(part for part in (one.department, ends) if part),
        "until": _ms(one.leaves_at) if one.leaves_at else 0,
    }


def _configuration(device: Device) -> dict[str, Any]:
    session = db.session()
    city = places.city(session)
    return configuration.of(
        device,
        queries.current(session, device.id),
        city.name if city else "",
        bool(city and city.is_sample),
        current_app.config["HUB"].site,
        local(_now()).date(),
    )


def _device() -> Device:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    device = queries.by_token(db.session(), codes.digest(token.strip())) if scheme.lower() == "bearer" else None
    if device is None:
        raise pairing.Unpaired
    return device


def _spend(device: Device) -> int:
    # By device, never by address: all kiosks of a city stand behind one.
    limits.spend("device", str(device.id), current_app.config["HUB"].device_requests_per_minute)
    return device.id


def _json(longest: int) -> Any:
    request.max_content_length = longest
    if request.mimetype != "application/json":
        raise errors.WrongType
    return request.get_json()


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _now() -> datetime:
    return datetime.now(UTC)

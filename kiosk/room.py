"""The kiosk as the house sees it."""

from __future__ import annotations

from pathlib import Path

from flask import url_for

from hub.room import Room
from hub.vocabulary import KIOSK_LANGUAGES
from kiosk import device_api, shell
from kiosk.demo import fill
from kiosk.views import blueprint

room = Room(
    name="kiosk",
    blueprints=(blueprint, device_api.blueprint, shell.blueprint),
    demo=fill,
    texts=(Path(__file__).parent / "translations",),
    languages=KIOSK_LANGUAGES,
    place_url=lambda slug: url_for("kiosk.faces", slug=slug),
)

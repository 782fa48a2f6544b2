"""The kiosk as the house sees it."""

from __future__ import annotations

from pathlib import Path

from flask import url_for

from hub.database import db
from hub.language import gettext
from hub.room import MenuItem, Room
from hub.vocabulary import KIOSK_LANGUAGES, marked
from kiosk import desk, device_api, queries, shell, watching
from kiosk.demo import fill
from kiosk.views import blueprint


def _notes() -> dict[int, str]:
    """Of places without a paired device: whoever knows their address may have rated there."""
    text = gettext("no paired kiosk: anybody who knows the address may rate")
    return dict.fromkeys(queries.unpaired_places(db.session()), text)


room = Room(
    name="kiosk",
    blueprints=(blueprint, device_api.blueprint, shell.blueprint, desk.blueprint),
    jobs=(watching.LOOK_AFTER,),
    menu=(MenuItem(marked("Kiosks"), "devices.listed", may=desk.administrators, is_rare=True),),
    demo=fill,
    texts=(Path(__file__).parent / "translations",),
    languages=KIOSK_LANGUAGES,
    place_url=lambda slug: url_for("kiosk.faces", slug=slug),
    place_notes=_notes,
    alerts=(watching.letter, "/urad/kiosky"),
)

"""The forms of the desk: what stands in them, and what is read from them."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from hub import errors
from hub.database import db
from hub.language import gettext, weekday
from hub.queries import places
from hub.rules.openinghours import Span, read_day, write_day
from hub.signin import csrf_token
from hub.text import one_line
from hub.vocabulary import KIOSK_LANGUAGES, marked
from kiosk import pairing, queries
from kiosk.models import Device
from kiosk.telling import LAYOUTS
from kiosk.vocabulary import Layout

NAMES = tuple(KIOSK_LANGUAGES.items())
OPTIONS = ("asks_words", "offers_qr", "speaks", "has_high_contrast")


def form(device: Device | None, given: Any, problems: list[errors.Problem], *, moves: bool = False) -> str:
    """The form of a new device, of one's settings, or of a move; with what was typed, when it comes back."""
    session = db.session()
    spans = [Span(*one) for one in device.hours] if device else []
    chosen = given.getlist("languages") if given else (device.languages if device else list(KIOSK_LANGUAGES))
    return render_template(
        "devices/form.html",
        heading=gettext("Move the kiosk") if moves else (device.name if device else gettext("New kiosk")),
        name=given.get("name", device.name if device else ""),
        place=given.get("place", ""),
        asks_settings=not moves,
        asks_places=moves or device is None,
        layouts=[
            {"value": value, "label": gettext(label), "checked": given.get("layout", Layout.ONE) == value}
            for value, label in LAYOUTS.items()
        ],
        free=[
            {
                "value": one.id,
                "label": f"{one.name} – {one.department.name}",
                "checked": str(one.id) in _list(given, "spots"),
            }
            for one in queries.free_places(session)
        ],
        departments=[
            {"value": one.id, "label": one.name, "checked": str(one.id) in _list(given, "departments")}
            for one in places.departments(session)
        ],
        spoken=[
            {"number": n + 1, "options": [{"value": c, "label": name, "chosen": c == one} for c, name in NAMES]}
            for n, one in enumerate([*chosen, *[""] * len(NAMES)][: len(NAMES)])
        ],
        hours=[
            {
                "day": n,
                "label": weekday(n),
                "value": given.get(f"hours-{n}", write_day(span for span in spans if span.weekday == n)),
            }
            for n in range(1, 8)
        ],
        options={
            name: bool(given.get(name))
            if given
            else (getattr(device, name) if device else name in {"offers_qr", "speaks"})
            for name in OPTIONS
        },
        version=given.get("version", device.version if device else 0),
        action_url=request.path if request.method == "POST" else _action(device, moves),
        back_url=url_for("devices.one", ref=device.ref) if device else url_for("devices.listed"),
        problems=[{"field": getattr(one, "field", ""), "message": gettext(one.message)} for one in problems],
        csrf_token=csrf_token(),
    )


def _action(device: Device | None, moves: bool) -> str:
    if device is None:
        return url_for("devices.create")
    return url_for("devices.move", ref=device.ref) if moves else url_for("devices.change", ref=device.ref)


def _list(given: Any, name: str) -> list[str]:
    return given.getlist(name) if given else []


class BadField(errors.BadInput):
    """One field of the form cannot be taken."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def settings() -> pairing.Settings:
    """What was chosen for a device. Raises BadField."""
    form = request.form
    name = one_line(form.get("name", ""))
    if not 1 <= len(name) <= 160:
        raise BadField("name", marked("Give the kiosk a name of up to 160 characters, for example where it stands."))
    languages = [one for one in form.getlist("languages") if one in KIOSK_LANGUAGES]
    if not languages or len(set(languages)) < len(languages):
        raise BadField("languages", marked("Choose at least one language, and none of them twice."))
    return pairing.Settings(
        name,
        tuple(languages),
        tuple((span.weekday, span.opens, span.closes) for n in range(1, 8) for span in _day(n)),
        **{option: form.get(option) == "1" for option in OPTIONS},
    )


def _day(number: int) -> list[Span]:
    try:
        return read_day(number, request.form.get(f"hours-{number}", "")[:200])
    except errors.BadInput as problem:
        raise BadField(f"hours-{number}", problem.message) from problem


def layout() -> Layout:
    """Whose kiosk it is to be. Raises BadField."""
    try:
        return Layout(request.form.get("layout", ""))
    except ValueError as error:
        raise BadField("layout", marked("Choose whose kiosk it is.")) from error


def spots() -> list[pairing.Spot]:
    """The places that were chosen, those that exist first. Raises BadField."""
    form = request.form
    place = one_line(form.get("place", ""))[:160]
    known = {str(one.id): one for one in places.departments(db.session())}
    chosen = [pairing.Spot(touchpoint_id=int(one)) for one in form.getlist("spots") if _is_number(one)]
    chosen += [
        pairing.Spot(name=known[one].name[:160], place=place, department_id=known[one].id)
        for one in form.getlist("departments")
        if one in known
    ]
    if not chosen:
        raise BadField("places", marked("Choose at least one place or department that citizens rate at this kiosk."))
    return chosen


def version() -> int:
    """The version of the device that the form was made from; -1 for none."""
    text = request.form.get("version", "")
    return int(text) if _is_number(text) else -1


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10

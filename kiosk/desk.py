"""/urad/kiosky: the devices, their settings, codes for pairing, where they stand, and how to set one up. For administrators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, signin
from hub.database import db
from hub.language import gettext, moment, weekday
from hub.queries import places
from hub.rules.access import Scope
from hub.rules.openinghours import Span, read_day, write_day
from hub.signin import csrf_token, signed_in
from hub.text import one_line
from hub.vocabulary import KIOSK_LANGUAGES, ActorKind, RoleName, marked
from hub.work import Actor
from kiosk import codes, health, pairing, queries, watching
from kiosk.models import Device, Placement
from kiosk.vocabulary import AlertKind, Layout

blueprint = Blueprint("devices", __name__, template_folder="templates", url_prefix="/urad/kiosky")

STANDINGS = {
    health.Standing.NEW: marked("not paired yet"),
    health.Standing.OFF: marked("disconnected"),
    health.Standing.OK: marked("in order"),
    health.Standing.LATE: marked("late: nothing heard for a quarter of an hour"),
    health.Standing.LOST: marked("lost: nothing heard for a day"),
}
SIGNS = {"ok": "done", "late": "soon", "lost": "late", "new": "ok", "off": "ok"}
LAYOUTS = {
    Layout.ONE: marked("one department"),
    Layout.CHOOSE: marked("several departments; the citizen chooses first"),
}
PROBLEMS = {
    "unknown_place": marked("a place that is not its own"),
    "unknown_questionnaire": marked("questions that are no longer known"),
    "conflict": marked("the same press told in two ways"),
    "in_future": marked("a moment in the future"),
    "hidden_question": marked("a question that was not shown"),
}
OPTIONS = ("asks_words", "offers_qr", "speaks", "has_high_contrast")
ALERTS_SHOWN = 20


def administrators(scope: Scope) -> bool:
    """Whether the menu leads here for somebody of the staff."""
    return scope.approves and scope.department_id is None and _is_administrator()


def _is_administrator() -> bool:
    account = signin.current_account()
    return account is not None and any(role.name == RoleName.ADMINISTRATOR for role in account.roles)


def _for_administrators(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def guarded(**arguments: Any) -> Any:
        if not _is_administrator():
            raise errors.NotAllowed(marked("Only an administrator looks after the kiosks."))
        return view(**arguments)

    shown: Callable[..., Any] = signed_in(guarded)
    return shown


@blueprint.get("")
@_for_administrators
def listed() -> str:
    """All devices on one page, those with trouble first."""
    now = _now()
    lines = [_line(one, now) for one in queries.devices(db.session())]
    lines.sort(key=lambda line: not line["troubles"] and line["sign"] == "done")
    return render_template("devices/list.html", devices=lines, new_url=url_for(".new"))


@blueprint.get("/novy")
@_for_administrators
def new() -> str:
    """The form of a new device."""
    return _form(None, {}, [])


@blueprint.post("/novy")
@_for_administrators
def create() -> BaseResponse | tuple[str, int]:
    """Make a device; the next step is its code."""
    try:
        ref = pairing.create(_settings(), _layout(), _spots(), _actor(), _now())
    except errors.Problem as problem:
        db.session.rollback()
        return _form(None, request.form, [problem]), problem.status
    flash(gettext("The kiosk is entered. Have a code made and pair it."), "success")
    return redirect(url_for(".one", ref=ref), 303)


@blueprint.get("/<ref>")
@_for_administrators
def one(ref: str) -> str:
    """One device: how it is, its code, settings, where it stands and stood, what was wrong with it."""
    return _page(ref)


@blueprint.post("/<ref>")
@_for_administrators
def change(ref: str) -> BaseResponse | tuple[str, int]:
    """Change what it shows."""
    device = _device(ref)
    try:
        pairing.change(ref, _settings(), _version(), _actor(), _now())
    except errors.Problem as problem:
        db.session.rollback()
        return _form(device, request.form, [problem]), problem.status
    flash(gettext("Saved. The kiosk takes it within a minute, when nobody stands at it."), "success")
    return redirect(url_for(".one", ref=ref), 303)


@blueprint.get("/<ref>/nastaveni")
@_for_administrators
def settings(ref: str) -> str:
    """The form of its settings."""
    return _form(_device(ref), {}, [])


@blueprint.post("/<ref>/kod")
@_for_administrators
def code(ref: str) -> str:
    """Make a code; it is shown this once."""
    made = pairing.new_code(_device(ref).ref, _actor(), _now())
    return _page(ref, codes.shown(made))


@blueprint.post("/<ref>/odpojit")
@_for_administrators
def disconnect(ref: str) -> BaseResponse:
    """End its token."""
    pairing.revoke(ref, _actor(), _now())
    flash(gettext("The kiosk is disconnected. What it has not sent stays in it until it is paired again."), "success")
    return redirect(url_for(".one", ref=ref), 303)


@blueprint.post("/<ref>/vyradit")
@_for_administrators
def retire(ref: str) -> BaseResponse:
    """Take it out of use for good."""
    pairing.retire(ref, _actor(), _now())
    flash(gettext("The kiosk is out of use. Its figures stay."), "success")
    return redirect(url_for(".listed"), 303)


@blueprint.get("/<ref>/presun")
@_for_administrators
def moving(ref: str) -> str:
    """The form of a move."""
    return _form(_device(ref), {}, [], moves=True)


@blueprint.post("/<ref>/presun")
@_for_administrators
def move(ref: str) -> BaseResponse | tuple[str, int]:
    """Begin a new placement."""
    device = _device(ref)
    try:
        pairing.move(ref, _layout(), _spots(), _version(), _actor(), _now())
    except errors.Problem as problem:
        db.session.rollback()
        return _form(device, request.form, [problem], moves=True), problem.status
    flash(gettext("The kiosk has new places; a new series of figures begins with them."), "success")
    return redirect(url_for(".one", ref=ref), 303)


@blueprint.get("/<ref>/navod")
@_for_administrators
def guide(ref: str) -> str:
    """How to set up its computer, step by step."""
    device = _device(ref)
    return render_template(
        "devices/guide.html",
        name=device.name,
        shell_url=_shell_url(),
        unit_url=url_for(".unit", ref=ref),
        back_url=url_for(".one", ref=ref),
    )


@blueprint.get("/<ref>/ozvena-kiosk.service")
@_for_administrators
def unit(ref: str) -> Response:
    """The systemd unit that keeps Chromium open on its computer."""
    _device(ref)
    answer = Response(render_template("devices/ozvena-kiosk.service", shell_url=_shell_url()), mimetype="text/plain")
    answer.headers["Content-Disposition"] = 'attachment; filename="ozvena-kiosk.service"'
    return answer


def _shell_url() -> str:
    return f"{current_app.config['HUB'].site}/kiosk/zarizeni/"


def _page(ref: str, made_code: str = "") -> str:
    db.session.rollback()
    found = queries.devices(db.session(), ref)
    if not found:
        raise errors.NotFound
    device = found[0].device
    return render_template(
        "devices/device.html",
        device=_line(found[0], _now()),
        code=made_code,
        minutes=int(pairing.LASTS.total_seconds() // 60),
        shell_url=_shell_url(),
        in_use=device.retired_at is None,
        is_paired=device.token_digest is not None,
        placements=[_placement(one) for one in queries.placements_of(db.session(), device.id)],
        alerts=[
            {
                "what": gettext(watching.WORDS[AlertKind(alert.kind)]),
                "since": moment(alert.opened_at),
                "until": moment(alert.closed_at) if alert.closed_at else "",
            }
            for alert in queries.alerts_of(db.session(), device.id, ALERTS_SHOWN)
        ],
        urls={
            name: url_for(f".{name}", ref=ref)
            for name in ("code", "disconnect", "retire", "moving", "settings", "guide", "unit")
        },
        back_url=url_for(".listed"),
        csrf_token=csrf_token(),
    )


def _line(one: queries.Standing, now: datetime) -> dict[str, Any]:
    """A device as the pages show it."""
    state, connection = one.state, watching.connection_of(one, now)
    facts = []
    if state is not None:
        facts = [
            (gettext("Heard of"), moment(state.beat_at)),
            (gettext("Touched"), moment(state.pressed_at) if state.pressed_at else gettext("not since its start")),
            (gettext("Waiting to be sent"), _waiting(state.waiting, state.oldest_at)),
            (gettext("Not taken by the server"), _refused(state.refused, state.problems)),
            (gettext("Its clock"), gettext("%(seconds)s s off", seconds=round(abs(state.offset_ms) / 1000))),
            (gettext("Version"), state.shell or "–"),
        ]
    return {
        "name": one.device.name,
        "url": url_for(".one", ref=one.device.ref),
        "where": _where(one.placement),
        "standing": gettext(STANDINGS[connection]),
        "sign": SIGNS[connection],
        "facts": [{"label": label, "value": value} for label, value in facts],
        "waiting": state.waiting if state else 0,
        "heard": moment(state.beat_at) if state else "",
        "troubles": [gettext(watching.WORDS[AlertKind(alert.kind)]) for alert in one.alerts],
    }


def _waiting(number: int, oldest_at: datetime | None) -> str:
    if not number:
        return gettext("nothing")
    return (
        gettext("%(number)s, the oldest since %(moment)s", number=number, moment=moment(oldest_at))
        if oldest_at
        else str(number)
    )


def _refused(number: int, problems: list[str]) -> str:
    if not number:
        return gettext("nothing")
    reasons = ", ".join(gettext(PROBLEMS[one]) if one in PROBLEMS else one for one in problems)
    return f"{number} ({reasons})" if reasons else str(number)


def _where(placement: Placement | None) -> str:
    if placement is None:
        return ""
    names = [one.touchpoint.name for one in placement.places]
    spots = dict.fromkeys(one.touchpoint.place for one in placement.places if one.touchpoint.place)
    return " · ".join([", ".join(names), *spots])


def _placement(one: Placement) -> dict[str, str]:
    return {
        "where": _where(one),
        "layout": gettext(LAYOUTS[Layout(one.layout)]),
        "since": moment(one.begins_at),
        "until": moment(one.ends_at) if one.ends_at else "",
    }


def _form(device: Device | None, given: Any, problems: list[errors.Problem], *, moves: bool = False) -> str:
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
        spoken=[{"value": c, "label": n, "checked": c in chosen} for c, n in KIOSK_LANGUAGES.items()],
        first=given.get("first", chosen[0] if chosen else "cs"),
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
        back_url=url_for(".one", ref=device.ref) if device else url_for(".listed"),
        problems=[{"field": getattr(one, "field", ""), "message": gettext(one.message)} for one in problems],
        csrf_token=csrf_token(),
    )


def _action(device: Device | None, moves: bool) -> str:
    if device is None:
        return url_for(".create")
    return url_for(".move", ref=device.ref) if moves else url_for(".change", ref=device.ref)


def _list(given: Any, name: str) -> list[str]:
    return given.getlist(name) if given else []


class BadField(errors.BadInput):
    """One field of the form cannot be taken."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def _settings() -> pairing.Settings:
    form = request.form
    name = one_line(form.get("name", ""))
    if not 1 <= len(name) <= 160:
        raise BadField("name", marked("Give the kiosk a name of up to 160 characters, for example where it stands."))
    languages = [one for one in form.getlist("languages") if one in KIOSK_LANGUAGES]
    first = form.get("first", "cs")
    if first not in languages:
        raise BadField("languages", marked("Choose at least one language, and among the chosen ones the first."))
    languages.sort(key=lambda one: one != first)
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


def _layout() -> Layout:
    try:
        return Layout(request.form.get("layout", ""))
    except ValueError as error:
        raise BadField("layout", marked("Choose whose kiosk it is.")) from error


def _spots() -> list[pairing.Spot]:
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


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if _is_number(text) else -1


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _device(ref: str) -> Device:
    device = queries.by_ref(db.session(), ref) if len(ref) <= 16 and ref.isprintable() else None
    if device is None or device.retired_at is not None:
        raise errors.NotFound
    return device


def _actor() -> Actor:
    account = signin.current_account()
    return Actor(ActorKind.ACCOUNT, account.id if account else None)


def _now() -> datetime:
    return datetime.now(UTC)

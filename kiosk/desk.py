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
from hub.language import gettext, moment
from hub.rules.access import Scope
from hub.signin import csrf_token, signed_in
from hub.vocabulary import ActorKind, RoleName, marked
from hub.work import Actor
from kiosk import codes, forms, pairing, queries, telling, watching
from kiosk.models import Device
from kiosk.vocabulary import AlertKind

blueprint = Blueprint("devices", __name__, template_folder="templates", url_prefix="/urad/kiosky")

ALERTS_SHOWN = 20
ACTS_SHOWN = 20


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
    lines = [telling.line(one, now) for one in queries.devices(db.session())]
    lines.sort(key=lambda line: line["rank"])
    return render_template(
        "devices/list.html",
        devices=lines,
        in_trouble=sum(line["rank"] < telling.WELL for line in lines),
        new_url=url_for(".new"),
    )


@blueprint.get("/novy")
@_for_administrators
def new() -> str:
    """The form of a new device."""
    return forms.form(None, {}, [])


@blueprint.post("/novy")
@_for_administrators
def create() -> BaseResponse | tuple[str, int]:
    """Make a device; the next step is its code."""
    try:
        ref = pairing.create(forms.settings(), forms.layout(), forms.spots(), _actor(), _now())
    except errors.Problem as problem:
        db.session.rollback()
        return forms.form(None, request.form, [problem]), problem.status
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
        pairing.change(ref, forms.settings(), forms.version(), _actor(), _now())
    except errors.Problem as problem:
        db.session.rollback()
        return forms.form(device, request.form, [problem]), problem.status
    flash(gettext("Saved. The kiosk takes it within a minute, when nobody stands at it."), "success")
    return redirect(url_for(".one", ref=ref), 303)


@blueprint.get("/<ref>/nastaveni")
@_for_administrators
def settings(ref: str) -> str:
    """The form of its settings."""
    return forms.form(_device(ref), {}, [])


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
    return forms.form(_device(ref), {}, [], moves=True)


@blueprint.post("/<ref>/presun")
@_for_administrators
def move(ref: str) -> BaseResponse | tuple[str, int]:
    """Begin a new placement."""
    device = _device(ref)
    try:
        pairing.move(ref, forms.layout(), forms.spots(), forms.version(), _actor(), _now())
    except errors.Problem as problem:
        db.session.rollback()
        return forms.form(device, request.form, [problem], moves=True), problem.status
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
        site=current_app.config["HUB"].site,
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
    device, before = found[0].device, _before()
    done = queries.history(db.session(), device.id, before, ACTS_SHOWN + 1)
    return render_template(
        "devices/device.html",
        acts=[telling.acted(*act) for act in done[:ACTS_SHOWN]],
        older_url=url_for(".one", ref=ref, od=done[ACTS_SHOWN - 1][0].id, _anchor="historie")
        if len(done) > ACTS_SHOWN
        else None,
        newest_url=url_for(".one", ref=ref, _anchor="historie") if before is not None else None,
        device=telling.line(found[0], _now()),
        code=made_code,
        minutes=int(pairing.LASTS.total_seconds() // 60),
        shell_url=_shell_url(),
        in_use=device.retired_at is None,
        is_paired=device.token_digest is not None,
        placements=[telling.placement(one) for one in queries.placements_of(db.session(), device.id)],
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


def _before() -> int | None:
    """From which entry of the log on older ones are shown."""
    text = request.args.get("od")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise errors.BadInput(marked("This place in the history cannot be read. Open the page of the kiosk again."))
    return int(text)


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

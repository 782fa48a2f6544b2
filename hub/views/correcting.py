"""What is done with an answer after it was written: corrected, left as it is, sent at its time, sooner, or taken back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import correcting, planning
from hub.language import gettext
from hub.signin import signed_in
from hub.views import desk

blueprint = Blueprint("correcting", __name__)


@blueprint.post("/urad/pripady/<reference>/oprava")
@signed_in
def begin(reference: str) -> BaseResponse | tuple[str, int]:
    """Begin to correct an answer: what is shown becomes a draft, and stays as it is meanwhile."""
    position = request.form.get("answer", "")
    if not (position.isascii() and position.isdigit() and len(position) < 4):
        raise errors.BadInput
    try:
        correcting.begin(desk.scope(), reference, int(position), desk.now())
    except errors.Conflict as problem:
        return desk.case_page(reference).render(problem=problem), problem.status
    return redirect(url_for("cases.one", reference=reference) + "#write", 303)


@blueprint.post("/urad/pripady/<reference>/ponechani")
@signed_in
def leave(reference: str) -> BaseResponse:
    """Leave the answer as it is."""
    correcting.leave(desk.scope(), reference, desk.now())
    flash(gettext("The answer stays as it was."), "success")
    return redirect(url_for("cases.one", reference=reference), 303)


@blueprint.post("/urad/pripady/<reference>/plan")
@signed_in
def plan(reference: str) -> BaseResponse:
    """Take a planned answer back, or send it now."""
    steps = {
        "cancel": (planning.cancel, gettext("It is a draft again. Nothing went out.")),
        "now": (planning.send_now, gettext("The answer is sent.")),
    }
    if request.form.get("step") not in steps:
        raise errors.BadInput
    act, done = steps[request.form["step"]]
    act(desk.scope(), reference, desk.now())
    flash(done, "success")
    return redirect(url_for("cases.one", reference=reference), 303)

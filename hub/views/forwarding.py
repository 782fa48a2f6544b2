"""/urad/pripady/<…>/postoupeni: another authority answers; and taking that back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import forwarding as acts
from hub.database import db
from hub.language import full_day, gettext
from hub.queries import cases, ends, merging
from hub.signin import csrf_token, signed_in
from hub.views import desk
from hub.vocabulary import CaseOutcome, CaseState

blueprint = Blueprint("forwarding", __name__)

Answer = BaseResponse | tuple[str, int]
FIELDS = {acts.NO_AUTHORITY: "authority", acts.LONG_CONTACT: "contact", acts.NO_REASON: "reason", acts.NO_NOTE: "note"}
"""What is wrong → with which field."""


@blueprint.get("/urad/pripady/<reference>/postoupeni")
@signed_in
def form(reference: str) -> str:
    """Where it is to go, or the way back."""
    return _page(reference, {}, None)


@blueprint.post("/urad/pripady/<reference>/postoupeni")
@signed_in
def forward(reference: str) -> Answer:
    """Another authority answers."""
    given = request.form

    def act() -> None:
        authority, contact, reason = (given.get(name, "") for name in ("authority", "contact", "reason"))
        acts.forward(desk.scope(), reference, authority, contact, reason, version(), desk.now())

    return _done(reference, act, gettext("The case is handed over, and its citizen is told."))


@blueprint.post("/urad/pripady/<reference>/postoupeni/zpet")
@signed_in
def take_back(reference: str) -> Answer:
    """It was a mistake."""

    def act() -> None:
        acts.take_back(desk.scope(), reference, request.form.get("note", ""), version(), desk.now())

    return _done(
        reference, act, gettext("The case is open again, as before, with its own deadline. Its citizen is told.")
    )


def version() -> int:
    """The version of the case that was seen; -1, which none has, for anything else."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _done(reference: str, act: Callable[[], None], told: str) -> Answer:
    """Do it and lead to the case; whatever is wrong, the page comes back with what was filled in."""
    try:
        act()
    except (errors.BadInput, errors.Conflict) as problem:
        return _page(reference, request.form, problem), problem.status
    flash(told, "success")
    return redirect(url_for("cases.one", reference=reference), 303)


def _page(reference: str, given: Mapping[str, str], problem: errors.Problem | None) -> str:
    db.session.rollback()
    session = db.session()
    case = cases.find(session, desk.scope(), reference)
    is_forwarded = case.outcome == CaseOutcome.FORWARDED
    last = ends.last_forwarding(session, case.id) if is_forwarded else None
    field = FIELDS.get(problem.message, "") if problem else ""
    return render_template(
        "cases/forwarding.html",
        case={"reference": case.reference, "version": case.version, "due": full_day(case.due_on)},
        case_url=url_for("cases.one", reference=case.reference),
        authority=last.authority if last else "",
        may_forward=case.state in {CaseState.NEW, CaseState.IN_PROGRESS},
        joined=merging.joined(session, case).number,
        values={name: given.get(name, "") for name in ("authority", "contact", "reason", "note")},
        problems=[{"field": field, "message": gettext(problem.message)}] if problem else [],
        csrf_token=csrf_token(),
        forward_url=url_for(".forward", reference=case.reference),
        back_url=url_for(".take_back", reference=case.reference),
    )

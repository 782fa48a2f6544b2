"""/urad/pripady/pohledy: the views of the inbox that somebody keeps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import saved_views as acts
from hub.database import db
from hub.language import gettext
from hub.models import SavedView
from hub.queries import leaves, saved_views
from hub.rules.listing import Filter, View
from hub.signin import csrf_token, signed_in
from hub.views import desk, listing
from hub.views.inbox import filter_of
from hub.views.listing import VIEWS, Listing
from hub.vocabulary import marked

blueprint = Blueprint("saved_views", __name__)
ADDRESS = "/urad/pripady/pohledy"


@blueprint.get(ADDRESS)
@signed_in
def listed() -> str:
    """One's own views, and the form that keeps the list from which one came."""
    return _page()


@blueprint.post(ADDRESS)
@signed_in
def save() -> BaseResponse | tuple[str, int]:
    """Keep the list in the address under a name."""
    chosen = Listing(db.session(), desk.scope(), request.args, desk.today()).filter
    try:
        acts.save(desk.scope(), request.form.get("name", ""), chosen, desk.now())
    except (errors.BadInput, errors.Conflict) as problem:
        db.session.rollback()
        return _page(problem, "name"), problem.status
    flash(gettext("The view is saved. It stands beside the others in the inbox."), "success")
    return redirect(url_for("cases.inbox", **chosen.arguments()), 303)


@blueprint.post(f"{ADDRESS}/<int:number>")
@signed_in
def change(number: int) -> BaseResponse | tuple[str, int]:
    """Rename, delete, move up or down, offer to the department or no more."""
    number = min(number, 2**31 - 1)
    try:
        _change(request.form.get("step", ""), number)
    except (errors.BadInput, errors.Conflict) as problem:
        db.session.rollback()
        return _page(problem, f"name-{number}"), problem.status
    flash(gettext("The views are changed."), "success")
    return redirect(url_for(".listed"), 303)


def _change(step: str, number: int) -> None:
    scope, now = desk.scope(), desk.now()
    if step == "rename":
        acts.rename(scope, number, request.form.get("name", ""), now)
    elif step == "delete":
        acts.delete(scope, number, now)
    elif step in {"up", "down"}:
        acts.shift(scope, number, now, up=step == "up")
    elif step in {"offer", "keep"}:
        acts.offer(scope, number, now, to_all=step == "offer")
    else:
        raise errors.BadInput


def _page(problem: errors.Problem | None = None, field: str = "") -> str:
    scope, account, session = desk.scope(), desk.account(), db.session()
    given: dict[str, Any] = {
        name: text for name, text in request.args.items() if name in listing.KEPT and name != listing.FROM
    }
    chosen = Listing(session, scope, given, desk.today())
    return render_template(
        "cases/views.html",
        views=[_line(one, chosen, problem, field) for one in saved_views.own(session, scope.account_id)],
        may_offer=leaves.leads(account),
        new=_words(chosen, chosen.filter) if given else None,
        name=request.form.get("name", "") if field == "name" else "",
        save_url=url_for(".save", **given),
        inbox_url=url_for("cases.inbox", **given),
        most=saved_views.MOST,
        problems=[{"field": field, "message": gettext(problem.message)}] if problem else [],
        csrf_token=csrf_token(),
    )


def _line(view: SavedView, chosen: Listing, problem: errors.Problem | None, field: str) -> dict[str, Any]:
    saved = filter_of(view)
    broken = saved is None or chosen.problem(saved)
    refused = problem is not None and field == f"name-{view.id}"
    return {
        "id": view.id,
        "name": request.form.get("name", "") if refused else view.name,
        "what": gettext(GONE) if saved is None or broken else _words(chosen, saved),
        "url": None if saved is None or broken else url_for("cases.inbox", **saved.arguments()),
        "action_url": url_for(".change", number=view.id),
        "is_offered": view.department_id is not None,
    }


GONE = marked("It asks for a department, official or theme that is no longer there. Delete it, or save it anew.")


def _words(chosen: Listing, saved: Filter) -> str:
    """What a filter asks for, in words."""
    return ", ".join([gettext(VIEWS[View(saved.view)]), *(chip["label"] for chip in chosen.chips(saved))])

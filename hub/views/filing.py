"""/urad/pripady/<…>/spis: the numbers of a case in the records, by which the search of the inbox finds it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import filing as acts
from hub.database import db
from hub.language import gettext
from hub.queries import cases
from hub.rules.filing import LONGEST
from hub.signin import csrf_token, signed_in
from hub.text import one_line
from hub.views import desk
from hub.views.forwarding import version

blueprint = Blueprint("filing", __name__)


@blueprint.get("/urad/pripady/<reference>/spis")
@signed_in
def form(reference: str) -> str:
    """The numbers as they are."""
    return _page(reference, None, None)


@blueprint.post("/urad/pripady/<reference>/spis")
@signed_in
def save(reference: str) -> BaseResponse | tuple[str, int]:
    """Other numbers."""
    given = {name: request.form.get(name, "") for name in ("records_number", "records_file")}
    try:
        acts.file(desk.scope(), reference, given["records_number"], given["records_file"], version(), desk.now())
    except (errors.BadInput, errors.Conflict) as problem:
        return _page(reference, given, problem), problem.status
    flash(gettext("Saved."), "success")
    return redirect(url_for("cases.one", reference=reference), 303)


@blueprint.get("/urad/pripady/hledani")
@signed_in
def find() -> BaseResponse:
    """Where cases were found by their numbers before the search of the inbox found them, too."""
    return redirect(url_for("cases.inbox", q=one_line(request.args.get("q", ""))[:200] or None))


def _page(reference: str, given: dict[str, str] | None, problem: errors.Problem | None) -> str:
    db.session.rollback()
    case = cases.find(db.session(), desk.scope(), reference)
    known = {"records_number": case.records_number or "", "records_file": case.records_file or ""}
    where = problem.field if isinstance(problem, acts.BadNumber) else ""
    return render_template(
        "cases/filing.html",
        case={"reference": case.reference, "version": case.version},
        case_url=url_for("cases.one", reference=case.reference),
        values=given or known,
        problems=[{"field": where, "message": gettext(problem.message)}] if problem else [],
        longest=LONGEST,
        save_url=url_for(".save", reference=case.reference),
        csrf_token=csrf_token(),
    )

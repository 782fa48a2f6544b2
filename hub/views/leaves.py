"""/urad/nepritomnost: who is away from when until when, and who stands in."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import leaves as acts
from hub.database import db
from hub.language import full_day, gettext
from hub.models import Account, Leave
from hub.queries import inbox, leaves
from hub.rules.access import Scope
from hub.signin import csrf_token, signed_in
from hub.views import desk
from hub.vocabulary import marked

blueprint = Blueprint("leaves", __name__)


@blueprint.get("/urad/nepritomnost")
@signed_in
def listed() -> str:
    """Leaves that concern the account, and the form of a new one."""
    return _page()


@blueprint.post("/urad/nepritomnost")
@signed_in
def enter() -> BaseResponse | tuple[str, int]:
    """Somebody will be away."""
    form = request.form
    try:
        first, last = _day(form.get("from", ""), "from"), _day(form.get("to", ""), "to")
        acts.enter(desk.scope(), _number("account"), _number("deputy"), first, last, desk.now())
    except (errors.BadInput, errors.Conflict) as problem:
        db.session.rollback()
        return _page(problem), problem.status
    flash(gettext("The leave is entered. It begins and ends by itself."), "success")
    return redirect(url_for(".listed"), 303)


@blueprint.post("/urad/nepritomnost/<int:number>/konec")
@signed_in
def end(number: int) -> BaseResponse:
    """Back earlier, or not away after all."""
    acts.end(desk.scope(), min(number, 2**31 - 1), desk.now())
    flash(gettext("The leave is ended."), "success")
    return redirect(url_for(".listed"), 303)


class BadDay(errors.BadInput):
    """A day that is none; `field` says which of the two."""

    code = "bad_day"
    message = marked("Write both days like 2026-12-24, or choose them from the calendar.")

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadDay(field) from error


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise errors.BadInput(marked("Choose a colleague from the list."))
    return int(text)


def _page(problem: errors.Problem | None = None) -> str:
    scope, account, session = desk.scope(), desk.account(), db.session()
    whole = leaves.leads(account) or scope.department_id is None
    known = leaves.coming(session, scope, desk.today(), whole_department=whole and scope.approves)
    colleagues = inbox.colleagues(session, scope)
    own = [one for one in colleagues if one.id == scope.account_id]
    field = getattr(problem, "field", "deputy" if problem and not isinstance(problem, errors.Conflict) else "from")
    return render_template(
        "cases/leaves.html",
        leaves=[_line(one, scope) for one in known],
        accounts=_options(colleagues if scope.approves else own, request.form.get("account", str(scope.account_id))),
        deputies=_options(colleagues, request.form.get("deputy", "")),
        given={"from": request.form.get("from", ""), "to": request.form.get("to", "")},
        action_url=url_for(".enter"),
        inbox_url=url_for("cases.inbox"),
        today=desk.today().isoformat(),
        problems=[{"field": field, "message": gettext(problem.message)}] if problem else [],
        csrf_token=csrf_token(),
    )


def _options(accounts: list[Account], chosen: str) -> list[dict[str, Any]]:
    one = len({account.department_id for account in accounts}) < 2
    return [
        {
            "value": str(account.id),
            "label": account.name if one or not account.department else f"{account.name} – {account.department.name}",
            "selected": str(account.id) == chosen,
        }
        for account in accounts
    ]


def _line(leave: Leave, scope: Scope) -> dict[str, Any]:
    today = desk.today()
    return {
        "who": leave.account.name,
        "deputy": leave.deputy.name,
        "is_mine": leave.account_id == scope.account_id,
        "i_stand_in": leave.deputy_id == scope.account_id,
        "from": full_day(leave.starts_on),
        "to": full_day(leave.ends_on),
        "is_now": leave.starts_on <= today,
        "end_url": url_for(".end", number=leave.id) if leaves.may_arrange(scope, leave.account) else None,
    }

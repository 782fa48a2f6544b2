"""/urad/lhuty: the rules of deadlines, with their paragraphs, sources and whether an administrator has verified them."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub.actions import terms as acts
from hub.database import db
from hub.language import full_day, gettext, moment
from hub.models import DeadlineRule, TermRule
from hub.queries import terms
from hub.signin import csrf_token, signed_in
from hub.views import deadline_panel, desk, labels
from hub.vocabulary import LegalKind, RoleName, TermAct, marked

blueprint = Blueprint("law", __name__)

BODIES = {"office": marked("the office"), "council": marked("the council"), "assembly": marked("the assembly")}
ACTS = {TermAct.EXTENSION: marked("extension"), TermAct.COMPLETION: marked("call to complete")}


@blueprint.get("/urad/lhuty")
@signed_in
def rules() -> str:
    """Every rule: those in force, and beside them past and future ones."""
    desk.scope()
    answering, moving = terms.all_rules(db.session())
    today = desk.today()
    return render_template(
        "deadlines/rules.html",
        kinds=[
            {
                "label": labels.label(labels.KINDS, kind),
                "rules": [_answering(rule, today) for rule in answering if rule.legal_kind == kind]
                + [_moving(rule, today) for rule in moving if rule.legal_kind == kind],
            }
            for kind in LegalKind
        ],
        may_verify=_administers(),
        verify_url=url_for(".verify"),
        report_url=url_for("timeliness.month"),
        csrf_token=csrf_token(),
    )


@blueprint.post("/urad/lhuty/overeni")
@signed_in
def verify() -> BaseResponse:
    """An administrator has compared a rule with the law, or doubts it. What it says does not change by that."""
    number, is_right = request.form.get("rule", ""), request.form.get("verdict") == "verify"
    rule_id = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    acts.verify(desk.account().id, request.form.get("table", ""), rule_id, is_right, desk.now())
    flash(gettext("The rule is marked as verified.") if is_right else gettext("The mark is taken back."), "success")
    return redirect(url_for(".rules"), 303)


def _administers() -> bool:
    return RoleName.ADMINISTRATOR in {role.name for role in desk.account().roles}


def _answering(rule: DeadlineRule, today: date) -> dict[str, Any]:
    return {
        **_both(rule, today),
        "table": acts.ANSWERING,
        "what": gettext("answer, decided by %(body)s", body=labels.label(BODIES, rule.body)),
        "length": labels.length(rule),
        "condition": "",
    }


def _moving(rule: TermRule, today: date) -> dict[str, Any]:
    return {
        **_both(rule, today),
        "table": acts.MOVING,
        "what": gettext(ACTS[TermAct(rule.act)]),
        "length": deadline_panel.length(rule) or gettext("the office names the day"),
        "condition": rule.condition,
    }


def _both(rule: DeadlineRule | TermRule, today: date) -> dict[str, Any]:
    begun, over = rule.valid_from <= today, rule.valid_to is not None and rule.valid_to < today
    return {
        "id": rule.id,
        "basis": rule.basis,
        "source": rule.source,
        "from": full_day(rule.valid_from),
        "to": full_day(rule.valid_to) if rule.valid_to else "",
        "state": "past" if over else "now" if begun else "future",
        "is_verified": rule.is_verified,
        "verified_by": rule.verified_by.name if rule.verified_by else "",
        "verified_at": moment(rule.verified_at) if rule.verified_at else "",
    }

"""The panel of a case's deadline: every day of its counting, what was done to it, and what may be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from hub import errors, markup
from hub.language import full_day, gettext, moment, ngettext, weekday
from hub.models import Case, CaseTerm, TermRule
from hub.queries import cases, terms
from hub.rules.deadlines import Counting, day_by_day
from hub.rules.localtime import local
from hub.steps import terms as steps
from hub.views import labels
from hub.vocabulary import TermAct
from hub.workdays import is_free


def panel(session: Session, case: Case, now: datetime) -> dict[str, Any]:
    """What `cases/deadline.html` shows."""
    known, today = terms.of_case(session, case), local(now).date()
    counted = terms.counting(case.deadline_rule, case, known, is_free)
    waiting = terms.waiting(case, known)
    forms = {act: _form(session, case, act, today) for act in TermAct}
    return {
        "moves": _moves(session, known),
        "waiting": full_day(waiting.answer_by) if waiting is not None and waiting.answer_by else None,
        "forms": {act.value: form for act, form in forms.items() if form.get("action_url")},
        "why_not": forms[TermAct.EXTENSION].get("why_not"),
        "absent": [act.value for act, form in forms.items() if not form.get("action_url")],
        "days": _days(counted),
    }


def _form(session: Session, case: Case, act: TermAct, today: date) -> dict[str, Any]:
    """The form of an extension or call, or why there is none."""
    try:
        rule = steps.rule_for(session, case, act, today)
    except errors.Problem as problem:
        return {"why_not": None if labels.is_done(case) else gettext(problem.message)}
    form: dict[str, Any] = {
        "action_url": url_for(f"moving.{act}", reference=case.reference),
        "seen": case.due_on.isoformat(),
        "basis": rule.basis,
        "is_verified": rule.is_verified,
        "condition": rule.condition,
    }
    if act is TermAct.COMPLETION:
        return {**form, "until": full_day(steps.answer_by(rule, today))}
    if rule.amount is not None:
        return {**form, "until": full_day(steps.until(session, case, rule, None)), "length": length(rule)}
    return {
        **form,
        "first": (case.due_on + timedelta(days=1)).isoformat(),
        "last": (case.due_on + steps.LATEST).isoformat(),
        "named": request.form.get("until", "")[:10],
    }


def length(rule: TermRule) -> str:
    """How much time a rule gives: 10 days; empty: until a day that the office names."""
    if rule.amount is None:
        return ""
    if rule.unit == "day":
        return ngettext("%(num)s day", "%(num)s days", rule.amount)
    return ngettext("%(num)s month", "%(num)s months", rule.amount)


def _moves(session: Session, known: Sequence[CaseTerm]) -> list[dict[str, Any]]:
    letters = cases.letters(session, [one.message for one in known]) if known else []
    return [
        {
            **told(one),
            "is_verified": one.rule.is_verified,
            "who": one.account.name,
            "letters": [
                f"{letter.address.value}: {labels.label(labels.DELIVERY_STATES, letter.state)}"
                for letter in letters
                if letter.message_id == one.message_id
            ],
        }
        for one in known
    ]


def told(one: CaseTerm) -> dict[str, Any]:
    """What was done to a deadline, as its citizen is told too."""
    return {
        "act": one.act,
        "before": full_day(one.due_before),
        "after": full_day(one.due_after),
        "answer_by": full_day(one.answer_by) if one.answer_by else "",
        "ended": full_day(one.ended_on) if one.ended_on else "",
        "basis": one.rule.basis,
        "html": markup.paragraphs(one.message.revisions[0].text),
        "when": moment(one.made_at),
    }


def _days(counted: Counting) -> list[dict[str, Any]]:
    return [
        {
            "day": full_day(one.on),
            "weekday": weekday(one.on.isoweekday()),
            "number": one.number,
            "is_passed_over": one.is_passed_over,
            "note": _note(one.on, one.is_passed_over, counted),
        }
        for one in day_by_day(counted)
    ]


def _note(on: date, is_passed_over: bool, counted: Counting) -> str:
    if on == counted.received_on:
        return gettext("not counted")
    if is_passed_over:
        return labels.free_name(on)
    return gettext("last day for the answer") if on == counted.due_on else ""

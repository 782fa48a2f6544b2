"""/urad/pripady/<…>/spojeni: joining cases about the same, undoing it, sending an answer on to those that were joined late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, markup
from hub.actions import merging as acts
from hub.database import db
from hub.language import full_day, gettext, ngettext
from hub.models import Case
from hub.queries import cases, merging
from hub.rules import personal
from hub.rules.access import Scope
from hub.rules.alike import LEAST, likeness
from hub.signin import csrf_token, signed_in
from hub.stems import stems
from hub.text import excerpt
from hub.views import desk, labels
from hub.vocabulary import CaseState, Cause

blueprint = Blueprint("merging", __name__)

Answer = BaseResponse | tuple[str, int]
MOST_SIMILAR = 10
COMPARED = 1500
"""Characters at the beginning of a text that are compared with another."""
LARGEST_FORM = 128 * 1024


@dataclass
class Filled:
    """What stands in the forms of the page, and what is wrong with it. `ticked` are references of other cases."""

    other: str = ""
    reason: str = ""
    many_reason: str = ""
    end_reason: str = ""
    ticked: list[str] = field(default_factory=list)
    may_share: bool = False
    problems: list[dict[str, str]] = field(default_factory=list)


@blueprint.get("/urad/pripady/<reference>/spojeni")
@signed_in
def form(reference: str) -> str:
    """Similar cases, and the forms by which they are joined or parted."""
    return _page(reference, Filled())


@blueprint.post("/urad/pripady/<reference>/spojeni")
@signed_in
def join(reference: str) -> Answer:
    """The case is a duplicate of another one."""
    given = request.form
    filled = Filled(
        other=given.get("other", "").strip(),
        reason=given.get("reason", ""),
        may_share="may_share" in given,
    )

    def act() -> str:
        main = acts.join(
            desk.scope(), reference, filled.other, filled.reason, _version(), desk.now(), may_share=filled.may_share
        )
        return gettext("The case is answered together with %(reference)s.", reference=main)

    return _done(reference, filled, act, "other")


@blueprint.post("/urad/pripady/<reference>/spojeni/dalsi")
@signed_in
def join_many(reference: str) -> Answer:
    """Others are duplicates of this one."""
    request.max_form_memory_size = LARGEST_FORM
    given = request.form
    filled = Filled(
        many_reason=given.get("many_reason", ""), ticked=given.getlist("case"), may_share="may_share" in given
    )

    def act() -> str:
        done = acts.join_many(
            desk.scope(), reference, filled.ticked, filled.many_reason, desk.now(), may_share=filled.may_share
        )
        for one, why in done.left[:MOST_SIMILAR]:
            flash(gettext("%(reference)s was not joined. %(why)s", reference=one, why=gettext(why)), "error")
        if not done.joined:
            return ""
        return ngettext("%(num)s case was joined to this one.", "%(num)s cases were joined to this one.", done.joined)

    return _done(reference, filled, act, "case")


@blueprint.post("/urad/pripady/<reference>/spojeni/zpet")
@signed_in
def part(reference: str) -> Answer:
    """It is no duplicate after all."""
    filled = Filled(end_reason=request.form.get("end_reason", ""))

    def act() -> str:
        parted = acts.part(desk.scope(), reference, filled.end_reason, _version(), desk.now())
        if parted.answers:
            return gettext(
                "The case stands on its own again and waits for its own answer. The answer that its citizen got meanwhile"
                " cannot be taken back: it stays on their page."
            )
        return gettext("The case stands on its own again, as before, with its own deadline.")

    return _done(reference, filled, act, "end_reason")


@blueprint.post("/urad/pripady/<reference>/spojeni/poslat")
@signed_in
def share(reference: str) -> Answer:
    """The newest answer goes to those too who were joined after it was written."""
    filled = Filled()

    def act() -> str:
        acts.share(desk.scope(), reference, _number("n"), "has_read" in request.form, desk.now())
        return gettext("The answer is being sent to all who wrote about the same.")

    return _done(reference, filled, act, "has_read")


def _done(reference: str, filled: Filled, act: Callable[[], str], where: str) -> Answer:
    """Do it, tell what came of it (empty: it was told already) and lead to the case; or the page with what was filled in."""
    try:
        told = act()
    except (errors.BadInput, errors.Conflict, errors.NotAllowed) as problem:
        in_reason = problem.message == acts.NO_REASON
        name = {"other": "reason", "case": "many_reason"}.get(where, where) if in_reason else where
        filled.problems.append({"field": name, "message": gettext(problem.message)})
        return _page(reference, filled), problem.status
    if told:
        flash(told, "success")
    return redirect(url_for("cases.one", reference=reference), 303)


def _version() -> int:
    return _number("version")


def _number(name: str) -> int:
    """A whole number of a form; -1, which nothing has, for anything else."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _page(reference: str, filled: Filled) -> str:
    db.session.rollback()
    scope, session = desk.scope(), db.session()
    case = cases.find(session, scope, reference)
    link = merging.link_of(session, case)
    near = [] if link is not None else _near(scope, case)
    answer = merging.answer_of(session, case) if link is None else None
    lacking = merging.lacking(session, case, answer) if answer is not None else 0
    shown = next((one for one in answer.revisions if one.n == answer.shown_n), None) if answer is not None else None
    return render_template(
        "cases/joining.html",
        case={"reference": case.reference, "version": case.version, "due": full_day(case.due_on)},
        case_url=url_for("cases.one", reference=case.reference),
        title=excerpt(personal.mask(case.question.revisions[0].text or ""), 160),
        joined_to=link.root.reference if link is not None else "",
        may_join=link is None and case.state in {CaseState.NEW, CaseState.IN_PROGRESS},
        may_take=link is None and case.erased_at is None and case.state != CaseState.CLOSED,
        is_answered=case.answered_at is not None,
        near=near,
        more=max(merging.number_with_same_words(session, scope, case) - merging.MOST, 0) if near else 0,
        answer={
            "html": markup.said(shown.text, shown.is_markdown),
            "n": cases.rounds(session, case),
            "lacking": lacking,
            "is_correction": shown.cause == Cause.CORRECTION,
            "reason": shown.summary or "",
        }
        if lacking and shown and shown.text and not merging.under_way(session, case)
        else None,
        same_url=url_for("gathering.form", k=case.reference, stejna="ano"),
        search_url=url_for("gathering.form"),
        values=filled,
        problems=filled.problems,
        csrf_token=csrf_token(),
        urls={name: url_for(f".{name}", reference=case.reference) for name in ("join", "join_many", "part", "share")},
    )


def _near(scope: Scope, case: Case) -> list[dict[str, Any]]:
    """Open cases of the department with the same words, then those with similar ones, the most similar first."""
    session, today = db.session(), desk.today()
    mine = frozenset(stems((case.question.revisions[0].text or "")[:COMPARED]))
    found = [
        (likeness(mine, frozenset(stems(one.text[:COMPARED]))), one)
        for one in merging.newest_open(session, scope, case)
    ]
    similar = sorted((pair for pair in found if pair[0] >= LEAST), key=lambda pair: -pair[0])[:MOST_SIMILAR]
    same = merging.same_words(session, scope, case)[: merging.MOST - len(similar)]
    lines = [(True, one) for one in same] + [(False, one) for _, one in similar]
    return [
        {
            "reference": one.case.reference,
            "url": url_for("cases.one", reference=one.case.reference),
            "title": excerpt(personal.mask(one.text), 110),
            "received": full_day(one.case.received_on),
            "due": full_day(one.case.due_on),
            "due_words": labels.due_words(one.case, today),
            "urgency": labels.urgency(one.case, today),
            "official": one.case.official.name if one.case.official else "",
            "same": is_same,
            "earlier": one.case.due_on < case.due_on,
        }
        for is_same, one in lines
    ]

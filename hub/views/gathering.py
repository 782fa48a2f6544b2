"""/urad/spojit: all the cases that a list shows joined to one of them; how far the worker is, what stayed, and undoing it.

/urad/pripady/<…>/spojeni/seznam: what is joined to a case, page by page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import gathering as acts
from hub.database import db
from hub.language import full_day, gettext, moment
from hub.models import Case, Gathering
from hub.queries import cases, gathering, merging
from hub.rules import personal, references
from hub.rules.access import Scope
from hub.signin import csrf_token, signed_in
from hub.steps.gathering import WHY
from hub.text import excerpt
from hub.views import desk, labels
from hub.views.listing import FROM, Listing
from hub.vocabulary import Fate, Halt, marked

blueprint = Blueprint("gathering", __name__)

Answer = BaseResponse | tuple[str, int]
MAIN, SAME = "k", "stejna"
"""Names in the address: the main case, and that the same words are wanted instead of a list."""
FIRST = 10
HALTS = {
    Halt.MAIN_ENDED: marked(
        "The main case ended, or is of another department now. What was not done yet stays as it was."
    ),
    Halt.MAIN_JOINED: marked("The main case was joined to another one. What was not done yet stays as it was."),
    Halt.NO_ACCOUNT: marked("The account of whoever began this is blocked. What was not done yet stays as it was."),
}


@blueprint.get("/urad/spojit")
@signed_in
def form() -> str:
    """What would be joined to which case."""
    return _page({}, None)


@blueprint.post("/urad/spojit")
@signed_in
def begin() -> Answer:
    """Have it done."""
    given = request.form
    scope = desk.scope()
    try:
        listed = None if request.args.get(SAME) else _listing(db.session(), scope).narrowed
        seen = (_number(given, "number"), _number(given, "newest"))
        db.session.rollback()
        reference, number = acts.begin(
            scope,
            listed,
            given.get("main", ""),
            seen,
            given.get("reason", ""),
            desk.now(),
            may_share="may_share" in given,
        )
    except (errors.BadInput, errors.Conflict) as problem:
        db.session.rollback()
        return _page(given, problem), problem.status
    return redirect(url_for(".progress", reference=reference, number=number), 303)


@blueprint.get("/urad/pripady/<reference>/spojeni/hromadne/<int:number>")
@signed_in
def progress(reference: str, number: int) -> str:
    """How far it is, what stayed as it was and why, and the way back."""
    return _progress(reference, number, "", None)


@blueprint.post("/urad/pripady/<reference>/spojeni/hromadne/<int:number>")
@signed_in
def undo(reference: str, number: int) -> Answer:
    """Part everything again that was joined by it."""
    reason = request.form.get("end_reason", "")
    try:
        undoing = acts.undo(desk.scope(), reference, number, reason, desk.now())
    except (errors.BadInput, errors.Conflict) as problem:
        return _progress(reference, number, reason, problem), problem.status
    return redirect(url_for(".progress", reference=reference, number=undoing), 303)


@blueprint.get("/urad/pripady/<reference>/spojeni/seznam")
@signed_in
def joined(reference: str) -> str:
    """The cases that are answered with this one."""
    scope, session = desk.scope(), db.session()
    case = cases.find(session, scope, reference)
    after = _number(request.args, FROM) if request.args.get(FROM) else 0
    lines, last = gathering.joined_page(session, scope, case, max(after, 0))
    return render_template(
        "cases/joined.html",
        reference=case.reference,
        case_url=url_for("cases.one", reference=case.reference),
        number=merging.joined(session, case).number,
        cases=[
            {**_line(one, text), "joined": moment(link.linked_at), "answered": one.answered_at is not None}
            for link, one, text in lines
        ],
        gatherings=[_told(one) for one in gathering.of_case(session, case)] if not after else [],
        next_url=url_for(".joined", reference=case.reference, od=last) if last else None,
        first_url=url_for(".joined", reference=case.reference) if after else None,
    )


def _listing(session: Session, scope: Scope) -> Listing:
    return Listing(session, scope, request.args, desk.today())


def _number(given: Mapping[str, str], name: str) -> int:
    """A whole number that was sent; -1 for anything else."""
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else -1


def _page(given: Mapping[str, str], problem: errors.Problem | None) -> str:
    scope, session = desk.scope(), db.session()
    asked = given.get("main") or request.args.get(MAIN, "")
    main = _main(session, scope, asked)
    chosen = _listing(session, scope)
    is_same = bool(request.args.get(SAME)) and main is not None
    found = (
        gathering.same_words(session, scope, main)
        if is_same and main
        else gathering.of_list(session, scope, chosen.narrowed)
    )
    first = found.first()
    if main is None and first is not None and not asked:
        main = session.get(Case, first.id)
    others = [one for one in found.cases if main is None or one.id != main.id]
    department = main.department_id if main is not None else None
    return render_template(
        "cases/gathering.html",
        query=chosen.filter.words,
        chips=[] if is_same else [chip["label"] for chip in chosen.chips()],
        is_same=is_same,
        kept={name: text for name, text in chosen.arguments.items() if name != "q"},
        main_asked=main.reference if main is not None and request.args.get(MAIN) else "",
        main={**_line(main, main.question.revisions[0].text or ""), "answered": main.answered_at is not None}
        if main
        else None,
        number=len(found.cases),
        others=len(others),
        newest=found.last_id,
        more=found.more,
        elsewhere=sum(one.department_id != department for one in others) if main else 0,
        aside=sum(one.is_aside for one in others),
        earlier=sum(one.due_on < main.due_on for one in others) if main and main.answered_at is None else 0,
        cases=[
            _line(case, text) for case, text in gathering.first_lines(session, [one.id for one in _soonest(others)])
        ],
        values={"main": asked or (main.reference if main else ""), "reason": given.get("reason", "")},
        may_share="may_share" in given,
        problems=[_problem(problem)] if problem else [],
        action_url=url_for(".begin", **chosen.arguments, **_own()),
        search_url=url_for(".form"),
        back_url=url_for("cases.one", reference=main.reference)
        if request.args.get(MAIN) and main
        else url_for("cases.inbox", **chosen.arguments),
        csrf_token=csrf_token(),
    )


def _own() -> dict[str, Any]:
    return {name: request.args[name] for name in (MAIN, SAME) if request.args.get(name)}


def _soonest(found: list[gathering.Chosen]) -> list[gathering.Chosen]:
    return sorted(found, key=lambda one: (one.due_on, one.id))[:FIRST]


def _main(session: Session, scope: Scope, typed: str) -> Case | None:
    """The case that was typed, or the one with which it is answered itself; None when there is none."""
    if references.read(typed) is None:
        return None
    try:
        case = cases.find(session, scope, typed)
    except errors.NotFound:
        return None
    link = merging.link_of(session, case)
    return link.root if link is not None else case


def _problem(problem: errors.Problem) -> dict[str, str]:
    where = {acts.NO_REASON: "reason", acts.NOT_SAID: "may_share"}.get(problem.message, "main")
    return {"field": where, "message": gettext(problem.message)}


def _line(case: Case, text: str) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "url": url_for("cases.one", reference=case.reference),
        "title": excerpt(personal.mask(text), 110) or gettext("(without words)"),
        "received": full_day(case.received_on),
        "due": full_day(case.due_on),
        "due_words": labels.due_words(case, desk.today()),
    }


def _told(one: Gathering) -> dict[str, Any]:
    return {
        "url": url_for(".progress", reference=one.case.reference, number=one.id),
        "when": moment(one.made_at),
        "is_undoing": one.undoes_id is not None,
        "is_finished": one.finished_at is not None,
    }


def _progress(reference: str, number: int, reason: str, problem: errors.Problem | None) -> str:
    db.session.rollback()
    scope, session = desk.scope(), db.session()
    case = cases.find(session, scope, reference)
    one = gathering.find(session, case, number)
    if one is None:
        raise errors.NotFound
    fates = gathering.fates(session, one)
    waiting = fates.pop(None, 0)
    done = fates.pop(Fate.DONE, 0)
    after = max(_number(request.args, FROM), 0)
    lines, last = gathering.left(session, one, after)
    undoing = gathering.undoing(session, one)
    held, answered = gathering.still_joined(session, one) if one.undoes_id is None else (0, 0)
    here: dict[str, Any] = {"reference": case.reference, "number": one.id}
    return render_template(
        "cases/gathered.html",
        reference=case.reference,
        case_url=url_for("cases.one", reference=case.reference),
        list_url=url_for(".joined", reference=case.reference),
        is_undoing=one.undoes_id is not None,
        who=one.account.name,
        when=moment(one.made_at),
        ended=moment(one.finished_at) if one.finished_at else "",
        halt=gettext(HALTS[Halt(one.halt)]) if one.halt else "",
        whole=waiting + done + sum(fates.values()),
        done=done,
        waiting=waiting,
        left=[{"count": count, "why": gettext(WHY[Fate(str(fate))])} for fate, count in fates.items()],
        cases=[
            {
                "reference": other.reference,
                "url": url_for("cases.one", reference=other.reference)
                if scope.department_id in {None, other.department_id}
                else None,
                "why": gettext(WHY[Fate(fate)]),
            }
            for other, fate in lines
        ],
        next_url=url_for(".progress", **here, od=last) if last else None,
        first_url=url_for(".progress", **here) if after else None,
        again_url=url_for(".progress", **here),
        undone_url=url_for(".progress", reference=case.reference, number=undoing.id) if undoing else None,
        held=held,
        answered=answered,
        undo_url=url_for(".undo", **here) if one.finished_at and undoing is None and held else None,
        reason=reason,
        problems=[{"field": "end_reason", "message": gettext(problem.message)}] if problem else [],
        csrf_token=csrf_token(),
    )

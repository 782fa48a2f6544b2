"""The private page of one message, under a secret link: how it goes on, and what its citizen may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, language, limits, markup
from hub.actions import following
from hub.database import db
from hub.envelopes import Said
from hub.errors import NotFound
from hub.language import full_day, gettext, moment
from hub.models import Case, Message
from hub.queries import cases, exports, locations, published, terms
from hub.rules import erasing
from hub.rules.deadlines import Period, Unit, count
from hub.rules.localtime import local
from hub.steps import links
from hub.steps.hearing import LONGEST
from hub.text import masked, one_line
from hub.views import ask_form, deadline_panel, labels, whereabouts, writing
from hub.views.asking import LARGEST_TEXT
from hub.views.errors import attempted
from hub.vocabulary import CaseState, LegalKind, MessageKind, Outcome, marked
from hub.workdays import is_free

blueprint = Blueprint("following", __name__)

CONFIRM_WITHIN = Period(5, Unit.DAY)
"""§ 37 odst. 4 of the administrative code (500/2004): an unsigned electronic submission can be confirmed within it."""
INFORMAL = frozenset({LegalKind.MESSAGE, LegalKind.SUGGESTION})
"""Kinds that need no confirmation."""
FORM = "add"
SOURCE = "web:sledovani"


@blueprint.get("/sledovani/<secret>")
def page(secret: str) -> Response:
    """Its state, deadline and answer. A wrong link looks like one that never was."""
    return _private(_shown(_case(secret), secret))


@blueprint.post("/sledovani/<secret>/doplneni")
def add(secret: str) -> BaseResponse:
    """More words. Whatever is wrong, they come back in the form."""
    request.max_content_length = request.max_form_memory_size = LARGEST_TEXT
    forms.check_origin(request)
    case, written = _case(secret), request.form.get("text", "")
    done = attempted(lambda: _record(case.id, written))
    if not isinstance(done, errors.Problem):
        return redirect(url_for(".page", secret=secret, doplneno=1), 303)
    nonce = (
        "" if isinstance(done, errors.Conflict | errors.FormExpired) else _nonce()
    )  # what is sent next are other words
    return _again(_shown(_case(secret), secret, written=written, nonce=nonce, problem=done), done)


def _record(case_id: int, written: str) -> None:
    """Record more words to a case. Raises a Problem that says why they cannot be."""
    said = Said(SOURCE, _nonce(), "", written, language=language.current(), adds_to=case_id)
    _spend()
    receipt = following.add(said, datetime.now(UTC))
    if receipt.outcome not in {Outcome.STORED, Outcome.KNOWN}:
        code = receipt.problem or ""
        raise (errors.Conflict if code == "conflict" else errors.BadInput)(following.MESSAGES[code])


def _nonce() -> str:
    """The name of the form, under which its words are recorded once. Raises FormExpired."""
    return str(forms.read_token(FORM, request.form.get("token")))


@blueprint.post("/sledovani/<secret>/email")
def write_to(secret: str) -> BaseResponse:
    """Where the answer is to be sent."""
    forms.check_origin(request)
    case, email = _case(secret), request.form.get("email", "")
    try:
        _spend()
        following.write_to(case.id, email, language.current(), datetime.now(UTC))
    except errors.Problem as problem:
        return _again(_shown(_case(secret), secret, email=one_line(email), problem=problem, field="email"), problem)
    return redirect(url_for(".page", secret=secret, email=1) + "#udaje", 303)


@blueprint.post("/sledovani/<secret>/stazeni")
def unpublish(secret: str) -> BaseResponse:
    """The consent to publication is taken back: the office is asked to take it off the public pages."""
    forms.check_origin(request)
    case = _case(secret)
    _spend()
    following.unpublish(case.id, datetime.now(UTC))
    return redirect(url_for(".page", secret=secret) + "#verejne", 303)


@blueprint.route("/sledovani/<secret>/vymazani", methods=["GET", "POST"])
def erase(secret: str) -> BaseResponse:
    """What would be erased, and the button that does it."""
    case = _case(secret)
    if request.method == "POST":
        forms.check_origin(request)
        following.erase(case.id, datetime.now(UTC))
        return redirect(url_for(".page", secret=secret), 303)
    slug = published.public_slug_of(db.session(), case.question, datetime.now(UTC))
    return _private(
        render_template(
            "asking/erase.html",
            reference=case.reference,
            kind_label=labels.label(labels.KINDS, case.legal_kind),
            at_once=erasing.at_once(LegalKind(case.legal_kind)),
            waiting=case.state not in {CaseState.ANSWERED, CaseState.CLOSED},
            public_url=url_for("answers.one", slug=slug) if slug else None,
            page_url=url_for(".page", secret=secret),
            export_url=url_for(".export", secret=secret),
            gone=case.erased_at is not None,
            asked=case.erasure_asked_at is not None,
        )
    )


@blueprint.get("/sledovani/<secret>/kopie")
def export(secret: str) -> Response:
    """Everything that is kept of the case for its citizen, as one ZIP: JSON and the files (GDPR, article 15 and 20)."""
    case = _case(secret)
    made = Response(exports.of_case(db.session(), case), mimetype="application/zip")
    made.headers["Content-Disposition"] = f'attachment; filename="ozvena-{case.reference}.zip"'
    return _kept_private(made)


def _case(secret: str) -> Case:
    case = links.followed(db.session(), secret, datetime.now(UTC))
    if case is None:
        raise NotFound(marked("This link does not lead to any message. Check that it is whole, or write to us anew."))
    return case


def _spend() -> None:
    limits.spend("ask", request.remote_addr or "", current_app.config["HUB"].questions_per_minute)


def _private(html: str) -> Response:
    return _kept_private(Response(html))


def _kept_private(made: Response) -> Response:
    made.headers["Cache-Control"] = "no-store"
    made.headers["X-Robots-Tag"] = "noindex"
    return made


def _again(html: str, problem: errors.Problem) -> Response:
    made = _private(html)
    made.status_code = problem.status
    if problem.retry_after:
        made.headers["Retry-After"] = str(problem.retry_after)
    return made


def _shown(
    case: Case,
    secret: str,
    *,
    written: str = "",
    nonce: str = "",
    email: str = "",
    problem: errors.Problem | None = None,
    field: str = "text",
) -> str:
    """The page, with what was written in a form when it was refused, and why."""
    problems = [] if problem is None else [{"field": field, "message": gettext(problem.message)}]
    return render_template(
        "asking/follow.html",
        **_followed(case, secret),
        problems=problems,
        add={
            "action_url": url_for(".add", secret=secret),
            "token": forms.token(FORM, nonce or token_urlsafe(24)),
            "text": written,
            "longest": LONGEST,
        },
        email={"action_url": url_for(".write_to", secret=secret), "value": email}
        if "email" in current_app.extensions["hub_channels"]
        else None,
        export_url=url_for(".export", secret=secret),
        erase_url=url_for(".erase", secret=secret),
        unpublish={
            "action_url": url_for(".unpublish", secret=secret),
            "asked": full_day(local(case.unpublish_asked_at).date()) if case.unpublish_asked_at else "",
        },
    )


def _followed(case: Case, secret: str) -> dict[str, Any]:
    session, now = db.session(), datetime.now(UTC)
    today, moved = local(now).date(), terms.of_case(session, case)
    state, where = whereabouts.state_of(session, case), whereabouts.of(session, case)
    slug = published.public_slug_of(session, case.question, now)
    said = [*cases.questions(session, case), *(a for a in cases.answers(session, case) if a.shown_n is not None)]
    corrected_at = published.corrected_at(session, [message.id for message in said])
    said.sort(key=lambda message: (message.appears_at or message.received_at, message.id), reverse=True)
    return {
        "just": next((word for word in ("odeslano", "doplneno", "email") if word in request.args), ""),
        "case": {
            "reference": case.reference,
            "state": state,
            "state_label": labels.label(labels.FOLLOWED_STATES, state),
            "received": full_day(case.received_on),
            "reopened": full_day(case.reopened_on) if case.reopened_on else "",
            "due": full_day(case.due_on),
            "due_words": "" if where["together"] else labels.due_words(case, today),
            "late": labels.urgency(case, today) == "late",
            "basis": case.deadline_rule.basis,
            "department": case.department.name,
            "kind_label": labels.label(labels.KINDS, case.legal_kind),
            "counting": labels.counted(case, moved),
            "erased": full_day(local(case.erased_at).date()) if case.erased_at else "",
            "erasure_asked": full_day(local(case.erasure_asked_at).date()) if case.erasure_asked_at else "",
        },
        "steps": _steps(case, state, is_handed_over=where["handed_over"] is not None),
        "moved": [] if case.erased_at else [deadline_panel.told(one) for one in reversed(moved)],
        **where,
        "location": labels.location(locations.of_message(session, case.question_id)),
        "formal": _formal(case, today),
        "said": [] if case.erased_at else [_words(case, message, corrected_at) for message in said],
        "public_url": url_for("answers.one", slug=slug) if slug else None,
        "follow_url": f"{current_app.config['HUB'].site}{url_for('.page', secret=secret)}",
        "email_to": _masked(case.question),
        "ask_url": url_for("asking.form"),
    }


def _formal(case: Case, today: date) -> dict[str, Any] | None:
    """How to confirm it as a formal submission and until when; None for kinds that need none, and when it is over."""
    if case.legal_kind in INFORMAL or labels.is_done(case):
        return None
    until = count(case.received_on, CONFIRM_WITHIN, is_free).due_on
    return {**ask_form.formal(db.session()), "until": full_day(until), "is_over": until < today}


def _steps(case: Case, state: CaseState, *, is_handed_over: bool) -> list[dict[str, object]]:
    at = 0 if state == CaseState.NEW else 1 if state in cases.OPEN else 2
    is_closed = state == CaseState.CLOSED and case.answered_at is None
    end = gettext("Closed without an answer") if is_closed else gettext("Answered")
    if is_handed_over:
        end = gettext("Handed over to another authority")
    names = [gettext("Received"), gettext("The office deals with it"), end]
    return [{"label": name, "done": n < at or at == 2, "current": n == at} for n, name in enumerate(names)]


def _words(case: Case, message: Message, corrected_at: Mapping[int, datetime]) -> dict[str, Any]:
    n = message.shown_n or 1
    revision = next(one for one in message.revisions if one.n == n)
    kind = "answer" if message.kind == MessageKind.ANSWER else "question" if message is case.question else "added"
    return {
        "kind": kind,
        "html": markup.said(revision.text, revision.is_markdown),
        "when": moment(message.appears_at or message.received_at),
        "department": message.department.name if message.department else "",
        "corrected": writing.corrected(revision, corrected_at.get(message.id)),
        "files": [{"name": a.name, "size": language.size(a.size)} for a in message.attachments if a.key],
    }


def _masked(question: Message) -> str | None:
    values = [a.value for a in question.author.addresses if a.channel == "email"] if question.author else []
    if not values:
        return None
    return masked(values[0])

"""/urad/pripady: the inbox of cases and the page of one, with everything an official does there."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import cases as acts
from hub.actions import following
from hub.database import db
from hub.language import full_day, gettext
from hub.models import Case
from hub.queries import cases
from hub.rules import personal
from hub.rules.access import Scope
from hub.rules.localtime import local
from hub.signin import signed_in
from hub.storage import storage
from hub.text import excerpt
from hub.views import desk, labels
from hub.vocabulary import marked

blueprint = Blueprint("cases", __name__)

LABELS = {
    "otevrene": marked("Open"),
    "moje": marked("Mine"),
    "ke-schvaleni": marked("To be approved"),
    "podezrele": marked("Perhaps spam"),
    "vyrizene": marked("Answered"),
}
SAID = {
    acts.IS_SPAM: marked("It is closed as spam. You can take it back here."),
    acts.IS_NO_SPAM: marked("It is no spam any more."),
}
HALF_A_DAY = 12 * 3600
LONGEST_FORM = 768 * 1024
"""Bytes of an answer with its public question, every letter percent-encoded; more than any that would be taken."""


@blueprint.url_value_preprocessor
def _long_texts(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Before anything reads the form (its token is read first of all): a long answer must reach who gives it back."""
    request.max_form_memory_size = LONGEST_FORM


@blueprint.get("/urad")
@signed_in
def start() -> BaseResponse:
    """The first page after signing in."""
    return redirect(url_for(".inbox"))


@blueprint.get("/urad/pripady")
@signed_in
def inbox() -> str:
    """What waits for an answer, the nearest deadline first."""
    scope = desk.scope()
    view = request.args.get("pohled", "otevrene")
    if view not in cases.FILTERS:
        raise errors.NotFound
    after = request.args.get("od")
    lines, last = cases.inbox(db.session(), scope, view, _key(after) if after else None)
    today = desk.today()
    return render_template(
        "cases/inbox.html",
        scope_label=gettext("All departments") if scope.department_id is None else desk.account().department.name,
        filters=[_filter(scope, name, view) for name in cases.FILTERS],
        cases=[_line(line, today) for line in lines],
        next_url=url_for(".inbox", pohled=view, od=f"{last[0]}_{last[1]}") if last else None,
        first_url=url_for(".inbox", pohled=view) if after else None,
    )


def _filter(scope: Scope, name: str, view: str) -> dict[str, object]:
    number = cases.count(db.session(), scope, name) if name != "vyrizene" else None
    return {
        "label": gettext(LABELS[name]),
        "url": url_for(".inbox", pohled=name),
        "current": name == view,
        "count": number,
    }


def _line(line: cases.Line, today: date) -> dict[str, object]:
    case = line.case
    return {
        "reference": case.reference,
        "url": url_for(".one", reference=case.reference),
        "title": excerpt(personal.mask(line.text or ""), 110),
        "received": full_day(case.received_on),
        "due": full_day(case.due_on),
        "due_words": labels.due_words(case, today),
        "urgency": labels.urgency(case, today),
        "state": case.state,
        "state_label": labels.label(labels.CASE_STATES, case.state),
        "department": case.department.name,
        "official": case.official.name if case.official else None,
        "channel_label": labels.label(labels.CHANNELS, case.question.channel),
        "kind_label": labels.label(labels.KINDS, case.legal_kind),
        "news": _news(case),
    }


def _news(case: Case) -> str:
    """What the citizen did after the question, until it is answered; in a word or two."""
    if case.erased_at is not None:
        return gettext("erased")
    if case.erasure_asked_at is not None:
        return gettext("wishes erasure")
    if case.added_at is not None and (case.answered_at is None or case.added_at > case.answered_at):
        return gettext("words added %(day)s", day=full_day(local(case.added_at).date()))
    return ""


@blueprint.get("/urad/pripady/<reference>")
@signed_in
def one(reference: str) -> str:
    """One case on one screen."""
    return desk.case_page(reference).render()


@blueprint.post("/urad/pripady/<reference>/prevzeti")
@signed_in
def take(reference: str) -> BaseResponse:
    """The case is mine."""
    acts.take(desk.scope(), reference, desk.now())
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.post("/urad/pripady/<reference>/zarazeni")
@signed_in
def classify(reference: str) -> BaseResponse:
    """Another department or legal kind. Who gives a case away may not see it any more, and is led to the inbox."""
    scope = desk.scope()
    acts.classify(scope, reference, request.form.get("department", ""), request.form.get("kind", ""), desk.now())
    flash(gettext("The case is classified and its deadline counted anew."), "success")
    try:
        cases.find(db.session(), scope, reference)
    except errors.NotFound:
        return redirect(url_for(".inbox"), 303)
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.post("/urad/pripady/<reference>/poznamka")
@signed_in
def note(reference: str) -> BaseResponse | tuple[str, int]:
    """An internal note."""
    try:
        acts.note(desk.scope(), reference, request.form.get("note", ""), desk.now())
    except errors.BadInput as problem:
        return desk.case_page(reference).render(
            problem=problem, field="note", words=request.form.get("note", "")
        ), problem.status
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.post("/urad/pripady/<reference>/uzavreni")
@signed_in
def close(reference: str) -> BaseResponse | tuple[str, int]:
    """It needs no (other) answer."""
    try:
        acts.close(desk.scope(), reference, request.form.get("reason", ""), desk.now())
    except (errors.BadInput, errors.Conflict) as problem:
        return desk.case_page(reference).render(
            problem=problem, field="closing", words=request.form.get("reason", "")
        ), problem.status
    flash(gettext("The case is closed."), "success")
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.post("/urad/pripady/<reference>/vymazani")
@signed_in
def erase(reference: str) -> BaseResponse:
    """Erase the words of a case whose citizen wishes it."""
    following.erase_as_wished(desk.scope(), reference, desk.now(), is_filed="filed" in request.form)
    flash(gettext("The words of the case are erased."), "success")
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.post("/urad/pripady/<reference>/podezreni")
@signed_in
def judge(reference: str) -> BaseResponse:
    """Whether it is spam; either can be taken back on its page."""
    verdict = request.form.get("verdict", "")
    acts.judge(desk.scope(), reference, verdict, desk.now())
    flash(gettext(SAID[verdict]), "success")
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.get("/urad/pripady/<reference>/prilohy/<int:position>")
@signed_in
def file(reference: str, position: int) -> Response:
    """A file that came with the question: always to be saved, never shown by the browser as a page of ours."""
    case = cases.find(db.session(), desk.scope(), reference)
    found = cases.attachment(db.session(), case, min(position, 1000))
    try:
        content = storage().get(found.key or "")
    except errors.NotFound as error:
        raise errors.NotFound(marked("The file is not in the storage any more. Ask the administrator.")) from error
    answer = send_file(BytesIO(content), mimetype=found.media_type, as_attachment=True, download_name=found.name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _key(text: str) -> tuple[date, int]:
    day, _, number = text.partition("_")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        on = None
    if on is None or not (number.isascii() and number.isdigit() and len(number) < 18):
        raise errors.BadInput(marked("The address of this page is not readable. Start at the first page."))
    return on, int(number)

"""/urad/pripady: the inbox of cases and the page of one, with everything an official does there."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms
from hub.actions import answers
from hub.actions import cases as acts
from hub.actions.answers import DraftConflict, Written
from hub.database import db
from hub.language import full_day, gettext, moment
from hub.models import Account
from hub.queries import cases
from hub.rules.access import Scope, scope_of
from hub.rules.localtime import local
from hub.signin import current_account, signed_in
from hub.storage import storage
from hub.text import excerpt
from hub.views import labels
from hub.views.case_page import DRAFT_FORM, CasePage
from hub.views.errors import respond
from hub.vocabulary import CaseState, marked

blueprint = Blueprint("cases", __name__)

FILTERS = {
    "otevrene": marked("Open"),
    "moje": marked("Mine"),
    "ke-schvaleni": marked("To be approved"),
    "vyrizene": marked("Answered"),
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
    scope = _scope()
    view = request.args.get("pohled", "otevrene")
    if view not in FILTERS:
        raise errors.NotFound
    after = request.args.get("od")
    lines, last = cases.inbox(db.session(), scope, view, _key(after) if after else None)
    today = _today()
    return render_template(
        "cases/inbox.html",
        scope_label=gettext("All departments") if scope.department_id is None else _account().department.name,  # type: ignore[union-attr]
        filters=[_filter(scope, name, view) for name in FILTERS],
        cases=[_line(line, today) for line in lines],
        next_url=url_for(".inbox", pohled=view, od=f"{last[0]}_{last[1]}") if last else None,
        first_url=url_for(".inbox", pohled=view) if after else None,
    )


def _filter(scope: Scope, name: str, view: str) -> dict[str, object]:
    number = cases.count(db.session(), scope, name) if name != "vyrizene" else None
    return {
        "label": gettext(FILTERS[name]),
        "url": url_for(".inbox", pohled=name),
        "current": name == view,
        "count": number,
    }


def _line(line: cases.Line, today: date) -> dict[str, object]:
    case = line.case
    return {
        "reference": case.reference,
        "url": url_for(".one", reference=case.reference),
        "title": excerpt(line.text, 110),
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
    }


@blueprint.get("/urad/pripady/<reference>")
@signed_in
def one(reference: str) -> str:
    """One case on one screen."""
    return _page(reference).render()


@blueprint.post("/urad/pripady/<reference>/koncept")
def autosave(reference: str) -> tuple[Response, int]:
    """Keep the draft while it is written; JSON for the page's script."""
    if current_account() is None:
        return jsonify(error="signed_out"), 401
    version = answers.save(_scope(), reference, _written(), _now())
    return jsonify(version=version, saved=gettext("Draft saved at %(time)s", time=_clock())), 200


@blueprint.post("/urad/pripady/<reference>/odpoved")
def answer(reference: str) -> BaseResponse | tuple[str, int]:
    """Save the draft, or send the answer (or hand it over for approval). Whoever was signed out meanwhile loses no word."""
    account = current_account()
    if account is None:
        return _kept(reference)
    scope, written = _scope(), _written()
    try:
        if request.form.get("step") == "save":
            answers.save(scope, reference, written, _now())
            flash(gettext("The draft is saved."), "success")
            return redirect(url_for(".one", reference=reference), 303)
        state = answers.submit(scope, reference, written, _now())
    except DraftConflict as conflict:
        return _page(reference).render(written=written, conflict=True), conflict.status
    except (errors.BadInput, errors.Conflict, errors.TooLarge) as problem:
        return _page(reference).render(written=written, problem=problem), problem.status
    done = (
        gettext("The answer waits for approval by a second person.")
        if state is CaseState.IN_REVIEW
        else gettext("The answer is sent.")
    )
    flash(done, "success")
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.errorhandler(errors.FormExpired)
def _without_proof(problem: errors.FormExpired) -> Response | tuple[str, int]:
    """Nothing was done by an answer without its token. Its words come back: into the form, where its key is of this account."""
    written, account = _written(), current_account()
    if request.endpoint != "cases.answer" or account is None or not written.text:
        return respond(problem)
    reference = str((request.view_args or {})["reference"])
    try:
        state = forms.read_token(DRAFT_FORM, request.form.get("key"), longest=HALF_A_DAY)
        if isinstance(state, list) and state == [account.id, reference, account.fs_uniquifier[:16]]:
            return _page(reference).render(written=written, problem=problem), problem.status
    except errors.Problem:
        pass  # then it is shown, to be copied
    return _to_copy(reference, written, problem.status)


def _to_copy(reference: str, written: Written, status: int) -> tuple[str, int]:
    parts = [written.title, written.public_question, written.text] if written.is_public else [written.text]
    text = "\n\n".join(part for part in parts if part)
    sign_in_url = url_for("security.login", next=url_for(".one", reference=reference))
    return render_template("cases/kept.html", sign_in_url=sign_in_url, kept=False, text=text), status


def _kept(reference: str) -> tuple[str, int]:
    """The session ended in mid-answer: the page's own signed key lets the text be kept as a draft, and nothing else."""
    written = _written()
    try:
        state = forms.read_token(DRAFT_FORM, request.form.get("key"), longest=HALF_A_DAY)
        scope = _scope_of_key(state, reference)
        if scope is None:
            return _to_copy(reference, written, 401)
        answers.save(scope, reference, written, _now())
    except errors.Problem:
        return _to_copy(reference, written, 401)
    sign_in_url = url_for("security.login", next=url_for(".one", reference=reference))
    return render_template("cases/kept.html", sign_in_url=sign_in_url, kept=True, text=""), 401


def _scope_of_key(state: object, reference: str) -> Scope | None:
    """The scope of whoever the page was made for, as it is now; None when the key is another case's or the account is closed."""
    if not (isinstance(state, list) and len(state) == 3 and state[1] == reference):
        return None
    account = db.session.get(Account, state[0]) if isinstance(state[0], int) else None
    if account is None or not account.active or account.fs_uniquifier[:16] != state[2]:
        return None
    return scope_of(account.id, account.department_id, [role.name for role in account.roles])


@blueprint.post("/urad/pripady/<reference>/schvaleni")
@signed_in
def decide(reference: str) -> BaseResponse | tuple[str, int]:
    """A second person approves or returns the answer."""
    approve = request.form.get("verdict") == "approve"
    if not approve and request.form.get("verdict") != "return":
        raise errors.BadInput
    try:
        answers.decide(_scope(), reference, _number("n"), approve, request.form.get("reason", ""), _now())
    except (errors.BadInput, errors.Conflict) as problem:
        return _page(reference).render(problem=problem, field="reason"), problem.status
    flash(
        gettext("The answer is approved and sent.") if approve else gettext("The answer was returned to its author."),
        "success",
    )
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.post("/urad/pripady/<reference>/prevzeti")
@signed_in
def take(reference: str) -> BaseResponse:
    """The case is mine."""
    acts.take(_scope(), reference, _now())
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.post("/urad/pripady/<reference>/zarazeni")
@signed_in
def classify(reference: str) -> BaseResponse:
    """Another department or legal kind. Who gives a case away may not see it any more, and is led to the inbox."""
    scope = _scope()
    acts.classify(scope, reference, request.form.get("department", ""), request.form.get("kind", ""), _now())
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
        acts.note(_scope(), reference, request.form.get("note", ""), _now())
    except errors.BadInput as problem:
        return _page(reference).render(problem=problem, field="note"), problem.status
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.post("/urad/pripady/<reference>/stazeni")
@signed_in
def withdraw(reference: str) -> BaseResponse:
    """Take the public answer away."""
    answers.withdraw(_scope(), reference, _now())
    flash(gettext("The public page no longer shows it."), "success")
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.get("/urad/pripady/<reference>/prilohy/<int:position>")
@signed_in
def file(reference: str, position: int) -> Response:
    """A file that came with the question: always to be saved, never shown by the browser as a page of ours."""
    case = cases.find(db.session(), _scope(), reference)
    found = cases.attachment(db.session(), case, min(position, 1000))
    answer = send_file(
        storage().path(found.key or ""), mimetype=found.media_type, as_attachment=True, download_name=found.name
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _page(reference: str) -> CasePage:
    db.session.rollback()
    return CasePage(db.session(), _scope(), _account(), cases.find(db.session(), _scope(), reference), _now())


def _written() -> Written:
    version = request.form.get("version", "0")
    return Written(
        int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0,
        request.form.get("text", ""),
        request.form.get("public") == "1",
        request.form.get("title", ""),
        request.form.get("public_question", ""),
    )


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise errors.BadInput
    return int(text)


def _account() -> Account:
    account = current_account()
    if account is None:
        raise errors.NotAllowed
    return account  # type: ignore[no-any-return]


def _scope() -> Scope:
    account = _account()
    scope = scope_of(account.id, account.department_id, [role.name for role in account.roles])
    if scope is None:
        raise errors.NotAllowed
    return scope


def _key(text: str) -> tuple[date, int]:
    day, _, number = text.partition("_")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        on = None
    if on is None or not (number.isascii() and number.isdigit() and len(number) < 18):
        raise errors.BadInput(marked("The address of this page is not readable. Start at the first page."))
    return on, int(number)


def _today() -> date:
    return local(_now()).date()


def _now() -> datetime:
    return datetime.now(UTC)


def _clock() -> str:
    return moment(_now()).split("\N{NO-BREAK SPACE}")[-1]

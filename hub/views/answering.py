"""Answering a case: the draft while it is written, the answer, its approval, its withdrawal. No word of an official is lost."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, logs
from hub.actions import answers
from hub.actions.answers import DraftConflict, Written
from hub.database import db, problem_of
from hub.language import gettext, moment
from hub.models import Account
from hub.rules.access import Scope
from hub.signin import current_account, keeps_words, signed_in
from hub.steps.drafting import GARBLED, UNREADABLE
from hub.views import composing, desk, plan_form
from hub.views.case_page import DRAFT_FORM
from hub.views.cases import LONGEST_FORM
from hub.views.errors import respond
from hub.vocabulary import CaseState

blueprint = Blueprint("answering", __name__)

HALF_A_DAY = 12 * 3600


@blueprint.url_value_preprocessor
def _long_texts(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    request.max_form_memory_size = LONGEST_FORM


@blueprint.post("/urad/pripady/<reference>/koncept")
@keeps_words
def autosave(reference: str) -> tuple[Response, int]:
    """Keep the draft while it is written; JSON for the page's script."""
    if current_account() is None:
        return jsonify(error="signed_out"), 401
    try:
        publish_at = plan_form.read(request.form).instant(desk.now())
    except plan_form.BadPlan:  # it is being written still
        publish_at = None
    version = answers.save(desk.scope(), reference, replace(_written(), publish_at=publish_at), desk.now())
    at = moment(desk.now()).split("\N{NO-BREAK SPACE}")[-1]
    return jsonify(version=version, saved=gettext("Draft saved at %(time)s", time=at)), 200


@blueprint.post("/urad/pripady/<reference>/odpoved")
@keeps_words
def answer(reference: str) -> BaseResponse | tuple[str, int]:
    """Save the draft, or send the answer (or hand it over for approval). Whatever happens, its words come back or are kept."""
    if current_account() is None:
        return _kept(reference)
    written = _written()
    try:
        return _sent_or_shown(reference, written)
    except errors.Problem as problem:  # the case is no longer theirs to see
        return _to_copy(reference, written, problem)
    except DBAPIError as error:
        logs.unexpected(error)
        db.session.rollback()
        return _to_copy(reference, written, problem_of(error) or errors.Unavailable())


def _sent_or_shown(reference: str, written: Written) -> BaseResponse | tuple[str, int]:
    if request.form.get("step") == "preview":
        return desk.case_page(reference).render(written=written, preview=True), 200
    try:
        written = replace(written, publish_at=plan_form.read(request.form).instant(desk.now()))
        done = _save_or_send(reference, written)
    except (errors.BadInput, errors.Conflict, errors.TooLarge) as problem:
        return _again(reference, written, problem), problem.status
    flash(done, "success")
    return redirect(url_for("cases.one", reference=reference), 303)


def _again(reference: str, written: Written, problem: errors.Problem) -> str:
    """The page with what was written; of a conflict both texts."""
    if isinstance(problem, DraftConflict):
        return desk.case_page(reference).render(written=written, conflict=True)
    return desk.case_page(reference).render(written=written, problem=problem)


def _save_or_send(reference: str, written: Written) -> str:
    """Do what the button says; returns what to tell."""
    step, _, what = request.form.get("step", "").partition(":")
    if step in composing.STEPS:
        return composing.STEPS[step](reference, written, what)
    if step == "save":
        answers.save(desk.scope(), reference, written, desk.now())
        return gettext("The draft is saved.")
    if step != "submit":
        raise errors.BadInput(GARBLED)
    return _sent(answers.submit(desk.scope(), reference, written, desk.now()), is_correction=bool(written.corrects))


def _sent(state: CaseState, *, is_correction: bool) -> str:
    if state is CaseState.IN_REVIEW:
        return gettext("The answer waits for approval by a second person.")
    if state is CaseState.SCHEDULED:
        return (
            gettext("The correction is ready and goes out at its time; until then the present words stay.")
            if is_correction
            else gettext("The answer is ready and goes out at its time.")
        )
    return gettext("The correction is sent.") if is_correction else gettext("The answer is sent.")


@blueprint.errorhandler(errors.FormExpired)
def _without_proof(problem: errors.FormExpired) -> Response | tuple[str, int]:
    """Nothing was done by an answer without its token. Its words come back: into the form, where its key is of this account."""
    written, account = _written(), current_account()
    if request.endpoint != "answering.answer" or account is None or not written.text:
        return respond(problem)
    reference = str((request.view_args or {})["reference"])
    try:
        state = forms.read_token(DRAFT_FORM, request.form.get("key"), longest=HALF_A_DAY)
        if isinstance(state, list) and state == [account.id, reference, account.fs_uniquifier[:16]]:
            return desk.case_page(reference).render(written=written, problem=problem), problem.status
    except errors.Problem:
        pass  # then it is shown, to be copied
    return _to_copy(reference, written, problem)


def _to_copy(reference: str, written: Written, problem: errors.Problem | None = None) -> tuple[str, int]:
    """The words alone, where they cannot be kept; `problem` says why, None: the session has ended."""
    parts = [written.title, written.public_question, written.text] if written.is_public else [written.text]
    page = render_template(
        "cases/kept.html",
        sign_in_url=url_for("security.login", next=url_for("cases.one", reference=reference)) if not problem else None,
        inbox_url=url_for("cases.inbox"),
        kept=False,
        why=gettext(problem.message) if problem else None,
        text="\n\n".join(part for part in parts if part),
    )
    return page, problem.status if problem else 401


def _kept(reference: str) -> tuple[str, int]:
    """The session ended in mid-answer: the page's own signed key lets the text be kept as a draft, and nothing else."""
    forms.check_origin(request)  # nobody else's page may have its words shown on ours
    written = _written()
    try:
        state = forms.read_token(DRAFT_FORM, request.form.get("key"), longest=HALF_A_DAY)
        scope = _scope_of_key(state, reference)
        if scope is None or not written.text:
            return _to_copy(reference, written)
        answers.save(scope, reference, written, desk.now())
    except errors.Problem:
        return _to_copy(reference, written)
    sign_in_url = url_for("security.login", next=url_for("cases.one", reference=reference))
    return render_template("cases/kept.html", sign_in_url=sign_in_url, kept=True, text=""), 401


def _scope_of_key(state: object, reference: str) -> Scope | None:
    """The scope of whoever the page was made for, as it is now; None when the key is another case's or the account is closed."""
    if not (isinstance(state, list) and len(state) == 3 and state[1] == reference):
        return None
    account = db.session.get(Account, state[0]) if isinstance(state[0], int) else None
    if account is None or not account.active or account.fs_uniquifier[:16] != state[2]:
        return None
    return desk.scope_of_account(account)


@blueprint.post("/urad/pripady/<reference>/schvaleni")
@signed_in
def decide(reference: str) -> BaseResponse | tuple[str, int]:
    """A second person approves or returns the answer."""
    try:
        approve = _verdict()
        answers.decide(desk.scope(), reference, _number("n"), approve, request.form.get("reason", ""), desk.now())
    except (errors.BadInput, errors.Conflict) as problem:
        return desk.case_page(reference).render(
            problem=problem, field="reason", words=request.form.get("reason", "")
        ), problem.status
    planned = desk.state_of(reference) == CaseState.SCHEDULED
    done = (
        gettext("The answer is approved and goes out at its time.")
        if planned
        else gettext("The answer is approved and sent.")
    )
    flash(done if approve else gettext("The answer was returned to its author."), "success")
    return redirect(url_for("cases.one", reference=reference), 303)


def _verdict() -> bool:
    """Whether it is approved. Raises BadInput for a form that does not say."""
    verdict = request.form.get("verdict")
    if verdict not in {"approve", "return"}:
        raise errors.BadInput(GARBLED)
    return verdict == "approve"


@blueprint.post("/urad/pripady/<reference>/tema")
@signed_in
def give_theme(reference: str) -> BaseResponse:
    """What the published answer is about."""
    answers.give_theme(desk.scope(), reference, request.form.get("theme", ""), desk.now())
    flash(gettext("The theme is saved."), "success")
    return redirect(url_for("cases.one", reference=reference), 303)


@blueprint.post("/urad/pripady/<reference>/stazeni")
@signed_in
def withdraw(reference: str) -> BaseResponse:
    """Take the public answer away."""
    answers.withdraw(desk.scope(), reference, desk.now())
    flash(gettext("The public page no longer shows it."), "success")
    return redirect(url_for("cases.one", reference=reference), 303)


def _written() -> Written:
    version = request.form.get("version", "0")
    return Written(
        int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0,
        request.form.get("text", ""),
        request.form.get("public") == "1",
        request.form.get("title", ""),
        request.form.get("public_question", ""),
        request.form.get("theme"),
        _corrects(),
        request.form.get("reason", ""),
        heard=_heard(),
    )


def _corrects() -> int:
    """The place of the answer that is corrected. A damaged field must not lose the text beside it."""
    text = request.form.get("corrects", "")
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else UNREADABLE


def _heard() -> int | None:
    text = request.form.get("heard", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise errors.BadInput
    return int(text)

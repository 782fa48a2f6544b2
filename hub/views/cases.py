"""/urad/pripady: the inbox of cases and the page of one, with everything an official does there."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import cases as acts
from hub.actions import following
from hub.database import db
from hub.language import gettext
from hub.queries import cases
from hub.signin import signed_in
from hub.storage import storage
from hub.views import desk
from hub.views.inbox import InboxPage
from hub.vocabulary import marked

blueprint = Blueprint("cases", __name__)

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
def inbox() -> BaseResponse | str:
    """What waits for an answer, the nearest deadline first; narrowed, searched, or as somebody saved it.

    A number in the records that only one case has leads to it.
    """
    page = InboxPage(db.session(), desk.scope(), desk.account(), desk.today())
    if page.only_one:
        return redirect(url_for(".one", reference=page.only_one), 303)
    return page.render()


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
        words, outcome = request.form.get("reason", ""), request.form.get("outcome", "")
        heir = acts.close(desk.scope(), reference, words, desk.now(), outcome)
    except (errors.BadInput, errors.Conflict) as problem:
        return desk.case_page(reference).render(
            problem=problem, field="closing", words=request.form.get("reason", "")
        ), problem.status
    flash(gettext("The case is closed."), "success")
    if heir is not None:
        told = gettext(
            "Cases that were joined to it still wait for an answer. Case %(reference)s is open for them.",
            reference=heir,
        )
        flash(told, "success")
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

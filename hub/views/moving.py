"""/urad/pripady/…/prodlouzeni and …/vyzva: what an official does with the deadline of a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import terms
from hub.language import full_day, gettext
from hub.signin import signed_in
from hub.views import desk
from hub.views.cases import LONGEST_FORM
from hub.vocabulary import TermAct, marked

blueprint = Blueprint("moving", __name__)

SAID = {
    TermAct.EXTENSION: marked("The deadline is extended to %(day)s, and the citizen is told."),
    TermAct.COMPLETION: marked("The citizen is called to complete it by %(day)s."),
}


@blueprint.url_value_preprocessor
def _long_texts(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A reason of any length must reach who gives it back."""
    request.max_form_memory_size = LONGEST_FORM


@blueprint.post("/urad/pripady/<reference>/prodlouzeni")
@signed_in
def extension(reference: str) -> BaseResponse | tuple[str, int]:
    """Extend the deadline."""
    seen, reason, named = _field("seen"), _field("reason"), _field("until")
    return _done(
        reference,
        TermAct.EXTENSION,
        lambda: terms.extend(desk.scope(), reference, seen, reason, _day(named), desk.now()),
    )


@blueprint.post("/urad/pripady/<reference>/vyzva")
@signed_in
def completion(reference: str) -> BaseResponse | tuple[str, int]:
    """Call the citizen to complete the submission."""
    seen, wanted = _field("seen"), _field("reason")
    return _done(reference, TermAct.COMPLETION, lambda: terms.call(desk.scope(), reference, seen, wanted, desk.now()))


def _done(reference: str, act: TermAct, do: Callable[[], date]) -> BaseResponse | tuple[str, int]:
    try:
        until = do()
    except (errors.BadInput, errors.Conflict) as problem:
        page = desk.case_page(reference).render(problem=problem, field=act, words=_field("reason"))
        return page, problem.status
    flash(gettext(SAID[act], day=full_day(until)), "success")
    return redirect(url_for("cases.one", reference=reference) + "#lhuta", 303)


def _field(name: str) -> str:
    return request.form.get(name, "")


def _day(text: str) -> date | None:
    """A day as browsers send it. Raises BadInput for anything else."""
    if not text:
        return None
    try:
        return date.fromisoformat(text) if len(text) == 10 else _unreadable()
    except ValueError:
        return _unreadable()


def _unreadable() -> date:
    raise errors.BadInput(marked("The day is not readable. Write it as 2026-12-31."))

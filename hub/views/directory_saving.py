"""What the forms of the directory share: who may write, what becomes of words that cannot be saved, and their frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, signin
from hub import forms as signed
from hub.actions import directory as acts
from hub.database import db
from hub.language import gettext
from hub.models import Department
from hub.queries import directory
from hub.rules.access import Scope
from hub.rules.directory import Wrong
from hub.views import desk
from hub.views import errors as pages
from hub.views.directory_forms import Filled, Shown, differences, read

Answer = BaseResponse | tuple[str, int]

LARGEST_PORTRAIT = 2 * 1024 * 1024
LARGEST_BODY = 2 * LARGEST_PORTRAIT + 512 * 1024
"""Bytes that are read: of a portrait twice what is taken, so that the words come back with what is wrong with it."""
LARGEST_TEXT = 512 * 1024


def prepare(blueprint: Blueprint, saving: str, names: Sequence[str]) -> None:
    """Let the pages of a blueprint take long forms, and give back the words of one that came without its token.

    `saving` is how the endpoints begin that save the fields `names`.
    """

    @blueprint.url_value_preprocessor
    def _long_forms(_endpoint: str | None, _values: dict[str, object] | None) -> None:
        request.max_content_length = LARGEST_BODY
        request.max_form_memory_size = LARGEST_TEXT

    @blueprint.errorhandler(errors.FormExpired)
    def _without_proof(problem: errors.FormExpired) -> Answer:
        try:
            signed.check_origin(request)
        except errors.ForeignOrigin as foreign:
            return pages.respond(foreign)
        if not (request.endpoint or "").startswith(f"{blueprint.name}.{saving}"):
            return pages.respond(problem)
        return _to_copy(read(request.form, names)), problem.status


def writer() -> Scope:
    """The scope of somebody who may write here. Raises NotAllowed."""
    scope = desk.scope()
    if not acts.may_write(scope):
        raise errors.NotAllowed
    return scope


def save(filled: Filled, act: Callable[[], None], again: Callable[[], str], url: Callable[[], str]) -> Answer:
    """Do it and go on; whatever is wrong, the words come back, also to who was signed out meanwhile."""
    if signin.current_account() is None:
        signed.check_origin(request)
        return _to_copy(filled), 401
    writer()
    status = 400
    try:
        act()
    except Wrong as wrong:
        filled.refuse(wrong)
    except (errors.BadInput, errors.Conflict) as problem:
        filled.wrong("", gettext(problem.message))
        status = problem.status
    if filled.problems:
        db.session.rollback()
        return again(), status
    flash(gettext("Saved."), "success")
    return redirect(url(), 303)


def _to_copy(filled: Filled) -> str:
    return render_template(
        "directory_desk/kept.html",
        text=filled.words(),
        is_signed_in=signin.current_account() is not None,
        back_url=url_for("directory_desk.listed"),
        sign_in_url=url_for("security.login", next=url_for("directory_desk.listed")),
    )


def frame(filled: Filled | None, known: Filled | None, fields: Sequence[Shown]) -> dict[str, Any]:
    """What every form has: its words, and what somebody else saved meanwhile. Saving once more is then on purpose."""
    shown = filled or known or Filled({})
    theirs = []
    if filled is not None and known is not None and filled.version != known.version:
        theirs = differences(filled, known, fields)
        filled.version = known.version
    return {
        "values": shown.values,
        "version": shown.version,
        "problems": shown.problems,
        "theirs": theirs,
        "csrf_token": signin.csrf_token(),
        "list_url": url_for("directory_desk.listed"),
    }


def chosen(scope: Scope, slug: str) -> Department:
    """The department of a form, as far as the account sees it; else the first it sees."""
    seen = directory.departments_in(db.session(), scope)
    return next((one for one in seen if one.slug == slug), seen[0])


def departments(scope: Scope, slug: str) -> list[dict[str, object]]:
    """The departments an account may choose from."""
    return [
        {"value": one.slug, "label": one.name, "selected": one.slug == slug}
        for one in directory.departments_in(db.session(), scope)
    ]

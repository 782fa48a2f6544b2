"""/pomohlo: whether a publication helped its reader. Any page with a publication may show the block of `helped.html`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, language, limits
from hub.actions import helped as acts
from hub.database import db
from hub.queries import helped
from hub.queries.publications import ANSWER, path_of
from hub.rules.helped import LEVELS, verdict
from hub.views.answers import plausible
from hub.vocabulary import marked

blueprint = Blueprint("helped", __name__)

MOST_A_MINUTE = 60
"""Readers of one publication who may say something in a minute; by publication, never by address."""
LONGEST_FORM = 16 * 1024
HOUR = 3600


@blueprint.post("/pomohlo/<slug>")
def say(slug: str) -> BaseResponse:
    """Record what a reader says, and lead back to the page they read."""
    request.max_content_length = LONGEST_FORM
    forms.check_origin(request)
    sitting = forms.read_token(_form(slug), request.form.get("token"))
    limits.spend("helped", slug, MOST_A_MINUTE)
    level = request.form.get("level", "")
    if level not in {str(n) for n in range(1, len(LEVELS) + 1)}:
        raise errors.BadInput(marked("Choose one of the answers: yes, partly, or no."))
    kinds, now = current_app.extensions["hub_publications"], datetime.now(UTC)
    acts.say(slug, str(sitting), int(level), language.current(), kinds, now)
    about = helped.about(db.session(), slug, kinds, now)
    if about is None:
        raise errors.NotFound
    page = path_of(kinds.get(about.kind, ANSWER), slug)
    said = forms.token(_form(slug, said=True), [sitting, int(level)])
    return redirect(f"{request.script_root}{page}?pomohlo={said}#pomohlo", 303)


def form_of(slug: str) -> dict[str, Any]:
    """What the block under a publication needs: its form, what was said already, and how many others it helped."""
    sitting, level = _said(slug)
    told = verdict(helped.levels(db.session(), slug), current_app.config["HUB"].small_group)
    return {
        "url": url_for("helped.say", slug=slug),
        "token": forms.token(_form(slug), sitting),
        "said": LEVELS[level - 1] if level else None,
        "told": told,
        "write_url": url_for("asking.form"),
    }


def _said(slug: str) -> tuple[str, int]:
    """The name of this reader's page and what they said on it; a new name for whoever has said nothing, level 0."""
    try:
        state = forms.read_token(_form(slug, said=True), request.args.get("pomohlo"), longest=HOUR)
    except errors.FormExpired:
        state = None
    return (state[0], state[1]) if isinstance(state, list) else (uuid4().hex, 0)


def _form(slug: str, *, said: bool = False) -> str:
    """The name of the form; its token can be made only by a page of a publication, so a name that is none gets no further."""
    return f"helped{'-said' if said else ''}:{slug if plausible(slug) else ''}"

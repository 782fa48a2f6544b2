"""/pomohlo: whether a publication or a guide helped its reader. Any page with one may show the block of `helped.html`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, current_app, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, language, limits
from hub.actions import helped as acts
from hub.database import db
from hub.queries import helped
from hub.queries.helped import Subject
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
    """Record what a reader says of a publication, and lead back to the page they read."""
    return _record(slug)


@blueprint.post("/pomohlo/zivotni-situace/<slug>")
def say_of_guide(slug: str) -> BaseResponse:
    """The same of a guide."""
    return _record(slug, of_guide=True)


def _record(slug: str, *, of_guide: bool = False) -> BaseResponse:
    request.max_content_length = LONGEST_FORM
    forms.check_origin(request)
    name = _name(slug, of_guide)
    sitting = forms.read_token(_form(name), request.form.get("token"))
    limits.spend("helped", name, MOST_A_MINUTE)
    level = request.form.get("level", "")
    if level not in {str(n) for n in range(1, len(LEVELS) + 1)}:
        raise errors.BadInput(marked("Choose one of the answers: yes, partly, or no."))
    now = datetime.now(UTC)
    about = acts.say(
        lambda session: _subject(session, slug, of_guide, now), str(sitting), int(level), language.current(), now
    )
    said = forms.token(_form(name, said=True), [sitting, int(level)])
    return redirect(f"{request.script_root}{about.path}?pomohlo={said}#pomohlo", 303)


def form_of(slug: str, of_guide: bool = False) -> dict[str, Any]:
    """What the block under a publication or guide needs: its form, what was said already, and how many others it helped."""
    name = _name(slug, of_guide)
    sitting, level = _said(name)
    about = _subject(db.session(), slug, of_guide, datetime.now(UTC))
    told = verdict(helped.levels(db.session(), about), current_app.config["HUB"].small_group) if about else None
    return {
        "url": url_for("helped.say_of_guide" if of_guide else "helped.say", slug=slug),
        "token": forms.token(_form(name), sitting),
        "said": LEVELS[level - 1] if level else None,
        "told": told,
        "write_url": url_for("asking.form"),
    }


def _subject(session: Session, slug: str, of_guide: bool, now: datetime) -> Subject | None:
    if of_guide:
        return helped.guide(session, slug)
    return helped.publication(session, slug, current_app.extensions["hub_publications"], now)


def _name(slug: str, of_guide: bool) -> str:
    """Of a publication or guide, for its form; one that is no name at all gets no further than the form's token."""
    return f"{'guide:' if of_guide else ''}{slug if plausible(slug) else ''}"


def _said(name: str) -> tuple[str, int]:
    """The name of this reader's page and what they said on it; a new name for whoever has said nothing, level 0."""
    try:
        state = forms.read_token(_form(name, said=True), request.args.get("pomohlo"), longest=HOUR)
    except errors.FormExpired:
        state = None
    return (state[0], state[1]) if isinstance(state, list) else (uuid4().hex, 0)


def _form(name: str, *, said: bool = False) -> str:
    """The name of the form; its token can be made only by a page of the thing itself."""
    return f"helped{'-said' if said else ''}:{name}"

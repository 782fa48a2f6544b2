"""/pomohlo: whether a publication or a guide helped its reader. Any page with one may show the block of `helped.html`."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, language, limits
from hub.actions import helped as acts
from hub.database import db
from hub.language import gettext
from hub.queries import helped
from hub.queries.helped import Subject
from hub.rules.comments import network_of
from hub.rules.helped import LEVELS, verdict
from hub.views.answers import plausible
from hub.views.errors import attempted
from hub.vocabulary import marked

blueprint = Blueprint("helped", __name__)

MOST_A_MINUTE = 60
"""Readers of one publication who may say something in a minute."""
MOST_OF_NETWORK = 20
"""The same of one network, over all publications: a script must not fill a minute by itself."""
LONGEST_FORM = 16 * 1024
LARGEST_WORDS = 128 * 1024
"""Bytes of a form with words that are read, so that a text that is too long is given back to be shortened."""
MINUTES = 15 * 60
"""Seconds for which the address to which a reader is led back shows what they said."""


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
    limits.spend("helped of", network_of(request.remote_addr or ""), MOST_OF_NETWORK)
    limits.spend("helped", name, MOST_A_MINUTE)
    level = request.form.get("level", "")
    if level not in {str(n) for n in range(1, len(LEVELS) + 1)}:
        raise errors.BadInput(marked("Choose one of the answers: yes, partly, or no."))
    now = datetime.now(UTC)
    find = partial(_subject, slug=slug, of_guide=of_guide, now=now)
    about = acts.say(find, str(sitting), int(level), language.current(), now)
    return _back(about, name, str(sitting), int(level))


@blueprint.post("/pomohlo/<slug>/slova")
def miss(slug: str) -> BaseResponse:
    """Record what a reader of a publication missed; words that are refused are given back with the reason."""
    return _record_words(slug)


@blueprint.post("/pomohlo/zivotni-situace/<slug>/slova")
def miss_of_guide(slug: str) -> BaseResponse:
    """The same of a guide."""
    return _record_words(slug, of_guide=True)


def _record_words(slug: str, *, of_guide: bool = False) -> BaseResponse:
    request.max_content_length = LARGEST_WORDS
    try:
        text = request.form.get("text", "")
    except RequestEntityTooLarge as unread:
        raise errors.TooLarge(TOO_LARGE) from unread
    name, now = _name(slug, of_guide), datetime.now(UTC)

    def attempt() -> BaseResponse:
        forms.check_origin(request)
        state = forms.read_token(_form(name, "words"), request.form.get("token"))
        sitting, level = state if isinstance(state, list) else ("", 0)
        limits.spend("missed of", network_of(request.remote_addr or ""), MOST_OF_NETWORK)
        limits.spend("missed", name, MOST_A_MINUTE)
        find = partial(_subject, slug=slug, of_guide=of_guide, now=now)
        about = acts.miss(find, sitting, text, language.current(), bool(request.form.get("web")), now)
        return _back(about, name, sitting, level)

    done = attempted(attempt)
    if not isinstance(done, errors.Problem):
        return done
    return Response(_given_back(slug, of_guide, text, done), done.status)


TOO_LARGE = marked(
    "Your words were too many to be read, and nothing was saved. Go back in your browser, where they should still be, then"
    " shorten them and send them again."
)


def _given_back(slug: str, of_guide: bool, text: str, problem: errors.Problem) -> str:
    db.session.rollback()
    about = _subject(db.session(), slug, of_guide, datetime.now(UTC))
    has_ended = isinstance(problem, errors.FormExpired | errors.Conflict) or about is None
    return render_template(
        "helped/missed.html",
        text=text,
        back_url=f"{request.script_root}{about.path}" if about else url_for("public.home"),
        action_url=None if has_ended else request.script_root + request.path,
        token=request.form.get("token", ""),
        longest=acts.LONGEST_WORDS,
        problems=[{"field": "text", "message": gettext(problem.message)}],
        write_url=url_for("asking.form"),
    )


def _back(about: Subject, name: str, sitting: str, level: int) -> BaseResponse:
    """To the page that was read, which shows what its reader has said of it, to nobody but them."""
    said = forms.token(_form(name, "said"), [sitting, level, _reader(sitting)])
    return redirect(f"{request.script_root}{about.path}?pomohlo={said}#pomohlo", 303)


def form_of(slug: str, of_guide: bool = False) -> dict[str, Any]:
    """What the block under a publication or guide needs: its form, what was said already, and how many others it helped."""
    name = _name(slug, of_guide)
    sitting, level = _said(name)
    about = _subject(db.session(), slug, of_guide, datetime.now(UTC))
    told = verdict(helped.levels(db.session(), about), current_app.config["HUB"].small_group) if about else None
    has_told = bool(level) and helped.has_told(db.session(), acts.SOURCE, sitting)
    asks = level and level < len(LEVELS) and not has_told
    return {
        "url": url_for("helped.say_of_guide" if of_guide else "helped.say", slug=slug),
        "token": forms.token(_form(name), sitting),
        "said": LEVELS[level - 1] if level else None,
        "has_told": has_told,
        "words_url": url_for("helped.miss_of_guide" if of_guide else "helped.miss", slug=slug) if asks else None,
        "words_token": forms.token(_form(name, "words"), [sitting, level]) if asks else None,
        "longest": acts.LONGEST_WORDS,
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
    """The name of this reader's page, and what they said on it; level 0: nothing yet."""
    try:
        state = forms.read_token(_form(name, "said"), request.args.get("pomohlo"), longest=MINUTES)
    except errors.FormExpired:
        state = None
    is_theirs = isinstance(state, list) and len(state) == 3 and state[2] == _reader(state[0])
    return (state[0], state[1]) if is_theirs else (uuid4().hex, 0)  # type: ignore[index]


def _reader(sitting: str) -> str:
    """Whose browser this is, as far as is known without a cookie: an address that was passed on must not carry the right to
    change what somebody else said. Stored nowhere; only the hub can make it, another one for each sitting.
    """
    whose = f"{sitting}:{network_of(request.remote_addr or '')}:{request.user_agent.string}"
    return forms.secret("reader", whose)[:16]


def _form(name: str, step: str = "") -> str:
    """The name of the form; its token can be made only by a page of the thing itself."""
    return f"helped{'-' if step else ''}{step}:{name}"

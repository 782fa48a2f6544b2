"""/napiste-nam: the one door for whatever a citizen wants to say."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, language, limits
from hub.actions import asking
from hub.database import db
from hub.envelopes import Attached, Said
from hub.errors import NotFound
from hub.language import gettext
from hub.queries import locations
from hub.rules import maps
from hub.views import ask_form
from hub.views.ask_form import FORM, LARGEST_FILE, MOST_FILES, Filled
from hub.views.errors import attempted
from hub.views.uploading import put
from hub.vocabulary import Outcome, marked

blueprint = Blueprint("asking", __name__)

SOURCE = "web:napiste-nam"
LARGEST_BODY = 2 * MOST_FILES * LARGEST_FILE + 512 * 1024
"""Bytes that are read: of files twice what is taken, so that the words come back with what is wrong with the files."""
LARGEST_TEXT = 256 * 1024
"""Bytes of text that are read, so that one that is too long is given back to be shortened."""
LOOKS_PER_MINUTE = 30
"""How often similar answers are looked for from one address."""
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
TOO_LARGE = marked(
    "The message was too large to be read, and nothing was saved. Go back in your browser, where your words should still be,"
    " then shorten them or choose fewer or smaller files (at most 3, each up to 10 MB), and send it again."
)


@blueprint.get("/napiste-nam")
def form() -> Response:
    """The empty form. Its token carries the name under which what is sent will be recorded, once."""
    page = Response(ask_form.page(Filled()))
    page.headers["Cache-Control"] = "private, no-cache"  # two people must never get one token
    return page


@blueprint.post("/napiste-nam")
def send() -> BaseResponse:
    """Record it and lead to its private page. Whatever is wrong, the words come back in the form.

    Other buttons of the form record nothing: they give it back with a point marked or removed, or with similar answers.
    """
    has_files = request.mimetype == "multipart/form-data"  # in any other form the limit of texts would not hold
    request.max_content_length = LARGEST_BODY if has_files else LARGEST_TEXT
    request.max_form_memory_size = LARGEST_TEXT
    forms.check_origin(request)
    try:
        given = request.form
    except RequestEntityTooLarge as unread:
        raise errors.TooLarge(TOO_LARGE) from unread
    filled = ask_form.read(given)
    done = attempted(lambda: _changed(filled) or _record(filled))
    if not isinstance(done, errors.Problem):
        return done
    filled.wrong("", gettext(done.message))
    return _again(filled, done.status, done.retry_after)


def _changed(filled: Filled) -> BaseResponse | None:
    """The form after another button than the one that sends it; None after that one."""
    point, step = ask_form.clicked(request.form), request.form.get("step")
    if point is None and step not in {"look", "unmark"}:
        return None
    with suppress(errors.FormExpired):  # nothing is recorded, so a new name does no harm
        filled.nonce = str(forms.read_token(FORM, request.form.get("token")))
    if point is not None:
        filled.point = point
        if not point:
            filled.wrong("street", gettext("Mark the point by mouse or finger, or write the street."))
    elif step == "unmark":
        filled.point = ""
    else:
        limits.spend("look", request.remote_addr or "", LOOKS_PER_MINUTE)
        filled.looked = True
    return _again(filled, 200)


@blueprint.post("/napiste-nam/podobne")
def look() -> str:
    """Similar answers and the expected deadline as a part of the page, while somebody writes. Nothing is kept of the words."""
    request.max_content_length = request.max_form_memory_size = LARGEST_TEXT
    forms.check_origin(request)
    limits.spend("look", request.remote_addr or "", LOOKS_PER_MINUTE)
    return render_template("asking/near.html", **ask_form.near(request.form.get("text", ""), looked=True))


@blueprint.get("/napiste-nam/mapa")
def map_picture() -> Response:
    """The plain map of the city. It may be SVG of somebody else's making, so it is nothing but a picture."""
    found = locations.picture(db.session())
    if found is None:
        raise NotFound
    answer = make_response(found.picture)
    answer.mimetype = found.media_type
    answer.headers["Content-Security-Policy"] = PICTURE_POLICY
    answer.headers["Cache-Control"] = "public, max-age=86400"
    answer.set_etag(found.digest)
    answer.make_conditional(request)
    return answer


def _record(filled: Filled) -> BaseResponse:
    """Check what only people and fresh forms pass, keep the files, then the words. Files of what is not recorded go again."""
    filled.nonce = str(forms.read_token(FORM, request.form.get("token")))
    limits.spend("ask", request.remote_addr or "", current_app.config["HUB"].questions_per_minute)
    ask_form.check_street(filled)
    point = ask_form.accepted_point(filled)
    accepted = ask_form.accepted_files(filled, request.files.getlist("files"))
    if filled.problems:
        return _again(filled, 400)
    with ExitStack() as unless_recorded:
        attached = [put(one, content, unless_recorded) for one, content in accepted]
        try:
            asked = asking.ask(_said(filled, point, attached), _secret(filled.nonce), datetime.now(UTC))
        except DBAPIError as error:
            if error.connection_invalidated:  # lost while committing, perhaps after it: then they belong to a case
                unless_recorded.pop_all()
            raise
        if asked.receipt.outcome is Outcome.STORED:
            unless_recorded.pop_all()
    if asked.is_kept:
        return redirect(url_for("following.page", secret=_secret(filled.nonce), odeslano=1), 303)
    return _refused(filled, asked)


def _refused(filled: Filled, asked: asking.Asked) -> BaseResponse:
    problem = asked.receipt.problem or ""
    if problem == "conflict":
        filled.nonce = ""  # what is sent next is another message
        filled.wrong("", gettext(asking.SENT_BEFORE))
        return _again(filled, 409)
    where = "email" if problem == "bad_email" else "text"
    filled.wrong(where, gettext(asking.MESSAGES[problem]))
    return _again(filled, 400)


def _again(filled: Filled, status: int, retry_after: int | None = None) -> BaseResponse:
    """The form with everything in it; it keeps its name, since of a failure nobody knows how far it came."""
    answer = Response(ask_form.page(filled), status)
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def _said(filled: Filled, point: maps.Point | None, attached: list[Attached]) -> Said:
    return Said(
        source=SOURCE,
        external_id=filled.nonce,
        sender=filled.email,
        text=filled.text,
        reply_channel="email",
        language=language.current(),
        may_publish=filled.consent,
        attached=tuple(attached),
        street=filled.street,
        point=point,
        is_trapped=filled.is_trapped,
    )


def _secret(nonce: str) -> str:
    """The secret of the link that follows what this form sends: the same each time it is sent."""
    return forms.secret(FORM, nonce)

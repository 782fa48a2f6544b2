"""/napiste-nam: the one door for whatever a citizen wants to say."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import SEEK_END
from secrets import token_urlsafe

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, language, limits, logs, signin
from hub.actions import asking
from hub.database import problem_of
from hub.envelopes import Attached, Said
from hub.language import gettext
from hub.rules import uploads
from hub.steps.hearing import LONGEST
from hub.storage import storage
from hub.text import one_line
from hub.vocabulary import Outcome, marked

blueprint = Blueprint("asking", __name__)

FORM = "ask"
SOURCE = "web:napiste-nam"
MOST_FILES = 3
LARGEST_FILE = 10 * 1024 * 1024
LARGEST_BODY = 2 * MOST_FILES * LARGEST_FILE + 512 * 1024
"""Bytes that are read: of files twice what is taken, so that the words come back with what is wrong with the files."""
LARGEST_TEXT = 256 * 1024
"""Bytes of text that are read, so that one that is too long is given back to be shortened."""
ANSWER_DAYS = 30
TOO_LARGE = marked(
    "The message was too large to be read, and nothing was saved. Go back in your browser, where your words should still be,"
    " then shorten them or choose fewer or smaller files (at most 3, each up to 10 MB), and send it again."
)
FILE_PROBLEMS = {
    uploads.Reason.EMPTY: marked("The file %(name)s is empty."),
    uploads.Reason.TOO_LARGE: marked("The file %(name)s is larger than 10 MB."),
    uploads.Reason.UNKNOWN_TYPE: marked("The file %(name)s is neither a PDF nor a picture (JPEG, PNG)."),
    uploads.Reason.WRONG_EXTENSION: marked("The file %(name)s is something else than its name says."),
    uploads.Reason.IMAGE_BOMB: marked("The picture %(name)s is too large."),
}


@dataclass
class Filled:
    """What stands in the form, and what is wrong with it. `nonce` is the name of its token, empty when that is not good."""

    text: str = ""
    email: str = ""
    consent: bool = False
    nonce: str = ""
    problems: list[dict[str, str]] = field(default_factory=list)

    def wrong(self, where: str, message: str) -> None:
        """Say what is wrong with a field."""
        self.problems.append({"field": where, "message": message})


@blueprint.get("/napiste-nam")
def form() -> Response:
    """The empty form. Its token carries the name under which what is sent will be recorded, once."""
    page = Response(_form(Filled()))
    page.headers["Cache-Control"] = "private, no-cache"  # two people must never get one token
    return page


@blueprint.post("/napiste-nam")
def send() -> BaseResponse:
    """Record it and lead to its private page. Whatever is wrong, the words come back in the form."""
    has_files = request.mimetype == "multipart/form-data"  # in any other form the limit of texts would not hold
    request.max_content_length = LARGEST_BODY if has_files else LARGEST_TEXT
    request.max_form_memory_size = LARGEST_TEXT
    forms.check_origin(request)
    try:
        given = request.form
    except RequestEntityTooLarge as unread:
        raise errors.TooLarge(TOO_LARGE) from unread
    filled = Filled(given.get("text", ""), one_line(given.get("email", "")), "consent" in given)
    try:
        return _record(filled)
    except DBAPIError as error:
        problem = problem_of(error)
        if problem is None:
            raise
        logs.unexpected(error)
        signin.forget_reader()
    except errors.Problem as refused:
        problem = refused
    filled.wrong("", gettext(problem.message))
    return _again(filled, problem.status, problem.retry_after)


def _record(filled: Filled) -> BaseResponse:
    """Check what only people and fresh forms pass, keep the files, then the words. Files of what is not recorded go again."""
    if request.form.get("web"):
        raise errors.BadInput(marked("The form was filled in by a machine. Leave the hidden field empty."))
    filled.nonce = str(forms.read_token(FORM, request.form.get("token")))
    limits.spend("ask", request.remote_addr or "", current_app.config["HUB"].questions_per_minute)
    accepted = _accepted(filled)
    if filled.problems:
        return _again(filled, 400)
    with ExitStack() as unless_recorded:
        attached = [_put(one, content, unless_recorded) for one, content in accepted]
        try:
            asked = asking.ask(_said(filled, attached), _secret(filled.nonce), datetime.now(UTC))
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
    answer = Response(_form(filled), status)
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def _form(filled: Filled) -> str:
    return render_template(
        "asking/ask.html",
        action_url=url_for(".send"),
        token=forms.token(FORM, filled.nonce or token_urlsafe(24)),
        values={"text": filled.text, "email": filled.email, "consent": filled.consent},
        problems=filled.problems,
        offers_email="email" in current_app.extensions["hub_channels"],
        longest_text=LONGEST,
        most_files=MOST_FILES,
        largest_file_mb=LARGEST_FILE // 1024 // 1024,
        accept=",".join(f".{extension}" for extension in uploads.EXTENSIONS),
        reads=gettext("An official of the department that deals with it reads every message."),
        answer_days=ANSWER_DAYS,
    )


def _said(filled: Filled, attached: list[Attached]) -> Said:
    return Said(
        source=SOURCE,
        external_id=filled.nonce,
        sender=filled.email,
        text=filled.text,
        reply_channel="email",
        language=language.current(),
        may_publish=filled.consent,
        attached=tuple(attached),
    )


def _secret(nonce: str) -> str:
    """The secret of the link that follows what this form sends: the same each time it is sent."""
    return forms.secret(FORM, nonce)


def _accepted(filled: Filled) -> list[tuple[uploads.Accepted, bytes]]:
    """The files of the form with their content; those that are not taken are problems of the form."""
    given = [file for file in request.files.getlist("files") if _is_chosen(file)]
    if len(given) > MOST_FILES:
        filled.wrong("files", gettext("Attach at most %(number)s files.", number=MOST_FILES))
        return []
    return [(one, content) for one, content in (_checked(filled, file) for file in given) if one is not None]


def _put(one: uploads.Accepted, content: bytes, unless_recorded: ExitStack) -> Attached:
    key = storage().put(content)
    unless_recorded.callback(_discard, key)
    return Attached(one.name, one.kind.media_type, len(content), hashlib.sha256(content).hexdigest(), key)


def _discard(key: str) -> None:
    with suppress(errors.Problem):  # a file that cannot be removed now is found by the job that looks for such
        storage().delete(key)


def _is_chosen(file: FileStorage) -> bool:
    """Whether there is a file: a field left alone sends neither a name nor content."""
    return bool(file.filename) or file.stream.seek(0, SEEK_END) > 0


def _checked(filled: Filled, file: FileStorage) -> tuple[uploads.Accepted | None, bytes]:
    file.stream.seek(0)
    content = file.stream.read(LARGEST_FILE + 1)
    try:
        return uploads.check(file.filename or "", content, LARGEST_FILE), content
    except uploads.Refused as refused:
        filled.wrong("files", gettext(FILE_PROBLEMS[refused.reason], name=uploads.clean_name(file.filename or "")))
        return None, b""

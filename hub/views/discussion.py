"""/diskuse/…: what people say under a publication, and the door for a comment or a reply."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, language, limits
from hub.actions import commenting
from hub.database import db
from hub.envelopes import Commented, Receipt
from hub.errors import NotFound
from hub.language import gettext
from hub.queries import discussions
from hub.queries.discussions import Publication
from hub.rules import comments as rules
from hub.rules.localtime import local
from hub.text import one_line
from hub.views import discussion_page as pages
from hub.views.discussion_page import FORM, LARGEST_TEXT, Filled, fresh, now, publication
from hub.views.errors import attempted
from hub.vocabulary import DiscussionState, Outcome, marked

blueprint = Blueprint("discussion", __name__)

SOURCE = "web:diskuse"


@blueprint.app_template_global()
def discussion_of(slug: str) -> dict[str, Any] | None:
    """For the page of a publication, a room's too: where it is discussed and how many comments there are. None: it is not."""
    found = discussions.publication(db.session(), slug, now())
    if found is None or found.setting.state == DiscussionState.OFF:
        return None
    return {
        "url": url_for("discussion.one", slug=slug),
        "count": discussions.count(db.session(), found.message.id),
        "is_open": rules.takes(found.setting, local(now()).date()),
    }


@blueprint.get("/diskuse/<slug>")
def one(slug: str) -> Response:
    """A page of the discussion, the newest first, and the form of a comment."""
    return fresh(pages.listed(publication(slug), Filled()))


@blueprint.get("/diskuse/<slug>/<reference>")
def thread(slug: str, reference: str) -> Response:
    """One comment with its replies, and the form of a reply."""
    found = publication(slug)
    return fresh(pages.thread(found, reference, Filled(replies_to=reference)))


@blueprint.post("/diskuse/<slug>")
def say(slug: str) -> BaseResponse:
    """Record a comment and lead to its author's own page. Whatever is wrong, the words come back in the form."""
    request.max_content_length = request.max_form_memory_size = LARGEST_TEXT
    forms.check_origin(request)
    try:
        given = request.form
    except RequestEntityTooLarge as unread:
        raise errors.TooLarge(TOO_LARGE) from unread
    filled = Filled(given.get("text", ""), one_line(given.get("name", "")), given.get("replies_to", "")[:16])
    try:
        found = publication(slug)
    except NotFound as gone:
        if not filled.text:
            raise
        page = render_template("discussion/kept.html", text=filled.text, ask_url=url_for("asking.form"))
        return Response(page, gone.status)
    done = attempted(lambda: _record(found, filled))
    if not isinstance(done, errors.Problem):
        return done
    filled.wrong("", gettext(done.message))
    return _again(slug, filled, done.status, done.retry_after)


TOO_LARGE = marked(
    "The comment was too large to be read, and nothing was saved. Go back in your browser, where your words should still be,"
    " then shorten them and send it again."
)


def _record(found: Publication, filled: Filled) -> BaseResponse:
    filled.nonce = str(forms.read_token(FORM, request.form.get("token")))
    limits.spend("comment", request.remote_addr or "", current_app.config["HUB"].questions_per_minute)
    secret = forms.secret(FORM, filled.nonce)
    said = Commented(
        source=SOURCE,
        external_id=filled.nonce,
        publication_id=found.message.id,
        text=filled.text,
        name=filled.name,
        replies_to=filled.replies_to,
        language=language.current(),
        secret_digest=commenting.digest(secret),
        trapped=bool(request.form.get("web")),
    )
    receipt = commenting.comment(said, now())
    if commenting.was_kept(receipt):
        return redirect(url_for("own_comment.one", secret=secret, odeslano=1), 303)
    return _refused(found.message.slug or "", filled, receipt)


def _refused(slug: str, filled: Filled, receipt: Receipt) -> BaseResponse:
    problem = receipt.problem or ""
    if receipt.outcome is Outcome.CONFLICT:
        filled.nonce = ""  # what is sent next is another comment
    where = {"empty": "text", "too_long": "text", "name_too_long": "name"}.get(problem, "")
    filled.wrong(where, gettext(commenting.MESSAGES[problem]))
    return _again(slug, filled, 400 if where else 409)


def _again(slug: str, filled: Filled, status: int, retry_after: int | None = None) -> BaseResponse:
    """The form with everything in it, on the page it was sent from (of what is gone, on that of the whole discussion)."""
    db.session.rollback()
    found = publication(slug)
    try:
        page = pages.thread(found, filled.replies_to, filled) if filled.replies_to else pages.listed(found, filled)
    except NotFound:
        filled.replies_to = ""
        page = pages.listed(found, filled)
    answer = Response(page, status)
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return answer

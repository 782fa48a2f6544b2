"""The pages of a discussion: what stands in them, and of which publication and comment an address is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any

from flask import Response, current_app, render_template, request, url_for

from hub import forms, markup
from hub.database import db
from hub.errors import BadInput, NotFound
from hub.language import full_day, gettext, moment
from hub.models import Comment
from hub.queries import discussions
from hub.queries.discussions import Publication, Shown
from hub.queries.publications import path_of
from hub.rules import comments as rules
from hub.rules.localtime import local
from hub.vocabulary import Cause, CommentState, DiscussionState, MessageKind, Moderation, marked

FORM, JOIN = "comment", "me too"
LARGEST_TEXT = 128 * 1024
"""Bytes of a form that are read, so that a text that is too long is given back to be shortened."""


@dataclass
class Filled:
    """What stands in the form of a comment, and what is wrong with it. `nonce` is empty when its token is not good."""

    text: str = ""
    name: str = ""
    replies_to: str = ""
    nonce: str = ""
    problems: list[dict[str, str]] = field(default_factory=list)

    def wrong(self, where: str, message: str) -> None:
        """Say what is wrong with a field."""
        self.problems.append({"field": where, "message": message})


def listed(found: Publication, filled: Filled) -> str:
    """A page of the comments of a publication, and the form of one."""
    start = _start(found, request.args.get("od"))
    shown, following = discussions.page(db.session(), found, start, now())
    slug = found.message.slug or ""
    return render_template(
        "discussion/discussion.html",
        comments=[_shown(one, slug) for one in shown],
        next_url=url_for("discussion.one", slug=slug, od=following.reference) if following else None,
        first_url=url_for("discussion.one", slug=slug) if start else None,
        start=start.reference if start else "",
        **_frame(found, filled),
    )


def thread(found: Publication, reference: str, filled: Filled) -> str:
    """One comment with its replies, and the form of a reply. Raises NotFound."""
    top = known(found, reference)
    slug = found.message.slug or ""
    if discussions.top_of(db.session(), top) is not top:
        raise NotFound
    start = _start(found, request.args.get("od"))
    shown, following = discussions.thread(db.session(), top, start, now())
    if shown is None:
        raise NotFound
    return render_template(
        "discussion/thread.html",
        comment=_shown(shown, slug) | {"more_url": None},
        all_url=url_for("discussion.one", slug=slug),
        next_url=url_for("discussion.thread", slug=slug, reference=reference, od=following.reference)
        if following
        else None,
        first_url=url_for("discussion.thread", slug=slug, reference=reference) if start else None,
        may_reply=shown.words is not None,
        **_frame(found, filled),
    )


def _frame(found: Publication, filled: Filled) -> dict[str, Any]:
    """What both pages need: of what it is, whether comments are taken, and the form."""
    slug, setting = found.message.slug or "", found.setting
    joined, _, before = request.args.get("ucteno", "").partition("-")
    return {
        "title": found.title,
        "publication_url": url_of(found),
        "count": discussions.count(db.session(), found.message.id),
        "is_open": rules.takes(setting, local(now()).date()),
        "closes": full_day(setting.closes_on) if setting.closes_on else "",
        "at_once": setting.moderation == Moderation.AFTER,
        "workdays": rules.WORKDAYS,
        "joined": joined if is_reference(joined) else "",
        "joined_before": bool(before),
        "join_url": url_for("joining.join_in", slug=slug),
        "join_token": forms.token(JOIN, token_urlsafe(24)),
        "action_url": url_for("discussion.say", slug=slug),
        "token": forms.token(FORM, filled.nonce or token_urlsafe(24)),
        "values": {"text": filled.text, "name": filled.name, "replies_to": filled.replies_to},
        "problems": filled.problems,
        "longest_text": rules.LONGEST,
        "longest_name": rules.LONGEST_NAME,
        "ask_url": url_for("asking.form"),
    }


def url_of(found: Publication) -> str:
    """The address of the publication itself."""
    slug = found.message.slug or ""
    if found.message.kind == MessageKind.QUESTION:
        return url_for("answers.one", slug=slug)
    kind = current_app.extensions["hub_publications"].get(found.message.kind)
    return f"{request.script_root}{path_of(kind, slug)}" if kind else url_for("public.home")


def _shown(one: Shown, slug: str) -> dict[str, Any]:
    comment, words, message = one.comment, one.words, one.comment.message
    return {
        "reference": comment.reference,
        "gone": _gone(one) if words is None else "",
        "name": (words.title or "") if words else "",
        "office": message.department.name if message.department else "",
        "when": moment(message.received_at),
        "html": markup.paragraphs(words.text) if words else "",
        "lang": message.language,
        "is_edited": words is not None and words.cause == Cause.AUTHOR_EDIT,
        "is_redacted": words is not None and words.cause == Cause.REDACTION,
        "me_too": one.me_too,
        "thread_url": url_for("discussion.thread", slug=slug, reference=comment.reference),
        "report_url": url_for("joining.report_form", slug=slug, reference=comment.reference),
        "replies": [_shown(reply, slug) for reply in one.replies],
        "more_url": url_for("discussion.thread", slug=slug, reference=comment.reference) if one.has_more else None,
    }


def _gone(one: Shown) -> str:
    """What stands in place of a comment that has replies and is not public any more."""
    state = one.comment.state
    if state == CommentState.WITHDRAWN:
        return gettext("Its author took this comment back.")
    if state == CommentState.ERASED:
        return gettext("This comment was erased.")
    return gettext("A moderator hid this comment. Reason: %(why)s", why=one.why_hidden)


def publication(slug: str) -> Publication:
    """The publication of a discussion that is not off. Raises NotFound."""
    plausible = len(slug) <= 120 and slug.isascii() and slug.replace("-", "").isalnum()
    found = discussions.publication(db.session(), slug, now()) if plausible else None
    if found is None or found.setting.state == DiscussionState.OFF:
        raise NotFound
    return found


def known(found: Publication, reference: str) -> Comment:
    """A comment that everybody may know of. Raises NotFound."""
    comment = discussions.by_reference(db.session(), found, reference) if is_reference(reference) else None
    if comment is None:
        raise NotFound
    return comment


def public_comment(found: Publication, reference: str) -> Comment:
    """A comment that is public now. Raises NotFound."""
    comment = known(found, reference)
    if not discussions.is_public(db.session(), comment, now()):
        raise NotFound
    return comment


def _start(found: Publication, reference: str | None) -> Comment | None:
    if not reference:
        return None
    if not is_reference(reference):
        raise BadInput(marked("The address of this page is not readable. Start at the first page."))
    return known(found, reference)


def is_reference(text: str) -> bool:
    """Whether a text may be the public name of a comment."""
    return 0 < len(text) <= 16 and text.isascii() and text.isalnum()


def fresh(page: str) -> Response:
    """The answer with a page whose forms are of one reader."""
    answer = Response(page)
    answer.headers["Cache-Control"] = "private, no-cache"  # two people must never get one token
    return answer


def now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)

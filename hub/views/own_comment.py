"""/muj-prispevek/…: the page by which the author of a comment sees what became of it, changes it, withdraws it, objects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, markup
from hub.actions import commenting
from hub.database import db
from hub.errors import NotFound
from hub.language import gettext, moment
from hub.models import Comment, Decision, Revision
from hub.queries import cases, discussions
from hub.rules import comments as rules
from hub.rules.localtime import local
from hub.text import one_line
from hub.views import discussion_page as pages
from hub.views import labels
from hub.views.errors import attempted
from hub.vocabulary import Cause, CommentState, DiscussionState, marked

blueprint = Blueprint("own_comment", __name__)

FORM = "own comment"
ENDED = (CommentState.WITHDRAWN, CommentState.ERASED)
DONE = {
    "edit": marked("Your change is saved. What others see stays as it was until a moderator has read it."),
    "withdraw": marked("Your comment is withdrawn."),
    "object": marked("Your objection is with the moderators."),
}


@blueprint.get("/muj-prispevek/<secret>")
def one(secret: str) -> Response:
    """What became of a comment. A wrong link looks like one that never was."""
    return _page(_found(secret), secret)


@blueprint.post("/muj-prispevek/<secret>")
def change(secret: str) -> BaseResponse:
    """Change, withdraw or object. Whatever is wrong, the words come back."""
    request.max_content_length = request.max_form_memory_size = pages.LARGEST_TEXT
    forms.check_origin(request)
    _found(secret)
    step = request.form.get("step", "")
    problem = attempted(lambda: _do(step, secret, int(str(forms.read_token(FORM, request.form.get("token"))))))
    if problem is None:
        return redirect(url_for(".one", secret=secret, hotovo=step), 303)
    db.session.rollback()
    where = {"edit": "text", "object": "objection"}.get(step, "")
    answer = _page(_found(secret), secret, problems=[{"field": where, "message": gettext(problem.message)}], given=True)
    answer.status_code = problem.status
    if problem.retry_after:
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _do(step: str, secret: str, version: int) -> None:
    given, now = request.form, datetime.now(UTC)
    if step == "edit":
        commenting.edit(secret, version, given.get("text", ""), given.get("name", ""), now)
    elif step == "withdraw":
        commenting.withdraw(secret, version, now)
    elif step == "object":
        commenting.object_to(secret, version, given.get("objection", ""), now)
    else:
        raise errors.BadInput


def _found(secret: str) -> Comment:
    found = commenting.of_link(db.session(), secret)
    if found is None:
        raise NotFound(marked("This link does not lead to any comment. Check that it is whole."))
    return found


def _page(comment: Comment, secret: str, problems: list[dict[str, str]] | None = None, given: bool = False) -> Response:
    session, now, done = db.session(), datetime.now(UTC), request.args.get("hotovo", "")
    decided = cases.decisions(session, comment.message)
    newest = comment.message.revisions[-1]
    shown = next((one for one in comment.message.revisions if one.n == comment.message.shown_n), None)
    refused = comment.state in {CommentState.REJECTED, CommentState.HIDDEN}
    setting = discussions.setting_of(session, comment.publication)
    may_edit = comment.state not in ENDED and rules.takes(setting, local(now).date())
    values = {"text": newest.text or "", "name": newest.title or "", "objection": ""}
    page = Response(
        render_template(
            "discussion/own.html",
            just_sent="odeslano" in request.args,
            done=gettext(DONE[done]) if done in DONE else "",
            state=comment.state,
            state_label=labels.label(labels.COMMENT_STATES, comment.state),
            when=moment(comment.came_at),
            workdays=rules.WORKDAYS,
            words=_words(newest),
            shown=_words(shown) if shown is not None and shown is not newest and not refused else None,
            is_waiting=newest.n not in decided and comment.state not in ENDED,
            reason=_reason(comment, decided, newest, shown),
            redacted=comment.state == CommentState.PUBLISHED and is_redacted(newest),
            edit_refused=comment.state == CommentState.PUBLISHED and _kind(decided, newest) == "reject",
            objected=comment.objection or "" if comment.objected_at else None,
            was_heard=comment.heard_at is not None,
            public_url=_public_url(comment, now),
            follow_url=f"{current_app.config['HUB'].site}{url_for('.one', secret=secret)}",
            action_url=url_for(".change", secret=secret),
            token=forms.token(FORM, str(comment.version)),
            may_edit=may_edit,
            may_withdraw=comment.state not in ENDED,
            may_object=commenting.may_object(comment),
            longest_text=rules.LONGEST,
            longest_name=rules.LONGEST_NAME,
            longest_objection=rules.LONGEST_OBJECTION,
            values=values | ({k: v for k, v in request.form.items() if k in values} if given else {}),
            problems=problems or [],
        )
    )
    page.headers["Cache-Control"] = "no-store"
    page.headers["X-Robots-Tag"] = "noindex"
    return page


def _words(revision: Revision) -> dict[str, Any]:
    return {
        "html": markup.paragraphs(revision.text),
        "name": one_line(revision.title or ""),
        "when": moment(revision.written_at),
    }


def _kind(decided: dict[int, Decision], revision: Revision) -> str:
    return decided[revision.n].kind if revision.n in decided else ""


def is_redacted(revision: Revision) -> bool:
    """Whether a moderator left some words out of it."""
    return revision.cause == Cause.REDACTION


def _reason(comment: Comment, decided: dict[int, Decision], newest: Revision, shown: Revision | None) -> str:
    """Why it is not public, or why its last change is not."""
    about = shown if comment.state == CommentState.HIDDEN and shown is not None else newest
    if comment.state == CommentState.PUBLISHED and is_redacted(newest):
        about = comment.message.revisions[-2]
    return decided[about.n].reason if about.n in decided else ""


def _public_url(comment: Comment, now: datetime) -> str | None:
    """Where everybody reads it now; None: nowhere."""
    session, slug = db.session(), comment.publication.slug
    found = discussions.publication(session, slug, now) if slug else None
    if found is None or found.setting.state == DiscussionState.OFF or not discussions.is_public(session, comment, now):
        return None
    top = discussions.top_of(session, comment)
    return url_for("discussion.thread", slug=slug, reference=top.reference, _anchor=f"k-{comment.reference}")

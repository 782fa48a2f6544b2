"""/diskuse/…: joining in with a comment (me too), and reporting one. Neither needs a script, a cookie or a name."""

from __future__ import annotations

from secrets import token_urlsafe

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, limits, markup
from hub.actions import commenting
from hub.actions.commenting import Mark
from hub.database import db
from hub.language import gettext
from hub.queries import discussions
from hub.rules import comments as rules
from hub.views import labels
from hub.views.discussion_page import JOIN, LARGEST_TEXT, fresh, is_reference, now, public_comment, publication
from hub.views.errors import attempted

blueprint = Blueprint("joining", __name__)

REPORT = "report"


@blueprint.post("/diskuse/<slug>/pridavam-se")
def join_in(slug: str) -> BaseResponse:
    """Me too. It needs no script, and again is as good."""
    forms.check_origin(request)
    nonce = str(forms.read_token(JOIN, request.form.get("token")))
    limits.spend("me too", request.remote_addr or "", 6 * current_app.config["HUB"].questions_per_minute)
    reference = request.form.get("comment", "")
    found = public_comment(publication(slug), reference)
    counts = commenting.join_in(found.message_id, _mark(reference, nonce), now())
    top = discussions.top_of(db.session(), found)
    said, anchor = reference if counts else f"{reference}-uz", f"k-{reference}"
    if request.form.get("in"):
        back = url_for("discussion.thread", slug=slug, reference=top.reference, ucteno=said, _anchor=anchor)
    else:
        start = request.form.get("od", "")
        od = start if is_reference(start) else None
        back = url_for("discussion.one", slug=slug, od=od, ucteno=said, _anchor=anchor)
    return redirect(back, 303)


@blueprint.get("/diskuse/<slug>/<reference>/nahlaseni")
def report_form(slug: str, reference: str) -> Response:
    """The form by which a comment is reported."""
    return fresh(_report_page(slug, reference))


@blueprint.post("/diskuse/<slug>/<reference>/nahlaseni")
def report(slug: str, reference: str) -> BaseResponse:
    """Tell the moderators. The comment stays where it is until one of them has looked."""
    request.max_content_length = request.max_form_memory_size = LARGEST_TEXT
    forms.check_origin(request)
    given = request.form

    def attempt() -> None:
        nonce = str(forms.read_token(REPORT, given.get("token")))
        limits.spend("report", request.remote_addr or "", current_app.config["HUB"].questions_per_minute)
        found = public_comment(publication(slug), reference)
        commenting.report(
            found.message_id, _mark(reference, nonce), given.get("reason", ""), given.get("text", ""), now()
        )

    problem = attempted(attempt)
    if problem is None:
        return redirect(url_for(".report_form", slug=slug, reference=reference, odeslano=1), 303)
    db.session.rollback()
    try:
        page = _report_page(slug, reference, given.get("reason", ""), given.get("text", ""), gettext(problem.message))
    except errors.NotFound as gone:
        return Response(_too_late(slug, given.get("text", "")), gone.status)
    answer = Response(page, problem.status)
    if problem.retry_after:
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _too_late(slug: str, text: str) -> str:
    """The comment went while it was being reported: said so, with the words to be copied and a way on."""
    try:
        found = publication(slug)
    except errors.NotFound:
        found = None
    return render_template(
        "discussion/report_kept.html",
        text=text,
        discussion_url=url_for("discussion.one", slug=slug) if found else None,
        ask_url=url_for("asking.form"),
    )


def _report_page(slug: str, reference: str, reason: str = "", text: str = "", problem: str = "") -> str:
    found = publication(slug)
    comment = public_comment(found, reference)
    top = discussions.top_of(db.session(), comment)
    shown = next(one for one in comment.message.revisions if one.n == comment.message.shown_n)
    return render_template(
        "discussion/report.html",
        title=found.title,
        back_url=url_for("discussion.thread", slug=slug, reference=top.reference, _anchor=f"k-{reference}"),
        was_sent="odeslano" in request.args,
        comment={"name": shown.title, "html": markup.paragraphs(shown.text)},
        action_url=url_for(".report", slug=slug, reference=reference),
        token=forms.token(REPORT, token_urlsafe(24)),
        reasons=[
            {"value": value, "label": gettext(label), "chosen": value == reason}
            for value, label in labels.REPORT_REASONS.items()
        ],
        text=text,
        longest_text=rules.LONGEST_REPORT,
        problems=[{"field": "reason", "message": problem}] if problem else [],
    )


def _mark(reference: str, nonce: str) -> Mark:
    """Who this is, as far as is known: a digest of the network that only the hub can make, another one for each comment."""
    network = rules.network_of(request.remote_addr or "")
    return Mark(forms.secret("voter", f"{reference}:{network}"), nonce)

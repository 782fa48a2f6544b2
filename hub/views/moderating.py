"""/urad/diskuse: what waits for a moderator, and one comment with its decision and a reply of the office."""

from __future__ import annotations

from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, markup
from hub.actions import commenting
from hub.actions import moderating as acts
from hub.database import db
from hub.language import gettext, moment, ngettext
from hub.models import AuditEntry, Comment, Decision
from hub.queries import cases, discussions, moderation, places
from hub.queries.moderation import Key, Line
from hub.rules import comments as rules
from hub.rules import personal
from hub.rules.access import Scope
from hub.rules.localtime import begins
from hub.signin import csrf_token, signed_in
from hub.text import excerpt
from hub.views import desk, labels
from hub.views.discussion_page import url_of
from hub.vocabulary import Cause, CommentState, DiscussionState, Look, marked
from hub.workdays import is_free

blueprint = Blueprint("moderating", __name__)

VIEWS = {
    "cekajici": marked("Waiting"),
    "karantena": marked("Quarantine"),
    "nahlasene": marked("Reported"),
    "namitky": marked("Objections"),
}
VERDICTS = {
    "publish": marked("Publish"),
    "restore": marked("Show again"),
    "keep": marked("Leave it as it is"),
    "reject": marked("Do not publish"),
    "hide": marked("Hide"),
    "erase": marked("Erase the words for good"),
}
MANY: dict[Look, tuple[str, ...]] = {
    Look.WAITING: ("publish", "reject"),
    Look.QUARANTINE: ("publish", "reject"),
    Look.REPORTED: ("hide",),
    Look.OBJECTED: (),
}
"""List → what can be decided there about several at once; an objection is heard one by one."""
DONE = {
    "publish": marked("The comment is published."),
    "restore": marked("The comment is shown again."),
    "keep": marked("The comment stays as it is."),
    "reject": marked("The comment is not published; its author reads why."),
    "hide": marked("The comment is hidden; the reason stands in its place."),
    "erase": marked("The words are erased."),
}
WHYS = (
    marked("It insults or attacks somebody."),
    marked("It contains personal data."),
    marked("It is advertising."),
    marked("It has nothing to do with what is discussed here."),
    marked("The same was said here already."),
)
"""Offered beside the field of the reason, so that the usual ones need not be typed."""


def moderators_scope() -> Scope:
    """What the account moderates. Raises NotAllowed for one that moderates nothing."""
    found = desk.scope()
    if not found.approves:
        raise errors.NotAllowed(marked("Only the press office, a head of department or an administrator moderates."))
    return found


@blueprint.get("/urad/diskuse")
@signed_in
def waiting() -> str:
    """What waits for a moderator, by why it waits; the urgent and the oldest first."""
    return _list()


@blueprint.post("/urad/diskuse")
@signed_in
def decide_many() -> BaseResponse | tuple[str, int]:
    """The same about every chosen comment; those that changed meanwhile stay where they are."""
    verdict, reason = request.form.get("verdict", ""), request.form.get("reason", "")
    chosen = {}
    try:
        for value in "+".join(request.form.getlist("comment")).split("+"):
            reference, _, version = value.partition(".")
            chosen[reference] = whole_number(version) if reference else 0
        chosen.pop("", None)
        left = acts.decide_many(moderators_scope(), chosen, verdict, reason, desk.now())
    except errors.BadInput as problem:
        return _list(problem, reason), problem.status
    done = len(chosen) - len(left)
    if done:
        flash(
            ngettext("It is decided about %(num)s comment.", "It is decided about %(num)s comments.", done), "success"
        )
    if left:
        changed = ngettext(
            "%(num)s comment changed meanwhile and stays as it is.",
            "%(num)s comments changed meanwhile and stay as they are.",
            len(left),
        )
        flash(changed, "warning")
    return redirect(url_for(".waiting", pohled=request.args.get("pohled")), 303)


def _list(problem: errors.Problem | None = None, reason: str = "") -> str:
    db.session.rollback()
    scope, view = moderators_scope(), request.args.get("pohled", "cekajici")
    if view not in moderation.VIEWS:
        raise errors.NotFound
    after = request.args.get("od", "")
    look, promised = moderation.VIEWS[view], _promised()
    lines, last = moderation.waiting(db.session(), scope, look, _key(after) if after else None)
    counts = moderation.counts(db.session(), scope)
    return render_template(
        "moderating/list.html",
        scope_label=gettext("All departments") if scope.department_id is None else desk.account().department.name,
        views=[
            {
                "label": gettext(label),
                "url": url_for(".waiting", pohled=name),
                "current": name == view,
                "count": counts.get(moderation.VIEWS[name], 0),
            }
            for name, label in VIEWS.items()
        ],
        urgent_url=url_for(".waiting", pohled="nahlasene")
        if view != "nahlasene" and moderation.urgent(db.session(), scope)
        else None,
        comments=[_line(line, promised) for line in lines],
        late=moderation.late(db.session(), scope, promised),
        workdays=rules.WORKDAYS,
        action_url=url_for(".decide_many", pohled=view, od=after or None),
        verdicts=[
            {"value": value, "label": gettext(VERDICTS[value]), "needs_reason": value in acts.WITH_REASON}
            for value in MANY[look]
        ],
        whys=[gettext(why) for why in WHYS],
        longest_reason=acts.LONGEST_REASON,
        reason=reason,
        chosen=request.form.getlist("comment"),
        problems=[{"field": "reason", "message": gettext(problem.message)}] if problem else [],
        csrf_token=csrf_token(),
        publications_url=url_for("arranging.publications"),
        next_url=url_for(".waiting", pohled=view, od=_written(last)) if last else None,
        first_url=url_for(".waiting", pohled=view) if after else None,
    )


def _promised() -> datetime:
    """The instant since when what came waits no longer than was promised."""
    return begins(rules.promised_since(desk.today(), is_free))


def _line(line: Line, promised: datetime) -> dict[str, Any]:
    comment = line.comment
    return {
        "value": "+".join(f"{one.reference}.{one.version}" for one in (comment, *line.same)),
        "same": len(line.same),
        "is_late": comment.since_at is not None and comment.since_at < promised,
        "url": url_for(".one", reference=comment.reference),
        "text": excerpt(line.text, 160),
        "name": line.name,
        "title": line.title,
        "when": moment(comment.since_at or comment.came_at),
        "state_label": labels.label(labels.COMMENT_STATES, comment.state),
        "is_urgent": comment.rank == 0,
        "reports": line.reports,
        "holds": [labels.label(labels.HOLDS, reason) for reason in comment.hold_reasons]
        if comment.look == Look.QUARANTINE
        else [],
    }


@blueprint.get("/urad/diskuse/<reference>")
@signed_in
def one(reference: str) -> str:
    """One comment with everything that is known of it, and what may be decided."""
    return _page(reference)


@blueprint.post("/urad/diskuse/<reference>")
@signed_in
def decide(reference: str) -> BaseResponse | tuple[str, int]:
    """Decide, with a reason where its author must know why."""
    verdict, reason = request.form.get("verdict", ""), request.form.get("reason", "")
    try:
        acts.decide(
            moderators_scope(), reference, whole_number(request.form.get("version", "")), verdict, reason, desk.now()
        )
    except (errors.BadInput, errors.Conflict) as problem:
        return _page(reference, {"reason": reason}, "reason", problem), problem.status
    flash(gettext(DONE[verdict]), "success")
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.post("/urad/diskuse/<reference>/zacerneni")
@signed_in
def redact(reference: str) -> BaseResponse | tuple[str, int]:
    """Publish it without some of its words."""
    given = request.form
    written = acts.Redacted(given.get("text", ""), given.get("name", ""), given.get("reason", ""))
    try:
        acts.redact(moderators_scope(), reference, whole_number(given.get("version", "")), written, desk.now())
    except (errors.BadInput, errors.Conflict) as problem:
        kept = {"redacted": written.text, "redacted_name": written.name, "redacted_reason": written.reason}
        return _page(reference, kept, "redacted", problem), problem.status
    flash(gettext("The comment is published without those words; its author reads why."), "success")
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.post("/urad/diskuse/<reference>/odpoved")
@signed_in
def answer(reference: str) -> BaseResponse | tuple[str, int]:
    """Reply for a department, so that everybody sees whose words they are."""
    given = request.form
    text, department, nonce = given.get("text", ""), given.get("department", ""), given.get("nonce", "")
    problem: errors.Problem
    try:
        receipt = acts.answer(moderators_scope(), reference, department, text, nonce, desk.now())
    except errors.BadInput as refused:
        problem = refused
    else:
        if commenting.was_kept(receipt):
            flash(gettext("Your reply is public."), "success")
            return redirect(url_for(".one", reference=reference), 303)
        kind = errors.BadInput if receipt.problem in {"empty", "too_long"} else errors.Conflict
        problem = kind(commenting.MESSAGES[receipt.problem or ""])
    return _page(reference, {"text": text, "department": department}, "text", problem), problem.status


def _page(
    reference: str, given: dict[str, str] | None = None, where: str = "", problem: errors.Problem | None = None
) -> str:
    db.session.rollback()
    session, scope, given = db.session(), moderators_scope(), given or {}
    comment = moderation.find(session, scope, reference)
    return render_template(
        "moderating/comment.html",
        list_url=url_for(".waiting"),
        comment=_comment(comment),
        verdicts=[
            {"value": value, "label": gettext(VERDICTS[value]), "needs_reason": value in acts.WITH_REASON}
            for value in moderation.verdicts(session, comment)
        ],
        version=comment.version,
        whys=[gettext(why) for why in WHYS],
        longest_reason=acts.LONGEST_REASON,
        decide_url=url_for(".decide", reference=reference),
        redacting=_redacting(comment, given) if moderation.may_redact(comment) else None,
        reply=_reply(comment, scope, given) if _may_reply(comment) else None,
        reports=[
            {
                "when": moment(one.made_at),
                "reason": labels.label(labels.REPORT_REASONS, one.reason),
                "text": one.text or "",
                "is_open": one.settled_at is None,
            }
            for one in moderation.reports(session, comment)
        ],
        history=_history(comment),
        given=given,
        problems=[{"field": where, "message": gettext(problem.message)}] if problem else [],
        csrf_token=csrf_token(),
    )


def _redacting(comment: Comment, given: dict[str, str]) -> dict[str, Any]:
    """The form by which words are left out; what looks like personal data is left out in it already."""
    newest = comment.message.revisions[-1]
    return {
        "action_url": url_for(".redact", reference=comment.reference),
        "text": given.get("redacted", personal.mask(newest.text or "")),
        "name": given.get("redacted_name", newest.title or ""),
        "reason": given.get("redacted_reason", ""),
        "is_open": "redacted" in given,
        "longest_text": rules.LONGEST,
        "longest_name": rules.LONGEST_NAME,
    }


def _comment(comment: Comment) -> dict[str, Any]:
    session, message = db.session(), comment.message
    newest = message.revisions[-1]
    shown = next((one for one in message.revisions if one.n == message.shown_n), None)
    top = discussions.top_of(session, comment)
    found = discussions.publication(session, comment.publication.slug or "", desk.now())
    undecided = newest.n not in cases.decisions(session, message)
    before = message.revisions[-2] if newest.cause == Cause.REDACTION else None
    return {
        "original_html": markup.paragraphs(before.text) if before is not None else "",
        "original_name": before.title or "" if before is not None else "",
        "reference": comment.reference,
        "state": comment.state,
        "state_label": labels.label(labels.COMMENT_STATES, comment.state),
        "when": moment(comment.came_at),
        "name": newest.title or "",
        "office": message.department.name if message.department else "",
        "html": markup.paragraphs(newest.text),
        "shown_html": markup.paragraphs(shown.text) if shown is not None and shown is not newest else "",
        "is_edit": undecided and newest.n > 1,
        "is_undecided": undecided,
        "holds": [labels.label(labels.HOLDS, reason) for reason in comment.hold_reasons] if undecided else [],
        "title": found.title if found else gettext("What it is said to is not public now."),
        "title_url": url_of(found) if found else None,
        "above": excerpt(_newest_words(top), 300) if top is not comment else "",
        "above_url": url_for(".one", reference=top.reference) if top is not comment else None,
        "public_url": _public_url(comment, top) if found and comment.state == CommentState.PUBLISHED else None,
        "objection": comment.objection or "",
        "objected": moment(comment.objected_at) if comment.objected_at else "",
        "was_heard": comment.heard_at is not None,
    }


def _newest_words(comment: Comment) -> str:
    return comment.message.revisions[-1].text or ""


def _public_url(comment: Comment, top: Comment) -> str:
    anchor = f"k-{comment.reference}"
    return url_for("discussion.thread", slug=comment.publication.slug, reference=top.reference, _anchor=anchor)


def _may_reply(comment: Comment) -> bool:
    setting = discussions.setting_of(db.session(), comment.publication)
    return comment.state == CommentState.PUBLISHED and setting.state != DiscussionState.OFF


def _reply(comment: Comment, scope: Scope, given: dict[str, str]) -> dict[str, Any]:
    """The form of a reply: whoever sees the whole city says for which department."""
    chosen = given.get("department") or (comment.publication.department.slug if comment.publication.department else "")
    departments = [
        {"value": one.slug, "label": one.name, "selected": one.slug == chosen}
        for one in places.departments(db.session())
    ]
    return {
        "action_url": url_for(".answer", reference=comment.reference),
        "nonce": token_urlsafe(24),
        "departments": departments if scope.department_id is None else [],
        "own": "" if scope.department_id is None else desk.account().department.name,
        "text": given.get("text", ""),
        "longest_text": rules.LONGEST,
    }


def _history(comment: Comment) -> list[dict[str, str]]:
    decisions, entries = moderation.history(db.session(), comment)
    names = {one.id: one.name for one in cases.accounts(db.session(), {e.actor_id for e in entries if e.actor_id})}
    lines = [(comment.came_at, {"what": gettext("the comment came"), "who": "", "why": ""})]
    lines += [(one.decided_at, _decided(one)) for one in decisions]
    lines += [(one.at, _acted(one, names)) for one in entries if one.act in labels.COMMENT_ACTS]
    return [{"when": moment(at), **line} for at, line in sorted(lines, key=lambda one: one[0])]


def _decided(one: Decision) -> dict[str, str]:
    who = one.account.name if one.account else gettext("by itself, since no rule held it")
    return {"what": labels.label(labels.COMMENT_DECISIONS, one.kind), "who": who, "why": one.reason}


def _acted(one: AuditEntry, names: dict[int, str]) -> dict[str, str]:
    return {"what": gettext(labels.COMMENT_ACTS[one.act]), "who": names.get(one.actor_id or 0, ""), "why": ""}


def _written(key: Key) -> str:
    return f"{key[0]}_{key[1].timestamp():.6f}_{key[2]}"


def _key(text: str) -> Key:
    rank, _, rest = text.partition("_")
    at, number = place(rest.replace("_", "-"))
    return whole_number(rank), at, number


def place(text: str) -> tuple[datetime, int]:
    """The place in a list by time, as it stands in the address of a page. Raises BadInput."""
    seconds, _, number = text.partition("-")
    try:
        return datetime.fromtimestamp(float(seconds), UTC), whole_number(number)
    except (ValueError, OverflowError, OSError) as error:
        raise errors.BadInput(UNREADABLE) from error


UNREADABLE = marked("The address of this page is not readable. Start at the first page.")


def whole_number(text: str) -> int:
    """A number as it stands in an address or a form. Raises BadInput."""
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise errors.BadInput(UNREADABLE)
    return int(text)

"""/urad/diskuse/zverejneni: how publications are discussed; opened, closed, switched off, and until when."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import moderating as acts
from hub.database import db
from hub.language import full_day, gettext
from hub.models import Message
from hub.queries import discussions, moderation
from hub.rules.localtime import local
from hub.signin import csrf_token, signed_in
from hub.views import desk
from hub.views.moderating import moderators_scope, place, whole_number
from hub.vocabulary import DiscussionState, MessageKind, Moderation, marked

blueprint = Blueprint("arranging", __name__)

STATES = {"open": marked("open"), "closed": marked("closed"), "off": marked("switched off")}
MODERATIONS = {
    "before": marked("A moderator reads every comment before it appears"),
    "after": marked("What no rule holds appears at once, a moderator reads it afterwards"),
}


@blueprint.get("/urad/diskuse/zverejneni")
@signed_in
def publications() -> str:
    """What is public, and how it is discussed."""
    scope, kinds = moderators_scope(), _kinds()
    kind, after = request.args.get("druh", MessageKind.QUESTION.value), request.args.get("od", "")
    if kind not in kinds:
        raise errors.NotFound
    found, last = moderation.publications(db.session(), scope, kind, desk.now(), place(after) if after else None)
    return render_template(
        "moderating/publications.html",
        list_url=url_for("moderating.waiting"),
        kinds=[
            {"label": label, "url": url_for(".publications", druh=name), "current": name == kind}
            for name, label in kinds.items()
        ],
        publications=[_publication(message, title) for message, title in found],
        next_url=url_for(".publications", druh=kind, od=f"{last[0].timestamp():.6f}-{last[1]}") if last else None,
        first_url=url_for(".publications", druh=kind) if after else None,
    )


def _kinds() -> dict[str, str]:
    of_rooms = current_app.extensions["hub_publications"]
    return {MessageKind.QUESTION.value: gettext("Answers")} | {
        name: gettext(one.heading) for name, one in of_rooms.items()
    }


def _publication(message: Message, title: str) -> dict[str, Any]:
    setting = discussions.setting_of(db.session(), message)
    return {
        "title": title,
        "url": url_for(".arrangement", slug=message.slug),
        "state": setting.state,
        "state_label": gettext(STATES[setting.state]),
        "closes": full_day(setting.closes_on) if setting.closes_on else "",
        "count": discussions.count(db.session(), message.id),
    }


@blueprint.get("/urad/diskuse/zverejneni/<slug>")
@signed_in
def arrangement(slug: str) -> str:
    """How one publication is discussed, to be changed."""
    return _arrangement(slug)


@blueprint.post("/urad/diskuse/zverejneni/<slug>")
@signed_in
def arrange(slug: str) -> BaseResponse | tuple[str, int]:
    """Open, close or switch off a discussion, say until when, and when a comment appears."""
    given = request.form
    try:
        closes_on = _day(given.get("closes_on", ""))
        version = whole_number(given.get("version", ""))
        acts.arrange(
            moderators_scope(),
            slug,
            version,
            given.get("state", ""),
            given.get("moderation", ""),
            closes_on,
            desk.now(),
        )
    except (errors.BadInput, errors.Conflict) as problem:
        return _arrangement(slug, problem, given.get("closes_on", "")), problem.status
    flash(gettext("The discussion is set."), "success")
    return redirect(url_for(".arrangement", slug=slug), 303)


def _arrangement(slug: str, problem: errors.Problem | None = None, day: str | None = None) -> str:
    db.session.rollback()
    publication = moderation.publication(db.session(), moderators_scope(), slug)
    setting = discussions.setting_of(db.session(), publication)
    found = discussions.publication(db.session(), slug, desk.now())
    return render_template(
        "moderating/arrangement.html",
        list_url=url_for(".publications", druh=publication.kind),
        title=found.title if found else slug,
        public_url=url_for("discussion.one", slug=slug) if found and setting.state != DiscussionState.OFF else None,
        action_url=url_for(".arrange", slug=slug),
        states=[{"value": s.value, "label": gettext(STATES[s]), "chosen": s == setting.state} for s in DiscussionState],
        moderations=[
            {"value": m.value, "label": gettext(MODERATIONS[m]), "chosen": m == setting.moderation} for m in Moderation
        ],
        closes_on=day if day is not None else setting.closes_on.isoformat() if setting.closes_on else "",
        version=setting.version,
        problems=[{"field": "", "message": gettext(problem.message)}] if problem else [],
        csrf_token=csrf_token(),
    )


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        on = date.fromisoformat(text.strip())
    except ValueError:
        on = None
    if on is None or not date(2020, 1, 1) <= on <= local(desk.now()).date().replace(month=1, day=1, year=2200):
        raise errors.BadInput(marked("This is not a day. Write it like 2027-03-31, or leave it empty."))
    return on

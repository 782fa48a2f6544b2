"""/urad/nastaveni: what somebody of the office chooses for themselves."""

from __future__ import annotations

from secrets import token_urlsafe

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import own
from hub.database import db
from hub.language import gettext, moment
from hub.queries import calendar
from hub.signin import csrf_token, signed_in
from hub.views import desk
from hub.vocabulary import RoleName

blueprint = Blueprint("own", __name__)

SUMMARIZED = frozenset({RoleName.OFFICIAL, RoleName.HEAD})
"""Who gets a daily summary."""


@blueprint.get("/urad/nastaveni")
@signed_in
def settings() -> str:
    """The daily summary, and the secret link of the calendar."""
    return _page()


@blueprint.post("/urad/nastaveni/souhrn")
@signed_in
def summary() -> BaseResponse:
    """Get the daily summary, or not."""
    own.choose_summary(desk.account().id, request.form.get("summary") == "1", desk.now())
    flash(gettext("Saved."), "success")
    return redirect(url_for(".settings"), 303)


@blueprint.post("/urad/nastaveni/kalendar")
@signed_in
def link() -> BaseResponse | str:
    """Make a new secret link, which is shown this once; or have none."""
    step = request.form.get("step", "")
    if step == "end":
        own.end_calendar(desk.account().id, desk.now())
        flash(gettext("The link of your calendar does not work any more."), "success")
        return redirect(url_for(".settings"), 303)
    if step != "renew":
        raise errors.BadInput
    secret = token_urlsafe(32)
    own.renew_calendar(desk.account().id, secret, desk.now())
    db.session.rollback()
    return _page(f"{current_app.config['HUB'].site}/kalendar/{secret}.ics")


def _page(link: str = "") -> str:
    account = desk.account()
    known = calendar.setting(db.session(), account.id)
    made_at = known.calendar_made_at if known and known.calendar_digest else None
    return render_template(
        "deadlines/settings.html",
        email=account.email,
        may_get_summary=account.department_id is not None and bool(SUMMARIZED & {role.name for role in account.roles}),
        gets_summary=known is None or known.gets_summary,
        summary_url=url_for(".summary"),
        calendar_url=url_for(".link"),
        made=moment(made_at) if made_at else "",
        link=link,
        csrf_token=csrf_token(),
    )

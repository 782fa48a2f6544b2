"""The front page."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, current_app, render_template, request, url_for

from hub.database import db
from hub.language import full_day, gettext
from hub.queries import places, publications, published
from hub.rules.localtime import local
from hub.views import answers

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
def home() -> str:
    """What this is, and the places one can rate."""
    addresses = [room.place_url for room in current_app.extensions["hub_rooms"] if room.place_url]
    shown = [
        {"name": t.name, "place": t.place, "department": t.department.name, "url": address(t.slug)}
        for t in places.open_touchpoints(db.session())
        for address in addresses[:1]
    ]
    now = datetime.now(UTC)
    items, _ = published.newest(db.session(), now, page=3)
    told = publications.latest(db.session(), current_app.extensions["hub_publications"].values(), now, 3)
    return render_template(
        "home.html",
        touchpoints=shown,
        sign_in_url=url_for("security.login"),
        ask_url=url_for("asking.form"),
        answers_url=url_for("answers.newest"),
        newest=[answers.line(item) for item in items],
        publications=[_card(one) for one in told],
    )


def _card(one: publications.Publication) -> dict[str, str]:
    day = full_day(local(one.appears_at).date())
    return {
        "heading": gettext(one.kind.heading),
        "title": one.title,
        "url": f"{request.script_root}{one.path}",
        "department": one.department,
        "when": day,
    }

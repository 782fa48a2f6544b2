"""The front page."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, current_app, render_template, url_for

from hub.database import db
from hub.language import gettext
from hub.queries import places, publications, published
from hub.views import answers, lines

blueprint = Blueprint("public", __name__)

NEWS = 6
"""How many publications it tells of."""


@blueprint.get("/")
def home() -> str:
    """What one can do here, what is new, and the places one can rate."""
    rooms = current_app.extensions["hub_rooms"]
    addresses = [room.place_url for room in rooms if room.place_url]
    shown = [
        {"name": t.name, "place": t.place, "department": t.department.name, "url": address(t.slug)}
        for t in places.open_touchpoints(db.session())
        for address in addresses[:1]
    ]
    return render_template(
        "home.html",
        touchpoints=shown,
        sign_in_url=url_for("security.login"),
        ask_url=url_for("asking.form"),
        search_url=url_for("searching.everything"),
        doors=[
            {"label": gettext("Answers of the city"), "url": url_for("answers.newest")},
            {"label": gettext("Contacts"), "url": url_for("directory.index")},
            *(
                {"label": gettext(item.text), "url": url_for(item.endpoint)}
                for room in rooms
                for item in room.menu
                if not item.staff
            ),
            {"label": gettext("News by e-mail"), "url": url_for("subscribing.form")},
        ],
        news=_news(),
        feeds=answers.feed_links(),
    )


def _news() -> list[dict[str, object]]:
    """What was published last, of every kind together, the newest first."""
    session, now = db.session(), datetime.now(UTC)
    items, _ = published.newest(session, now, page=NEWS)
    told = publications.latest(session, current_app.extensions["hub_publications"].values(), now, NEWS)
    both = [(item.message.appears_at or now, lines.line(item, tell_kind=True, short=True)) for item in items]
    both += [(one.appears_at, lines.card(one)) for one in told]
    return [line for _, line in sorted(both, key=lambda one: one[0], reverse=True)[:NEWS]]

"""The touch screens: five faces, up to two more questions, thanks. The first touch is stored at once, also without scripts.

A press comes as a form, as JSON, or as a batch of JSON; each answer says what became of it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, language, limits
from hub.database import db
from hub.models import Touchpoint
from hub.queries import places, publications
from hub.vocabulary import CITY_LANGUAGES, DEFAULT_LANGUAGE, Outcome, marked
from kiosk import actions, screens
from kiosk.presses import LONGEST_BATCH, read_form, read_one, refusal, told
from kiosk.questions import FACES

blueprint = Blueprint(
    "kiosk", __name__, template_folder="templates", static_folder="static", static_url_path="/static/kiosk"
)

NEWS = 2
"""How many publications an idle screen shows."""
LONGEST_FORM = 16 * 1024
LONGEST_JSON = 16 * 1024
LONGEST_BATCH_JSON = 128 * 1024
STATUS = {Outcome.STORED: 201, Outcome.AMENDED: 201, Outcome.KNOWN: 200, Outcome.SUPERSEDED: 200}
NOT_A_PRESS = marked("The rating could not be read. Open the page again and touch one of the faces.")


@blueprint.before_request
def _plausible() -> None:
    """A name that no touchpoint can have reaches neither the limits nor the database (PostgreSQL refuses NUL by an error)."""
    slug = (request.view_args or {}).get("slug", "")
    if len(slug) > 64 or not slug.isprintable():
        g.unknown_place = True
        raise errors.UnknownTouchpoint


@blueprint.context_processor
def _way_home() -> dict[str, object]:
    """Every page leads back to the faces of its place, those of errors too: the city's own page is no place for a touch screen.

    Only where there never was such a place (a mistyped or an old poster) they lead to pages of the city, in a language they have.
    """
    slug = (request.view_args or {}).get("slug")
    code = language.current() if language.current() in CITY_LANGUAGES else "en"
    prefix = "" if code == DEFAULT_LANGUAGE else f"/{code}"
    return {
        "home_url": _home(slug) if slug else None,
        "city_url": f"{request.environ.get('hub.root', '')}{prefix}",
        "is_unknown": g.get("unknown_place", False),
    }


@blueprint.get("/kiosk/<slug>")
def faces(slug: str) -> str:
    """The faces; with scripts, the whole sitting happens on this page."""
    touchpoint = _shown(slug)
    return render_template(
        "kiosk/touchpoint.html",
        **screens.common(touchpoint),
        form=screens.form(touchpoint, url_for(".press", slug=slug)),
        follow_ups=screens.follow_ups(touchpoint),
        news=_news(),
        news_url=url_for(".news", slug=slug),
        submit_url=url_for(".press_json", slug=slug),
    )


@blueprint.get("/kiosk/<slug>/zpravy")
def news(slug: str) -> Response:
    """What the city published last, for a screen that stands for days: it asks again every minute."""
    _shown(slug)
    part = Response(render_template("kiosk/news.html", news=_news()))
    part.headers["Cache-Control"] = "no-store"
    return part


def _news() -> list[dict[str, object]]:
    kinds = current_app.extensions["hub_publications"].values()
    return screens.news(publications.latest(db.session(), kinds, _now(), NEWS))


@blueprint.post("/kiosk/<slug>")
def press(slug: str) -> BaseResponse:
    """A form without scripts: store, then lead on to the next question or to the thanks (a reload sends nothing twice)."""
    request.max_content_length = LONGEST_FORM
    forms.check_origin(request)
    forms.read_token(screens.form_name(slug), request.form.get("token"))
    _spend(slug)
    touchpoint = _shown(slug)
    chosen = read_form(request.form, screens.codes(touchpoint))
    if chosen is None:
        raise errors.BadInput(NOT_A_PRESS)
    actions.record_one(slug, chosen, _now())
    # The form of the faces has no step.
    step = {"": 0, "0": 1}.get(request.form.get("step", ""), 2)
    return redirect(_next(slug, touchpoint, Sitting(chosen.id, chosen.rev, chosen.ratings, step)), 303)


@blueprint.get("/kiosk/<slug>/duvod")
def reason(slug: str) -> str | BaseResponse:
    """The reason or the praise, then the outcome, for browsers without scripts; the address carries the signed sitting."""
    touchpoint = _shown(slug)
    sitting = _sitting(slug)
    questions = screens.asked_after(touchpoint, sitting.ratings)
    if sitting.step >= len(questions):  # asked no longer
        return redirect(url_for(".thanks", slug=slug), 303)
    asked = questions[sitting.step]
    back = ".reason" if sitting.step else ".change"
    return render_template(
        "kiosk/reason.html",
        **screens.common(touchpoint),
        form=screens.form(touchpoint, url_for(".press", slug=slug), sitting.id, sitting.rev + 1),
        asked=asked,
        answered=sitting.ratings,
        number=sitting.step,
        chosen=sitting.ratings.get(FACES),
        skip_url=_next(slug, touchpoint, sitting._replace(step=sitting.step + 1)),
        back_url=url_for(back, slug=slug, s=_state(slug, sitting._replace(step=max(0, sitting.step - 1)))),
    )


@blueprint.get("/kiosk/<slug>/zmenit")
def change(slug: str) -> str:
    """The faces again, to correct the same sitting. Without the script, which would begin a sitting of its own."""
    touchpoint = _shown(slug)
    sitting = _sitting(slug)
    return render_template(
        "kiosk/change.html",
        **screens.common(touchpoint),
        form=screens.form(touchpoint, url_for(".press", slug=slug), sitting.id, sitting.rev + 1),
        chosen=sitting.ratings.get(FACES),
    )


@blueprint.get("/kiosk/<slug>/dekujeme")
def thanks(slug: str) -> Response:
    """Thanks, and by itself back to the faces."""
    touchpoint = _shown(slug)
    page = Response(render_template("kiosk/thanks.html", **screens.common(touchpoint)))
    page.headers["Refresh"] = f"4; url={_home(slug)}"
    return page


@blueprint.post("/kiosk/<slug>/dotek")
def press_json(slug: str) -> tuple[Response, int]:
    """One press as JSON: 201 stored, 200 known already, 409 when it contradicts what was stored."""
    chosen = read_one(_json(LONGEST_JSON))
    _spend(slug)
    if chosen is None:
        raise errors.BadInput(NOT_A_PRESS)
    receipt = actions.record_one(slug, chosen, _now())
    return jsonify(told(receipt)), STATUS[receipt.outcome]


@blueprint.post("/kiosk/<slug>/davka")
def batch(slug: str) -> tuple[Response, int]:
    """Up to 200 presses as JSON, in one commit; the answer has a receipt for each, in their order."""
    body = _json(LONGEST_BATCH_JSON)
    items = body.get("presses") if isinstance(body, dict) and body.keys() == {"presses"} else None
    if not isinstance(items, list) or not items:
        raise errors.BadInput(NOT_A_PRESS)
    if len(items) > LONGEST_BATCH:
        raise errors.TooLarge
    _spend(slug, len(items))
    receipts = actions.record(slug, [read_one(item) or refusal(item) for item in items], _now())
    return jsonify(receipts=[told(receipt) for receipt in receipts]), 200


def _json(longest: int) -> Any:
    request.max_content_length = longest
    forms.check_origin(request)
    if request.mimetype != "application/json":
        raise errors.WrongType
    return request.get_json()


def _spend(slug: str, taps: int = 1) -> None:
    # By touchpoint, never by address: all kiosks of a city stand behind one.
    limits.spend("tap", slug, current_app.config["HUB"].taps_per_minute, cost=taps)


def _shown(slug: str) -> Touchpoint:
    touchpoint = places.touchpoint_to_show(db.session(), slug)
    if touchpoint is None:
        g.unknown_place = not places.was_touchpoint(db.session(), slug)
        raise errors.UnknownTouchpoint
    return touchpoint


class Sitting(NamedTuple):
    """What is known of somebody whose browser has no scripts. `step` is the question to be asked next, 0 the one after the face."""

    id: str
    rev: int
    ratings: dict[str, int]
    step: int


def _sitting(slug: str) -> Sitting:
    state = forms.read_token(f"sitting:{slug}", request.args.get("s"), longest=3600)
    if not (isinstance(state, list) and len(state) == len(Sitting._fields)):
        raise errors.FormExpired
    return Sitting(*state)


def _state(slug: str, sitting: Sitting) -> str:
    return forms.token(f"sitting:{slug}", list(sitting))


def _next(slug: str, touchpoint: Touchpoint, sitting: Sitting) -> str:
    """The address of what comes next: a question, or the thanks."""
    if sitting.step >= len(screens.asked_after(touchpoint, sitting.ratings)):
        return url_for(".thanks", slug=slug)
    return url_for(".reason", slug=slug, s=_state(slug, sitting))


def _home(slug: str) -> str:
    """The faces in the city's language: whoever comes next starts there."""
    return f"{request.environ.get('hub.root', '')}/kiosk/{quote(slug, safe='')}"


def _now() -> datetime:
    return datetime.now(UTC)

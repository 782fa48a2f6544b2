"""/urad/spokojenost: what the taps say, by place and department, by day and hour, for people and as CSV."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for

from hub import language, sheets
from hub.database import db
from hub.errors import BadInput, NotAllowed, NotFound
from hub.language import gettext
from hub.rules.access import sees_whole_city
from hub.rules.figures import RELIABLE, Share
from hub.rules.intervals import INDICATOR, Z95
from hub.rules.localtime import Month, local
from hub.signin import current_account, signed_in
from hub.views.month_page import Choice, MonthPage, Point
from hub.vocabulary import marked

blueprint = Blueprint("figures", __name__)

INTERVAL = "Wilson 95 %"


@blueprint.get("/urad/spokojenost")
@signed_in
def month() -> str:
    """The page of one month."""
    page = _page()
    chosen = {"kind": page.choice.kind, "name": page.chosen.name if page.chosen else ""}
    aside, taps = page.set_aside()
    notes = {of: said for noted in current_app.extensions["hub_place_notes"] for of, said in noted().items()}
    return render_template(
        "figures/figures.html",
        period=_period(page),
        total=page.total,
        total_name=page.departments[0].name if page.limited and page.departments else "",
        places=[
            {**_row(page, "misto", p, page.of_place(p), p.department.name), "note": notes.get(p.id, "")}
            for p in page.places
        ],
        departments=[_row(page, "odbor", d, page.of_department(d), "") for d in page.departments],
        chosen=chosen,
        days=_points(page.days(_today())),
        hours=_points(page.hours()),
        choices=[
            (gettext("What to improve"), page.options("reason")),
            (gettext("What went well"), page.options("praise")),
        ],
        set_aside=aside,
        all_taps=taps,
        csv_places_url=_csv_url(page, "mista"),
        csv_days_url=_csv_url(page, "dny"),
        csv_hours_url=_csv_url(page, "hodiny"),
        city_url=url_for(".month", mesic=page.month),
        keep=_chosen_argument(page.choice),
        method={
            "indicator": INDICATOR,
            "interval": INTERVAL,
            "z": language.exact(Z95),
            "threshold": page.smallest,
            "reliable": RELIABLE,
        },
    )


@blueprint.get("/urad/spokojenost.csv")
@signed_in
def table() -> Response:
    """One table of the page as CSV; hidden figures are hidden here too."""
    page = _page()
    which = request.args.get("tabulka", "mista")
    if which == "mista":
        points = [(p.name, p.department.name, page.of_place(p)) for p in page.places]
        rows = [[label, office, *_figures(share)] for label, office, share in points]
        head = [gettext("Place"), gettext("Department")]
    elif which in {"dny", "hodiny"}:
        slots = page.days(_today()) if which == "dny" else page.hours()
        rows = [[label, *_figures(share)] for label, share in slots]
        head = [gettext("Day") if which == "dny" else gettext("Hour")]
    else:
        raise NotFound
    more = [gettext("Ratings"), gettext("Satisfied"), gettext("Share"), gettext("Lower bound"), gettext("Upper bound")]
    text = sheets.csv_file([*head, *more, gettext("Indicator"), gettext("Interval")], rows)
    name = f"spokojenost-{page.month}-{which}{'-' + page.choice.slug if page.choice.slug else ''}.csv"
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _points(points: list[Point]) -> list[dict[str, object]]:
    """Points as the charts take them: the figure's parts and its label side by side."""
    return [{"label": label, **asdict(share)} for label, share in points]


def _figures(share: Share) -> list[sheets.Value]:
    if share.hidden:
        return [gettext("not shown"), None, None, None, None, INDICATOR, INTERVAL]
    return [share.n, share.good, share.share, share.low, share.high, INDICATOR, INTERVAL]


def _page() -> MonthPage:
    account = current_account()
    whole = account is not None and sees_whole_city([role.name for role in account.roles])
    if account is None or not (whole or account.department_id):
        raise NotAllowed
    asked = request.args.get("mesic")
    month = Month.parse(asked) if asked else Month.of(_today())
    if month is None:
        raise BadInput(marked("The month is not readable. Choose one from the list."))
    choice = _choice()
    scope = None if whole else account.department_id
    page = MonthPage(db.session(), month, choice, scope, current_app.config["HUB"].small_group)
    if choice.slug and page.chosen is None:
        raise NotFound
    return page


def _today() -> date:
    return local(datetime.now(UTC)).date()


def _choice() -> Choice:
    for kind in ("misto", "odbor"):
        if request.args.get(kind):
            return Choice(kind, request.args[kind])
    return Choice("mesto")


def _chosen_argument(choice: Choice) -> dict[str, Any]:
    return {choice.kind: choice.slug} if choice.slug else {}


def _period(page: MonthPage) -> dict[str, object]:
    months = page.months(datetime.now(UTC))
    shown = months if page.month in months else sorted({*months, page.month}, reverse=True)
    at = shown.index(page.month)

    def url(index: int) -> str | None:
        inside = 0 <= index < len(shown)
        return url_for(".month", mesic=shown[index], **_chosen_argument(page.choice)) if inside else None

    return {
        "value": str(page.month),
        "label": language.month(page.month.days()[0]),
        "previous_url": url(at + 1),
        "next_url": url(at - 1),
        "options": [
            {"value": str(m), "label": language.month(m.days()[0]), "selected": m == page.month} for m in shown
        ],
    }


def _row(page: MonthPage, kind: str, thing: object, share: Share, department: str) -> dict[str, object]:
    slug, name = thing.slug, thing.name  # type: ignore[attr-defined]
    return {
        "name": name,
        "department": department,
        "url": url_for(".month", mesic=page.month, **_chosen_argument(Choice(kind, slug))),
        "chosen": page.choice == Choice(kind, slug),
        "share": share,
    }


def _csv_url(page: MonthPage, which: str) -> str:
    chosen: dict[str, Any] = {} if which == "mista" else _chosen_argument(page.choice)
    return url_for(".table", mesic=page.month, tabulka=which, **chosen)

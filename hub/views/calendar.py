"""/urad/kalendar: what is due when; and the same in the calendar program of an account, under a secret link."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, render_template, request, url_for

from hub import calendars
from hub.database import db
from hub.errors import BadInput, NotFound
from hub.language import full_day, gettext, weekday
from hub.models import Case
from hub.queries import calendar
from hub.queries.calendar import Due
from hub.rules.localtime import Month, local
from hub.signin import signed_in
from hub.steps.subscribing import digest
from hub.views import desk, labels, months
from hub.vocabulary import marked
from hub.workdays import is_free, name_of

blueprint = Blueprint("calendar", __name__)

AROUND = 12
"""Months before and after the present one that can be chosen."""


@blueprint.get("/urad/kalendar")
@signed_in
def month() -> str:
    """One month, and below it the cases of a chosen day."""
    today, scope = desk.today(), desk.scope()
    chosen_day = _day(request.args.get("den"))
    present = Month.of(today)
    chosen = Month.of(chosen_day) if chosen_day else months.asked(present)
    due = calendar.of_month(db.session(), scope, chosen)
    late = calendar.late(db.session(), scope, today)
    return render_template(
        "deadlines/calendar.html",
        period=months.picker(
            chosen, present.shift(-AROUND), present.shift(AROUND), lambda one: url_for(".month", mesic=one)
        ),
        weekdays=[weekday(n) for n in range(1, 8)],
        weeks=_weeks(chosen, due, today),
        late=late,
        late_url=url_for("cases.inbox", pohled="otevrene"),
        chosen=_chosen(chosen_day, today) if chosen_day else None,
        settings_url=url_for("own.settings"),
    )


@blueprint.get("/kalendar/<secret>.ics")
def feed(secret: str) -> Response:
    """The deadlines of an account for its calendar program: references and days, no word of a citizen."""
    now = datetime.now(UTC)
    account = calendar.owner(db.session(), digest(secret)) if 20 <= len(secret) <= 100 else None
    if account is None:
        raise NotFound(marked("This link leads to no calendar. Make a new one in your settings."))
    site = current_app.config["HUB"].site
    events = [event_of(case, site) for case in calendar.of_account(db.session(), account, local(now).date())]
    made = Response(calendars.feed(gettext("Deadlines of cases"), events, now), mimetype="text/calendar")
    made.headers["Cache-Control"] = "no-store"
    made.headers["Content-Disposition"] = 'inline; filename="lhuty.ics"'
    made.headers["X-Robots-Tag"] = "noindex"
    return made


def event_of(case: Case, site: str) -> calendars.Event:
    """The last day of a case in a calendar program."""
    return calendars.Event(
        uid=f"{case.reference}-lhuta@{urlsplit(site).hostname}",
        on=case.due_on,
        summary=gettext("%(reference)s: answer by today", reference=case.reference),
        url=f"{site}/urad/pripady/{case.reference}",
        sequence=case.version,
    )


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year < 9999:
        raise BadInput(marked("The day is not readable. Choose one from the calendar."))
    return day


def _weeks(chosen: Month, due: dict[date, Due], today: date) -> list[list[dict[str, Any] | None]]:
    days = chosen.days()
    cells: list[dict[str, Any] | None] = [None] * (days[0].isoweekday() - 1)
    cells += [_cell(day, due.get(day), today) for day in days]
    cells += [None] * (-len(cells) % 7)
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _cell(day: date, due: Due | None, today: date) -> dict[str, Any]:
    return {
        "number": day.day,
        "day": full_day(day),
        "weekday": weekday(day.isoweekday()),
        "is_today": day == today,
        "is_free": is_free(day),
        "holiday": name_of(day) or "",
        "is_nothing": not due and day != today,
        "all": due.all if due else 0,
        "mine": due.mine if due else 0,
        "is_late": bool(due) and day < today,
        "url": url_for(".month", den=day.isoformat()) + "#den" if due else None,
    }


def _chosen(day: date, today: date) -> dict[str, Any]:
    only_mine, after = request.args.get("jen") == "moje", request.args.get("od", "")
    if after and not (after.isascii() and after.isdigit() and len(after) < 18):
        raise BadInput(marked("The address of this page is not readable. Start at the first page."))
    found, last = calendar.of_day(db.session(), desk.scope(), day, int(after or 0), only_mine)

    def url(**more: object) -> str:
        return url_for(".month", den=day.isoformat(), **more) + "#den"  # type: ignore[arg-type]

    kept = {"jen": "moje"} if only_mine else {}
    return {
        "day": full_day(day),
        "weekday": weekday(day.isoweekday()),
        "cases": [_line(case, today) for case in found],
        "views": [
            {"label": gettext("All"), "url": url(), "current": not only_mine},
            {"label": gettext("Mine"), "url": url(jen="moje"), "current": only_mine},
        ],
        "next_url": url(od=last, **kept) if last else None,
        "first_url": url(**kept) if after else None,
    }


def _line(case: Case, today: date) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "url": url_for("cases.one", reference=case.reference),
        "kind": labels.label(labels.KINDS, case.legal_kind),
        "state": labels.label(labels.CASE_STATES, case.state),
        "department": case.department.name,
        "official": case.official.name if case.official else "",
        "urgency": labels.urgency(case, today),
        "due_words": labels.due_words(case, today),
    }

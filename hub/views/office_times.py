"""Opening hours in words: how it is with an office now, and its week as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hub.language import day, gettext, weekday
from hub.models import Office
from hub.queries import cards
from hub.rules.localtime import local
from hub.rules.openinghours import Now, Span, Standing, clock, now, write_day
from hub.workdays import name_of


def status(office: Office | None, at: datetime) -> dict[str, str] | None:
    """How it is with an office: a word for its look, a sentence, and when it opens next. None when nobody wrote its hours."""
    spans = cards.of_office(office).hours
    found = now(spans, local(at), lambda on: name_of(on) is not None)
    if found is None:
        return None
    return {"standing": found.standing.value, "text": _sentence(found, at), "next": _next(found)}


def _sentence(found: Now, at: datetime) -> str:
    holiday = name_of(local(at).date())
    if found.standing is Standing.OPEN:
        until = clock(found.at or 0)
        if found.again:
            return gettext("Open today until %(time)s, then %(times)s", time=until, times=write_day(found.again))
        return gettext("Open today until %(time)s", time=until)
    if found.standing is Standing.LATER:
        return gettext("Opens today at %(time)s", time=clock(found.at or 0))
    if found.standing is Standing.OVER:
        return gettext("Closed for today")
    return gettext("Closed today: %(holiday)s", holiday=holiday) if holiday else gettext("Closed today")


def _next(found: Now) -> str:
    if found.next_on is None or found.next_at is None:
        return ""
    name = weekday(found.next_on.isoweekday())
    return gettext(
        "Opens next: %(weekday)s %(day)s at %(time)s", weekday=name, day=day(found.next_on), time=clock(found.next_at)
    )


def week(office: Office | None, at: datetime) -> list[dict[str, object]]:
    """Monday to Friday, and of the weekend the days that have hours: name, hours, whether it is today."""
    spans = cards.of_office(office).hours
    if not spans:
        return []
    today = local(at).date().isoweekday()
    days = [number for number in range(1, 8) if number <= 5 or _of(spans, number)]
    return [
        {"name": weekday(number), "hours": [write_day([span]) for span in _of(spans, number)], "today": number == today}
        for number in days
    ]


def _of(spans: Sequence[Span], number: int) -> list[Span]:
    return [span for span in spans if span.weekday == number]

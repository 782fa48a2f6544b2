"""By what the list of answers is narrowed: department, theme and time in its address, and the form that offers them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from hub import language
from hub.errors import BadInput, NotFound
from hub.language import gettext, words
from hub.queries import places, published, themes
from hub.queries.published import Narrowed
from hub.rules.localtime import Month, local
from hub.text import one_line
from hub.vocabulary import marked

LONGEST_QUERY = 200


class UnknownFilter(NotFound):
    """No department or theme of this name."""

    code = "unknown_filter"
    title = marked("There is no such department or theme")
    message = marked("Nothing is sorted under this name. Open the list of answers and choose again.")


class UnreadableTime(BadInput):
    """A year or month that is none."""

    code = "unreadable_time"
    message = marked("The year or month in the address is not readable. Open the list of answers and choose again.")


class Narrowing:
    """What the address of the present request asks for; `timed`: the time too. Raises UnknownFilter, UnreadableTime."""

    def __init__(self, session: Session, *, timed: bool = True) -> None:
        self._session = session
        self._departments = places.departments(session)
        self._themes = themes.themes(session)
        self.query = one_line(request.args.get("q", ""))[:LONGEST_QUERY]
        self.narrowed = Narrowed(
            _of_name(self._departments, request.args.get("utvar", "")),
            _of_name(self._themes, request.args.get("tema", "")),
            _month(request.args.get("mesic", "") if timed else ""),
            _year(request.args.get("rok", "") if timed else ""),
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """What of the address belongs to this, for links to other pages of the same list."""
        time = {"mesic": str(self.narrowed.month or ""), "rok": "" if self.narrowed.month else str(self._year or "")}
        return {name: value for name, value in {"q": self.query, **self.of_feed, **time}.items() if value}

    @property
    def of_feed(self) -> dict[str, Any]:
        """The same of a feed, which has no time and no search."""
        department, theme = self.narrowed.department, self.narrowed.theme
        found = {"utvar": department.slug if department else "", "tema": theme.slug if theme else ""}
        return {name: value for name, value in found.items() if value}

    @property
    def label(self) -> str:
        """What it is narrowed to, in words."""
        narrowed = self.narrowed
        return ", ".join(
            part
            for part in (
                narrowed.department.name if narrowed.department else "",
                words(narrowed.theme.names) if narrowed.theme else "",
                language.month(narrowed.month.days()[0]) if narrowed.month else str(narrowed.year or ""),
            )
            if part
        )

    def fields(self) -> list[dict[str, Any]]:
        """The choices of the form; without themes where the city has none."""
        years = range(self._last_year, self._first_year - 1, -1)
        found = [
            ("utvar", gettext("Department"), [(one.slug, one.name) for one in self._departments]),
            ("tema", gettext("Theme"), [(one.slug, words(one.names)) for one in self._themes]),
            ("rok", gettext("Year"), [(str(year), str(year)) for year in years]),
        ]
        chosen = {**self.of_feed, "rok": str(self._year or "")}
        return [
            {
                "name": name,
                "label": label,
                "options": [
                    {"value": value, "label": text, "selected": chosen.get(name) == value} for value, text in options
                ],
            }
            for name, label, options in found
            if options
        ]

    def months(self) -> list[dict[str, Any]]:
        """Links to the months of the chosen year that have come."""
        if self._year is None:
            return []
        now = Month.of(local(datetime.now(UTC)).date())
        kept = {name: value for name, value in self.arguments.items() if name not in {"rok", "mesic"}}
        return [
            {
                "label": language.month(month.days()[0]),
                "url": url_for("answers.newest", **kept, mesic=month),
                "current": month == self.narrowed.month,
            }
            for month in (Month(self._year, n) for n in range(1, 13))
            if month <= now
        ]

    @property
    def _year(self) -> int | None:
        return self.narrowed.month.year if self.narrowed.month else self.narrowed.year

    @cached_property
    def _last_year(self) -> int:
        return max(local(datetime.now(UTC)).year, self._year or 0)

    @cached_property
    def _first_year(self) -> int:
        return min(published.first_year(self._session, datetime.now(UTC)), self._year or 9999)


def _of_name(things: list[Any], slug: str) -> Any:
    """The department or theme of this name, None for no name."""
    found = next((thing for thing in things if thing.slug == slug), None)
    if slug and found is None:
        raise UnknownFilter
    return found


def _month(text: str) -> Month | None:
    found = Month.parse(text)
    if text and found is None:
        raise UnreadableTime
    return found


def _year(text: str) -> int | None:
    found = Month.parse(f"{text}-01")
    if text and found is None:
        raise UnreadableTime
    return found.year if found else None

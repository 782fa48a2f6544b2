"""What the page of figures shows for one month: the same figures for the page and for its CSV files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from hub import language
from hub.models import Department, Touchpoint
from hub.queries import figures as query
from hub.queries import places
from hub.rules import figures as rule
from hub.rules.localtime import Month, local

Point = tuple[str, rule.Share]
"""The label of a day or hour, and its figure."""

OPTIONS = 24
"""Months the picker offers."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose days and hours are shown: a place, a department, or the whole city (`kind` mesto, `slug` empty)."""

    kind: str
    slug: str = ""


class MonthPage:
    """The figures of one month that one account may see. `scope` is the department it is limited to, None for all."""

    def __init__(self, session: Session, month: Month, choice: Choice, scope: int | None, smallest: int) -> None:
        self.month, self.choice, self.smallest, self._session = month, choice, smallest, session
        self.limited = scope is not None
        self._series = query.series(session, "visit")
        by_day = query.cells(session, self._series, month, "day_on")
        self._days = rule.Figures(by_day, smallest)
        self._leaves = {leaf for leaf in self._days.leaves() if scope in {None, leaf[1]}}
        self.places = [t for t in places.touchpoints(session) if scope in {None, t.department_id} or self._of_place(t)]
        asked = {place.department_id for place in self.places} | {leaf[1] for leaf in self._leaves}
        self.departments = [d for d in places.departments(session) if d.id in asked and scope in {None, d.id}]

    @cached_property
    def chosen(self) -> Touchpoint | Department | None:
        """The chosen place or department; None for the whole city, or when there is no such one to see."""
        by_kind: dict[str, list[Touchpoint] | list[Department]] = {"misto": self.places, "odbor": self.departments}
        return next((thing for thing in by_kind.get(self.choice.kind, []) if thing.slug == self.choice.slug), None)

    @cached_property
    def total(self) -> rule.Share:
        """The whole city, or the whole of what the account may see."""
        return self._days.of_month(self._leaves)

    def of_place(self, place: Touchpoint) -> rule.Share:
        """One place's month."""
        return self._days.of_month(self._of_place(place))

    def of_department(self, department: Department) -> rule.Share:
        """One department's month."""
        return self._days.of_month(self._of_department(department))

    def days(self, until: date) -> list[Point]:
        """The chosen one's figure of every day of the month that has come."""
        shares = self._days.by_slot(self._chosen_leaves, self.month.days())
        return [(language.day(day), shares[day]) for day in self.month.days() if day <= until]

    def hours(self) -> list[Point]:
        """The chosen one's figure of every hour of the day in which anything was counted in the month."""
        cells = query.cells(self._session, self._series, self.month, "hour", self._chosen_leaves)
        seen = [cell.slot for cell in cells if isinstance(cell.slot, int)]
        slots = range(min(seen, default=0), max(seen, default=-1) + 1)
        shares = rule.Figures(cells, self.smallest, self._days.hidden).by_slot(self._chosen_leaves, slots)
        return [(f"{hour}–{hour + 1}", shares[hour]) for hour in slots]

    def options(self, question: str) -> list[dict[str, Any]]:
        """How often the chosen one's citizens took each option of a choice; None where too few did."""
        series = query.series(self._session, question)
        leaves = [leaf for leaf in self._chosen_leaves if leaf not in self._days.hidden]
        counts = rule.options(query.choices(self._session, series, self.month, leaves), leaves, self.smallest)
        return [{"label": language.words(series.labels[level]), "n": n} for level, n in enumerate(counts, 1)]

    def set_aside(self) -> tuple[int, int]:
        """(set aside, all) of the chosen one."""
        return self._days.set_aside(self._chosen_leaves)

    def months(self, now: datetime) -> list[Month]:
        """Months that can be chosen, newest first: from the first count to now."""
        last = Month.of(local(now).date())
        day = query.first_day(self._session, self._series)
        first = max(Month.of(day), last.shift(1 - OPTIONS)) if day else last
        months = [last]
        while months[-1] > first:
            months.append(months[-1].shift(-1))
        return months

    def _of_place(self, place: Touchpoint) -> list[rule.Leaf]:
        return [leaf for leaf in self._leaves if leaf[0] == place.id]

    def _of_department(self, department: Department) -> list[rule.Leaf]:
        return [leaf for leaf in self._leaves if leaf[1] == department.id]

    @cached_property
    def _chosen_leaves(self) -> list[rule.Leaf]:
        if isinstance(self.chosen, Touchpoint):
            return self._of_place(self.chosen)
        if isinstance(self.chosen, Department):
            return self._of_department(self.chosen)
        return sorted(self._leaves)

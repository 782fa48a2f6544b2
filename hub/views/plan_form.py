"""The fields of a form that say when an answer is to go out, read into an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub import errors
from hub.language import gettext, moment
from hub.rules import planning
from hub.rules.localtime import local
from hub.vocabulary import marked

AT_ONCE, TOMORROW, AT = "", "tomorrow", "at"


class BadPlan(errors.BadInput):
    """The time to send an answer at is not readable, or not one moment."""

    code = "bad_plan"


class TwiceThatNight(BadPlan):
    """The hour in which clocks are moved back comes twice."""

    code = "twice_that_night"
    message = marked("That night this hour comes twice, as clocks are moved back. Choose the first or the second.")


@dataclass(frozen=True, slots=True)
class Plan:
    """What stands in the fields, as it came: `when` ('' at once, tomorrow, at), the day, the time, `fold` (1 or 2 or '')."""

    when: str = AT_ONCE
    on: str = ""
    at: str = ""
    fold: str = ""

    def instant(self, now: datetime) -> datetime | None:
        """The instant it means; None: at once. Raises BadPlan."""
        if self.when == TOMORROW:
            return planning.tomorrow_morning(now)
        if self.when == AT_ONCE:
            return None
        if self.when != AT:
            raise BadPlan(marked("Choose whether it is to go out at once, tomorrow morning or at another time."))
        day, at = planning.read_day(self.on), planning.read_time(self.at)
        if day is None:
            raise BadPlan(marked("The day to send it on is not readable. Choose one from the calendar."))
        if at is None:
            raise BadPlan(marked("Write the time to send it at as hours and minutes, for example 8:00."))
        found = planning.instants(day, at)
        if not found:
            raise BadPlan(marked("Clocks skip this hour on that night. Choose another time to send it at."))
        if len(found) == 2 and self.fold not in {"1", "2"}:
            raise TwiceThatNight
        return found[int(self.fold) - 1] if len(found) == 2 else found[0]

    def is_doubled(self) -> bool:
        """Whether the hour comes twice, so that one has to choose."""
        day, at = planning.read_day(self.on), planning.read_time(self.at)
        return self.when == AT and day is not None and at is not None and len(planning.instants(day, at)) == 2


def read(form: Mapping[str, str]) -> Plan:
    """What was sent."""
    return Plan(*(form.get(name, "").strip()[:20] for name in ("plan", "plan_on", "plan_at", "plan_fold")))


def of(at: datetime | None) -> Plan:
    """The fields of a plan that is kept."""
    if at is None:
        return Plan()
    wall = local(at)
    two = planning.instants(wall.date(), wall.time().replace(second=0, microsecond=0))
    return Plan(
        AT, wall.date().isoformat(), f"{wall:%H:%M}", str(two.index(at) + 1) if len(two) == 2 and at in two else ""
    )


def told(at: datetime | None) -> str:
    """A plan in words, empty for none; of an hour that comes twice it says which."""
    if at is None:
        return ""
    fold = of(at).fold
    which = {"1": gettext("the first of two such hours"), "2": gettext("the second of two such hours")}.get(fold)
    return f"{moment(at)} ({which})" if which else moment(at)

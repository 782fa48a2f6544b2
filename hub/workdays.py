"""On which days the office is closed: Saturdays, Sundays and the holidays of act 245/2000. The one module around `holidays`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache


def is_free(day: date) -> bool:
    """Whether it is a Saturday, a Sunday or a public holiday (Good Friday and Easter Monday too)."""
    return day.isoweekday() >= 6 or day in _holidays(day.year)


def name_of(day: date) -> str | None:
    """The Czech name of the holiday; None on every other day, plain Saturdays and Sundays among them."""
    return _holidays(day.year).get(day)


@lru_cache(maxsize=64)
def _holidays(year: int) -> Mapping[date, str]:
    # Imported here: it takes a tenth of a second, and most commands ask for no holiday.
    from holidays import country_holidays  # noqa: PLC0415

    return dict(country_holidays("CZ", years=year, language="cs"))

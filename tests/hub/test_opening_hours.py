"""Hours are read as people write them, nonsense is refused in words, and a page says how it is with an office right now."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from hub.rules.openinghours import BadHours, Now, Span, Standing, clock, now, read_day, write_day
from hub.workdays import name_of

MONDAY = datetime.fromisoformat("2026-11-23 09:00")
WEEK = [*read_day(1, "8:00-11:30, 12:30-17:00"), *read_day(3, "8-17"), *read_day(6, "9:00-12:00")]


def at(day: str, time: str) -> Now | None:
    return now(WEEK, datetime.fromisoformat(f"{day} {time}"), lambda on: name_of(on) is not None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("8:00-11:30, 12:30-17:00", "8:00–11:30, 12:30–17:00"),
        ("8.00 – 11.30; 12.30 – 17.00", "8:00–11:30, 12:30–17:00"),
        ("12:30—17:00,8-11:30", "8:00–11:30, 12:30–17:00"),
        ("8 do 12", "8:00–12:00"),
        ("0:00-24:00", "0:00–24:00"),
        ("8:00-11:30,", "8:00–11:30"),
        ("8:00-11:30, 11:30-12", "8:00–11:30, 11:30–12:00"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_hours_are_read_as_people_write_them(written: str, meant: str) -> None:
    assert write_day(read_day(1, written)) == meant
    assert read_day(1, meant) == read_day(1, written)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("dopoledne", "like this"),
        ("8:00", "like this"),
        ("8:00-", "like this"),
        ("8:00-11:30 12:30-17:00", "like this"),
        ("-1:00-8:00", "like this"),
        ("8:00-11:30, <script>", "like this"),
        ("8:0-9:00", "like this"),
        (", ".join(f"{n}:00-{n}:30" for n in range(7)), "like this"),
        ("8:00-25:00", "no such time"),
        ("24:00-25:00", "no such time"),
        ("8:60-9:00", "no such time"),
        ("17:00-8:00", "before it opens"),
        ("8:00-8:00", "before it opens"),
        ("8:00-12:00, 11:00-13:00", "overlap"),
        ("12:00-13:00, 8:00-12:01", "overlap"),
    ],
)
def test_hours_that_cannot_be_are_refused_in_plain_words(written: str, why: str) -> None:
    with pytest.raises(BadHours, match=why):
        read_day(1, written)


@pytest.mark.parametrize(
    ("time", "standing", "until"),
    [
        ("07:59", Standing.LATER, "8:00"),
        ("08:00", Standing.OPEN, "11:30"),
        ("11:29", Standing.OPEN, "11:30"),
        ("11:30", Standing.LATER, "12:30"),
        ("12:30", Standing.OPEN, "17:00"),
        ("16:59", Standing.OPEN, "17:00"),
        ("17:00", Standing.OVER, None),
    ],
)
def test_a_monday_goes_by(time: str, standing: Standing, until: str | None) -> None:
    found = at("2026-11-23", time)
    assert found is not None
    assert found.standing is standing
    assert (clock(found.at) if found.at is not None else None) == until
    assert (found.next_on is not None) == (standing is Standing.OVER)


def test_what_comes_after_the_lunch_is_told_too() -> None:
    found = at("2026-11-23", "09:00")
    assert found is not None
    assert found.again == (Span(1, 750, 1020),)


@pytest.mark.parametrize(
    ("day", "standing", "next_on"),
    [
        ("2026-11-23", Standing.OVER, date(2026, 11, 25)),
        ("2026-11-24", Standing.CLOSED, date(2026, 11, 25)),
        ("2026-11-27", Standing.CLOSED, date(2026, 11, 28)),  # a Saturday on which it opens
        ("2026-12-24", Standing.CLOSED, date(2026, 12, 28)),  # Christmas: Saturday the 26th is a holiday too
        ("2026-04-06", Standing.CLOSED, date(2026, 4, 8)),  # Easter Monday
    ],
)
def test_the_next_day_it_opens_is_no_holiday(day: str, standing: Standing, next_on: date) -> None:
    found = at(day, "18:00")
    assert found is not None
    assert (found.standing, found.next_on) == (standing, next_on)


def test_on_a_holiday_nobody_is_there() -> None:
    found = at("2026-04-06", "09:00")
    assert found is not None
    assert found.standing is Standing.CLOSED


def test_an_office_that_gave_no_hours_says_nothing() -> None:
    assert now([], MONDAY, lambda _: False) is None


def test_an_office_that_is_always_on_holiday_promises_no_day() -> None:
    assert now(WEEK, MONDAY, lambda _: True) == Now(Standing.CLOSED)

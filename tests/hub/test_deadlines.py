"""By when a text must be answered: days and months counted by § 40 of the administrative code, over Czech holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.deadlines import Period, Unit, count, days_left, received_on, share_used
from hub.rules.localtime import PRAGUE
from hub.workdays import is_free, name_of

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("received", "days", "raw_end", "due"),
    [
        (date(2026, 10, 27), 60, date(2026, 12, 26), date(2026, 12, 28)),
        (date(2026, 12, 9), 15, date(2026, 12, 24), date(2026, 12, 28)),
        (date(2026, 6, 5), 30, date(2026, 7, 5), date(2026, 7, 7)),
        (date(2026, 12, 29), 90, date(2027, 3, 29), date(2027, 3, 30)),
        (date(2027, 2, 27), 60, date(2027, 4, 28), date(2027, 4, 28)),
        (date(2028, 2, 28), 1, date(2028, 2, 29), date(2028, 2, 29)),
        (date(2028, 2, 29), 15, date(2028, 3, 15), date(2028, 3, 15)),
        (date(2026, 12, 30), 2, date(2027, 1, 1), date(2027, 1, 4)),
    ],
)
def test_days_are_counted_from_the_next_one_and_end_on_a_working_day(
    received: date, days: int, raw_end: date, due: date
) -> None:
    counting = count(received, Period(days, Unit.DAY), is_free)
    assert (counting.received_on, counting.first_day) == (received, received + DAY)
    assert (counting.raw_end, counting.due_on) == (raw_end, due)


def test_the_days_moved_over_are_told() -> None:
    christmas = count(date(2026, 12, 9), Period(15, Unit.DAY), is_free)
    assert christmas.passed_over == tuple(date(2026, 12, day) for day in (24, 25, 26, 27))
    assert count(date(2027, 2, 27), Period(60, Unit.DAY), is_free).passed_over == ()


@pytest.mark.parametrize(
    ("received", "months", "raw_end", "due"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28), date(2026, 3, 2)),  # the 28th is a Saturday
        (date(2028, 1, 31), 1, date(2028, 2, 29), date(2028, 2, 29)),
        (date(2024, 1, 30), 1, date(2024, 2, 29), date(2024, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31), date(2027, 2, 1)),  # the 31st is a Sunday
        (date(2026, 2, 28), 1, date(2026, 3, 28), date(2026, 3, 30)),  # the same number, not the last day
        (date(2026, 11, 16), 3, date(2027, 2, 16), date(2027, 2, 16)),
    ],
)
def test_months_end_on_the_same_number_or_the_last_day(received: date, months: int, raw_end: date, due: date) -> None:
    counting = count(received, Period(months, Unit.MONTH), is_free)
    assert (counting.raw_end, counting.due_on) == (raw_end, due)


def test_there_is_no_period_of_nothing() -> None:
    with pytest.raises(ValueError, match="no period"):
        Period(0, Unit.DAY)


def _utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("received_at", "day"),
    [
        (_utc(2026, 6, 30, 22, 30), date(2026, 7, 1)),  # 00:30 in Prague
        (_utc(2026, 6, 30, 21, 59), date(2026, 6, 30)),
        (_utc(2027, 2, 27, 22, 30), date(2027, 2, 27)),
        (_utc(2026, 12, 31, 23, 0), date(2027, 1, 1)),
        (_utc(2026, 10, 24, 22, 30), date(2026, 10, 25)),  # the day of 25 hours begins at 22:00 UTC …
        (_utc(2026, 10, 25, 22, 30), date(2026, 10, 25)),  # … and ends at 23:00
        (_utc(2026, 10, 25, 23, 0), date(2026, 10, 26)),
        (_utc(2027, 3, 27, 23, 0), date(2027, 3, 28)),  # the day of 23 hours begins at 23:00 UTC …
        (_utc(2027, 3, 28, 21, 59), date(2027, 3, 28)),
        (_utc(2027, 3, 28, 22, 0), date(2027, 3, 29)),  # … and ends at 22:00
    ],
)
def test_the_day_of_receipt_is_the_one_in_prague(received_at: datetime, day: date) -> None:
    assert received_on(received_at, None) == day


def test_after_an_outage_the_earlier_instant_counts() -> None:
    assert received_on(_utc(2026, 7, 3, 8, 0), _utc(2026, 7, 1, 8, 0)) == date(2026, 7, 1)


def test_a_clock_that_runs_ahead_wins_no_time() -> None:
    assert received_on(_utc(2026, 7, 3, 8, 0), _utc(2026, 7, 9, 8, 0)) == date(2026, 7, 3)


def test_a_text_of_saturday_night_before_summer_time_is_due_on_wednesday() -> None:
    day = received_on(datetime(2027, 2, 27, 23, 30, tzinfo=PRAGUE), None)
    assert count(day, Period(60, Unit.DAY), is_free).due_on == date(2027, 4, 28)


def test_the_time_used_grows_from_nothing_over_the_whole_to_more() -> None:
    received, due = date(2026, 6, 1), date(2026, 6, 11)
    days = [date(2026, 5, 20), received, date(2026, 6, 4), due, date(2026, 6, 16)]
    assert [share_used(received, due, day) for day in days] == [0.0, 0.0, 0.3, 1.0, 1.5]
    assert share_used(due, due, due) == 1.0


def test_days_left_are_negative_when_it_is_late() -> None:
    assert [days_left(date(2026, 6, 11), date(2026, 6, day)) for day in (1, 11, 13)] == [10, 0, -2]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 4, 3), "Velký pátek"),
        (date(2026, 4, 6), "Velikonoční pondělí"),
        (date(2027, 3, 26), "Velký pátek"),
        (date(2026, 12, 24), "Štědrý den"),
        (date(2026, 7, 6), "Den upálení mistra Jana Husa"),
    ],
)
def test_a_holiday_is_free_and_has_a_czech_name(day: date, name: str) -> None:
    assert is_free(day)
    assert name_of(day) == name


def test_weekends_are_free_without_a_name_and_other_days_are_not_free() -> None:
    assert is_free(date(2026, 6, 6))
    assert is_free(date(2026, 6, 7))
    assert name_of(date(2026, 6, 6)) is None
    assert not is_free(date(2026, 6, 8))
    assert not is_free(date(2026, 12, 23))


days = st.dates(date(2015, 1, 1), date(2045, 12, 31))
periods = st.builds(Period, st.integers(1, 120), st.just(Unit.DAY)) | st.builds(
    Period, st.integers(1, 14), st.just(Unit.MONTH)
)


@given(days, periods)
def test_a_deadline_is_a_working_day_and_only_free_days_are_passed_over(day: date, period: Period) -> None:
    counting = count(day, period, is_free)
    assert not is_free(counting.due_on)
    assert counting.raw_end > day
    assert list(counting.passed_over) == [
        counting.raw_end + n * DAY for n in range((counting.due_on - counting.raw_end).days)
    ]
    assert all(is_free(passed) for passed in counting.passed_over)


@given(days, st.integers(0, 40), periods)
def test_what_came_later_is_never_due_earlier(day: date, later: int, period: Period) -> None:
    assert count(day, period, is_free).due_on <= count(day + later * DAY, period, is_free).due_on

"""The days of a deadline one by one, and a deadline that was extended: holidays, leap days, months' ends, both changes of time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.deadlines import Period, Unit, count, day_by_day, extended
from hub.rules.warnings import reached, told
from hub.workdays import is_free

DAY = timedelta(days=1)
days_ = Unit.DAY
months_ = Unit.MONTH


@pytest.mark.parametrize(
    ("received", "amount", "unit", "due", "passed_over"),
    [
        (date(2026, 10, 27), 60, days_, date(2026, 12, 28), [date(2026, 12, 26), date(2026, 12, 27)]),
        (date(2026, 12, 9), 15, days_, date(2026, 12, 28), [date(2026, 12, n) for n in (24, 25, 26, 27)]),
        (date(2026, 6, 5), 30, days_, date(2026, 7, 7), [date(2026, 7, 5), date(2026, 7, 6)]),
        (date(2026, 12, 29), 90, days_, date(2027, 3, 30), [date(2027, 3, 29)]),
        (date(2027, 2, 27), 60, days_, date(2027, 4, 28), []),  # over 28 March, a day of 23 hours
        (date(2026, 10, 16), 15, days_, date(2026, 11, 2), [date(2026, 10, 31), date(2026, 11, 1)]),
        (date(2028, 2, 14), 15, days_, date(2028, 2, 29), []),
        (date(2027, 2, 14), 15, days_, date(2027, 3, 1), []),
        (date(2028, 1, 31), 1, months_, date(2028, 2, 29), []),
        (date(2027, 1, 31), 1, months_, date(2027, 3, 1), [date(2027, 2, 28)]),
    ],
)
def test_each_day_has_its_number_and_free_days_at_the_end_have_none(
    received: date, amount: int, unit: Unit, due: date, passed_over: list[date]
) -> None:
    counting = count(received, Period(amount, unit), is_free)
    days = day_by_day(counting)
    assert [day.on for day in days] == [received + n * DAY for n in range((due - received).days + 1)]
    assert days[0].number is None
    assert [day.on for day in days if day.is_passed_over] == passed_over
    numbers = [day.number for day in days[1:] if not day.is_passed_over]
    assert numbers == list(range(1, len(numbers) + 1))
    assert (days[-1].on, days[-1].is_passed_over) == (due, False)
    assert unit is months_ or days[-1].number == amount


@pytest.mark.parametrize(
    ("received", "period", "longer", "due"),
    [
        (date(2026, 12, 9), Period(15, days_), Period(10, days_), date(2027, 1, 4)),
        (date(2026, 12, 31), Period(1, months_), Period(2, months_), date(2027, 3, 31)),
        (date(2026, 1, 31), Period(1, months_), Period(2, months_), date(2026, 4, 28)),  # cautiously
        (date(2026, 10, 27), Period(60, days_), date(2027, 1, 1), date(2027, 1, 4)),
    ],
)
def test_an_extension_is_added_to_the_end_before_free_days_were_looked_at(
    received: date, period: Period, longer: Period | date, due: date
) -> None:
    assert extended(count(received, period, is_free), longer, is_free).due_on == due


@given(st.dates(date(2015, 1, 1), date(2045, 12, 31)), st.integers(1, 60), st.integers(1, 60))
def test_a_deadline_extended_by_days_is_one_of_all_the_days_together(day: date, first: int, more: int) -> None:
    longer = extended(count(day, Period(first, days_), is_free), Period(more, days_), is_free)
    assert longer == count(day, Period(first + more, days_), is_free)


@pytest.mark.parametrize(
    ("today", "levels"),
    [
        (date(2026, 11, 2), []),
        (date(2026, 11, 11), []),
        (date(2026, 11, 12), [50]),
        (date(2026, 11, 17), [50]),
        (date(2026, 11, 18), [50, 80]),
        (date(2026, 11, 21), [50, 80]),
        (date(2026, 11, 22), [50, 80, 100]),
        (date(2026, 12, 24), [50, 80, 100]),
    ],
)
def test_levels_of_twenty_days_are_reached_after_ten_sixteen_and_twenty(today: date, levels: list[int]) -> None:
    assert reached(date(2026, 11, 2), date(2026, 11, 22), today) == levels


@pytest.mark.parametrize(
    ("level", "official", "who"),
    [(50, 1, {1}), (80, 1, {1, 8, 9}), (100, 1, {1, 8, 9}), (50, None, {8, 9}), (80, 8, {8, 9})],
)
def test_who_has_the_case_is_told_and_heads_from_80_or_while_nobody_has(
    level: int, official: int | None, who: set[int]
) -> None:
    assert told(level, official, {8, 9}) == who

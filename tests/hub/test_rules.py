"""Pure rules: intervals, suppression, figures, months."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules import figures
from hub.rules.access import sees_whole_city
from hub.rules.figures import Cell, Figures, share_of
from hub.rules.intervals import wilson
from hub.rules.localtime import Month, hour_of
from hub.rules.suppression import hide


@pytest.mark.parametrize(
    ("good", "n", "low", "high"),
    [(51, 60, 0.7389, 0.9190), (5, 5, 0.5655, 1.0), (0, 7, 0.0, 0.3543)],
)
def test_wilson_gives_the_published_examples(good: int, n: int, low: float, high: float) -> None:
    assert wilson(good, n) == pytest.approx((low, high), abs=6e-5)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_solves_its_equation_and_ends_exactly(case: tuple[int, int]) -> None:
    good, n = case
    low, high = wilson(good, n)
    assert 0 <= low <= good / n <= high <= 1
    assert (low == 0) is (good == 0)
    assert (high == 1) is (good == n)
    for bound in (low, high):
        if 0 < bound < 1:  # each bound is where the score statistic equals z
            assert abs(good / n - bound) / (bound * (1 - bound) / n) ** 0.5 == pytest.approx(1.959964, rel=1e-9)


def test_wilson_refuses_what_is_no_share() -> None:
    for good, n in ((1, 0), (-1, 5), (6, 5)):
        with pytest.raises(ValueError, match="not a share"):
            wilson(good, n)


sizes = st.dictionaries(st.integers(0, 30), st.integers(0, 40), min_size=1)


@given(sizes)
def test_everything_small_is_hidden_and_subtraction_gives_no_small_group(sizes: dict[int, int]) -> None:
    hidden = hide(sizes, 5)
    assert {key for key, n in sizes.items() if n < 5} <= hidden
    rest = sum(sizes[key] for key in hidden)
    everything = hidden == set(sizes)
    assert everything or not hidden or rest == 0 or (rest >= 5 and len(hidden) > 1)


def test_the_only_small_desk_takes_its_smallest_neighbour_with_it() -> None:
    assert hide({"a": 22, "b": 15, "c": 3}, 5) == {"b", "c"}


def test_closed_days_alone_hide_no_other_day() -> None:
    assert hide({"Mon": 20, "Sat": 0, "Sun": 0}, 5) == {"Sat", "Sun"}


tables = st.lists(st.lists(st.integers(0, 12), min_size=4, max_size=4), min_size=2, max_size=4)


@given(tables)
def test_no_set_of_published_figures_determines_a_small_cell(table: list[list[int]]) -> None:
    """Every published figure is a linear equation over the cells; a small cell must not follow from all of them together."""
    leaves = [(place, place % 2) for place in range(len(table))]
    cells = [
        Cell(leaf, slot, (0, 0, 0, 0, n)) for leaf, row in zip(leaves, table, strict=True) for slot, n in enumerate(row)
    ]
    shown = Figures(cells, 5)
    groups = [leaves, *[[leaf] for leaf in leaves], *[[x for x in leaves if x[1] == d] for d in (0, 1)]]
    published = [row for group in groups for row in _equations(shown, leaves, group)]
    width = len(leaves) * 4
    basis = _reduced(published)
    for index in range(width):
        place, slot = divmod(index, 4)
        if 0 < table[place][slot] < 5:
            assert not any(row[index] and not any(row[:index]) and not any(row[index + 1 : width]) for row in basis)


Row = list[Fraction]


def _equations(shown: Figures, leaves: list[figures.Leaf], group: list[figures.Leaf]) -> list[Row]:
    """What a reader who knows the rules can write down from the figures of a group: sums of exactly the shown cells."""
    rows = []
    alone = {leaf: shown.by_slot([leaf], range(4)) for leaf in leaves}
    month = shown.of_month(group)
    if not month.hidden:
        rows.append(
            _row(leaves, {(x, s) for x in group if not shown.of_month([x]).hidden for s in range(4)}, month.n or 0)
        )
    for slot, share in shown.by_slot(group, range(4)).items():
        if not share.hidden:
            rows.append(_row(leaves, {(x, slot) for x in group if not alone[x][slot].hidden}, share.n or 0))
    return rows


def _row(leaves: list[figures.Leaf], cells: set[tuple[figures.Leaf, object]], total: int) -> Row:
    return [*(Fraction((leaf, slot) in cells) for leaf in leaves for slot in range(4)), Fraction(total)]


def _reduced(rows: list[Row]) -> list[Row]:
    """Reduced row echelon form (exact)."""
    rows, done = [row[:] for row in rows], 0
    for column in range(len(rows[0]) - 1 if rows else 0):
        pivot = next((r for r in range(done, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        lead = rows[done][column]
        rows[done] = [value / lead for value in rows[done]]
        for r, row in enumerate(rows):
            if r != done and row[column]:
                rows[r] = [a - row[column] * b for a, b in zip(row, rows[done], strict=True)]
        done += 1
    return rows[:done]


def test_that_check_would_see_a_leak() -> None:
    """Control: with the sum and all cells but one published, the elimination does find the missing one."""
    rows = [[Fraction(x) for x in row] for row in ([1, 1, 1, 13], [1, 0, 0, 6], [0, 1, 0, 5])]
    assert [Fraction(0), Fraction(0), Fraction(1), Fraction(2)] in _reduced(rows)


def test_a_figure_has_its_interval_and_says_when_it_is_unreliable() -> None:
    share = share_of((6, 9, 0, 30, 75), 5)
    assert (share.n, share.good, share.share, share.reliable) == (120, 105, 0.875, True)
    assert share_of((0, 0, 1, 1, 3), 5).reliable is False
    assert share_of((0, 0, 1, 1, 2), 5).hidden


def test_options_leave_small_groups_out_of_the_sum() -> None:
    cells = {(1, 1): (9, 2), (2, 1): (7, 3)}
    assert figures.options(cells, [(1, 1), (2, 1)], 5) == [16, None]


def test_set_aside_taps_do_not_stand_in_figures_but_are_told() -> None:
    shown = Figures([Cell((1, 1), 0, (0, 0, 0, 0, 9), set_aside=3)], 5)
    assert shown.of_month([(1, 1)]).n == 9
    assert shown.set_aside([(1, 1)]) == (3, 12)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "²026-11", "2026-11-01", "1999-12", "x"]
)
def test_only_a_month_is_read_as_a_month(text: str) -> None:
    assert Month.parse(text) is None


def test_months_follow_each_other_without_gap_over_both_changes_of_time() -> None:
    months = [Month(2026, 1).shift(n) for n in range(24)]
    assert all(a.bounds()[1] == b.bounds()[0] for a, b in pairwise(months))
    assert Month(2026, 3).bounds() == (datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC))
    assert str(Month.of(date(2026, 11, 3))) == "2026-11"
    assert Month.parse("2026-11") == Month(2026, 11)


def test_the_hour_of_an_instant_is_the_utc_hour() -> None:
    assert hour_of(datetime.fromisoformat("2026-11-18T11:59:59+01:00")) == datetime(2026, 11, 18, 10, tzinfo=UTC)


def test_heads_and_officials_see_their_own_department() -> None:
    assert sees_whole_city(["administrator"])
    assert sees_whole_city(["head", "press"])
    assert not sees_whole_city(["head", "official"])

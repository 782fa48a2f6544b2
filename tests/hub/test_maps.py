"""A click on the plain map becomes degrees, and degrees the place of the mark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.maps import Frame, read, written

TOWN = Frame(north=49.8, south=49.7, west=18.3, east=18.5)


def test_a_metre_is_as_long_along_both_sides() -> None:
    assert TOWN.height(560) == 433
    assert Frame(1, -1, -1, 1).height(100) == 100  # at the equator a degree is a degree
    assert Frame(60.5, 59.5, 10, 12).height(100) == 100  # at 60° a degree of longitude is half as long


@pytest.mark.parametrize(
    ("x", "y", "point"),
    [
        (0, 0, (49.8, 18.3)),
        (560, 433, (49.7, 18.5)),
        (280, 0, (49.8, 18.4)),
        (9999, 9999, (49.7, 18.5)),
        (-5, -5, (49.8, 18.3)),
    ],
)
def test_a_click_is_a_point_and_one_beside_the_picture_its_edge(x: int, y: int, point: tuple[float, float]) -> None:
    assert TOWN.at(x, y, 560) == point


@given(st.integers(0, 560), st.integers(0, 433))
def test_the_mark_stands_where_somebody_clicked(x: int, y: int) -> None:
    point = TOWN.at(x, y, 560)
    assert TOWN.holds(point)
    assert read(written(point)) == point
    right, down = TOWN.place(point, 560)
    assert abs(right - x) <= 1
    assert abs(down - y) <= 1


@pytest.mark.parametrize(
    "text", ["", "49.7", "49.7,", ",18", "nan,18", "inf,1", "1e3,1", "49.7;18.4", "49.7, 18.4", "١,٢", "x" * 999]
)
def test_what_is_no_point_is_none(text: str) -> None:
    assert read(text) is None


def test_a_point_elsewhere_is_not_on_the_map() -> None:
    assert not TOWN.holds((50.1, 14.4))
    assert TOWN.holds((49.7, 18.3))

"""A long text is cut into what a channel can carry, and nothing of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.parts import length, split


@pytest.mark.parametrize(
    ("text", "longest", "parts"),
    [
        ("", 10, [""]),
        ("   \n", 10, [""]),
        ("krátký", 10, ["krátký"]),
        ("  přesně deset  ", 12, ["přesně deset"]),
        ("první odstavec\n\ndruhý odstavec", 20, ["první odstavec", "druhý odstavec"]),
        ("první řádek\ndruhý řádek", 15, ["první řádek", "druhý řádek"]),
        ("slovo další slovo", 12, ["slovo další", "slovo"]),
        ("odstavec\n\nřádek\nslovo dál", 22, ["odstavec\n\nřádek\nslovo", "dál"]),  # as much as fits
        ("a\n\nodstavec", 9, ["a\n\nodstav", "ec"]),  # a gap in the first half would leave too little
        ("a" * 25, 10, ["a" * 10, "a" * 10, "a" * 5]),
        ("x " + "a" * 20, 10, ["x aaaaaaaa", "a" * 10, "aa"]),
        ("😀" * 5, 4, ["😀😀", "😀😀", "😀"]),
        ("😀😀", 3, ["😀", "😀"]),
        ("😀a", 1, ["😀", "a"]),  # one character is never cut, be the limit what it may
    ],
)
def test_it_is_cut_where_it_hurts_least(text: str, longest: int, parts: list[str]) -> None:
    assert split(text, longest) == parts


def test_units_are_those_of_utf_16() -> None:
    for text in ("", "žluťoučký", "😀", "👨‍👩‍👧", "𝄞a"):
        assert length(text) == len(text.encode("utf-16-le")) // 2


texts = st.lists(st.text("abž .,", max_size=30) | st.sampled_from(["\n", "\n\n", "😀", "a" * 50]), max_size=12).map(
    "".join
)


@given(texts | st.text(max_size=200), st.integers(2, 40))
def test_no_part_is_too_long_or_empty_and_no_word_is_lost(text: str, longest: int) -> None:
    parts = split(text, longest)
    assert all(0 < length(part) <= longest for part in parts) or parts == [""]
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part == part.strip() for part in parts)


@given(texts, st.integers(2, 40))
def test_a_part_that_fits_is_not_cut_again(text: str, longest: int) -> None:
    for part in split(text, longest):
        assert split(part, longest) == [part]


def test_a_very_long_text_is_cut_in_time() -> None:
    assert len(split("slovo " * 20_000, 100)) > 1000

"""Texts from outside and tables for outside."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sheets import DANGEROUS, csv_file
from hub.strict_json import loads
from hub.text import czech_order, one_line


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("  Odbor\tdopravy\r\n", "Odbor dopravy"),
        ("O\u200bd\u202ebor\ufeff", "Odbor"),
        ("Hav\u0069\u0301r\u030cov", "Havířov"),
        ("\x00\u200b \u2028", ""),
        ("a\ud800b", "ab"),
    ],
)
def test_a_name_is_one_clean_line(given_text: str, kept: str) -> None:
    assert one_line(given_text) == kept


@given(st.text())
def test_cleaning_a_name_twice_changes_nothing_more(text: str) -> None:
    once = one_line(text)
    assert one_line(once) == once
    once.encode()


def test_names_sort_as_in_a_czech_dictionary() -> None:
    names = ["Chodník", "Řidiči", "Hala", "Cesta", "Čistota", "Rybník", "Ivan"]
    assert sorted(names, key=czech_order) == ["Cesta", "Čistota", "Hala", "Chodník", "Ivan", "Rybník", "Řidiči"]


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "[Infinity]",
        "1e999",
        '{"a": 1, "a": 2}',
        "[" * 100_000,
        "[" * 40 + "]" * 40,
        '"\\ud800"',
        '"\\u0000"',
        "9" * 30,
        "9" * 5000,
        "{",
        "",
    ],
)
def test_json_that_would_break_something_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (each refusal has words of its own)
        loads(text)


def test_ordinary_json_comes_through() -> None:
    assert loads('{"id": "ž", "n": [1, 2.5, null, true]}') == {"id": "ž", "n": [1, 2.5, None, True]}


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=6))
def test_a_csv_file_reads_back_and_no_cell_is_a_formula(rows: list[list[str]]) -> None:
    text = csv_file(["místo", "počet"], rows)
    assert text.startswith("\ufeff")
    back = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert back[0] == ["místo", "počet"]
    for row, read in zip(rows, back[1:], strict=True):
        for cell, shown in zip(row, read, strict=True):
            assert shown in {cell, f"'{cell}"}
            assert not shown.startswith(DANGEROUS)


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://x")', "+1", "-1", "@A1", "\t=1", " =1", "＝1"])
def test_a_formula_is_disarmed(cell: str) -> None:
    assert list(csv.reader(io.StringIO(csv_file(["x"], [[cell]])), delimiter=";"))[1] == [f"'{cell}"]


def test_numbers_have_decimal_commas_and_missing_ones_are_empty() -> None:
    assert csv_file(["n", "podíl", "mez"], [[1200, 0.875, None]]).splitlines()[1] == "1200;0,875;"

"""Texts from outside and tables for outside."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sheets import DANGEROUS, csv_file
from hub.strict_json import loads
from hub.text import czech_order, excerpt, one_line, words


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("  Odbor\tdopravy\r\n", "Odbor dopravy"),
        ("O\u200bd\u202ebor\ufeff", "Odbor"),
        ("Hav\u0069\u0301r\u030cov", "Havířov"),
        ("\x00\u200b \u2028", ""),
        ("a\ud800b", "ab"),
        ("\u200d\u3164 \u2800\ufe0f\u061c\U000e0041", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_name_is_one_clean_line(given_text: str, kept: str) -> None:
    assert one_line(given_text) == kept


@given(st.text())
def test_cleaning_a_name_twice_changes_nothing_more(text: str) -> None:
    once = one_line(text)
    assert one_line(once) == once
    once.encode()


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("  Dobrý den,\r\nlampa\rnesvítí. \n", "Dobrý den,\nlampa\nnesvítí."),
        ("a\n\n\n\n\n\nb", "a\n\n\nb"),
        ("a\u2028b\u2029c", "a\nb\n\nc"),
        ("a\tb\x00\x07\x1b\x85c", "a\tbc"),
        ("a\ud800b\udfffc", "abc"),
        ("Nesvi\u0301ti\u0301", "Nesvítí"),
        ("i\x00\u0301", "í"),  # they meet when what stood between them is gone
        ("\u202eapmal\u202c \u05d0", "\u202eapmal\u202c \u05d0"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\x00 \r\n\t\u2029", ""),
        ("", ""),
    ],
)
def test_words_over_several_lines_are_kept_clean(given_text: str, kept: str) -> None:
    assert words(given_text) == kept


@given(st.text() | st.text("a \n\r\t\u2028\u2029\x00\x1c\u0301\ud800", max_size=30))
def test_cleaning_words_twice_changes_nothing_more(text: str) -> None:
    once = words(text)
    assert words(once) == once
    assert "\n" * 4 not in once
    assert not {"\r", "\x00"} & set(once)
    once.encode()


@pytest.mark.parametrize(
    ("text", "longest", "beginning"),
    [
        (None, 10, ""),
        ("", 10, ""),
        ("krátké", 6, "krátké"),
        ("Dobrý den,\n\nv Dlouhé ulici", 12, "Dobrý den…"),
        ("Dobrý den, v Dlouhé ulici", 13, "Dobrý den, v…"),
        ("Dobrý den, v Dlouhé ulici", 14, "Dobrý den, v…"),
        ("Dobrý den, v Dlouhé ulici", 15, "Dobrý den, v…"),
        ("jednodlouhéslovo", 5, "jedno…"),
        ("Lampa – a co dál", 7, "Lampa…"),
        ("  a\t b\r\nc ", 10, "a b c"),
    ],
)
def test_an_excerpt_ends_between_words(text: str | None, longest: int, beginning: str) -> None:
    assert excerpt(text, longest) == beginning


@given(st.text(), st.integers(1, 50))
def test_an_excerpt_is_one_short_line_of_the_beginning(text: str, longest: int) -> None:
    found = excerpt(text, longest)
    assert len(found) <= longest + 1
    assert len(found.splitlines()) <= 1 or set(found) & set("\x1c\x1d\x1e\x85\u2028\u2029")
    assert " ".join(text.split()).startswith(found.removesuffix("…") if len(found) > 1 else "")


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

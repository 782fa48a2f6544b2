"""The menu of the staff: what one opens daily in a row, rare places together under one word."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.visitors import signed_in

RARE = ["/urad/odesilani", "/urad/kontakty", "/urad/kiosky"]


@pytest.fixture(scope="module")
def house(houses: Callable[[str], Flask]) -> Flask:
    return houses("sqlite")


def menu(house: Flask, email: str | None, path: str) -> tuple[str, list[str], list[str]]:
    """The menu of a page; the addresses in a row, and those under the word."""
    client = signed_in(house, email) if email else signed_in(house)
    nav = client.get(path).get_data(as_text=True).partition('class="main-menu')[2].partition("</nav>")[0]
    row, _, rest = nav.partition("<details")
    group, _, after = rest.partition("</details>")
    links = [re.findall(r'href="([^"]+)"', part) for part in (row + after, group)]
    return nav, links[0], links[1]


def test_rare_places_of_an_administrator_stand_together_at_the_end(house: Flask) -> None:
    nav, row, group = menu(house, None, "/urad/pripady")
    assert group == RARE
    assert not set(RARE) & set(row)
    assert "/urad/spokojenost" in row
    assert nav.index("<details") > nav.index(row[-1])
    assert 'class="here"' not in nav


def test_the_word_says_which_of_its_places_this_is(house: Flask) -> None:
    nav, _, _ = menu(house, None, "/urad/kiosky")
    assert re.search(r'<summary class="here">Správa<span class="visually-hidden">: Kiosky</span>', nav)
    assert re.search(r'href="/urad/kiosky" aria-current="page"', nav)


def test_a_single_rare_place_stands_in_the_row(house: Flask) -> None:
    nav, row, group = menu(house, "doprava@mesto.example", "/urad/pripady")
    assert group == []
    assert "/urad/kontakty" in row
    assert "Správa" not in nav

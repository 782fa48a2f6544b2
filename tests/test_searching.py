"""/hledat: one search over everything public, and the front page with what is new of every kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from hub.database import db
from hub.stems import found_in, query_words
from hub.text import excerpt_around
from noticeboard import actions
from tests import desks
from tests.desks import Desk, Towns, next_page, public_page
from tests.noticeboard import boards
from tests.test_answers import HOSTILE, bulk, statements
from tests.visitors import assert_refused, close_house, fresh_database


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    yield from desks.towns(request, tmp_path_factory.mktemp("towns"))


@pytest.fixture
def fresh(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[Flask]:
    app = desks.open_town(fresh_database(request, engine, tmp_path), tmp_path)
    yield app
    close_house(app)


def posted(app: Flask, title: str, text: str, now: datetime | None = None) -> str:
    """A notice that hangs; its staff's address."""
    with app.app_context():
        return boards.posted(boards.written(title, text), now or datetime.now(UTC))


@pytest.fixture(scope="module")
def library(towns: Towns) -> Callable[[str], Flask]:
    filled: dict[str, Flask] = {}

    def town(engine: str) -> Flask:
        if engine not in filled:
            app = filled[engine] = towns(engine)
            desks.published(app, "Kašnu na náměstí opravíme.", "Neteče kašna", "Kdy poteče?")
            posted(app, "Uzavírka náměstí", "Kolem kašny se nedá projet.")
            desks.asked(app, "Kašna, soukromý dotaz.")
        return filled[engine]

    return town


def found(page: str) -> list[str]:
    """The titles in a list, in its order."""
    return [unescape(re.sub("</?mark>", "", one)) for one in re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", page)]


FOUND = {
    "q=kasna": ["Uzavírka náměstí", "Neteče kašna"],
    "q=ka%C5%A1n%C3%A1ch": ["Uzavírka náměstí", "Neteče kašna"],
    "q=kasna&druh=odpovedi": ["Neteče kašna"],
    "q=kasna&druh=uredni-deska": ["Uzavírka náměstí"],
    "q=kasna+opravime": ["Neteče kašna"],
    "q=projet+opravime": [],
    "q=soukromy": [],
    "q=k+v": [],
    "q=": [],
    "": [],
}


@pytest.mark.parametrize(("query", "expected"), FOUND.items(), ids=list(FOUND))
def test_one_search_finds_every_kind_the_newest_first(
    library: Callable[[str], Flask], engine: str, query: str, expected: list[str]
) -> None:
    page = public_page(library(engine), f"/hledat?{query}")
    assert found(page) == expected
    assert ("<mark>" in page) == bool(expected)


def test_what_is_found_says_its_kind_and_department_and_marks_the_words(library: Callable[[str], Flask]) -> None:
    page = public_page(library("sqlite"), "/uk/hledat?q=kasna")
    assert "<mark>kašny</mark>" in page
    assert "<mark>Kašnu</mark>" in page
    assert "Neteče <mark>kašna</mark></a>" in page
    assert re.search(r"На дошці оголошень · (<span lang=.cs.>)?Odbor dopravy(</span>)? · \d", page)
    assert re.search(r"Відповіді міста · (<span lang=.cs.>)?Odbor dopravy(</span>)? · \d", page)
    assert re.findall(r'<h3><a href="(/uk/[a-z-]+/)', page) == ["/uk/uredni-deska/", "/uk/odpovedi/"]
    assert '<meta name="robots" content="noindex">' in page


def test_what_cannot_be_found_leads_on(library: Callable[[str], Flask]) -> None:
    app = library("sqlite")
    nothing = public_page(app, "/hledat?q=krokodyl+%3Cb%3E&druh=uredni-deska")
    assert "krokodyl &lt;b&gt;" in nothing
    assert "Napište méně slov" in nothing
    assert 'href="/napiste-nam"' in nothing
    assert "žádné slovo, které by šlo hledat" in public_page(app, "/hledat?q=k")
    for path in ("/hledat?q=kasna&druh=nic", "/hledat?druh=" + "x" * 5000, "/hledat?q=kasna&druh=%00"):
        assert_refused(app.test_client().get(path), 404)
    for key in ("x", "-1", "9" * 30, "\u0663"):
        answer = app.test_client().get("/hledat", query_string={"q": "kasna", "od": key})
        assert_refused(answer, 400)


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_no_query_is_an_error(library: Callable[[str], Flask], query: str) -> None:
    pages = []
    for engine in ("sqlite", "postgres"):
        answer = library(engine).test_client().get("/hledat", query_string={"q": query})
        assert answer.status_code == 200
        pages.append(found(answer.get_data(as_text=True)))
    assert pages[0] == pages[1]


def test_kinds_come_together_page_by_page_without_gaps_or_doubles(fresh: Flask) -> None:
    made = []
    for n in range(23):
        desks.published(fresh, "Teče.", f"Kašna {n}")
        posted(fresh, f"Kašna zavřená {n}", "Neteče.")
        made += [f"Kašna {n}", f"Kašna zavřená {n}"]
    pages, path = [], "/hledat?q=kasny"
    while path:
        page = public_page(fresh, path)
        pages.append(found(page))
        path = next_page(page)
    assert [len(page) for page in pages] == [20, 20, 6]
    assert [title for page in pages for title in page] == made[::-1]
    path = next_page(public_page(fresh, "/hledat?q=kasny&druh=uredni-deska"))
    assert "druh=uredni-deska" in path
    assert found(public_page(fresh, path)) == [f"Kašna zavřená {n}" for n in (2, 1, 0)]


def test_what_comes_down_is_found_no_more(fresh: Flask) -> None:
    reference = posted(fresh, "Kašna", "Neteče.")
    assert found(public_page(fresh, "/hledat?q=kasna")) == ["Kašna"]
    with fresh.app_context():
        actions.take_down(desks.scope(desks.PRESS), reference, "Chyba.", datetime.now(UTC))
    assert found(public_page(fresh, "/hledat?q=kasna")) == []


def test_the_search_and_the_front_page_cost_as_many_statements_for_a_thousand_as_for_ten(fresh: Flask) -> None:
    posted(fresh, "Kašna", "Spolecn vzacn neteče.")

    def costs() -> list[int]:
        numbers = []
        for path in ("/", "/hledat?q=spolecn", "/hledat?q=vzacn", "/hledat?q=spolecn&druh=uredni-deska"):
            with statements(fresh) as seen:
                public_page(fresh, path)
            numbers.append(len(seen))
        return numbers

    bulk(fresh, 10)
    few = costs()
    bulk(fresh, 990)
    many = costs()
    assert many[0] == few[0]
    assert max(few + many) <= 10


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_rare_kind_is_looked_up_and_no_table_walked_through(fresh: Flask) -> None:
    posted(fresh, "Kašna", "Spolecn neteče.")
    bulk(fresh, 3000)
    with statements(fresh) as seen:
        assert found(public_page(fresh, "/hledat?q=spolecn&druh=uredni-deska")) == ["Kašna"]
    with fresh.app_context():
        for text, values in seen:
            if "messages" in text or "search_entries" in text:
                rows = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
                steps = [row.detail for row in rows]
                assert [
                    s for s in steps if re.match(r"SCAN (search_entries|messages|asked|revisions|decisions)", s)
                ] == []


def test_every_public_page_has_a_search_and_the_office_has_none(library: Callable[[str], Flask]) -> None:
    app = library("sqlite")
    for path in ("/odpovedi", "/napiste-nam", "/uredni-deska", "/odbery", "/en/odpovedi"):
        page = public_page(app, path)
        assert re.search(r'<form class="site-search" method="get" action="(/en)?/hledat"', page), path
    desk = Desk(app, desks.A)
    for page in (desk.inbox(), app.test_client().get("/urad/prihlaseni").get_data(as_text=True)):
        assert "site-search" not in page


def test_the_front_page_tells_what_is_new_of_every_kind_by_time(fresh: Flask) -> None:
    start = datetime.now(UTC) - timedelta(hours=20)
    desks.published(fresh, "Ano.", "První odpověď", now=start)
    posted(fresh, "Druhé oznámení", "Text.", start + timedelta(hours=1))
    desks.published(fresh, "Ano.", "Třetí odpověď", now=start + timedelta(hours=2))
    page = public_page(fresh, "/")
    assert found(page) == ["Třetí odpověď", "Druhé oznámení", "První odpověď"]
    for door in ("/napiste-nam", "/odpovedi", "/uredni-deska", "/odbery", "#places"):
        assert f'href="{door}"' in page, door
    assert 'action="/hledat"' in page
    assert "Na úřední desce · Odbor dopravy" in page


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Lampa svítí", "lampy", "[Lampa] svítí"),
        ("Nic takového", "lampy", "Nic takového"),
        ("x " * 200 + "u lampy je tma " + "y " * 200, "lampa tma", None),
        ("", "lampa", ""),
        ("Lampa" * 200, "lampa", None),
    ],
)
def test_an_excerpt_shows_where_the_words_are(text: str, query: str, expected: str | None) -> None:
    whole = " ".join(text.split())
    pieces = excerpt_around(whole, found_in(whole, query_words(query)), 60)
    shown = "".join(f"[{words}]" if is_found else words for words, is_found in pieces)
    assert len(shown) <= 80
    if expected is None:
        assert shown.endswith("…")
        assert "u [lampy] je [tma]" in shown or whole.startswith("LampaLampa")
    else:
        assert shown == expected


def test_marking_words_in_a_flood_of_letters_ends() -> None:
    for text in ("a" * 20_000, "a\u0301" * 10_000, "lampa " * 3000, "\u0301" * 20_000):
        assert len(excerpt_around(text, found_in(text, query_words("lampa")), 220)) <= 100

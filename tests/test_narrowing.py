"""/odpovedi by department, theme and time: every combination, page by page, looked up and never looked through."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.models import Department, Message, Theme
from hub.queries import published
from hub.queries.published import Narrowed
from hub.rules.localtime import Month
from tests import desks
from tests.desks import Desk, Towns, next_page, public_page
from tests.test_answers import all_titles, bulk, statements, titles
from tests.visitors import assert_refused, close_house, fresh_database

NEW_YEAR = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
"""Half past midnight of the new year in Prague."""


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    yield from desks.towns(request, tmp_path_factory.mktemp("towns"))


@pytest.fixture
def fresh(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[Flask]:
    app = desks.open_town(fresh_database(request, engine, tmp_path), tmp_path)
    yield app
    close_house(app)


@pytest.fixture(scope="module")
def library(towns: Towns) -> Callable[[str], Flask]:
    """Engine → a town with answers of two departments, about two themes, of two years."""
    filled: dict[str, Flask] = {}

    def town(engine: str) -> Flask:
        if engine not in filled:
            app = filled[engine] = towns(engine)
            of_social = {"who": desks.SOCIAL, "department": "socialni"}
            december, january = NEW_YEAR - timedelta(hours=1), NEW_YEAR
            for title, theme, now, more in (
                ("Semafor", "doprava", december, {}),
                ("Popelnice", "odpady", january, {}),
                ("Průkaz", "doprava", january, of_social),
                ("Dávka", None, january + timedelta(days=40), of_social),
            ):
                desks.published(app, "Ve středu.", title, "Kdy?", theme=theme, now=now, **more)
        return filled[engine]

    return town


NARROWED = {
    "utvar=dopravy": {"Semafor", "Popelnice"},
    "utvar=socialni": {"Průkaz", "Dávka"},
    "utvar=kancelar": set(),
    "tema=doprava": {"Semafor", "Průkaz"},
    "tema=doprava&utvar=socialni": {"Průkaz"},
    "rok=2025": {"Semafor"},
    "rok=2026": {"Popelnice", "Průkaz", "Dávka"},
    "mesic=2026-01": {"Popelnice", "Průkaz"},
    "mesic=2026-02&utvar=socialni": {"Dávka"},
    "rok=2026&tema=doprava": {"Průkaz"},
    "rok=2001&mesic=2025-12": {"Semafor"},
    "mesic=2024-01": set(),
    "utvar=&tema=&rok=&mesic=": {"Semafor", "Popelnice", "Průkaz", "Dávka"},
    "q=stredu&tema=doprava": {"Semafor", "Průkaz"},
    "q=stredu&utvar=socialni&rok=2026": {"Průkaz", "Dávka"},
    "q=stredu&mesic=2025-12": {"Semafor"},
    "q=popelnice&tema=doprava": set(),
    "q=temadoprava": set(),
}


@pytest.mark.parametrize(("query", "expected"), NARROWED.items(), ids=list(NARROWED))
def test_answers_are_narrowed_by_what_they_are_about(
    library: Callable[[str], Flask], engine: str, query: str, expected: set[str]
) -> None:
    assert set(titles(public_page(library(engine), f"/odpovedi?{query}"))) == expected


def test_the_form_keeps_what_was_chosen_and_offers_the_years_there_are(library: Callable[[str], Flask]) -> None:
    page = public_page(library("sqlite"), "/en/odpovedi?utvar=socialni&tema=doprava&mesic=2026-01")
    chosen = re.findall(r'<option value="([^"]+)" selected', page)
    assert chosen == ["socialni", "doprava", "2026"]
    assert re.findall(r'<option value="(\d+)"', page)[-1] == "2025"
    assert re.search(r'<a href="/en/odpovedi\?[^"]*mesic=2026-01"[^>]*aria-current="true">January 2026', page)
    assert "Traffic" in page
    assert re.search(r'href="/en/odpovedi.atom\?utvar=socialni&amp;tema=doprava"', page)


@pytest.mark.parametrize("query", ["utvar=nikdo", "tema=nic", "utvar=dopravy'--", "tema=%00", "utvar=" + "x" * 5000])
def test_where_nothing_is_sorted_the_page_says_so(library: Callable[[str], Flask], engine: str, query: str) -> None:
    for path in ("/odpovedi", "/odpovedi.atom", "/odpovedi.json"):
        answer = library(engine).test_client().get(f"{path}?{query}")
        assert_refused(answer, 404)
        assert "Takový odbor ani téma tu není" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "query", ["rok=x", "rok=26", "rok=99999", "rok=-1", "mesic=2026", "mesic=2026-13", "mesic=2026-1"]
)
def test_a_time_that_is_none_is_refused(library: Callable[[str], Flask], engine: str, query: str) -> None:
    assert_refused(library(engine).test_client().get(f"/odpovedi?{query}"), 400)


def test_a_narrowed_list_comes_page_by_page(fresh: Flask) -> None:
    made = [f"Kašna {n:02}" for n in range(23)]
    for n, title in enumerate(made):
        at = NEW_YEAR + timedelta(minutes=n // 2)
        desks.published(fresh, "Teče.", title, theme="doprava", now=at)
        desks.published(fresh, "Něco jiného.", "Lavička", theme="odpady", now=at)
    for query in ("tema=doprava", "tema=doprava&utvar=dopravy", "tema=doprava&rok=2026", "q=tece&tema=doprava"):
        pages = all_titles(fresh, f"/odpovedi?{query}")
        assert [len(page) for page in pages] == [20, 3], query
        assert [title for page in pages for title in page] == made[::-1], query
        following = next_page(public_page(fresh, f"/odpovedi?{query}"))
        assert all(part in following for part in query.split("&")), following


def test_an_official_chooses_the_theme_and_changes_it_later(fresh: Flask) -> None:
    desk = Desk(fresh, desks.A)
    reference = desks.asked(fresh, "Kdy vyvezete odpad?")
    form = desk.written(reference, "V pondělí.", True, "Svoz", "Kdy?")
    assert form["theme"] == ""
    desk.post(reference, "odpoved", {**form, "theme": "odpady", "step": "save"})
    assert desk.form(reference, "odpoved")["theme"] == "odpady"  # kept with the draft
    form = desk.written(reference, "V pondělí.", True, "Svoz", "Kdy?")
    assert desk.post(reference, "odpoved", form).status_code == 303
    assert titles(public_page(fresh, "/odpovedi?tema=odpady")) == ["Svoz"]
    assert "Odpady" in public_page(fresh)

    for theme, found in (("doprava", {"doprava"}), ("", set())):
        answer = desk.post(reference, "tema", {**desk.form(reference, "tema"), "theme": theme})
        assert answer.status_code == 303
        for query in ("", "&q=pondeli"):
            there = {
                name for name in ("doprava", "odpady") if titles(public_page(fresh, f"/odpovedi?tema={name}{query}"))
            }
            assert there == found
    assert titles(public_page(fresh, q="pondeli")) == ["Svoz"]
    for strange in ("nic", "\0", "x" * 5000):
        form = {**desk.form(reference, "tema"), "theme": strange}
        assert_refused(desk.post(reference, "tema", form), 400)
    other = Desk(fresh, desks.SOCIAL)
    assert other.post(reference, "tema", {**form, "theme": "odpady", "csrf_token": "x"}).status_code in {400, 404}
    assert titles(public_page(fresh, "/odpovedi?tema=odpady")) == []


def test_a_draft_with_a_theme_that_is_none_is_refused_with_its_words(fresh: Flask) -> None:
    desk = Desk(fresh, desks.A)
    reference = desks.asked(fresh)
    form = desk.written(reference, "Ve středu.", True, "Svoz", "Kdy?")
    answer = desk.post(reference, "odpoved", {**form, "theme": "nic"})
    assert answer.status_code == 400
    assert "Ve středu." in answer.get_data(as_text=True)
    assert titles(public_page(fresh)) == []


def themed(app: Flask, number: int) -> tuple[Department, Theme]:
    """Many answers of one department about one theme; the other department and theme are returned: nothing is theirs."""
    bulk(app, number)
    with app.app_context():
        mine, other = db.session.scalars(sa.select(Theme).order_by(Theme.id)).all()
        department = db.session.scalars(sa.select(Department).where(Department.slug == "socialni")).one()
        db.session.execute(sa.update(Message).where(Message.channel == "bulk").values(theme_id=mine.id))
        db.session.commit()
        db.session.refresh(other)
        db.session.refresh(department)
        db.session.expunge_all()
        return department, other


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_rare_is_looked_up_on_sqlite(fresh: Flask) -> None:
    department, theme = themed(fresh, 500)
    month = Month(2026, 1)
    for narrowed, index in (
        (Narrowed(department), "ix_messages_of_department (department_id=? AND appears_at<?)"),
        (Narrowed(theme=theme), "ix_messages_of_theme (theme_id=? AND appears_at<?)"),
        (Narrowed(department, theme), "ix_messages_of_both (theme_id=? AND department_id=? AND appears_at<?)"),
        (Narrowed(department, month=month), "ix_messages_of_department (department_id=? AND appears_at>? AND"),
        (Narrowed(department, theme, month), "appears_at>? AND appears_at<?)"),  # a tie of indexes: of a month at most
        (Narrowed(month=month), "ix_messages_shown (kind=? AND appears_at>? AND"),
    ):
        with statements(fresh) as seen, fresh.app_context():
            assert published.newest(db.session(), datetime.now(UTC), narrowed=narrowed) == ([], None)
        with fresh.app_context():
            (text, values), *_ = [one for one in seen if "messages" in one[0]]
            rows = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
            steps = [row.detail for row in rows]
        assert any(index in step for step in steps), (index, steps)
        assert [step for step in steps if "TEMP B-TREE" in step] == []


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_what_is_rare_is_looked_up_on_postgresql(fresh: Flask) -> None:
    department, theme = themed(fresh, 20_000)
    with fresh.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    for narrowed in (
        Narrowed(department),
        Narrowed(theme=theme),
        Narrowed(department, theme),
        Narrowed(month=Month(2026, 1)),
    ):
        with statements(fresh) as seen, fresh.app_context():
            assert published.newest(db.session(), datetime.now(UTC), narrowed=narrowed) == ([], None)
        with fresh.app_context():
            (text, values), *_ = [one for one in seen if "messages" in one[0]]
            rows = db.session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE) {text}", values)
            plan = "\n".join(row[0] for row in rows)
        assert "Seq Scan on messages" not in plan, plan
        assert "Rows Removed by Filter" not in plan, plan

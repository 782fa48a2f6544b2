"""The page of figures: what it says is what was tapped, and it says nothing of small groups."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hub.database import db
from kiosk import actions
from tests.presses import press
from tests.visitors import House, signed_in

MONDAY = datetime(2026, 10, 5, 8, 30, tzinfo=UTC)
"""10:30 in Prague."""

OCTOBER = "/urad/spokojenost?mesic=2026-10"


@pytest.fixture
def october(houses: House, engine: str) -> Flask:
    """A city with an October: 40 at the driving licences on Monday, 3 on Tuesday, 12 on Wednesday; 7 at the allowances."""
    app = houses(engine)
    with app.app_context():
        if db.session.scalar(sa.text("SELECT count(*) FROM feedback")) == 0:
            for day, levels in ((0, [5] * 30 + [2] * 10), (1, [1] * 3), (2, [4] * 12)):
                at = MONDAY + timedelta(days=day)
                actions.record("ridici", [press(level, reason=1 if level == 2 else None) for level in levels], at)
            actions.record("davky", [press(3) for _ in range(7)], MONDAY)
    return app


@pytest.fixture
def staff(october: Flask) -> FlaskClient:
    return signed_in(october)


def words(page: str) -> str:
    """A page's words: without tags, with plain spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").replace("&nbsp;", " "))


def table(client: FlaskClient, query: str) -> list[list[str]]:
    answer = client.get(f"/urad/spokojenost.csv?mesic=2026-10&{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")), delimiter=";"))


def test_the_page_tells_share_count_and_interval(staff: FlaskClient) -> None:
    page = words(staff.get(f"{OCTOBER}&misto=ridici").get_data(as_text=True))
    assert "42 z 55" in page or "76,4 %" in page  # 30 + 12 of 55: 76,4 % [63,7; 85,6]
    assert "63,7 %" in page
    assert "85,6 %" in page
    assert "top2@1" in page
    assert "Wilson 95 %" in page


def test_a_small_day_is_hidden_with_the_neighbour_that_would_give_it_away(staff: FlaskClient) -> None:
    rows = {row[0]: row[1:] for row in table(staff, "tabulka=dny&misto=ridici")[1:]}
    assert rows["5. 10."][:3] == ["40", "30", "0,75"]
    assert rows["6. 10."][:3] == ["neuvádí se", "", ""]
    assert rows["7. 10."][:3] == ["neuvádí se", "", ""]  # 55 − 40 − 12 would be 3
    assert len(rows) == 31


def test_hours_are_those_of_the_city(staff: FlaskClient) -> None:
    rows = {row[0]: row[1] for row in table(staff, "tabulka=hodiny&misto=ridici")[1:]}
    assert rows == {"10–11": "55"}


def test_places_and_departments_have_their_figures(staff: FlaskClient) -> None:
    rows = {row[0]: row[1:4] for row in table(staff, "tabulka=mista")[1:]}
    assert rows["Řidičské průkazy"] == ["Odbor dopravy", "55", "42"]
    assert rows["Sociální dávky"] == ["Odbor sociálních věcí", "7", "0"]
    assert rows["Registr vozidel"] == ["Odbor dopravy", "neuvádí se", ""]


def test_seven_ratings_are_shown_without_a_percentage(staff: FlaskClient) -> None:
    page = words(staff.get(f"{OCTOBER}&misto=davky").get_data(as_text=True))
    detail = page[page.index("Sociální dávky: podrobně") :]
    assert "0,0 %" in detail  # the interval: 0,0 % to 35,4 %
    assert "35,4 %" in detail
    assert "málo dat" in detail


def test_reasons_are_counted_and_small_ones_hidden(staff: FlaskClient) -> None:
    page = staff.get(f"{OCTOBER}&misto=ridici").get_data(as_text=True)
    reasons = words(page[page.index('id="choice-1"') :])
    assert re.search(r"čekání\s+10", reasons)
    assert re.search(r"ochota\s+neuvádí se", reasons)


def test_every_chart_has_its_table(staff: FlaskClient) -> None:
    page = staff.get(f"{OCTOBER}&misto=ridici").get_data(as_text=True)
    charts = page.count('role="img"')
    assert charts >= 3
    assert page.count("<table") >= charts


def test_an_empty_month_says_so_and_a_strange_one_is_refused(staff: FlaskClient) -> None:
    assert "Za tento měsíc zatím není co zobrazit" in staff.get("/urad/spokojenost?mesic=2020-01").get_data(
        as_text=True
    )
    for month in ("x", "2026-13", "9999999-01", "%00", "2026-10'--"):
        assert staff.get(f"/urad/spokojenost?mesic={month}").status_code == 400
    for query in ("misto=nikde", "odbor=nic", "misto=%00", "odbor=" + "x" * 3000):
        assert staff.get(f"{OCTOBER}&{query}").status_code == 404
    assert staff.get("/urad/spokojenost.csv?tabulka=vse").status_code == 404


def test_the_page_costs_the_same_number_of_statements_whatever_it_shows(october: Flask, staff: FlaskClient) -> None:
    def statements(path: str) -> int:
        seen: list[str] = []
        with october.app_context():
            engine = db.engine

        def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            seen.append(statement)

        sa.event.listen(engine, "before_cursor_execute", listen)
        staff.get(path)
        sa.event.remove(engine, "before_cursor_execute", listen)
        return len(seen)

    assert statements(OCTOBER) == statements("/urad/spokojenost?mesic=2020-01") <= 14


def test_a_head_sees_the_own_department_by_its_name(october: Flask) -> None:
    page = signed_in(october, "doprava@mesto.example").get(OCTOBER).get_data(as_text=True)
    assert "Řidičské průkazy" in page
    assert "Sociální dávky" not in page
    assert "Celé město" not in page


def test_texts_of_the_database_are_escaped(tmp_path: Path, houses: House) -> None:
    app = houses("sqlite", small_group=3)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE touchpoints SET name = '<script>alert(1)</script>' WHERE slug = 'vozidla'"))
    for path in ("/", "/kiosk/vozidla"):
        page = signed_in(app).get(path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page

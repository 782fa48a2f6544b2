"""Whatever is wrong with a form of the directory is said in plain words, nothing is kept of it, and the words come back."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import cityfile
from hub.database import db
from hub.models import Official
from tests import desks
from tests.directory import cards
from tests.directory.cards import SLUG
from tests.directory.staff import GUIDES, Staff, file
from tests.hub.test_pictures import bomb
from tests.hub.test_uploads import jpeg, pdf
from tests.visitors import everything


@pytest.fixture
def engine() -> str:
    """One is enough for pages and forms; other files of this folder try both."""
    return "sqlite"


OFFICE = "/urad/kontakty/odbor/dopravy"
GUIDE = f"{GUIDES}/{SLUG}"


@pytest.fixture
def head(quick: Flask) -> Staff:
    return Staff(quick, desks.HEAD)


@pytest.fixture
def official(quick: Flask) -> str:
    return f"/urad/kontakty/urednik/{db.session.scalars(sa.select(Official.reference)).one()}"


def refused(app: Flask, somebody: Staff, path: str, **changes: Any) -> str:
    """The page of a form that is refused; nothing was kept of it, and all its words are there again."""
    before = everything(app)
    answer = somebody.send(path, **changes)
    assert answer.status_code == 400
    assert everything(app) == before
    page = unescape(answer.get_data(as_text=True))
    for word in changes.values():
        assert not isinstance(word, str) or word[:100] in page
    return page


@pytest.mark.parametrize(
    ("day", "hours", "why"),
    [
        ("mon", "8:00-7:00", "Pondělí: Zavíralo by se dřív, než se otevře"),
        ("tue", "8:00-12:00, 11:00-13:00", "Úterý: Dva časy tohoto dne se překrývají"),
        ("wed", "celý den", "Středa: Napište hodiny takto"),
        ("sun", "8:00-25:00", "Neděle: Taková hodina není"),
    ],
)
def test_hours_that_cannot_be_are_told_by_their_day(quick: Flask, head: Staff, day: str, hours: str, why: str) -> None:
    page = refused(quick, head, OFFICE, **{day: hours, "address": "Nová 1"})
    assert why in page
    assert f'href="#f-{day}"' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "javascript:alert(1)"),
        ("phone", "zavolejte"),
        ("email", "jana"),
        ("email", "<b>@mesto.cz"),
        ("address", "x" * 201),
        ("building", "x" * 50_000),
    ],
)
def test_what_an_office_cannot_say(quick: Flask, head: Staff, field: str, value: str) -> None:
    assert f'id="f-{field}-error"' in refused(quick, head, OFFICE, **{field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 161),
        ("agenda", "x" * 2001),
        ("position", "první"),
        ("position", "-1"),
        ("position", "99999"),
        ("phone", "1"),
    ],
)
def test_what_an_official_cannot_be(quick: Flask, head: Staff, official: str, field: str, value: str) -> None:
    assert f'id="f-{field}-error"' in refused(quick, head, official, **{field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("link_url_1", "javascript:alert(document.cookie)"),
        ("link_url_1", "http://gov.cz"),
        ("link_url_1", "https://gov.cz@zlo.example"),
        ("link_url_1", ""),
        ("link_label_1", ""),
        ("title_cs", ""),
        ("summary_cs", "x" * 301),
        ("steps_cs", ""),
        ("steps_cs", "x" * 6001),
        ("fee_en", ""),
        ("title_uk", "Тільки назва"),
        ("paragraph", "§" * 301),
        ("keywords", ", ".join(f"slovo{n}" for n in range(50))),
    ],
)
def test_what_a_guide_cannot_say(quick: Flask, head: Staff, field: str, value: str) -> None:
    page = refused(quick, head, GUIDE, **{field: value})
    where = "steps_uk" if field == "title_uk" else field
    assert f'id="f-{where}-error"' in page
    assert "javascript:" not in page.replace('value="javascript:alert(document.cookie)"', "")


def test_a_heading_nobody_knows_is_the_last_one(head: Staff) -> None:
    assert head.send(GUIDE, theme="láska").status_code == 303
    assert head.form(GUIDE)["theme"] == "other"


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (pdf(), "foto.pdf", "JPEG nebo PNG"),
        (b"<svg onload='alert(1)'/>", "foto.svg", "JPEG nebo PNG"),
        (b"<html>", "foto.jpg", "JPEG nebo PNG"),
        (cards.photo("PNG", 50), "foto.jpg", "JPEG nebo PNG"),
        (cards.photo("JPEG", 50), "foto.php.jpg", "JPEG nebo PNG"),
        (jpeg(), "foto.jpg", "JPEG nebo PNG"),
        (bomb(7000), "foto.png", "JPEG nebo PNG"),
        (bomb(2**30), "foto.png", "JPEG nebo PNG"),
        (b"", "foto.jpg", "JPEG nebo PNG"),
        (jpeg() + bytes(2 * 1024 * 1024), "foto.jpg", "větší než 2 MB"),
    ],
)  # fmt: skip
def test_a_portrait_that_is_none_is_refused(
    quick: Flask, head: Staff, official: str, content: bytes, name: str, why: str
) -> None:
    page = refused(quick, head, official, agenda="Nová slova", portrait=file(content, name))
    assert why in page
    assert cards.official_of(official.rpartition("/")[2]).portrait_key is None


def test_a_body_beyond_all_measure_is_not_read(quick: Flask, head: Staff, official: str) -> None:
    before = everything(quick)
    assert head.send(official, portrait=file(bytes(6 * 1024 * 1024))).status_code == 413
    assert everything(quick) == before


@pytest.mark.parametrize("path", [OFFICE, GUIDE, "/urad/kontakty/nova-situace"])
def test_a_form_without_its_token_gives_the_words_back(quick: Flask, head: Staff, path: str) -> None:
    form, before = (
        {"version": "1", "csrf_token": "x", "address": "Dlouze psaná slova", "steps_cs": "Dlouze psaná slova"},
        everything(quick),
    )
    answer = head.ask(path, form)
    assert answer.status_code == 400
    assert "Dlouze psaná slova" in answer.get_data(as_text=True)
    foreign = head.ask(path, form, headers={"Origin": "https://zlo.example"})
    assert foreign.status_code == 403
    assert "Dlouze" not in foreign.get_data(as_text=True)
    assert everything(quick) == before


@pytest.mark.parametrize("path", [OFFICE, GUIDE])
def test_who_was_signed_out_while_writing_may_copy_the_words(quick: Flask, head: Staff, path: str) -> None:
    form = {**head.form(path), "address": "Dlouze psaná slova", "steps_cs": "Dlouze psaná slova"}
    before = everything(quick)
    head.client.delete_cookie("urad")
    answer = head.ask(path, form)
    assert answer.status_code == 401
    assert "Dlouze psaná slova" in answer.get_data(as_text=True)
    assert head.ask(path, form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert everything(quick) == before


def test_addresses_made_up_by_hand_are_not_found(quick: Flask) -> None:
    press = Staff(quick, desks.PRESS)
    token = press.form(OFFICE)["csrf_token"]
    for path in (
        "odbor/neni",
        "urednik/neni",
        "urednik/aaaaaaaaaa",
        "zivotni-situace/neni",
        "odbor/%00",
        "urednik/" + "a" * 3000,
    ):
        press.page(f"/urad/kontakty/{path}", 404)
        assert press.ask(f"/urad/kontakty/{path}", {"csrf_token": token, "version": "1"}).status_code == 404
    assert press.ask("/urad/kontakty/urednik/aaaaaaaaaa/smazani", {"csrf_token": token}).status_code == 404
    assert (
        press.ask("/urad/kontakty/urednik/spatna-adresa", {"csrf_token": token, "department": "dopravy"}).status_code
        == 404
    )
    assert press.page("/urad/kontakty/novy-urednik?odbor=neni")
    assert press.send(GUIDE, department="neni").status_code == 404


CITY = {"name": "Město", "departments": [{"slug": "dopravy", "name": "Odbor dopravy"}]}
WORDS = {"title": "Pas", "summary": "Pro občany.", "steps": "Přijďte."}
GOOD = {"slug": "pas", "theme": "documents", "department": "dopravy", "cs": WORDS}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"offices": [{"department": "neni"}]}, "unknown department: neni"),
        ({"offices": [{"department": "dopravy"}] * 2}, "department stands twice"),
        ({"offices": [{"department": "dopravy", "hours": {"mon": "9-8"}}]}, "close before it opens"),
        ({"offices": [{"department": "dopravy", "hours": {"pondeli": "8-9"}}]}, "offices.0.hours.pondeli"),
        ({"offices": [{"department": "dopravy", "phone": "x"}]}, "phone: This is no telephone number"),
        ({"officials": [{"department": "dopravy", "title": ""}]}, "officials.0.title: Value error, must not be empty"),
        ({"officials": [{"department": "dopravy", "title": "Pasy", "email": "x"}]}, "email: This is no e-mail"),
        ({"guides": [{**GOOD, "theme": "love"}]}, "guides.0.theme"),
        ({"guides": [GOOD, GOOD]}, "slug stands twice: pas"),
        ({"guides": [{**GOOD, "links": [{"label": "x", "url": "javascript:1"}]}]}, "must begin with https"),
        ({"guides": [{**GOOD, "en": {**WORDS, "steps": ""}}]}, "steps_en"),
        ({"guides": [{**GOOD, "verified_on": "2026-11-03"}]}, "verified_on and verified_by belong together"),
        ({"guides": [{k: v for k, v in GOOD.items() if k != "cs"}]}, "guides.0.cs"),
    ],
)
def test_a_city_file_says_what_of_its_directory_cannot_be(more: dict[str, Any], why: str) -> None:
    with pytest.raises(cityfile.BadCityFile, match=why):
        cityfile.parse({**CITY, **more})

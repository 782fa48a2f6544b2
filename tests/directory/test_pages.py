"""What everybody reads: departments with their hours, officials as far as they are shown, guides in three languages."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from hub import pictures
from hub.actions import directory as acts
from hub.database import db
from hub.jobs.retention import forget_lost_files
from hub.rules.directory import OfficialCard
from hub.rules.openinghours import read_day
from hub.storage import storage
from hub.views import office_times
from tests import desks
from tests.conftest import NOW
from tests.directory import cards
from tests.directory.cards import SLUG
from tests.directory.staff import stranger
from tests.visitors import assert_refused


@pytest.fixture
def engine() -> str:
    """One is enough for pages and forms; other files of this folder try both."""
    return "postgres"


GUIDE = f"/kontakty/zivotni-situace/{SLUG}"
PICTURE = pictures.clean(cards.photo(), "image/jpeg", largest=200)
DIGEST = hashlib.sha256(PICTURE).hexdigest()


def page(app: Flask, path: str, status: int = 200) -> str:
    answer = stranger(app, path)
    assert answer.status_code == status, answer.status_code
    return answer.get_data(as_text=True)


def portrait() -> acts.Portrait:
    return acts.Portrait(storage().put(PICTURE), "image/jpeg", DIGEST)


def test_the_first_page_leads_to_guides_and_departments(town: Flask) -> None:
    shown = page(town, "/kontakty")
    assert f'href="{GUIDE}"' in shown
    assert 'href="/kontakty/dopravy"' in shown
    assert "Co potřebujete vyřídit?" in shown
    assert "Auto a parkování" in shown
    assert shown.index("<h1") < shown.index("<h2") < shown.index("<h3")


def test_a_search_leads_to_guides_departments_and_officials(town: Flask) -> None:
    shown = page(town, "/kontakty?q=ridicak")
    assert GUIDE in shown
    assert "Odbor sociálních věcí" not in shown
    assert "Jana Vzorová" in page(town, "/kontakty?q=vzorove")
    assert "/kontakty/socialni" in page(town, "/kontakty?q=socialni")
    nothing = page(town, "/kontakty?q=%3Cscript%3Exyzzy")
    assert "&lt;script&gt;xyzzy" in nothing
    assert 'href="/napiste-nam"' in nothing


@pytest.mark.parametrize("query", ["%00", "%F0%9F%98%80", "%25%25%25", "a" * 3000, "%22%3E%3Cimg", "%ED%A0%80", "%FF"])
def test_odd_searches_get_a_page(quick: Flask, query: str) -> None:
    assert page(quick, f"/kontakty?q={query}")


def test_a_department_says_where_it_is_and_when(town: Flask) -> None:
    shown = page(town, "/kontakty/dopravy")
    assert '<a href="tel:+420596803111">596 803 111</a>' in shown
    assert "Dlouhá 1, Havířov" in shown
    table = shown.partition('<table class="hours">')[2].partition("</table>")[0]
    assert "<caption>Úřední hodiny</caption>" in table
    assert re.findall(r'<th scope="row">(\w+)', table) == ["pondělí", "úterý", "středa", "čtvrtek", "pátek"]
    assert "<span>8:00–11:30</span><span>12:30–17:00</span>" in table
    assert table.count("zavřeno") == 3
    assert GUIDE in shown


@pytest.mark.parametrize(
    ("at", "said", "later"),
    [
        (NOW, "Dnes otevřeno do 17:00", ""),  # a Wednesday, 11:20 in Prague
        (datetime(2026, 11, 16, 8, 0, tzinfo=UTC), "Dnes otevřeno do 11:30, pak 12:30–17:00", ""),
        (datetime(2026, 11, 16, 6, 0, tzinfo=UTC), "Dnes otevřeno od 8:00", ""),
        (datetime(2026, 11, 16, 17, 0, tzinfo=UTC), "Dnes už zavřeno", "Příště: středa 18. 11. od 8:00"),
        (
            datetime(2026, 11, 17, 9, 0, tzinfo=UTC),
            "Dnes zavřeno: Den boje za svobodu a demokracii",
            "Příště: středa 18. 11. od 8:00",
        ),
        (datetime(2026, 11, 19, 9, 0, tzinfo=UTC), "Dnes zavřeno", "Příště: pondělí 23. 11. od 8:00"),
    ],
)
def test_how_it_is_now_is_told_in_prague_time(quick: Flask, at: datetime, said: str, later: str) -> None:
    from hub.queries import directory

    department = directory.department(db.session(), "dopravy")
    with quick.test_request_context("/"):
        status = office_times.status(directory.offices(db.session())[department.id], at)
        assert status is not None
        assert status["text"].replace("\xa0", " ").startswith(said)
        assert status["next"].replace("\xa0", " ") == later
        marked = [
            row["name"] for row in office_times.week(directory.offices(db.session())[department.id], at) if row["today"]
        ]
        assert len(marked) == 1


def test_a_department_that_nobody_wrote_about_has_its_page(town: Flask) -> None:
    shown = page(town, "/kontakty/socialni")
    assert "zatím nejsou" in shown
    assert "<table" not in shown


def test_saturdays_are_listed_when_there_are_hours(quick: Flask) -> None:
    card = replace(cards.OFFICE, hours=(*cards.OFFICE.hours, *read_day(6, "9-11")))
    acts.save_office(desks.scope(desks.HEAD), "dopravy", 1, card, NOW)
    assert ">sobota" in page(quick, "/kontakty/dopravy")


def test_of_an_official_whose_name_is_hidden_only_the_office_is_shown(town: Flask) -> None:
    cards.official(OfficialCard("Registr vozidel", "Karel Skrytý", shows_name=False, phone="596 803 999"), portrait())
    for path in ("/kontakty/dopravy", "/kontakty?q=registr", "/en/kontakty/dopravy"):
        shown = page(town, path)
        assert "Registr vozidel" in shown
        assert "Skrytý" not in shown
        assert "portrety" not in shown
    assert stranger(town, f"/kontakty/portrety/{DIGEST}").status_code == 404


def test_a_hidden_official_is_nowhere(town: Flask) -> None:
    cards.official(OfficialCard("Tajná agenda", "Karel Skrytý", is_shown=False), portrait())
    for path in ("/kontakty/dopravy", "/kontakty?q=agenda", "/kontakty?q=skryty", "/kontakty"):
        assert "Tajná" not in page(town, path)
    assert stranger(town, f"/kontakty/portrety/{DIGEST}").status_code == 404


def test_a_portrait_is_served_as_a_picture_and_nothing_else(town: Flask) -> None:
    cards.official(OfficialCard("Registr vozidel", "Eva Vzorová"), portrait())
    assert f'src="/kontakty/portrety/{DIGEST}"' in page(town, "/kontakty/dopravy")
    answer = stranger(town, f"/kontakty/portrety/{DIGEST}")
    assert answer.data == PICTURE
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("name", ["x", "0" * 64, "0" * 63, "G" * 64, "..%2f..%2fhub.db", DIGEST.upper()])
def test_an_address_of_no_portrait_is_not_found(quick: Flask, name: str) -> None:
    assert stranger(quick, f"/kontakty/portrety/{name}").status_code == 404


def test_the_job_that_looks_for_lost_files_leaves_portraits(town: Flask) -> None:
    kept = portrait()
    cards.official(OfficialCard("Registr vozidel", "Eva Vzorová"), kept)
    lost = storage().put(b"a portrait that was replaced")
    assert forget_lost_files(datetime.now(UTC) + timedelta(days=2)) == 1
    assert storage().get(kept.key) == PICTURE
    assert lost not in list(storage().keys_older_than(datetime.now(UTC) + timedelta(days=2)))


def test_a_guide_says_where_to_go_what_to_bring_and_what_it_costs(town: Flask) -> None:
    shown = page(town, GUIDE)
    headings = re.findall(r"<h[12][^>]*>([^<]+)</h", shown)
    assert headings == [
        "Výměna řidičského průkazu", "Kam jít", "Jak na to", "Co s sebou", "Kolik to stojí", "Jak dlouho to trvá", "Formuláře",
        "Bylo to srozumitelné?", "Je to u\xa0vás jinak?",
    ]  # fmt: skip
    assert shown.count("<li>Přijďte na úřad.</li>") == 1
    assert '<a href="https://gov.cz/zadost" rel="noopener noreferrer">Žádost</a>' in shown
    assert "§ 103" in shown
    assert 'href="/napiste-nam"' in shown
    assert "Neověřeno, informujte se telefonicky." in shown


def test_a_verified_guide_says_when_and_by_which_office(town: Flask) -> None:
    acts.save_guide(desks.scope(desks.PRESS), SLUG, 1, "dopravy", cards.verified(cards.GUIDE), NOW)
    shown = page(town, GUIDE).replace("\xa0", " ")
    assert "Ověřeno 3. 11. 2026 · Vedení dopravy" in shown
    assert "Neověřeno" not in shown


def test_a_guide_is_read_in_its_translation_or_else_in_czech_and_says_so(town: Flask) -> None:
    english = page(town, f"/en{GUIDE}")
    assert "<h1>Renewing a driving licence</h1>" in english
    assert "not translated" not in english
    ukrainian = page(town, f"/uk{GUIDE}")
    assert '<h1 lang="cs">Výměna řidičského průkazu</h1>' in ukrainian
    assert "ще не перекладена" in ukrainian
    assert "<h1>Výměna řidičského průkazu</h1>" in page(town, GUIDE)
    assert f'<a href="/uk{GUIDE}" lang="cs">' in page(town, "/uk/kontakty")


def test_words_of_a_card_are_no_html(quick: Flask) -> None:
    cards.official(OfficialCard("<b>Pasy</b>", "<i>Jana</i>", agenda="<script>alert(1)</script>"))
    slug = cards.titled("<u>Pas</u>", steps="<script>alert(2)</script>")
    for shown in (
        page(quick, "/kontakty/dopravy"),
        page(quick, f"/kontakty/zivotni-situace/{slug}"),
        page(quick, "/kontakty"),
    ):
        assert not re.search(r"<(b|i|u|script)>", shown)


@pytest.mark.parametrize(
    "path",
    ["/kontakty/neni", "/kontakty/zivotni-situace", "/kontakty/zivotni-situace/neni", "/kontakty/%00", "/kontakty/" + "a" * 3000,
     "/kontakty/zivotni-situace/%F0%9F%98%80", "/kontakty/portrety"],
)  # fmt: skip
def test_a_wrong_address_helps_on(quick: Flask, path: str) -> None:
    answer = stranger(quick, path)
    assert_refused(answer, 404)
    shown = answer.get_data(as_text=True)
    assert "Co potřebujete vyřídit?" in shown
    assert 'href="/kontakty"' in shown


def test_a_hidden_guide_is_like_one_that_never_was(town: Flask) -> None:
    slug = cards.titled("Tajný návod", shown=False)
    assert stranger(town, f"/kontakty/zivotni-situace/{slug}").status_code == 404
    assert "Tajný" not in page(town, "/kontakty") + page(town, "/kontakty/dopravy")

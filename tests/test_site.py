"""The small print of the site: data and privacy, accessibility, what robots see, the look of the city, and pages of errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hub import accessibility
from hub.actions import cities
from hub.database import db
from hub.jobs import retention
from hub.rules import contrast
from hub.storage import storage
from hub.vocabulary import CITY_LANGUAGES
from tests import desks
from tests.running import flask, migrate
from tests.visitors import assert_refused, everything

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
LANGUAGES = ("", "/en", "/uk")


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[desks.Towns]:
    yield from desks.towns(request, tmp_path_factory.mktemp("towns"))


@pytest.fixture
def town(towns: desks.Towns) -> Flask:
    return towns("sqlite")


@pytest.fixture
def client(town: Flask) -> FlaskClient:
    return town.test_client(use_cookies=False)


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert "Set-Cookie" not in answer.headers
    return answer.get_data(as_text=True)


class TestPrivacy:
    def test_the_table_says_what_the_worker_does(self, client: FlaskClient) -> None:
        text = page(client, "/soukromi")
        rows = re.findall(r"<tr role=\"row\"><th[^>]*>(.*?)</th><td[^>]*>(.*?)</td>", text)
        assert len(rows) == len(retention.KEPT)
        assert dict(rows)["Přesný čas dotyku na obrazovce spokojenosti"] == "14\xa0dní"
        assert dict(rows)["Soukromý odkaz vaší zprávy"] == "3\xa0roky"

    def test_it_follows_the_settings(self, houses: Callable[..., Flask]) -> None:
        other = houses("sqlite", exact_time_days=2, case_days=400)
        text = page(other.test_client(), "/soukromi")
        assert '<td role="cell">2\xa0dny</td>' in text
        assert '<td role="cell">400\xa0dní</td>' in text

    def test_every_job_that_forgets_is_told_or_forgets_nothing_of_people(self, town: Flask) -> None:
        told = {
            "exact-times",
            "lost-files",
            "follow-links",
            "opt-ins",
            "cases",
            "repeats",
            "reactions",
            "staff-letters",
        }
        names = {job.name for job in town.extensions["hub_jobs"] if job.name.startswith("forget")}
        assert names == {f"forget-{one}" for one in told}


class TestForgettingCases:
    def test_words_of_cases_done_long_ago_go_and_public_answers_stay(self, towns: desks.Towns, engine: str) -> None:
        town, now = towns(engine), datetime.now(UTC)
        past = now - timedelta(days=4 * 365)
        old, public = desks.published(town, "Dávno hotovo.", "Stará lampa", now=past)
        young = desks.asked(town, "Mladá otázka?", now=now)
        waiting = desks.asked(town, "Stará nevyřízená otázka?", now=past)
        with town.app_context():
            assert retention.forget_cases(now) == 1
            assert retention.forget_cases(now) == 0
            erased = {c: desks.case_of(db.session(), c).erased_at for c in (old, young, waiting)}
            db.session.remove()
        assert [bool(erased[one]) for one in (old, young, waiting)] == [True, False, False]
        assert "Dávno hotovo." in desks.public_page(town, public)
        assert "Mladá otázka?" in desks.follow_page(town, young)

    def test_zero_days_keep_everything(self, houses: Callable[..., Flask]) -> None:
        app = houses("sqlite", case_days=0)
        with app.app_context():
            assert retention.forget_cases(datetime(2100, 1, 1, tzinfo=UTC)) == 0


class TestAccessibility:
    def test_the_statement_says_what_was_measured(self, client: FlaskClient) -> None:
        measured = accessibility.measured()
        text = page(client, "/pristupnost")
        assert f"axe {measured.axe}" in text
        assert f"na {measured.pages} stránkách" in text
        assert date.fromisoformat(measured.on) >= date(2026, 11, 1)

    def test_no_violation_is_left(self) -> None:
        assert accessibility.measured().violations == 0


class TestRobots:
    def test_private_addresses_are_not_for_robots_in_any_language(self, client: FlaskClient) -> None:
        answer = client.get("/robots.txt")
        assert answer.mimetype == "text/plain"
        lines = answer.get_data(as_text=True).splitlines()
        private = ("/urad", "/sledovani/", "/muj-prispevek/", "/odbery/")
        for prefix in LANGUAGES:
            assert {f"Disallow: {prefix}{path}" for path in private} <= set(lines)
        assert lines[-1] == "Sitemap: http://localhost:8000/sitemap.xml"

    def test_the_site_map_lists_what_is_public_and_every_address_in_it_works(
        self, town: Flask, client: FlaskClient
    ) -> None:
        _, slug = desks.published(town, "Svítí.", "Lampa do mapy")
        hidden = desks.asked(town, "Neveřejná?")
        answer = client.get("/sitemap.xml")
        root = ET.fromstring(answer.data)  # noqa: S314 (our own)
        space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
        found = [one.findtext(f"{space}loc") or "" for one in root.iter(f"{space}url")]
        assert len(found) == len(set(found))
        paths = [one.removeprefix("http://localhost:8000") for one in found]
        assert slug in paths
        assert {"/", "/napiste-nam", "/odpovedi", "/soukromi", "/pristupnost"} <= set(paths)
        assert [client.get(path).status_code for path in paths] == [200] * len(paths)
        assert hidden not in answer.get_data(as_text=True)

    def test_a_page_says_what_it_is_to_whoever_shares_it_and_a_private_one_does_not(
        self, town: Flask, client: FlaskClient
    ) -> None:
        _, slug = desks.published(town, "Svítí.", "Lampa ke sdílení")
        text = page(client, slug)
        assert '<meta property="og:title" content="Lampa ke sdílení">' in text
        assert f'<meta property="og:url" content="http://localhost:8000{slug}">' in text
        assert "og:url" not in desks.follow_page(town, desks.asked(town))


class TestContrast:
    def test_the_formula_is_that_of_the_standard(self) -> None:
        assert contrast.contrast("#000000", "#ffffff") == pytest.approx(21)
        assert contrast.contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
        assert contrast.contrast("#0b4a99", "#0b4a99") == 1

    @pytest.mark.parametrize("colour", ["#ffd400", "#00b050", "#ff0000", "#777777", "#ffffff", "#123456", "#000000"])
    def test_what_is_proposed_can_be_read(self, colour: str) -> None:
        assert contrast.is_readable(contrast.darker(colour))
        assert contrast.contrast(contrast.on_dark(colour), contrast.DARK) >= contrast.ENOUGH
        assert (contrast.darker(colour) == colour) is contrast.is_readable(colour)


class TestTheme:
    def test_a_city_has_its_colour_and_arms_on_every_page(self, houses: Callable[..., Flask]) -> None:
        town = houses("sqlite")
        client = town.test_client()
        assert "/vzhled-" not in page(client, "/")
        with town.app_context():
            assert cities.dress("#0a5c36", storage().put(PNG), datetime.now(UTC)) is None
            db.session.remove()
        for path in ("/", "/en/napiste-nam", "/urad/prihlaseni"):
            text = client.get(path).get_data(as_text=True)
            sheet = re.findall(r'href="(/[^"]*vzhled-[^"]+\.css)"', text)[0]
            arms = re.findall(r'src="(/[^"]*znak-[^"]+\.png)"', text)[0]
        style, picture = client.get(sheet), client.get(arms)
        assert (style.mimetype, picture.mimetype, picture.data) == ("text/css", "image/png", PNG)
        assert "--brand: #0a5c36" in style.get_data(as_text=True)
        assert "immutable" in style.headers["Cache-Control"]
        with town.app_context():
            assert retention.forget_lost_files(datetime.now(UTC) + timedelta(days=3)) == 0
            before = cities.dress("#123456", None, datetime.now(UTC))
            db.session.remove()
        assert before
        assert_refused(client.get(sheet), 404)
        assert_refused(client.get(arms), 404)

    def test_the_command_refuses_what_cannot_be_read_and_proposes_what_can(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'hub.db'}"
        migrate(url, tmp_path)
        bad = flask(url, tmp_path, "theme", "--brand", "#ffd400")
        assert bad.returncode == 1
        proposed = re.findall(r"#[0-9a-f]{6}", bad.stderr)[-1]
        assert contrast.is_readable(proposed)
        picture = tmp_path / "znak.png"
        picture.write_bytes(b"<svg onload=alert(1)>")
        assert flask(url, tmp_path, "theme", "--arms", str(picture)).returncode == 1


def test_who_lost_the_way_is_shown_where_to_go_on(client: FlaskClient) -> None:
    for prefix in LANGUAGES:
        answer = client.get(f"{prefix}/odpovedi/nikdy-nebylo-abcdef")
        text = answer.get_data(as_text=True).partition('class="error-page"')[2]
        assert answer.status_code == 404
        assert f'href="{prefix}/napiste-nam"' in text
        assert f'href="{prefix}/odpovedi"' in text
        reloaded = client.get(f"{prefix}/pomohlo/nikdy-nebylo-abcdef")  # an address that only a form is sent to
        assert reloaded.status_code == 405
        assert f'href="{prefix}/odpovedi"' in reloaded.get_data(as_text=True).partition('class="error-page"')[2]
    assert len(CITY_LANGUAGES) == len(LANGUAGES)


def test_looking_changes_nothing(town: Flask, client: FlaskClient) -> None:
    before = everything(town)
    for path in ("/soukromi", "/pristupnost", "/robots.txt", "/sitemap.xml"):
        assert client.get(path).status_code == 200
    assert everything(town) == before
    with town.app_context():
        assert db.session.scalar(sa.text("SELECT brand FROM city")) is None
        db.session.remove()


def test_czech_words_on_a_page_in_another_language_say_that_they_are_czech(town: Flask, client: FlaskClient) -> None:
    _, slug = desks.published(town, "Svítí.", "Lampa v cizí řeči")
    for address, marked in (
        (slug, ('<h1 lang="cs">', '<div class="words" lang="cs"><p>Svítí.')),
        ("/odpovedi", (f'href="/en{slug}" lang="cs"', '<p lang="cs">Svítí.')),
        ("/", (f'href="/en{slug}" lang="cs"',)),
    ):
        assert all(words in page(client, f"/en{address}") for words in marked)
        assert 'lang="cs"' not in page(client, address).partition("<main")[2]

"""A guide is found by what somebody needs, in whatever form they say it."""

from __future__ import annotations

import pytest
from flask import Flask

from hub.database import db
from hub.queries import directory, guides
from hub.rules.directory import OfficialCard
from tests.directory import cards


@pytest.fixture
def shelf(quick: Flask) -> Flask:
    cards.titled("Vyřízení občanského průkazu", "občanka,OP", documents="Dosavadní občanský průkaz.")
    cards.titled("Vyřízení cestovního pasu", "pas", documents="Občanský průkaz.")
    cards.titled("Svatba na radnici", "oženit se,vdát se", documents="Občanské průkazy. Nový rodný list potřebuji.")
    cards.titled("Poplatek za psa", "pes,psi")
    cards.titled("Skryté", "pes", shown=False)
    return quick


def found(query: str, language: str = "cs") -> list[str]:
    return [one.title for one in guides.found(db.session(), query, 10, language)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("obcanka", "Vyřízení občanského průkazu"),
        ("občanku", "Vyřízení občanského průkazu"),
        ("obcanskeho prukazu", "Vyřízení občanského průkazu"),
        ("OBČANSKÝ PRŮKAZ", "Vyřízení občanského průkazu"),
        ("Potřebuji nový občanský průkaz!", "Vyřízení občanského průkazu"),
        ("op", "Vyřízení občanského průkazu"),
        ("pas", "Vyřízení cestovního pasu"),
        ("pasy pro děti", "Vyřízení cestovního pasu"),
        ("chci se oženit", "Svatba na radnici"),
        ("svatby", "Svatba na radnici"),
        ("psi", "Poplatek za psa"),
        ("poplatek ze psů", "Poplatek za psa"),
        ("řidičák", "Výměna řidičského průkazu"),
        ("ridic", "Výměna řidičského průkazu"),
        ("driving licence", "Výměna řidičského průkazu"),
    ],
)
def test_it_is_found_by_what_one_needs(shelf: Flask, query: str, first: str) -> None:
    assert found(query)[0] == first


@pytest.mark.parametrize(
    "query", ["", "%", "'; DROP TABLE guides; --", "\u0000\ud83d\ude00", "* OR *", "xyzzy", "🙂", "a" * 5000]
)
def test_odd_searches_find_nothing_and_break_nothing(shelf: Flask, query: str) -> None:
    assert found(query) == []


def test_what_is_hidden_is_not_found(shelf: Flask) -> None:
    assert found("pes") == ["Poplatek za psa"]
    assert found("skryté") == []


def test_a_guide_is_told_in_the_language_that_is_asked_for(shelf: Flask) -> None:
    one = guides.found(db.session(), "řidičák", 1, "en")[0]
    assert (one.title, one.language) == ("Renewing a driving licence", "en")
    assert one.path == f"/kontakty/zivotni-situace/{cards.SLUG}"
    czech = guides.found(db.session(), "řidičák", 1, "uk")[0]
    assert (czech.title, czech.language) == ("Výměna řidičského průkazu", "cs")


def test_officials_are_found_by_their_agenda_and_by_a_name_that_is_shown(quick: Flask) -> None:
    cards.official(OfficialCard("Parkovací karty", "Karel Skrytý", shows_name=False))
    cards.official(OfficialCard("Parkovací karty", is_shown=False))

    def titles(query: str) -> list[str]:
        return [one.title for one in directory.officials_found(db.session(), query, 10)]

    assert titles("ztráta průkazu") == titles("vzorová") == ["Řidičské průkazy"]
    assert titles("parkovací karta") == ["Parkovací karty"]
    assert titles("skrytý") == titles("") == titles("%") == []


def test_departments_are_found_by_name_and_keywords(quick: Flask) -> None:
    assert [one.slug for one in directory.departments_found(db.session(), "doprava")] == ["dopravy"]
    assert directory.departments_found(db.session(), "nic takového") == []

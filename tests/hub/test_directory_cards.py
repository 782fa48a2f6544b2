"""What stands on a card is looked at before it is kept: telephones, links that may be followed, whole translations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.rules.directory import (
    GuideCard,
    GuideWords,
    Link,
    OfficeCard,
    OfficialCard,
    Wrong,
    check_guide,
    check_office,
    check_official,
    dial,
    is_https,
)
from hub.vocabulary import GuideTheme

CZECH = GuideWords("Pas", "Pro občany.", "Přijďte.", "Občanka.", "Zdarma.", "Na počkání.")
GUIDE = GuideCard(GuideTheme.DOCUMENTS, {"cs": CZECH})


def problems(card: OfficeCard | OfficialCard | GuideCard) -> set[str]:
    """The fields that are refused."""
    check = {OfficeCard: check_office, OfficialCard: check_official, GuideCard: check_guide}[type(card)]
    try:
        check(card)  # type: ignore[operator]
    except Wrong as wrong:
        return set(wrong.problems)
    return set()


@pytest.mark.parametrize(
    "url",
    [
        "https://gov.cz",
        "https://www.mesto.cz/formulare/zadost.pdf?verze=2&x=%20#strana",
        "https://xn--msto-rpa.example:8443/",
        "HTTPS://GOV.CZ",
    ],
)
def test_an_address_of_a_form_is_taken(url: str) -> None:
    assert is_https(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://gov.cz",
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://gov.cz",
        " https://gov.cz",
        "https://gov.cz\njavascript:alert(1)",
        "https:gov.cz",
        "https:///gov.cz",
        "//gov.cz",
        "https://",
        "https://localhost",
        "https://.",
        "https://gov.cz@zlo.example",
        "https://jana:heslo@gov.cz",
        "https://gov.cz:99999/",
        "https://gov.cz:x/",
        "https://[::1",
        'https://gov.cz/"onclick="x',
        "https://gov.cz/<b>",
        "https://gov.cz\\@zlo.example",
        "data:text/html,x",
        "https://město.cz",
    ],
)
def test_other_addresses_are_no_links(url: str) -> None:
    assert not is_https(url)
    assert problems(replace(GUIDE, links=(Link("Žádost", url),))) == {"link_url_1"}


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        ("596 803 111", "+420596803111"),
        ("+420 596 803 111", "+420596803111"),
        ("+380 (44) 123-45-67", "+380441234567"),
        ("00420 596803111", "+420596803111"),
        ("112", "112"),
        ("", ""),
    ],
)
def test_a_telephone_is_dialled_as_it_is_written(phone: str, dialled: str) -> None:
    assert dial(phone) == dialled
    assert problems(OfficeCard(phone=phone)) == set()


@pytest.mark.parametrize("phone", ["zavolejte", "12", "596 803 111 linka 5", "tel:112", "+", "1" * 41, "596;ext=1"])
def test_what_is_no_telephone_is_refused(phone: str) -> None:
    assert problems(OfficeCard(phone=phone)) == {"phone"}


@pytest.mark.parametrize(
    "email", ["jana", "jana@", "@mesto.cz", "jana@mesto", "a b@mesto.cz", "jana@mesto.cz,x@y.cz", '"<x>"@mesto.cz']
)
def test_what_is_no_email_is_refused(email: str) -> None:
    assert problems(OfficialCard("Pasy", email=email)) == {"email"}


def test_an_official_needs_an_office_but_no_name() -> None:
    assert problems(OfficialCard("Pasy")) == set()
    assert problems(OfficialCard("", name="Jana Vzorová")) == {"title"}
    assert problems(OfficialCard("Pasy", position=1000)) == {"position"}


def test_what_does_not_fit_its_column_is_told_at_its_field() -> None:
    assert problems(OfficialCard("x" * 161, agenda="x" * 2001, room="x" * 61)) == {"title", "agenda", "room"}
    assert problems(OfficeCard(building="x" * 121, address="x" * 201)) == {"building", "address"}
    long = replace(GUIDE, words={"cs": replace(CZECH, steps="x" * 6001)}, paragraph="x" * 301)
    assert problems(long) == {"steps_cs", "paragraph"}


def test_a_guide_speaks_czech_at_least() -> None:
    assert problems(GUIDE) == set()
    assert problems(replace(GUIDE, words={})) == {"title_cs", "summary_cs", "steps_cs"}
    assert problems(replace(GUIDE, words={"en": CZECH})) >= {"title_cs"}


def test_a_translation_says_what_the_czech_text_says() -> None:
    english = GuideWords("Passport", "For citizens.", "Come.", "", "Free.", "")
    assert problems(replace(GUIDE, words={"cs": CZECH, "en": english})) == {"documents_en", "duration_en"}
    assert problems(replace(GUIDE, words={"cs": CZECH, "uk": GuideWords()})) == set()


def test_there_are_only_so_many_words_and_forms() -> None:
    assert problems(replace(GUIDE, keywords=tuple(f"slovo{n}" for n in range(41)))) == {"keywords"}
    assert problems(replace(GUIDE, links=(Link("Žádost", "https://gov.cz"),) * 5)) == {"link_url_1"}
    assert problems(replace(GUIDE, links=(Link("", "https://gov.cz"),))) == {"link_label_1"}

"""What is proposed for a text that came in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.triage import NAME, Signs, Table, Triage, decide
from hub.vocabulary import LegalKind

TABLE = Table(
    departments={"doprava": ("silnik", "zastavk", "chodnik"), "zelen": ("strom", "pad strom"), "socialni": ("davk",)},
    kinds={LegalKind.COMPLAINT: ("stiznost",), LegalKind.PETITION: ("petik",)},
    default_department="podatelna",
)


def _decide(text: str, stems: str = "") -> Triage:
    return decide(text, stems.split(), TABLE)


def test_the_rules_have_a_name_and_a_version() -> None:
    assert NAME == "triage@2"


@pytest.mark.parametrize(
    ("stems", "department"),
    [
        ("na silnik je dir", "doprava"),
        ("strom u zastavk na silnik", "doprava"),  # two against one
        ("u chodnik hroz pad strom", "zelen"),  # a phrase of two words and one of one word against one
        ("strom na silnik", "podatelna"),  # a tie
        ("strom strom strom u zastavk a silnik", "doprava"),  # saying it again adds nothing
        ("dobr den", "podatelna"),
        ("stromov silnikar", "podatelna"),  # a phrase is whole words
        ("", "podatelna"),
    ],
)
def test_the_department_with_most_phrases_is_proposed(stems: str, department: str) -> None:
    assert _decide("Dobrý den", stems).department == department


@pytest.mark.parametrize(
    ("text", "stems", "kind"),
    [
        ("Dobrý den", "dobr den", "message"),
        ("Stížnost", "stiznost", "complaint"),
        ("Stížnost a petice", "stiznost a petik", "message"),
        ("Stížnost podle 106/1999 Sb.", "stiznost", "information"),
        ("dle zák. 106 / 99 Sb.", "", "information"),
        ("č. p. 2106/1999", "", "message"),
        ("Petice a podnět dle § 42 správního řádu", "petik", "proceedings"),
        ("podle paragrafu 42", "", "proceedings"),
        ("podle §420", "", "message"),
        ("podle § 42 a zákona 106/1999", "", "message"),
    ],
)
def test_the_kind_follows_phrases_and_above_all_paragraphs(text: str, stems: str, kind: str) -> None:
    assert _decide(text, stems).legal_kind == kind


SHOUT = "OPRAVTE KONEČNĚ TU CESTU PŘED ŠKOLOU, PROSÍM VÁS"


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("Na ulici nesvítí lampa.", ()),
        ("Volejte 608 123 456.", ("personal_data",)),
        ("http://a.cz https://b.cz www.c.cz", ()),
        ("http://a.cz https://www.b.cz www.c.cz HTTP://d.cz", ("links",)),
        (SHOUT, ("shouting",)),
        ("SMRADLAVÁ POPELNICE", ()),  # too short
        (SHOUT.capitalize(), ()),
        ("A" * 24 + "b" * 16, ("stretched",)),  # exactly 60 % are capitals
        ("AB" * 12 + "A" + "bc" * 8, ("shouting",)),  # 25 of 41
        ("prosím" + "!" * 11, ()),
        ("prosím" + "!" * 12, ("stretched",)),
        ("odsazeno" + " " * 30 + "text", ()),
        ("😀 👍 !!!", ("empty_words",)),
        ("", ("empty_words",)),
        ("Ні", ()),
        ("608 123 456 " + "?" * 12, ("personal_data", "stretched", "empty_words")),
    ],
)
def test_a_text_is_held_for_reasons_that_are_told(text: str, reasons: tuple[str, ...]) -> None:
    found = _decide(text)
    assert found.reasons == reasons
    assert found.hold is bool(reasons)


@given(st.text())
def test_any_text_gets_a_proposal(text: str) -> None:
    found = decide(text, text.split(), TABLE)
    assert found.department in {*TABLE.departments, "podatelna"}


@pytest.mark.parametrize(
    ("text", "signs", "reasons", "suspect"),
    [
        ("Na ulici nesvítí lampa.", Signs(), (), False),
        (SHOUT, Signs(), ("shouting",), False),
        ("Volejte 608 123 456.", Signs(), ("personal_data",), False),
        ("http://a.cz https://www.b.cz www.c.cz HTTP://d.cz", Signs(), ("links",), True),
        ("Lampa", Signs(is_repeated=True), ("repeated",), True),
        ("Lampa", Signs(in_burst=True), ("burst",), True),
        ("Lampa", Signs(is_trapped=True), ("honeypot",), True),
        (SHOUT, Signs(True, True, True), ("shouting", "repeated", "burst", "honeypot"), True),
    ],
)
def test_what_looks_like_spam_is_told_from_what_only_needs_a_look(
    text: str, signs: Signs, reasons: tuple[str, ...], suspect: bool
) -> None:
    found = decide(text, [], TABLE, signs)
    assert (found.reasons, found.hold, found.suspect) == (reasons, bool(reasons), suspect)

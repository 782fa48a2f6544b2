"""The law as data: deadlines with their paragraphs, and the phrases that propose a legal kind."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hub.lawbook import BadLawbook, Body, DeadlineRulePart, deadline_rules, proposing_phrases
from hub.rules.deadlines import Period, Unit
from hub.rules.triage import Table, decide
from hub.stems import stems
from hub.vocabulary import LegalKind

RULE = """
[[rules]]
legal_kind = "petition"
amount = 30
unit = "day"
basis = "§ 5 zák. č. 85/1990 Sb."
source = "brno.cz"
verified = true
"""


def _rules_on(day: date) -> dict[tuple[LegalKind, Body], DeadlineRulePart]:
    return {(rule.legal_kind, rule.body): rule for rule in deadline_rules() if rule.holds_on(day)}


@pytest.mark.parametrize(
    ("kind", "body", "amount", "unit", "verified"),
    [
        ("message", "office", 30, "day", False),
        ("suggestion", "office", 60, "day", True),
        ("suggestion", "council", 60, "day", True),
        ("suggestion", "assembly", 90, "day", True),
        ("complaint", "office", 60, "day", True),
        ("proceedings", "office", 30, "day", False),
        ("information", "office", 15, "day", True),
        ("petition", "office", 30, "day", True),
        ("gdpr", "office", 1, "month", True),
    ],
)
def test_each_kind_has_its_time(kind: str, body: str, amount: int, unit: str, verified: bool) -> None:
    rule = _rules_on(date(2026, 11, 2))[LegalKind(kind), Body(body)]
    assert rule.period == Period(amount, Unit(unit))
    assert rule.verified is verified


def test_every_kind_has_a_rule_of_the_office() -> None:
    assert {kind for kind, body in _rules_on(date(2026, 11, 2)) if body is Body.OFFICE} == set(LegalKind)


def test_a_rule_names_its_paragraph_as_citizens_read_it() -> None:
    assembly = _rules_on(date(2026, 11, 2))[LegalKind.SUGGESTION, Body.ASSEMBLY]
    assert assembly.basis == "§ 16 odst. 2 písm. g) zák. č. 128/2000 Sb."
    assert assembly.source


def test_a_rule_holds_from_its_first_to_its_last_day(tmp_path: Path) -> None:
    (rule,) = _written(tmp_path, RULE + "valid_from = 2020-01-01\nvalid_to = 2025-12-31")
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2025, 12, 31), date(2026, 1, 1)]
    assert [rule.holds_on(day) for day in days] == [False, True, True, False]


def test_the_next_rule_begins_the_day_after(tmp_path: Path) -> None:
    old, new = RULE + "valid_from = 2020-01-01\nvalid_to = 2025-12-31", RULE + "valid_from = 2026-01-01"
    assert len(_written(tmp_path, old + new)) == 2


@pytest.mark.parametrize("valid_to", ["", "valid_to = 2026-01-01"])
def test_two_rules_of_one_day_are_refused(tmp_path: Path, valid_to: str) -> None:
    old, new = f"{RULE}valid_from = 2020-01-01\n{valid_to}", RULE + "valid_from = 2026-01-01"
    for text in (old + new, new + old):
        with pytest.raises(BadLawbook, match="petition of the office has two rules on 2026-01-01"):
            _written(tmp_path, text)


def test_rules_of_different_bodies_may_hold_at_once(tmp_path: Path) -> None:
    rules = _written(tmp_path, f'{RULE}valid_from = 2020-01-01\n{RULE}body = "assembly"\nvalid_from = 2020-01-01')
    assert {rule.body for rule in rules} == {Body.OFFICE, Body.ASSEMBLY}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules = [", "not TOML"),
        ("rules = []", "rules: List should have at least 1 item"),
        (RULE, "valid_from: Field required"),
        (RULE + "valid_from = 2026-01-01\nvalid_to = 2025-01-01", "ends on 2025-01-01, before it begins"),
        (RULE.replace("30", "0") + "valid_from = 2026-01-01", "amount: Input should be greater than or equal to 1"),
        (RULE.replace("petition", "party") + "valid_from = 2026-01-01", "legal_kind: Input should be 'message'"),
        (RULE + "valid_from = 2026-01-01\ncolour = 1", "colour: Extra inputs"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadLawbook, match=told):
        _written(tmp_path, text)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadLawbook, match="cannot be read"):
        deadline_rules(tmp_path / "nowhere.toml")


def test_a_phrase_of_two_kinds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kinds.toml"
    path.write_text('[phrases]\npetition = ["Petice"]\ncomplaint = ["petice"]', encoding="utf-8")
    with pytest.raises(BadLawbook, match="“petice” proposes petition and complaint"):
        proposing_phrases(path)


def test_every_kind_but_the_ordinary_message_has_phrases_in_three_languages() -> None:
    phrases = proposing_phrases()
    assert set(phrases) == set(LegalKind) - {LegalKind.MESSAGE}
    for words in phrases.values():
        assert any("а" <= c <= "я" for c in "".join(words))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Na Dlouhé třídě nesvítí lampa.", "message"),
        ("Jako občan města navrhuji novou lavičku.", "suggestion"),
        ("Podávám stížnost na postup úřednice.", "complaint"),
        ("podavam stiznost na urednici", "complaint"),
        ("Dávám podnět k zahájení řízení o černé stavbě.", "proceedings"),
        ("Žádám o informace podle zákona.", "information"),
        ("My, níže podepsaní, předkládáme petici proti kácení.", "petition"),
        ("Žádám o výmaz svých osobních údajů podle GDPR.", "gdpr"),
        ("Подаю скаргу на роботу установи.", "message"),  # an inflected word of a language without stems
        ("Це скарга на роботу установи.", "complaint"),
        ("I want to make a complaint about the noise.", "complaint"),
    ],
)
def test_phrases_propose_the_kind_of_a_text(text: str, kind: str) -> None:
    kinds = {kind: tuple(" ".join(stems(phrase)) for phrase in words) for kind, words in proposing_phrases().items()}
    assert decide(text, stems(text), Table({}, kinds, "office")).legal_kind == kind


def _written(folder: Path, text: str) -> list[DeadlineRulePart]:
    # Each text has its own file, as a file is read once.
    path = folder / f"{len(list(folder.iterdir()))}.toml"
    path.write_text(text, encoding="utf-8")
    return deadline_rules(path)

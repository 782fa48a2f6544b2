"""What is proposed for a text that came in: its department, its legal kind, whether a person should read it before others do,
and whether it looks like spam.

A proposal only: an official moves it, sets the kind and lets it out.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hub.rules import personal
from hub.vocabulary import LegalKind

NAME = "triage@2"
"""The name of these rules and their version, kept beside each proposal."""

MOST_LINKS = 3
SHOUTED_SHARE = 0.6
SHOUTED_LETTERS = 40
"""Shorter texts in capitals are abbreviations and names."""

SPAM = frozenset({"links", "repeated", "burst", "honeypot"})
"""Reasons that put a text aside until somebody has looked. Nothing is lost, and its deadline runs all the same."""

CITED_WEIGHT = 10
"""A paragraph named by the sender outweighs phrases."""

LINK = re.compile(r"https?://|(?<!//)\bwww\.", re.IGNORECASE)
STRETCHED = re.compile(r"(\S)\1{11}")
CITED = (
    (re.compile(r"\b106 ?/ ?(?:1999|99)\b"), LegalKind.INFORMATION),
    (re.compile(r"(?:§|\bparagrafu?) ?42\b", re.IGNORECASE), LegalKind.PROCEEDINGS),
)

Choice = TypeVar("Choice", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Table:
    """The phrases that propose a department (by its slug) or a kind; each phrase is its stems joined by a space."""

    departments: Mapping[str, tuple[str, ...]]
    kinds: Mapping[LegalKind, tuple[str, ...]]
    default_department: str


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a text beside its words: the same came often these days, too much comes at once from everywhere,
    a field was filled in that people do not see.
    """

    is_repeated: bool = False
    in_burst: bool = False
    is_trapped: bool = False


NO_SIGNS = Signs()


@dataclass(frozen=True, slots=True)
class Triage:
    """A proposal. `hold`: it waits for a person; `reasons` are the words why, in a fixed order; `suspect`: it may be spam."""

    department: str
    legal_kind: LegalKind
    hold: bool
    reasons: tuple[str, ...]
    suspect: bool = False


def decide(text: str, stems: Sequence[str], table: Table, signs: Signs = NO_SIGNS) -> Triage:
    """The proposal for a text whose words have these stems, in their order."""
    joined = f" {' '.join(stems)} "
    kinds = {kind: _weight(joined, phrases) for kind, phrases in table.kinds.items()}
    for paragraph, kind in CITED:
        if paragraph.search(text):
            kinds[kind] = kinds.get(kind, 0) + CITED_WEIGHT
    departments = {department: _weight(joined, phrases) for department, phrases in table.departments.items()}
    reasons = (*oddities(text), *_reasons_beside(signs))
    return Triage(
        _heaviest(departments, table.default_department),
        _heaviest(kinds, LegalKind.MESSAGE),
        bool(reasons),
        reasons,
        not SPAM.isdisjoint(reasons),
    )


def _weight(joined: str, phrases: Sequence[str]) -> int:
    """Each phrase that occurs weighs as much as it has words, however often it occurs."""
    return sum(len(phrase.split()) for phrase in set(phrases) if phrase and f" {phrase} " in joined)


def _heaviest(weights: Mapping[Choice, int], default: Choice) -> Choice:
    most = max(weights.values(), default=0)
    heaviest = [choice for choice, weight in weights.items() if weight == most]
    return heaviest[0] if most > 0 and len(heaviest) == 1 else default


def oddities(text: str, most_links: int = MOST_LINKS) -> Iterator[str]:
    """Why a person should read a text before others do, in a fixed order."""
    letters = [c for c in text if c.isalpha()]
    if personal.find(text):
        yield "personal_data"
    if len(LINK.findall(text)) > most_links:
        yield "links"
    if len(letters) >= SHOUTED_LETTERS and sum(c.isupper() for c in letters) > SHOUTED_SHARE * len(letters):
        yield "shouting"
    if STRETCHED.search(text):
        yield "stretched"
    if not letters:
        yield "empty_words"


def _reasons_beside(signs: Signs) -> Iterator[str]:
    if signs.is_repeated:
        yield "repeated"
    if signs.in_burst:
        yield "burst"
    if signs.is_trapped:
        yield "honeypot"

"""The law as data: by when each kind of text is answered, and which words propose a kind. Read from hub/law/*.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hub.rules.deadlines import Period, Unit
from hub.vocabulary import LegalKind, TermAct

LAW = Path(__file__).parent / "law"

Line = Annotated[str, Field(min_length=2, max_length=200, pattern=r"^\S.*\S$")]
Part = TypeVar("Part", bound=BaseModel)


class BadLawbook(Exception):
    """The file cannot be used; the text lists every reason, one a line."""


class Body(StrEnum):
    """Who decides about a text; the length of some deadlines depends on it."""

    OFFICE = "office"
    COUNCIL = "council"
    ASSEMBLY = "assembly"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DeadlineRulePart(_Part):
    """By when a kind of text is answered: `basis` is the paragraph as the citizen reads it, `source` where we have it from."""

    legal_kind: LegalKind
    body: Body = Body.OFFICE
    amount: Annotated[int, Field(ge=1, le=366)]
    unit: Unit
    basis: Line
    source: Line
    verified: bool
    valid_from: date
    valid_to: date | None = None

    @property
    def period(self) -> Period:
        """The time it gives."""
        return Period(self.amount, self.unit)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> DeadlineRulePart:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"ends on {self.valid_to}, before it begins on {self.valid_from}")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether it is the law on a day; `valid_to` is the last one, None: no end is known."""
        return self.valid_from <= day <= (self.valid_to or date.max)

    def meets(self, other: DeadlineRulePart) -> bool:
        """Whether both hold for the same kind and body on some day."""
        same = (self.legal_kind, self.body) == (other.legal_kind, other.body)
        return same and (self.holds_on(other.valid_from) or other.holds_on(self.valid_from))


class _Deadlines(_Part):
    rules: Annotated[list[DeadlineRulePart], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_rule_a_day(self) -> _Deadlines:
        for first, second in combinations(self.rules, 2):
            if first.meets(second):
                later = max(first.valid_from, second.valid_from)
                raise ValueError(f"{first.legal_kind} of the {first.body} has two rules on {later}")
        return self


class TermRulePart(_Part):
    """By which paragraph a running deadline may be extended, or its citizen called to complete; see `models.TermRule`."""

    act: TermAct
    legal_kind: LegalKind
    amount: Annotated[int | None, Field(ge=1, le=366)] = None
    unit: Unit | None = None
    most: Annotated[int | None, Field(ge=1, le=99)] = None
    within: Annotated[int | None, Field(ge=1, le=366)] = None
    condition: Annotated[str, Field(min_length=2, max_length=500, pattern=r"^\S.*\S$")]
    basis: Line
    source: Line
    verified: bool
    valid_from: date
    valid_to: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> TermRulePart:
        if (self.amount is None) != (self.unit is None):
            raise ValueError("has an amount without a unit, or a unit without an amount")
        if self.amount is None and self.act is TermAct.COMPLETION:
            raise ValueError("does not say how long the citizen has")
        return self


class _Terms(_Part):
    rules: list[TermRulePart]

    @model_validator(mode="after")
    def _one_rule_at_a_time(self) -> _Terms:
        for first, second in combinations(self.rules, 2):
            apart = (first.valid_to or date.max) < second.valid_from or (second.valid_to or date.max) < first.valid_from
            if (first.act, first.legal_kind) == (second.act, second.legal_kind) and not apart:
                raise ValueError(f"{first.act} of {first.legal_kind} has two rules on one day")
        return self


class _Kinds(_Part):
    phrases: dict[LegalKind, Annotated[tuple[Line, ...], Field(min_length=1)]]

    @model_validator(mode="after")
    def _each_phrase_proposes_one_kind(self) -> _Kinds:
        known: dict[str, LegalKind] = {}
        for kind, phrases in self.phrases.items():
            for phrase in phrases:
                if known.setdefault(phrase.casefold(), kind) is not kind:
                    raise ValueError(f"“{phrase}” proposes {known[phrase.casefold()]} and {kind}")
        return self


def deadline_rules(path: Path | None = None) -> list[DeadlineRulePart]:
    """Every rule of deadlines, those no longer in force too. Raises BadLawbook."""
    return list(_read(_Deadlines, path or LAW / "deadlines.toml").rules)


def term_rules(path: Path | None = None) -> list[TermRulePart]:
    """Every rule by which a running deadline is moved. Raises BadLawbook."""
    return list(_read(_Terms, path or LAW / "terms.toml").rules)


def proposing_phrases(path: Path | None = None) -> Mapping[LegalKind, tuple[str, ...]]:
    """Kind → the phrases that propose it, as people write them. Raises BadLawbook."""
    return MappingProxyType(_read(_Kinds, path or LAW / "kinds.toml").phrases)


@cache
def _read(kind: type[Part], path: Path) -> Part:
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadLawbook(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadLawbook(f"{path} is not TOML in UTF-8: {error}") from error
    except ValidationError as error:
        lines = [f"  {'.'.join(str(part) for part in e['loc']) or 'the whole'}: {e['msg']}" for e in error.errors()]
        raise BadLawbook(f"{path} cannot be used:\n" + "\n".join(lines)) from error

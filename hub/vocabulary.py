"""The words of the hub: states and kinds, and the marker for texts that will be translated. States are words, never numbers."""

from __future__ import annotations

from enum import StrEnum


def marked(text: str) -> str:
    """Mark an English text for translation where no request is at hand; it is translated when it is shown."""
    return text


class RoleName(StrEnum):
    """What an account may do under /urad."""

    OFFICIAL = "official"
    PRESS = "press"
    HEAD = "head"
    ADMINISTRATOR = "administrator"


class QuestionKind(StrEnum):
    """A scale has ordered levels, 1 the worst; a choice has options without order."""

    SCALE = "scale"
    CHOICE = "choice"


class Standing(StrEnum):
    """Whether a sitting stands in the figures, or was set aside by a mark (never deleted)."""

    COUNTED = "counted"
    SET_ASIDE = "set_aside"


class TimeQuality(StrEnum):
    """How well the moment of a press is known (from the best to the worst)."""

    EXACT = "exact"
    ANCHORED = "anchored"
    CORRECTED = "corrected"
    UNCERTAIN = "uncertain"


class Outcome(StrEnum):
    """What became of one thing that came in; the receipt its sender gets."""

    STORED = "stored"
    AMENDED = "amended"
    KNOWN = "known"
    SUPERSEDED = "superseded"
    CONFLICT = "conflict"
    INVALID = "invalid"


class ActorKind(StrEnum):
    """Who did something: a signed-in account, the hub itself (a named job), or a citizen (who has no identity here)."""

    ACCOUNT = "account"
    SYSTEM = "system"
    CITIZEN = "citizen"


CITY_LANGUAGES = {"cs": "Čeština", "en": "English", "uk": "Українська"}
"""Languages of the whole site; the first is the one without a prefix in addresses."""

KIOSK_LANGUAGES = {**CITY_LANGUAGES, "pl": "Polski", "de": "Deutsch", "vi": "Tiếng Việt"}
"""Languages of the touch screens."""

DEFAULT_LANGUAGE = "cs"

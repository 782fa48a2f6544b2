"""What stands on the cards of offices, officials and guides, and what of it cannot be taken.

Texts come here already clean: one line, or words over several. Their lengths are those of the columns they go to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from urllib.parse import urlsplit

from hub.errors import BadInput
from hub.rules.openinghours import Span
from hub.vocabulary import CITY_LANGUAGES, DEFAULT_LANGUAGE, GuideTheme
from hub.vocabulary import marked as _

LONGEST = {
    "building": 120, "address": 200, "room": 60, "phone": 40, "email": 254, "name": 120, "title": 160, "agenda": 2000,
    "summary": 300, "steps": 6000, "documents": 4000, "fee": 2000, "duration": 1000, "paragraph": 300, "keywords": 1000,
    "label": 120, "url": 500,
}  # fmt: skip
MOST_LINKS = 4
MOST_KEYWORDS = 40
GUIDE_PARTS = ("title", "summary", "steps", "documents", "fee", "duration")
NEEDED = ("title", "summary", "steps")
"""Of a guide; what costs nothing and needs no document may say so or stay empty."""

PHONE = re.compile(r"\+?\d[\d ()/-]{2,38}")
EMAIL = re.compile(r"[^@\s,;<>\"'\x00-\x20]+@[^@\s,;<>\"'\x00-\x20]+\.[a-z]{2,}", re.IGNORECASE)
CZECH_CODE = "+420"


class Wrong(BadInput):
    """Some fields cannot be taken. `problems`: field → why, for its reader."""

    code = "wrong_card"

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in problems.items()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class OfficeCard:
    """Where a department is found, and when."""

    building: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    hours: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class OfficialCard:
    """An official as the public sees one. `shows_name` off: the office alone, without name and picture."""

    title: str
    name: str = ""
    building: str = ""
    room: str = ""
    phone: str = ""
    email: str = ""
    agenda: str = ""
    position: int = 0
    is_shown: bool = True
    shows_name: bool = True


OFFICIAL_PARTS = tuple(one.name for one in fields(OfficialCard))


@dataclass(frozen=True, slots=True)
class Link:
    """A form on the web."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class GuideWords:
    """A guide in one language. Steps and documents stand one a line."""

    title: str = ""
    summary: str = ""
    steps: str = ""
    documents: str = ""
    fee: str = ""
    duration: str = ""

    def filled(self) -> list[str]:
        """Which parts say something."""
        return [name for name in GUIDE_PARTS if getattr(self, name)]


@dataclass(frozen=True, slots=True)
class GuideCard:
    """A short guide from a need to its department. `words`: language → what it says there; Czech must be among them.

    `verified_on`: when somebody last compared it with the law and the office, `verified_by` the office of that person.
    """

    theme: GuideTheme
    words: dict[str, GuideWords]
    keywords: tuple[str, ...] = ()
    paragraph: str = ""
    links: tuple[Link, ...] = ()
    is_shown: bool = True
    verified_on: date | None = None
    verified_by: str = ""

    def languages(self) -> list[str]:
        """In which it says something: an empty translation is none."""
        return [language for language in CITY_LANGUAGES if self.words.get(language, GuideWords()).filled()]


def check_office(card: OfficeCard) -> None:
    """Raise Wrong for what cannot be taken. (Hours are looked at as they are read.)"""
    _refuse({**_lengths(card, ("building", "address", "phone", "email")), **_reachable(card)})


def check_official(card: OfficialCard) -> None:
    """Raise Wrong for what cannot be taken."""
    problems = _lengths(card, ("title", "name", "building", "room", "phone", "email", "agenda"))
    if not card.title:
        problems["title"] = _("Say what office it is, for example: identity cards.")
    if not 0 <= card.position <= 999:
        problems["position"] = _("The order is a number from 0 to 999.")
    _refuse({**problems, **_reachable(card)})


def check_guide(card: GuideCard) -> None:
    """Raise Wrong for what cannot be taken; fields of words are named with their language, `title_cs`."""
    problems = _lengths(card, ("paragraph",))
    for language in {DEFAULT_LANGUAGE, *card.languages()}:
        words = card.words.get(language, GuideWords())
        problems.update({f"{name}_{language}": why for name, why in _guide_words(words).items()})
        if language != DEFAULT_LANGUAGE:
            problems.update(_left_out(card.words.get(DEFAULT_LANGUAGE, GuideWords()), words, language))
    if len(card.keywords) > MOST_KEYWORDS or len(", ".join(card.keywords)) > LONGEST["keywords"]:
        problems["keywords"] = _("These are too many words. Leave the usual ones.")
    _refuse({**problems, **_links(card.links)})


def _guide_words(words: GuideWords) -> dict[str, str]:
    missing = {name: _("This must be filled in.") for name in NEEDED if not getattr(words, name)}
    return {**missing, **_lengths(words, GUIDE_PARTS)}


def _left_out(czech: GuideWords, words: GuideWords, language: str) -> dict[str, str]:
    """What the Czech text says and its translation does not: whoever reads it would go without a document, say."""
    gone = set(czech.filled()) - set(words.filled())
    return {f"{name}_{language}": _("The Czech text says something here; the translation must too.") for name in gone}


def _links(links: Iterable[Link]) -> dict[str, str]:
    problems = {}
    for n, link in enumerate(links, 1):
        if n > MOST_LINKS:
            problems["link_url_1"] = _("These are too many forms.")
        elif len(link.label) > LONGEST["label"] or len(link.url) > LONGEST["url"]:
            problems[f"link_url_{n}"] = _("This is too long. Shorten it.")
        elif not link.label:
            problems[f"link_label_{n}"] = _("Say what form it is.")
        elif not is_https(link.url):
            problems[f"link_url_{n}"] = _("The address of a form must begin with https://.")
    return problems


def is_https(url: str) -> bool:
    """Whether it is an address on the web that may be linked: https, a host with a dot, nobody's name or password in it."""
    if not re.fullmatch(r"https://[!-~]+", url, re.IGNORECASE) or re.search(r"[\\\"'<>`{}|^]", url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return "." in host.strip(".") and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def dial(phone: str) -> str:
    """A telephone as a link dials it: `+420596803111`. Nine digits are Czech."""
    digits = re.sub(r"\D", "", phone)
    if phone.startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else f"{CZECH_CODE}{digits}" if len(digits) == 9 else digits


def _lengths(card: object, names: Iterable[str]) -> dict[str, str]:
    return {name: _("This is too long. Shorten it.") for name in names if len(getattr(card, name)) > LONGEST[name]}


def _reachable(card: OfficeCard | OfficialCard) -> dict[str, str]:
    problems = {}
    if card.phone and not PHONE.fullmatch(card.phone):
        problems["phone"] = _("This is no telephone number. Write it in digits, for example 596 803 111.")
    if card.email and not EMAIL.fullmatch(card.email):
        problems["email"] = _("This is no e-mail address.")
    return problems


def _refuse(problems: Mapping[str, str]) -> None:
    if problems:
        raise Wrong(problems)

"""Comments: whether they are taken now, which are held for a look and why, and in which list one waits for a moderator.

Nothing is ever lost by these rules: what they hold is in quarantine, with its reasons, until a person has decided.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from hub.rules import personal, triage
from hub.vocabulary import DiscussionState, Look, MessageKind, Moderation

AFTERWARDS = "comments_after"
"""The named rule by which a comment that nothing holds appears at once, where a discussion is moderated afterwards."""

LONGEST = 4000
LONGEST_NAME = 60
LONGEST_OBJECTION = 2000
LONGEST_REPORT = 1000
MOST_LINKS = 2
MANY_REPORTS = 3
"""From so many distinct reports on, a comment goes before the others."""
SAME_FOR = timedelta(days=7)
SAME_WORDS = 3
"""Shorter texts (Thank you!) are said again by others."""
BURST = timedelta(minutes=5)
BURST_HERE = 10
BURST_EVERYWHERE = 40
"""More comments than that within the time of a burst, under one publication or in all, and the further ones are held."""
WORKDAYS = 2
"""Within so many working days a moderator reads a comment, as the pages promise."""
FORGOTTEN_AFTER = timedelta(days=30)
"""How long it is kept who (as a keyed digest) joined in or reported."""

HOST = re.compile(r"(?:https?://|(?<!//)\bwww\.)(?:[^\s/@]*@)?(\[[0-9a-f:.]+\]|[^\s/:?#,;)\]\"'<>]+)", re.IGNORECASE)
USUAL = ("cz", "sk", "eu", "com", "org", "net", "info", "gov")
SHORTENERS = frozenset(
    {
        "bit.ly",
        "t.co",
        "tinyurl.com",
        "goo.gl",
        "is.gd",
        "ow.ly",
        "cutt.ly",
        "rb.gy",
        "shorturl.at",
        "rebrand.ly",
        "lnkd.in",
    }
)
OFFICIAL = re.compile(
    r"\b(?:urad\w*|magistrat\w*|radnic\w*|primator\w*|starost\w*|mistostarost\w*|tajemni\w*|odbor\w*|zastupitel\w*|mesto|mesta"
    r"|mestsk\w*|tiskov\w*|mluvci\w*|policie|policii|spravce|spravkyne|redakce|moderator\w*|admin\w*|podpora)\b"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a comment when it comes. `repeated`: the same text was said lately.

    `before_here` and `before_everywhere` are how many came within the time of a burst before it.
    """

    text: str
    name: str = ""
    trapped: bool = False
    repeated: bool = False
    before_here: int = 0
    before_everywhere: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """How a publication is discussed; `version` 0 while nobody has said so."""

    state: DiscussionState
    moderation: Moderation
    closes_on: date | None = None
    version: int = 0


ANSWERS = Setting(DiscussionState.OPEN, Moderation.BEFORE)
OTHERS = Setting(DiscussionState.OFF, Moderation.BEFORE)


def by_default(kind: str) -> Setting:
    """How publications of a kind are discussed unless somebody says otherwise: answers are, others are not."""
    return ANSWERS if kind == MessageKind.QUESTION else OTHERS


def takes(setting: Setting, today: date) -> bool:
    """Whether comments are taken now."""
    return setting.state == DiscussionState.OPEN and (setting.closes_on is None or today <= setting.closes_on)


def promised_since(today: date, is_free: Callable[[date], bool]) -> date:
    """The first day of which a comment may still wait today: what came before it waits longer than the pages promise."""
    day, left = today, WORKDAYS
    while left:
        day -= timedelta(days=1)
        left -= not is_free(day)
    return day


def reasons(seen: Seen, office: Collection[str]) -> tuple[str, ...]:
    """Why a comment is held, in a fixed order; none: nothing holds it. `office`: names of the city and its departments."""
    return tuple(_reasons(seen, office))


def _reasons(seen: Seen, office: Collection[str]) -> Iterator[str]:
    if seen.trapped:
        yield "trap"
    yield from triage.oddities(seen.text, MOST_LINKS)
    if any(is_odd(host) for host in HOST.findall(f"{seen.text}\n{seen.name}")):
        yield "odd_links"
    if seen.repeated:
        yield "said_before"
    if seen.before_here >= BURST_HERE or seen.before_everywhere >= BURST_EVERYWHERE:
        yield "burst"
    if like_office(seen.name, office):
        yield "like_office"
    if personal.find(seen.name) or triage.LINK.search(seen.name):
        yield "odd_name"


def is_odd(host: str) -> bool:
    """Whether a link leads where citizens' links seldom do: a number, an unusual ending, a shortener that hides the end."""
    plain = host.lower().rstrip(".").removeprefix("www.")
    if plain.startswith(("[", "xn--")) or ".xn--" in plain or re.fullmatch(r"[\d.]+", plain):
        return True
    return plain in SHORTENERS or plain.rpartition(".")[2] not in USUAL or not plain.isascii()


def like_office(name: str, office: Collection[str]) -> bool:
    """Whether a name might be taken for the office's: its words, a department, the city itself, or letters of mixed scripts."""
    plain = folded(name)
    if not plain:
        return False
    named = {folded(one) for one in office}
    return bool(OFFICIAL.search(plain)) or plain in named or _is_mixed(name)


def _is_mixed(name: str) -> bool:
    """Latin and other letters within one word: made to look like another name."""
    for word in name.split():
        scripts = {unicodedata.name(c, "?").partition(" ")[0] for c in word if c.isalpha()}
        if "LATIN" in scripts and len(scripts) > 1:
            return True
    return False


def folded(text: str) -> str:
    """A text as it is compared: small letters without diacritics, words of letters and digits with one space between."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", plain))


def network_of(address: str) -> str:
    """Of an internet address the part that stands for one household or office: IPv4 whole, of IPv6 the first 64 bits."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.IPv6Network((known, 64), strict=False))
    return str(known)


def look_for(
    undecided: bool, hold_reasons: Collection[str], open_reports: int, objects: bool
) -> tuple[Look | None, int]:
    """In which list a comment waits, and its rank there (0 before 1); None: it waits for nobody."""
    if open_reports >= MANY_REPORTS:
        return Look.REPORTED, 0
    if objects:
        return Look.OBJECTED, 1
    if undecided:
        return (Look.QUARANTINE if hold_reasons else Look.WAITING), 1
    return (Look.REPORTED, 1) if open_reports else (None, 1)

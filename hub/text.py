"""Texts from outside, made safe to store and to compare."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from czech_sort import bytes_key

INVISIBLE = dict.fromkeys(
    [0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
"""Zero-width and direction-changing characters: in a name they only deceive. (The joiners 200C and 200D are letters' own.)"""

UNSEEN = frozenset("\u034f\u115f\u1160\u200c\u200d\u2800\u3164\uffa0")
"""What belongs to letters and pictures, but is nothing to be seen when it stands alone: joiners, fillers, the blank of Braille."""


def one_line(text: str) -> str:
    """A name or label: NFC, one line, no control or invisible characters, no spaces around. May end up empty, and does when
    nothing of it can be seen.
    """
    kept = "".join(
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c
        for c in text.translate(INVISIBLE)
        if unicodedata.category(c) != "Cs"
    )
    line = " ".join(unicodedata.normalize("NFC", kept).split())
    return line if any(_is_seen(c) for c in line) else ""


def _is_seen(c: str) -> bool:
    return c not in UNSEEN and unicodedata.category(c) not in {"Cf", "Mn", "Zs"}


def words(text: str) -> str:
    """What somebody wrote, over several lines: NFC, one kind of line end, no control characters or lone surrogates, no space
    around. Direction marks stay where they are: pages isolate them. May end up empty.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    kept = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return re.sub(r"\n{4,}", "\n\n\n", unicodedata.normalize("NFC", kept)).strip()


def masked(email: str) -> str:
    """An e-mail as its owner knows it, and nobody else learns it."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


def excerpt(text: str | None, longest: int) -> str:
    """The beginning of a text on one line, cut between words."""
    whole = " ".join((text or "").split())
    if len(whole) <= longest:
        return whole
    return (whole[:longest].rpartition(" ")[0] or whole[:longest]).rstrip(",;:–- ") + "…"


def excerpt_around(text: str, spans: Sequence[tuple[int, int]], longest: int) -> list[tuple[str, bool]]:
    """The part of a one-line text in which the first of these spans stands, in pieces: the words, and whether they are a span."""
    first = spans[0][0] if spans else 0
    start = 0 if len(text) <= longest or first < longest * 2 // 3 else text.rfind(" ", 0, first - longest // 4) + 1
    end = len(text) if len(text) - start <= longest else max(text.rfind(" ", start, start + longest), start + 1)
    pieces, at = [("…" if start else "", False)], start
    for begin, finish in spans:
        if begin >= start and finish <= end:
            pieces += [(text[at:begin], False), (text[begin:finish], True)]
            at = finish
    pieces.append((text[at:end] + ("…" if end < len(text) else ""), False))
    return [(words, found) for words, found in pieces if words]


def short_name(name: str) -> str:
    """A name as it may stand in an address: small letters, no diacritics, words joined by hyphens. May end up empty."""
    plain = unicodedata.normalize("NFKD", one_line(name)).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:64].strip("-")


def czech_order(name: str) -> bytes:
    """What to sort names by, so that Č follows C and CH follows H (ČSN 97 6030)."""
    return bytes(bytes_key(name))

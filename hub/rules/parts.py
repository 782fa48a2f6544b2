"""Splitting a long text into what a channel can carry."""

from __future__ import annotations


def split(text: str, longest: int) -> list[str]:
    """Parts of at most `longest` UTF-16 units, cut between paragraphs, lines or words, never inside a character.

    UTF-16, because that is what the strictest channel counts in; for others it is a little too careful.
    """
    rest, parts = text.strip(), []
    while length(rest) > longest:
        head = _head(rest, longest)
        at = max((head.rfind(gap) for gap in ("\n\n", "\n", " ") if head.rfind(gap) > len(head) // 2), default=-1)
        cut = at if at > 0 else len(head)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest or not parts else parts


def length(text: str) -> int:
    """UTF-16 units of a text: characters beyond the basic plane, such as emoji, count twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def _head(text: str, longest: int) -> str:
    units = 0
    for at, character in enumerate(text):
        units += 1 + (character > "\uffff")
        if units > longest:
            return text[: max(at, 1)]
    return text

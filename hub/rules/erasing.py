"""Whether the words of a case may be erased as soon as its citizen wishes it."""

from __future__ import annotations

from hub.vocabulary import LegalKind

OF_RECORD = frozenset(
    {
        LegalKind.COMPLAINT,
        LegalKind.PROCEEDINGS,
        LegalKind.INFORMATION,
        LegalKind.PETITION,
        LegalKind.GDPR,
    }
)
"""Kinds of submissions that the office must keep in its records (spisová služba, zákon č. 499/2004 Sb.)."""


def at_once(kind: LegalKind) -> bool:
    """A message or suggestion is its author's to take back; of other kinds an official must see to the records first."""
    return kind not in OF_RECORD

"""QR codes, so that a printed page leads a telephone to an address. The one module around segno."""

from __future__ import annotations

from dataclasses import dataclass

import segno

QUIET = 4
"""Modules of white around it (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code as a picture to be drawn: one path in a square of `size` modules, the white around it included."""

    path: str
    size: int


def code(text: str) -> Code:
    """The code of an address; a quarter of its modules may be soiled or torn off, and it is still read."""
    rows = [list(row) for row in segno.make(text, error="q", boost_error=False, micro=False).matrix]
    parts = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                parts.append(f"M{start + QUIET} {y + QUIET}h{x - start}v1h{start - x}z")
            x += 1
    return Code("".join(parts), len(rows) + 2 * QUIET)

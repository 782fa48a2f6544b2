"""What the last measurement of accessibility found, and what is known to fall short: for the statement of the site."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hub.vocabulary import marked as _

RESULTS = Path(__file__).with_suffix(".toml")
"""Written by `make accessibility`, which looks at every public page with axe; never by hand."""

KNOWN = (
    _("The pages have been tried by keyboard and with automatic rules, not yet with people who use screen readers."),
    _("Files that citizens and departments attach (PDF, pictures) may be without a description."),
)
"""What falls short, in the words of the statement."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: `pages` addresses in `looks` states (language, width, colours) with so many violations in all."""

    on: str
    axe: str
    browser: str
    pages: int
    looks: int
    widths: tuple[int, ...]
    violations: int


@cache
def measured() -> Measured:
    """The results that came with this version."""
    found = tomllib.loads(RESULTS.read_text(encoding="utf-8"))
    return Measured(
        found["on"],
        found["axe"],
        found["browser"],
        len(found["paths"]),
        found["looks"],
        tuple(found["widths"]),
        found["violations"],
    )

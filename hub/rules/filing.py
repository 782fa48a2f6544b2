"""Numbers of the office's records: číslo jednací and spisová značka, as a city writes them (`MMH/012345/2026`, `S-MMH 12/2026`)."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 50
SHAPE = re.compile(r"[^\W_](?:[^\W_]|[ /.,:\-()_]){0,49}")


def read(text: str) -> str | None:
    """A number as it is kept, by which it is found again: capital letters, single spaces, none beside a slash. None: it is none.

    It begins with a letter or digit, has a digit, at most 50 characters, and of signs only / . , : - ( ) _ and spaces.
    """
    plain = " ".join(unicodedata.normalize("NFC", text).replace("–", "-").upper().split())
    plain = re.sub(r" ?/ ?", "/", plain)
    if not SHAPE.fullmatch(plain) or not any(c.isdigit() for c in plain):
        return None
    return plain

"""The reference of a case: six letters or digits and a check character, easy to say over the telephone: `K7M-3PX-9`.

No letter is like another (Crockford's base 32: no I, L, O, U). The last character is that of ISO/IEC 7064, MOD 37,36: one
wrong character is always noticed, two neighbours that changed places nearly always (this system misses about one such pair in
a thousand). A reference alone shows nothing private.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ALL = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
LENGTH = 6


def reference(numbers: Sequence[int]) -> str:
    """The reference out of six numbers, each taken modulo 32."""
    body = "".join(ALPHABET[number % 32] for number in numbers[:LENGTH])
    return f"{body[:3]}-{body[3:]}-{check_character(body)}"


def check_character(body: str) -> str:
    """The check character of ISO/IEC 7064, MOD 37,36."""
    product = 36
    for character in body:
        product = (product + ALL.index(character)) % 36 or 36
        product = product * 2 % 37
    return ALL[(37 - product) % 36]


def read(text: str) -> str | None:
    """The reference somebody typed, in its one form; None when it cannot be one."""
    plain = re.sub(r"[\s–-]", "", text.upper())
    if len(plain) != LENGTH + 1 or not plain.isascii() or not plain.isalnum():
        return None
    body = plain[:LENGTH].translate(ALIKE)
    if set(body) - set(ALPHABET) or check_character(body) != plain[LENGTH]:
        return None
    return f"{body[:3]}-{body[3:]}-{plain[LENGTH]}"

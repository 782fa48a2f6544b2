"""The code with which a device is paired: eight characters that are told apart at a glance and typed with one finger."""

from __future__ import annotations

import hashlib
import re
from secrets import choice, token_urlsafe

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No I, L, O, 0 and 1."""

SELECTOR = 3
LENGTH = 8
"""Three characters find the device, five (25 bits) prove that its code was seen: with five tries one in five million guesses."""


def new() -> str:
    """A fresh code."""
    return "".join(choice(ALPHABET) for _ in range(LENGTH))


def read(text: str) -> str | None:
    """A code as somebody typed it, without spaces and dashes, in capitals; None for what can be none."""
    code = re.sub(r"[\s\-\u2010-\u2015]", "", text).upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def shown(code: str) -> str:
    """A code as it is read out: ABCD 2345."""
    return f"{code[:4]} {code[4:]}"


def selector(code: str) -> str:
    """The part that finds the device."""
    return code[:SELECTOR]


def digest(secret: str) -> str:
    """What is kept of a code or token (SHA-256)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token() -> str:
    """A token for a device: 256 random bits."""
    return token_urlsafe(32)

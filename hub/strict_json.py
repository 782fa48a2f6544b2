"""JSON as it comes from outside: what would break further in is refused here as a ValueError, of which Flask makes 400.

Python's parser takes NaN, duplicate keys, unpaired surrogates, huge integers and NUL; a database does not.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from math import isfinite
from typing import Any

from flask.json.provider import DefaultJSONProvider

DEEPEST = 32
LARGEST = 2**63 - 1


class StrictJSON(DefaultJSONProvider):
    """The app's JSON provider: strict when reading, plain UTF-8 when writing."""

    ensure_ascii = False
    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse and check; every refusal is a ValueError."""
        return loads(s)


def loads(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError for all that must not come in."""
    try:
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_twice)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check(value, _is_plain(text))
    return value


def _is_plain(text: str | bytes | bytearray) -> bool:
    """Whether no text in it can carry NUL or half of a pair: in right UTF-8 they come by escapes alone."""
    try:
        data = text.encode() if isinstance(text, str) else bytes(text)
        data.decode()
    except UnicodeError:
        return False
    return b"\\u" not in data and b"\x00" not in data


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result


def _check(value: Any, is_plain: bool) -> None:
    # An explicit stack: a recursive walk dies at depths that the parser survives. Texts of a plain one need no look.
    stack: list[tuple[Collection[Any], int]] = [([value], 0)]
    while stack:
        inner, depth = stack.pop()
        if depth >= DEEPEST and inner:
            raise ValueError("nested too deeply")
        for item in inner:
            kind = type(item)
            if kind is dict:
                stack.append((item.values(), depth + 1))
                if not is_plain:
                    stack.append((list(item), depth))
            elif kind is list:
                stack.append((item, depth + 1))
            elif kind is str:
                if not is_plain:
                    _check_text(item)
            else:
                _check_number(item)


def _check_number(item: Any) -> None:
    if isinstance(item, float) and not isfinite(item):
        raise ValueError("a number is too large")
    if isinstance(item, int) and not -LARGEST <= item <= LARGEST:
        raise ValueError("an integer is too large")


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise ValueError("a text carries NUL")
    text.encode()  # an unpaired surrogate raises UnicodeEncodeError, which is a ValueError

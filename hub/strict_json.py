"""JSON as it comes from outside: what would break further in is refused here as a ValueError, of which Flask makes 400.

Python's parser takes NaN, duplicate keys, unpaired surrogates, huge integers and NUL; a database does not.
"""

from __future__ import annotations

import json
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
    _check(value)
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result


def _check(value: Any) -> None:
    # An explicit stack: a recursive walk dies at depths that the parser survives.
    stack = [(value, 1)]
    while stack:
        item, depth = stack.pop()
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        if isinstance(item, dict):
            stack += [(key, depth) for key in item]
            stack += [(inner, depth + 1) for inner in item.values()]
        elif isinstance(item, list):
            stack += [(inner, depth + 1) for inner in item]
        elif isinstance(item, str):
            _check_text(item)
        elif isinstance(item, float) and not isfinite(item):
            raise ValueError("a number is too large")
        elif isinstance(item, int) and not -LARGEST <= item <= LARGEST:
            raise ValueError("an integer is too large")


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise ValueError("a text carries NUL")
    text.encode()  # an unpaired surrogate raises UnicodeEncodeError, which is a ValueError

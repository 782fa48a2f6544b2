"""The words of a paired screen in each of its languages."""

from __future__ import annotations

from collections.abc import Sequence


def texts(languages: Sequence[str]) -> dict[str, dict[str, str]]:
    """Language → key → text."""
    return {code: {} for code in languages}

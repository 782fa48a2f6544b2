"""Whether two texts are about the same: by the stems they share."""

from __future__ import annotations

from collections.abc import Collection

LEAST = 0.5
"""From which share of common stems two texts are called similar."""


def likeness(one: Collection[str], other: Collection[str]) -> float:
    """The share of the stems of both that both have (Jaccard): 0 nothing, 1 the same."""
    mine, theirs = set(one), set(other)
    together = mine | theirs
    return len(mine & theirs) / len(together) if together else 0.0

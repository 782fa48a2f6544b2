"""Whether a publication helped its readers, as far as it may be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEVELS = ("no", "partly", "yes")
"""From the worst: level 1 is no."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many of `n` readers it helped; `levels` is how many gave each, the worst first."""

    n: int
    good: int
    levels: tuple[int, ...]


def verdict(levels: Sequence[int], smallest: int) -> Verdict | None:
    """What may be said of these; None under `smallest` readers, so that nobody can be found among them."""
    n = sum(levels)
    return Verdict(n, levels[-1], tuple(levels)) if n and n >= smallest else None

"""Intervals for shares. Wilson's score interval (E. B. Wilson, JASA 22, 1927), with one constant for 95 %."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959964
"""The 97.5 % quantile of the normal distribution; one constant everywhere, since 1.96 shifts bounds by up to 9e-6."""

INDICATOR = "top2@1"
"""The main figure: the share of the two best levels, first version of its definition."""


def wilson(good: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Bounds (0 to 1) of the share `good` of `n`. Raises ValueError unless 0 ≤ good ≤ n and n > 0."""
    if not 0 <= good <= n or n == 0:
        raise ValueError(f"{good} of {n} is not a share")
    p = good / n
    centre = p + z * z / (2 * n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # Exactly 0 or 1 at the ends: floating point would leave 3e-17.
    low = 0.0 if good == 0 else (centre - half) / scale
    high = 1.0 if good == n else (centre + half) / scale
    return low, high

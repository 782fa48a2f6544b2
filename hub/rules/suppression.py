"""Small groups are hidden, and so is what would give them away by subtraction.

A figure is built from cells (one place, one department, one day or hour). `hide` decides for the cells of one published
sum; a figure over several places adds up only cells that are shown, so it can tell nothing of the hidden ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")


def hide(sizes: Mapping[Key, int], smallest: int) -> frozenset[Key]:
    """The keys of cells to hide when their sum is published beside them.

    Every cell under `smallest` is hidden (an empty one too: nobody shall know it from a group of one to four). When that
    would leave one single hidden cell, or hidden cells with fewer than `smallest` ratings together, the smallest
    shown cell is hidden as well, until what subtraction can give is a group of its own.
    """
    hidden = {key for key, n in sizes.items() if n < smallest}
    shown = sorted((key for key in sizes if key not in hidden), key=lambda key: sizes[key])
    while hidden and shown and (len(hidden) == 1 or 0 < sum(sizes[key] for key in hidden) < smallest):
        hidden.add(shown.pop(0))
    return frozenset(hidden)

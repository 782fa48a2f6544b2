"""From counted cells to figures that may be shown: shares of satisfied citizens with their intervals, small groups hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from hub.rules.intervals import wilson
from hub.rules.suppression import hide

RELIABLE = 30
"""From this many ratings on a percentage is printed; under it only the count and the (wide) interval."""

SATISFIED = 2
"""How many of the best levels count as satisfied (indicator top2@1)."""

Leaf = tuple[int, int]
"""touchpoint_id, department_id: the smallest group of which figures are made"""


@dataclass(frozen=True, slots=True)
class Cell:
    """Sittings of one leaf in one slot (a day, an hour, or the month): how many gave each level, worst first; and set aside."""

    leaf: Leaf
    slot: Hashable
    levels: tuple[int, ...]
    set_aside: int = 0

    @property
    def n(self) -> int:
        """Ratings that stand."""
        return sum(self.levels)


@dataclass(frozen=True, slots=True)
class Share:
    """A figure as it may be shown. Hidden: nothing is known but that the group is too small. Shares are 0 to 1."""

    hidden: bool
    n: int | None = None
    good: int | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None
    reliable: bool = False
    levels: tuple[int, ...] | None = None


HIDDEN = Share(hidden=True)


def share_of(levels: Iterable[int], smallest: int) -> Share:
    """The figure of one distribution, hidden under `smallest` ratings."""
    levels = tuple(levels)
    n = sum(levels)
    if n < smallest:
        return HIDDEN
    good = sum(levels[-SATISFIED:])
    low, high = wilson(good, n)
    return Share(False, n, good, good / n, low, high, n >= RELIABLE, levels)


class Figures:
    """The figures of one month, from its cells by slot. Everything published is a sum of shown cells of leaves.

    So no figure can be subtracted from another to learn a hidden one: a leaf's slots are hidden as `suppression.hide`
    says against the leaf's own sum, leaves are hidden against the sum of the city, and sums leave hidden cells out.
    """

    def __init__(self, cells: Iterable[Cell], smallest: int, hidden: frozenset[Leaf] | None = None) -> None:
        """From all cells of the month; or from those of some leaves, with what is `hidden` of all."""
        self._smallest = smallest
        self._cells: dict[Leaf, dict[Hashable, Cell]] = defaultdict(dict)
        for cell in cells:
            self._cells[cell.leaf][cell.slot] = cell
        sizes = {leaf: sum(cell.n for cell in slots.values()) for leaf, slots in self._cells.items()}
        self.hidden = hide(sizes, smallest) if hidden is None else hidden

    def leaves(self) -> set[Leaf]:
        """Every leaf that has a cell."""
        return set(self._cells)

    def of_month(self, leaves: Iterable[Leaf]) -> Share:
        """The whole month of some leaves together."""
        shown = [cell for leaf in self._shown(leaves) for cell in self._cells[leaf].values()]
        return share_of(_sum(cell.levels for cell in shown), self._smallest)

    def by_slot(self, leaves: Iterable[Leaf], slots: Iterable[Hashable]) -> dict[Hashable, Share]:
        """Slot → figure of some leaves together, for every slot asked for."""
        slots = list(slots)
        shown: dict[Hashable, list[Cell]] = {slot: [] for slot in slots}
        for leaf in self._shown(leaves):
            cells = self._cells[leaf]
            sizes = {slot: cells[slot].n if slot in cells else 0 for slot in slots}
            hidden = hide(sizes, self._smallest)
            for slot in slots:
                if slot not in hidden:
                    shown[slot].append(cells[slot])
        return {slot: share_of(_sum(cell.levels for cell in cells), self._smallest) for slot, cells in shown.items()}

    def set_aside(self, leaves: Iterable[Leaf]) -> tuple[int, int]:
        """(set aside, all that came) of the shown leaves."""
        shown = [cell for leaf in self._shown(leaves) for cell in self._cells[leaf].values()]
        aside = sum(cell.set_aside for cell in shown)
        return aside, aside + sum(cell.n for cell in shown)

    def _shown(self, leaves: Iterable[Leaf]) -> list[Leaf]:
        return [leaf for leaf in sorted(set(leaves)) if leaf in self._cells and leaf not in self.hidden]


def options(cells: Mapping[Leaf, tuple[int, ...]], leaves: Iterable[Leaf], smallest: int) -> list[int | None]:
    """How often each option of a choice was taken in some leaves.

    A leaf's option under `smallest` is left out of the sum; None when all of them are.
    """
    chosen = [cells[leaf] for leaf in set(leaves) if leaf in cells]
    width = max((len(options) for options in chosen), default=0)
    sums: list[int | None] = []
    for option in range(width):
        shown = [counts[option] for counts in chosen if counts[option] >= smallest]
        sums.append(sum(shown) if shown else None)
    return sums


def _sum(distributions: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    columns = zip(*distributions, strict=True)
    return tuple(sum(column) for column in columns)

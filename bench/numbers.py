"""Medians and ranges of repeated runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import TypeVar

Result = TypeVar("Result")


def percentile(values: Iterable[float], percent: int) -> float:
    """The value under which `percent` of them lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def spread(values: Sequence[float], digits: int = 0) -> str:
    """`median (least–most)`."""
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Round by round, ours to theirs: neighbours in time share the machine's mood."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]


def interleave(rounds: int, runs: Sequence[Callable[[], Result]]) -> list[list[Result]]:
    """Do the runs in turn, A B A B; for each run its results."""
    results: list[list[Result]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, into in zip(runs, results, strict=True):
            into.append(run())
    return results

"""What is said about the measurements: sections with tables and goals, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

TREE = Path(__file__).parent.parent
PAGE = TREE / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Table:
    """A table with its head; cells are ready texts."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """The table in Markdown."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@dataclass(frozen=True)
class Goal:
    """A limit and what was measured against it."""

    text: str
    measured: str
    met: bool

    def markdown(self) -> str:
        """One line: met or missed, plainly."""
        return f"- {'met' if self.met else '**MISSED**'}: {self.text}; measured {self.measured}"


@dataclass(frozen=True)
class Section:
    """One part of the page: how its figures are made, the tables, the goals and remarks."""

    title: str
    how: str
    tables: Sequence[Table] = ()
    goals: Sequence[Goal] = ()
    notes: Sequence[str] = field(default=())

    def markdown(self) -> str:
        """The section in Markdown."""
        parts = [f"## {self.title}", self.how, *(table.markdown() for table in self.tables), *self.notes]
        if self.goals:
            parts.append("Goals:\n\n" + "\n".join(goal.markdown() for goal in self.goals))
        return "\n\n".join(parts)


def machine() -> str:
    """The machine in general terms: nothing that tells whose it is."""
    release = Path("/etc/os-release")
    pairs = [line.split("=", 1) for line in release.read_text().splitlines() if "=" in line] if release.exists() else []
    named = {key: value.strip('"') for key, value in pairs}
    system = f"{named.get('NAME', platform.system()).split()[0]} {named.get('VERSION_ID', '')}".strip()
    return f"{os.cpu_count()} cores, {system}, Python {'.'.join(platform.python_version_tuple()[:2])}"


def page(sections: Sequence[Section], today: date) -> str:
    """The whole page."""
    missed = [goal for section in sections for goal in section.goals if not goal.met]
    total = sum(len(section.goals) for section in sections)
    summary = f"{total - len(missed)} of {total} goals are met."
    if missed:
        summary += " Missed:\n\n" + "\n".join(goal.markdown() for goal in missed)
    head = (
        "# Benchmarks\n\n"
        f"Made by `make bench` on {today.isoformat()} ({machine()}); do not edit by hand. One part is measured by"
        " `.venv/bin/python -m bench NAME`, a short smoke run is `--quick`; only a full run rewrites this page.\n\n"
        "Machines differ and are shared, so **ratios count**: both sides are measured in one run, in turn (A B A B)."
        " A figure is the median of the runs, in brackets the least and the most. Milliseconds and rates are for"
        f" orientation.\n\n{summary}"
    )
    return "\n\n".join([head, *(section.markdown() for section in sections)]) + "\n"

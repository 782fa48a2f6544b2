"""How the office kept its deadlines in a month: figures of departments and kinds of submissions, small groups hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from hub.rules.suppression import hide

FORMULA = "deadlines@1"
"""The name and version of what is counted."""


class Outcome(StrEnum):
    """What became of a submission until now; each has exactly one."""

    IN_TIME = "in_time"
    LATE = "late"
    UNANSWERED = "unanswered"
    OPEN_LATE = "open_late"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Counted:
    """So many submissions of one department and legal kind with the same outcome; `days` until their answer, None: not answered."""

    department_id: int
    kind: str
    outcome: str
    days: int | None
    number: int


@dataclass(slots=True)
class Sum:
    """Submissions that are told of together."""

    outcomes: Counter[str] = field(default_factory=Counter)
    days: Counter[int] = field(default_factory=Counter)

    def add(self, one: Counted) -> None:
        """Count these too."""
        self.outcomes[one.outcome] += one.number
        if one.days is not None:
            self.days[one.days] += one.number

    @property
    def n(self) -> int:
        """All that came."""
        return self.outcomes.total()

    def median(self, smallest: int) -> float | None:
        """Days until the answer, half of them sooner and half later; None from fewer than `smallest` answers."""
        n = self.days.total()
        if n < smallest:
            return None
        ordered = sorted(self.days.elements())
        return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


class Month:
    """The figures of one month. Sums leave out what is hidden, so that no subtraction gives it away.

    Departments are hidden against the sum of the city, the kinds of a shown one against its own sum.
    """

    def __init__(self, counted: Iterable[Counted], smallest: int) -> None:
        self._of: dict[int, dict[str, Sum]] = {}
        for one in counted:
            self._of.setdefault(one.department_id, {}).setdefault(one.kind, Sum()).add(one)
        sizes = {department: sum(found.n for found in kinds.values()) for department, kinds in self._of.items()}
        self._hidden = hide(sizes, smallest)
        self.departments = frozenset(self._of)
        self.smallest = smallest

    def of(self, departments: Iterable[int]) -> Sum | None:
        """What came to some departments together, as far as they are shown; None when none of them is."""
        shown = [department for department in set(departments) & self.departments if department not in self._hidden]
        if not shown:
            return None
        made = Sum()
        for department in shown:
            for found in self._of[department].values():
                made.outcomes.update(found.outcomes)
                made.days.update(found.days)
        return made

    def kinds(self, department: int) -> list[tuple[str, Sum | None]]:
        """The kinds that came to a department, and what may be told of each."""
        kinds = self._of[department]
        hidden = hide({kind: found.n for kind, found in kinds.items()}, self.smallest)
        is_hidden = department in self._hidden
        return [(kind, None if is_hidden or kind in hidden else found) for kind, found in sorted(kinds.items())]

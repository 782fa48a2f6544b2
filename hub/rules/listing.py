"""What a list of cases is narrowed by, as it stands in its address and in a saved view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from hub.errors import BadInput, NotFound
from hub.vocabulary import CaseState, LegalKind, marked

LONGEST_QUERY = 200
NOBODY, MYSELF = "nikdo", "ja"
"""Instead of the number of an account."""
YES = "ano"


class View(StrEnum):
    """Which cases: the fixed views of the inbox."""

    OPEN = "otevrene"
    MINE = "moje"
    IN_REVIEW = "ke-schvaleni"
    ASIDE = "podezrele"
    DONE = "vyrizene"
    ALL = "vse"


class Urgency(StrEnum):
    """How near the deadline is."""

    LATE = "po-lhute"
    TODAY = "dnes"
    THIS_WEEK = "tento-tyden"

    def days(self, today: date) -> tuple[date | None, date]:
        """From which day (None: from any) to which day, both included, a deadline is so near. A week ends on Sunday."""
        if self == Urgency.LATE:
            return None, today - timedelta(days=1)
        last = today if self == Urgency.TODAY else today + timedelta(days=7 - today.isoweekday())
        return today, last


class UnknownFilter(NotFound):
    """A filter that there is not."""

    code = "unknown_filter"
    title = marked("There is no such filter")
    message = marked(
        "The address asks for a view, department, official or theme that is not (or no longer) there. Open the inbox and"
        " choose again."
    )


class UnreadableFilter(BadInput):
    """A word that no filter knows."""

    code = "unreadable_filter"
    message = marked("The address asks for something that the inbox cannot be narrowed by. Open it and choose again.")


@dataclass(frozen=True, slots=True)
class Filter:
    """A list of cases; empty words narrow nothing. `department` and `theme` by their names, `official` by a number."""

    view: str = View.OPEN
    words: str = ""
    department: str = ""
    official: str = ""
    kind: str = ""
    channel: str = ""
    state: str = ""
    urgency: str = ""
    added: bool = False
    theme: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether it is more than a fixed view."""
        return self != Filter(self.view)

    def arguments(self) -> dict[str, Any]:
        """What of it stands in an address."""
        found = {name: getattr(self, field) for field, name in NAMES.items()}
        texts = {name: (YES if value is True else str(value or "")) for name, value in found.items()}
        return {name: text for name, text in texts.items() if text}

    def without(self, field: str) -> Filter:
        """The same, but for one part of it."""
        blank = False if field == "added" else ""
        return replace(self, **{field: blank})  # type: ignore[arg-type]


NAMES = {
    "view": "pohled",
    "words": "q",
    "department": "utvar",
    "official": "resi",
    "kind": "druh",
    "channel": "kanal",
    "state": "stav",
    "urgency": "lhuta",
    "added": "doplneno",
    "theme": "tema",
}
"""Field of a filter → its name in addresses."""
PARTS = tuple(field.name for field in fields(Filter) if field.name != "view")
LONGEST_NAME = 64


def read(given: Mapping[str, str], words: str) -> Filter:
    """The filter of an address; `words` are those of the search, cleaned. Raises UnknownFilter, UnreadableFilter.

    Whether a department, official or theme is there, only the database can tell.
    """
    found = {field: given.get(name, "") for field, name in NAMES.items()}
    view = found["view"] or (View.ALL if words else View.OPEN)
    if view not in set(View):
        raise UnknownFilter
    known: tuple[tuple[str, set[str]], ...] = (
        ("kind", set(LegalKind)),
        ("state", set(CaseState)),
        ("urgency", set(Urgency)),
        ("added", {YES}),
    )
    if any(found[field] and found[field] not in of for field, of in known):
        raise UnreadableFilter
    official = found["official"]
    is_number = official.isascii() and official.isdigit() and len(official) < 10
    if official not in {"", NOBODY, MYSELF} and not is_number:
        raise UnknownFilter
    if any(len(found[field]) > LONGEST_NAME for field in ("department", "theme", "channel")):
        raise UnknownFilter
    return Filter(
        view=view,
        words=words[:LONGEST_QUERY],
        department=found["department"],
        official=official,
        kind=found["kind"],
        channel=found["channel"],
        state=found["state"],
        urgency=found["urgency"],
        added=bool(found["added"]),
        theme=found["theme"],
    )

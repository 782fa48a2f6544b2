"""Which list of cases an address asks for: read, put into words and links, and kept from the inbox to the page of a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from hub.language import full_day, gettext, words
from hub.models import Account, Leave
from hub.queries import inbox, leaves, places, themes
from hub.queries.inbox import Key, Narrowed
from hub.rules import listing as rule
from hub.rules.access import Scope
from hub.rules.listing import Filter, UnknownFilter, UnreadableFilter, Urgency, View
from hub.text import one_line
from hub.views import labels
from hub.vocabulary import CaseState, LegalKind, marked

VIEWS = {
    View.OPEN: marked("Open"),
    View.MINE: marked("Mine"),
    View.IN_REVIEW: marked("To be approved"),
    View.ASIDE: marked("Perhaps spam"),
    View.DONE: marked("Answered"),
    View.ALL: marked("All of them"),
}
URGENCY = {
    Urgency.LATE: marked("after the deadline"),
    Urgency.TODAY: marked("due today"),
    Urgency.THIS_WEEK: marked("due this week"),
}
CHANNELS = {name: label for name, label in labels.CHANNELS.items() if name != "memory"}
UNREADABLE = marked("The address of this page is not readable. Start at the first page.")
FROM = "od"
KEPT = (*rule.NAMES.values(), FROM)
"""What of an address belongs to the list."""


class Listing:
    """The list that an address asks for, as one account sees it today. Raises UnknownFilter, UnreadableFilter."""

    def __init__(self, session: Session, scope: Scope, given: Mapping[str, str], today: date) -> None:
        self._session, self._scope, self._today = session, scope, today
        self.filter = rule.read(given, one_line(given.get("q", "")))
        self._departments = places.departments(session)
        self._themes = themes.themes(session)
        self.colleagues = inbox.colleagues(session, scope)
        self.away = leaves.on(session, today)
        self.narrowed = self._narrowed()

    def problem(self, chosen: Filter) -> bool:
        """Whether a filter that was saved asks for what is no longer there."""
        return bool(
            (chosen.department and self._department(chosen.department) is None)
            or (chosen.theme and self._theme(chosen.theme) is None)
            or (chosen.official.isdigit() and self._colleague(chosen.official) is None)
        )

    @property
    def mine(self) -> frozenset[int]:
        """The accounts whose cases are one's own today: the account itself, and who is away while it stands in."""
        standing_in = {one.account_id for one in self.away.values() if one.deputy_id == self._scope.account_id}
        return frozenset({self._scope.account_id, *standing_in})

    @property
    def department_id(self) -> int | None:
        """The one department whose cases are listed, if it is one."""
        return self._scope.department_id or self.narrowed.department_id

    @property
    def departments(self) -> list[tuple[str, str]]:
        """Name in addresses and name of each department."""
        return [(one.slug, one.name) for one in self._departments]

    def givable(self) -> list[dict[str, Any]]:
        """To whom cases of the list may be given: colleagues of its one department, with a word when they are away."""
        return givable([one for one in self.colleagues if one.department_id == self.department_id], self.away)

    def chips(self, saved: Filter | None = None) -> list[dict[str, str]]:
        """What the list (or a saved one) is narrowed by, each with the link to the list without it."""
        chosen = saved or self.filter
        theme = self._theme(chosen.theme)
        found = {
            "words": gettext("words: %(words)s", words=chosen.words) if chosen.words else "",
            "department": getattr(self._department(chosen.department), "name", ""),
            "official": self._official_label(chosen.official),
            "kind": labels.label(labels.KINDS, chosen.kind),
            "channel": labels.label(CHANNELS, chosen.channel),
            "state": labels.label(labels.CASE_STATES, chosen.state),
            "urgency": gettext(URGENCY[Urgency(chosen.urgency)]) if chosen.urgency else "",
            "added": gettext("citizen added words") if chosen.added else "",
            "theme": words(theme.names) if theme else "",
        }
        return [
            {"label": label, "url": url_for("cases.inbox", **chosen.without(part).arguments())}
            for part, label in found.items()
            if label
        ]

    def fields(self) -> list[dict[str, Any]]:
        """The choices of the form; the department only for who sees more than one."""
        seen = self._scope.department_id is None
        chosen = self.filter
        officials = [(rule.MYSELF, gettext("me")), (rule.NOBODY, gettext("nobody")), *self._shown_officials()]
        found: list[tuple[str, str, list[tuple[str, str]], str]] = [
            ("utvar", gettext("Department"), self.departments if seen else [], chosen.department),
            ("resi", gettext("Who has it"), officials, chosen.official),
            ("druh", gettext("Kind"), [(k.value, labels.label(labels.KINDS, k)) for k in LegalKind], chosen.kind),
            ("kanal", gettext("How it came"), [(k, gettext(v)) for k, v in CHANNELS.items()], chosen.channel),
            (
                "stav",
                gettext("State"),
                [(s.value, labels.label(labels.CASE_STATES, s)) for s in CaseState],
                chosen.state,
            ),
            ("lhuta", gettext("Deadline"), [(u.value, gettext(v)) for u, v in URGENCY.items()], chosen.urgency),
            ("tema", gettext("Theme"), [(one.slug, words(one.names)) for one in self._themes], chosen.theme),
        ]
        return [
            {
                "name": name,
                "label": label,
                "options": [{"value": v, "label": text, "selected": v == now} for v, text in options],
            }
            for name, label, options, now in found
            if options
        ]

    def views(self) -> list[dict[str, Any]]:
        """The fixed views, for the form."""
        return [
            {"value": view.value, "label": gettext(text), "selected": view == self.filter.view}
            for view, text in VIEWS.items()
        ]

    def away_words(self, account_id: int | None) -> str:
        """Until when whoever has a case is away, and who stands in; empty when they are there."""
        leave = self.away.get(account_id or 0)
        return away_words(leave) if leave else ""

    def _narrowed(self) -> Narrowed:
        chosen = self.filter
        department, theme = self._department(chosen.department), self._theme(chosen.theme)
        if (chosen.department and department is None) or (chosen.theme and theme is None):
            raise UnknownFilter
        if chosen.channel and chosen.channel not in CHANNELS:
            raise UnreadableFilter
        return Narrowed(
            view=View(chosen.view),
            words=chosen.words,
            reference=inbox.reference_of(self._session, self._scope, chosen.words),
            number=inbox.number_of(self._session, self._scope, chosen.words),
            department_id=department.id if department else None,
            officials=self._officials(),
            kind=chosen.kind,
            channel=chosen.channel,
            state=chosen.state,
            due=Urgency(chosen.urgency).days(self._today) if chosen.urgency else None,
            added=chosen.added,
            theme_id=theme.id if theme else None,
        )

    def _officials(self) -> frozenset[int] | None:
        chosen = self.filter.official
        asked: frozenset[int] | None = None
        if chosen == rule.NOBODY:
            asked = frozenset()
        elif chosen == rule.MYSELF:
            asked = frozenset({self._scope.account_id})
        elif chosen:
            if self._colleague(chosen) is None:
                raise UnknownFilter
            asked = frozenset({int(chosen)})
        if self.filter.view != View.MINE:
            return asked
        return self.mine if asked is None else (asked & self.mine) or frozenset({0})

    def _department(self, slug: str) -> Any:
        return next((one for one in self._departments if one.slug == slug), None)

    def _theme(self, slug: str) -> Any:
        return next((one for one in self._themes if one.slug == slug), None)

    def _colleague(self, number: str) -> Account | None:
        return next((one for one in self.colleagues if str(one.id) == number), None)

    def _official_label(self, chosen: str) -> str:
        fixed = {"": "", rule.NOBODY: gettext("nobody has it"), rule.MYSELF: gettext("I have it")}
        return fixed[chosen] if chosen in fixed else getattr(self._colleague(chosen), "name", "")

    def _shown_officials(self) -> list[tuple[str, str]]:
        """Colleagues of the one department; of a whole city they would be hundreds, so there a department comes first."""
        one = self.department_id
        return [
            (str(account.id), account.name)
            for account in self.colleagues
            if account.department_id == one or str(account.id) == self.filter.official
        ]

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """What stands in the address of this list."""
        found = self.filter.arguments()
        default = View.ALL if self.filter.words else View.OPEN
        if self.filter.view == default:
            del found["pohled"]
        return found


def key_of(text: str, narrowed: Narrowed) -> Key | None:
    """After which case a page begins; None for the first. Raises UnreadableFilter."""
    if not text:
        return None
    day, _, number = text.rpartition("_")
    try:
        on = None if narrowed.by_arrival else date.fromisoformat(day)
    except ValueError as error:
        raise UnreadableFilter(UNREADABLE) from error
    plain = number.isascii() and number.isdigit() and len(number) < 18
    if not plain or (narrowed.by_arrival and day):
        raise UnreadableFilter(UNREADABLE)
    return on, int(number)


def text_of(key: Key) -> str:
    """The same as it stands in an address."""
    return str(key[1]) if key[0] is None else f"{key[0]}_{key[1]}"


def kept() -> dict[str, Any]:
    """What of the present address belongs to a list."""
    return {name: request.args[name] for name in KEPT if request.args.get(name)}


def away_words(leave: Leave) -> str:
    """Until when somebody is away and who stands in."""
    return gettext("away until %(day)s, %(name)s stands in", day=full_day(leave.ends_on), name=leave.deputy.name)


def givable(accounts: list[Account], away: Mapping[int, Leave]) -> list[dict[str, Any]]:
    """Choices of whom a case may be given to."""
    return [
        {
            "value": str(one.id),
            "label": f"{one.name} ({away_words(away[one.id])})" if one.id in away else one.name,
            "selected": False,
        }
        for one in accounts
    ]

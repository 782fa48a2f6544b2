"""The forms of the directory: what stands in them, read into cards, with what is wrong in words. Whatever it is, it comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from hub.language import gettext, weekday
from hub.models import Guide, Office, Official
from hub.queries import cards
from hub.rules.directory import (
    GUIDE_PARTS,
    LONGEST,
    MOST_LINKS,
    GuideCard,
    GuideWords,
    Link,
    OfficeCard,
    OfficialCard,
    Wrong,
)
from hub.rules.openinghours import WEEKDAYS, BadHours, Span, read_day, write_day
from hub.text import one_line, words
from hub.vocabulary import CITY_LANGUAGES, GuideTheme
from hub.vocabulary import marked as _


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: `kind` is line, text or check."""

    name: str
    label: str
    kind: str = "line"
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as templates show it, in the language of the page; `lang` is that of what stands in it."""

    name: str
    label: str
    kind: str
    hint: str
    longest: int | None
    lang: str | None


LINE_HINT = _("One a line.")
OFFICE = (
    Field("building", _("Building and floor")),
    Field("address", _("Address")),
    Field("phone", _("Telephone")),
    Field("email", _("E-mail")),
)
OFFICIAL = (
    Field("title", _("Office"), hint=_("What the person does, as citizens would say it: identity cards.")),
    Field("name", _("Name")),
    Field("shows_name", _("Show the name and the portrait to the public"), "check"),
    Field("room", _("Room")),
    Field("building", _("Building"), hint=_("Only when it is not that of the department.")),
    Field("phone", _("Telephone")),
    Field("email", _("E-mail")),
    Field("agenda", _("What the person deals with"), "text", _("The words by which citizens find it.")),
    Field("position", _("Order on the page"), hint=_("The lowest number comes first.")),
    Field("is_shown", _("Show this card to the public"), "check"),
)
GUIDE = (
    Field("keywords", _("Other words for it"), hint=_("Separated by commas: identity card, ID, lost card.")),
    Field("paragraph", _("Paragraph of the law")),
    Field("is_shown", _("Show this guide to the public"), "check"),
)
GUIDE_WORDS = (
    Field("title", _("Title")),
    Field("summary", _("For whom and when, in a sentence")),
    Field("steps", _("How to do it"), "text", LINE_HINT),
    Field("documents", _("What to bring"), "text", LINE_HINT),
    Field("fee", _("What it costs"), "text"),
    Field("duration", _("How long it takes"), "text"),
)
LONGEST_HOURS = 100
KEEP, TODAY, NO = "keep", "today", "no"
"""What may be said of a guide being verified: as it was, today by me, not."""


@dataclass
class Filled:
    """The words of a form as they came, so that they come back."""

    values: dict[str, str]
    version: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)

    def wrong(self, where: str, message: str) -> None:
        """Say what is wrong with a field."""
        self.problems.append({"field": where, "message": message})

    def refuse(self, wrong: Wrong) -> None:
        """Say all that is wrong."""
        for where, message in wrong.problems.items():
            self.wrong(where, gettext(message))

    def line(self, name: str) -> str:
        """What stands in a field of one line."""
        return one_line(self.values.get(name, ""))

    def text(self, name: str) -> str:
        """What stands in a field of several lines."""
        return words(self.values.get(name, ""))

    def is_on(self, name: str) -> bool:
        """Whether a box is checked."""
        return bool(self.values.get(name))

    def words(self) -> str:
        """All that somebody wrote, to be copied."""
        return "\n\n".join(value for value in self.values.values() if len(value) > 1)


def names(fields: Iterable[Field]) -> list[str]:
    """The names of fields."""
    return [one.name for one in fields]


OFFICE_NAMES = [*names(OFFICE), *WEEKDAYS]
OFFICIAL_NAMES = [*names(OFFICIAL), "department", "drop_portrait"]
LINK_NAMES = [f"link_{part}_{n}" for n in range(1, MOST_LINKS + 1) for part in ("label", "url")]
GUIDE_NAMES = [
    *names(GUIDE),
    "theme",
    "department",
    "verified",
    *LINK_NAMES,
    *(f"{one.name}_{language}" for language in CITY_LANGUAGES for one in GUIDE_WORDS),
]


def read(form: Mapping[str, str], of: Iterable[str]) -> Filled:
    """What was sent."""
    version = form.get("version", "")
    is_number = version.isascii() and version.isdigit() and len(version) < 9
    return Filled({name: form.get(name, "") for name in of}, int(version) if is_number else 0)


def office_card(filled: Filled) -> OfficeCard:
    """What the form of an office means; hours that cannot be read become problems of their day."""
    spans: list[Span] = []
    for number, day in enumerate(WEEKDAYS, 1):
        try:
            spans += read_day(number, filled.line(day))
        except BadHours as problem:
            filled.wrong(day, f"{weekday(number).capitalize()}: {gettext(problem.message)}")
    return OfficeCard(**{name: filled.line(name) for name in names(OFFICE)}, hours=tuple(spans))


def official_card(filled: Filled) -> OfficialCard:
    """What the form of an official means."""
    position = filled.line("position") or "0"
    is_number = position.isascii() and position.isdigit() and len(position) < 5
    said = {name: filled.line(name) for name in ("title", "name", "building", "room", "phone", "email")}
    return OfficialCard(
        **said,
        agenda=filled.text("agenda"),
        position=int(position) if is_number else -1,
        is_shown=filled.is_on("is_shown"),
        shows_name=filled.is_on("shows_name"),
    )


def guide_card(filled: Filled, verified: tuple[date | None, str]) -> GuideCard:
    """What the form of a guide means; `verified` is when and by whom it was."""
    pairs = [(filled.line(f"link_label_{n}"), filled.line(f"link_url_{n}")) for n in range(1, MOST_LINKS + 1)]
    keywords = dict.fromkeys(word for word in (one_line(part) for part in filled.line("keywords").split(",")) if word)
    theme = filled.line("theme")
    return GuideCard(
        theme=GuideTheme(theme) if theme in set(GuideTheme) else GuideTheme.OTHER,
        words={language: words for language in CITY_LANGUAGES if (words := _words_of(filled, language)).filled()},
        keywords=tuple(keywords),
        paragraph=filled.line("paragraph"),
        links=tuple(Link(label, url) for label, url in pairs if label or url),
        is_shown=filled.is_on("is_shown"),
        verified_on=verified[0],
        verified_by=verified[1],
    )


def _words_of(filled: Filled, language: str) -> GuideWords:
    lines = {"title", "summary"}
    of = {part: f"{part}_{language}" for part in GUIDE_PARTS}
    return GuideWords(**{part: filled.line(name) if part in lines else filled.text(name) for part, name in of.items()})


def of_office(office: Office | None) -> Filled:
    """The form of an office as it is."""
    card = cards.of_office(office)
    values = {name: getattr(card, name) for name in names(OFFICE)}
    for number, day in enumerate(WEEKDAYS, 1):
        values[day] = write_day(span for span in card.hours if span.weekday == number)
    return Filled(values, office.version if office else 0)


def of_official(official: Official) -> Filled:
    """The form of an official as the card is."""
    card = cards.of_official(official)
    said = {name: getattr(card, name) for name in names(OFFICIAL)}
    values = {name: ("1" if value else "") if isinstance(value, bool) else str(value) for name, value in said.items()}
    return Filled({**values, "department": official.department.slug, "drop_portrait": ""}, official.version)


def new_official(department: str) -> Filled:
    """The form of somebody new."""
    values = {**dict.fromkeys(OFFICIAL_NAMES, ""), "department": department, "is_shown": "1", "shows_name": "1"}
    return Filled(values)


def of_guide(guide: Guide) -> Filled:
    """The form of a guide as it is."""
    card = cards.of_guide(guide)
    values = dict.fromkeys(GUIDE_NAMES, "")
    values |= {"theme": card.theme, "department": guide.department.slug, "paragraph": card.paragraph}
    values |= {"keywords": ", ".join(card.keywords), "is_shown": "1" if card.is_shown else ""}
    values["verified"] = KEEP if card.verified_on else NO
    for n, link in enumerate(card.links, 1):
        values |= {f"link_label_{n}": link.label, f"link_url_{n}": link.url}
    for language, said in card.words.items():
        values |= {f"{part}_{language}": getattr(said, part) for part in GUIDE_PARTS}
    return Filled(values, guide.version)


def new_guide(department: str) -> Filled:
    """The form of a new guide."""
    values = {**dict.fromkeys(GUIDE_NAMES, ""), "theme": GuideTheme.DOCUMENTS.value, "department": department}
    return Filled({**values, "is_shown": "1", "verified": NO})


def shown(fields: Iterable[Field], language: str = "") -> list[Shown]:
    """Fields as templates show them; with a language, those of its words."""
    ending = f"_{language}" if language else ""
    return [
        Shown(
            f"{one.name}{ending}",
            gettext(one.label),
            one.kind,
            gettext(one.hint) if one.hint else "",
            LONGEST.get(one.name),
            language or None,
        )
        for one in fields
    ]


def shown_days() -> list[Shown]:
    """The fields of opening hours."""
    return [Shown(day, weekday(n).capitalize(), "line", "", LONGEST_HOURS, None) for n, day in enumerate(WEEKDAYS, 1)]


def differences(mine: Filled, theirs: Filled, fields: Iterable[Shown]) -> list[dict[str, str]]:
    """What somebody else saved meanwhile and differs from the words of this form."""
    found = []
    for one in fields:
        other = theirs.values.get(one.name, "")
        if words(other) != words(mine.values.get(one.name, "")):
            said = (gettext("yes") if other else gettext("no")) if one.kind == "check" else other
            found.append({"label": one.label, "text": said or gettext("(empty)")})
    return found

"""The directory in a city file: offices, officials, guides; and what every part of such a file is made of."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from hub.rules.directory import (
    GuideCard,
    GuideWords,
    Link,
    OfficeCard,
    OfficialCard,
    Wrong,
    check_guide,
    check_office,
    check_official,
)
from hub.rules.openinghours import WEEKDAYS, BadHours, Span, read_day
from hub.text import one_line, words
from hub.vocabulary import GuideTheme


def _named(text: str) -> str:
    text = one_line(text)
    if not text:
        raise ValueError("must not be empty")
    return text


Name = Annotated[str, AfterValidator(_named), Field(max_length=160)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Line = Annotated[str, AfterValidator(one_line)]
Lines = Annotated[str, AfterValidator(words)]


class FilePart(BaseModel):
    """A part of a city file: no keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OfficePart(FilePart):
    """Where a department is found, and when: hours = { mon = "8:00-11:30, 12:30-17:00" }."""

    department: Slug
    building: Line = ""
    address: Line = ""
    phone: Line = ""
    email: Line = ""
    hours: dict[Weekday, str] = {}

    @model_validator(mode="after")
    def _can_be_taken(self) -> OfficePart:
        try:
            check_office(self.card())
        except (BadHours, Wrong) as problem:
            raise ValueError(str(problem)) from problem
        return self

    def card(self) -> OfficeCard:
        """What it says."""
        return OfficeCard(self.building, self.address, self.phone, self.email, tuple(self._spans()))

    def _spans(self) -> list[Span]:
        read = (read_day(WEEKDAYS.index(day) + 1, text) for day, text in self.hours.items())
        return sorted(span for spans in read for span in spans)


class OfficialPart(FilePart):
    """An official; without a name, or with `shows_name = false`, only the office is shown."""

    department: Slug
    title: Name
    name: Line = ""
    building: Line = ""
    room: Line = ""
    phone: Line = ""
    email: Line = ""
    agenda: Lines = ""
    shows_name: bool = True

    @model_validator(mode="after")
    def _can_be_taken(self) -> OfficialPart:
        try:
            check_official(self.card(0))
        except Wrong as problem:
            raise ValueError(str(problem)) from problem
        return self

    def card(self, position: int) -> OfficialCard:
        """What it says; officials stand in the order of the file."""
        said = self.model_dump(exclude={"department"})
        return OfficialCard(position=position, **said)


class GuideWordsPart(FilePart):
    """A guide in one language; steps and documents one a line."""

    title: Line
    summary: Line
    steps: Lines
    documents: Lines = ""
    fee: Lines = ""
    duration: Lines = ""


class LinkPart(FilePart):
    """A form on the web."""

    label: Line
    url: Line


class GuidePart(FilePart):
    """A short guide from a need to its department. Without `verified_on` its page says that nobody has verified it."""

    slug: Slug
    theme: GuideTheme
    department: Slug
    keywords: list[Name] = []
    paragraph: Line = ""
    links: list[LinkPart] = []
    verified_on: date | None = None
    verified_by: Line = ""
    cs: GuideWordsPart
    en: GuideWordsPart | None = None
    uk: GuideWordsPart | None = None

    @model_validator(mode="after")
    def _can_be_taken(self) -> GuidePart:
        if (self.verified_on is None) == bool(self.verified_by):
            raise ValueError("verified_on and verified_by belong together")
        try:
            check_guide(self.card())
        except Wrong as problem:
            raise ValueError(str(problem)) from problem
        return self

    def card(self) -> GuideCard:
        """What it says."""
        said = {language: getattr(self, language) for language in ("cs", "en", "uk")}
        return GuideCard(
            theme=self.theme,
            words={language: GuideWords(**one.model_dump()) for language, one in said.items() if one is not None},
            keywords=tuple(self.keywords),
            paragraph=self.paragraph,
            links=tuple(Link(one.label, one.url) for one in self.links),
            verified_on=self.verified_on,
            verified_by=self.verified_by,
        )

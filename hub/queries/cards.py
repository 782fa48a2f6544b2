"""Rows of offices, officials and guides as the cards that are written and compared."""

from __future__ import annotations

from hub.models import Guide, Office, Official
from hub.rules.directory import GUIDE_PARTS, OFFICIAL_PARTS, GuideCard, GuideWords, Link, OfficeCard, OfficialCard
from hub.rules.openinghours import Span
from hub.vocabulary import GuideTheme


def of_office(office: Office | None) -> OfficeCard:
    """What is known of an office; nothing, when nobody wrote it yet."""
    if office is None:
        return OfficeCard()
    hours = tuple(sorted(Span(one.weekday, one.opens, one.closes) for one in office.hours))
    return OfficeCard(office.building, office.address, office.phone, office.email, hours)


def of_official(official: Official) -> OfficialCard:
    """What is known of an official."""
    return OfficialCard(**{name: getattr(official, name) for name in OFFICIAL_PARTS})


def of_guide(guide: Guide) -> GuideCard:
    """What a guide says in all its languages."""
    return GuideCard(
        theme=GuideTheme(guide.theme),
        words={text.language: GuideWords(*(getattr(text, part) for part in GUIDE_PARTS)) for text in guide.texts},
        keywords=tuple(guide.keywords),
        paragraph=guide.paragraph,
        links=tuple(Link(one["label"], one["url"]) for one in guide.links),
        is_shown=guide.is_shown,
        verified_on=guide.verified_on,
        verified_by=guide.verified_by or "",
    )

"""What stands in the directory of the tests, and how to put more into it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

from PIL import Image

from hub.actions import directory as acts
from hub.database import db
from hub.models import Guide, Official
from hub.queries import directory, guides
from hub.rules.directory import GuideCard, GuideWords, Link, OfficeCard, OfficialCard
from hub.rules.openinghours import read_day
from hub.steps.directory import new_reference
from hub.vocabulary import GuideTheme
from tests import desks
from tests.conftest import NOW

OFFICE = OfficeCard(
    "Radnice, 1. patro",
    "Dlouhá 1, Havířov",
    "596 803 111",
    "doprava@mesto.example",
    (*read_day(1, "8:00-11:30, 12:30-17:00"), *read_day(3, "8:00-17:00")),
)
OFFICIAL = OfficialCard(
    "Řidičské průkazy", "Jana Vzorová", "", "112", "596 803 112", "", "Řidičské průkazy a jejich ztráta."
)
CZECH = GuideWords(
    "Výměna řidičského průkazu",
    "Pro řidiče, kterým průkaz končí.",
    "Přijďte na úřad.\nVyzvedněte si průkaz.",
    "Občanský průkaz.",
    "200 Kč",
    "Do 20 dnů.",
)
ENGLISH = GuideWords("Renewing a driving licence", "For drivers.", "Come.", "Identity card.", "200 CZK", "20 days.")
GUIDE = GuideCard(
    GuideTheme.TRANSPORT,
    {"cs": CZECH, "en": ENGLISH},
    ("řidičák", "ŘP"),
    "§ 103 zákona č. 361/2000 Sb.",
    (Link("Žádost", "https://gov.cz/zadost"),),
)
SLUG = "vymena-ridicskeho-prukazu"


def fill() -> None:
    """An office with hours, an official, a guide."""
    acts.save_office(desks.scope(desks.HEAD), "dopravy", 0, OFFICE, NOW)
    official(OFFICIAL)
    assert guide(GUIDE) == SLUG


def official(card: OfficialCard, portrait: acts.Portrait | None = None, department: str = "dopravy") -> str:
    """A new official; the reference."""
    reference = new_reference()
    acts.save_official(desks.scope(desks.PRESS), reference, 0, department, card, NOW, portrait)
    return reference


def guide(card: GuideCard, department: str = "dopravy") -> str:
    """A new guide; its slug."""
    return acts.save_guide(desks.scope(desks.PRESS), None, 0, department, card, NOW)


def titled(title: str, keywords: str = "", shown: bool = True, **words: str) -> str:
    """A new guide of this title; its slug."""
    said = replace(GuideWords("", "Pro každého.", "Přijďte."), title=title, **words)
    return guide(
        GuideCard(GuideTheme.OTHER, {"cs": said}, tuple(keywords.split(",")) if keywords else (), is_shown=shown)
    )


def verified(card: GuideCard) -> GuideCard:
    """The same, verified."""
    return replace(card, verified_on=date(2026, 11, 3), verified_by="Vedení dopravy")


def official_of(reference: str) -> Official:
    """The row as it is now."""
    db.session.rollback()
    return directory.official_in(db.session(), desks.scope(desks.ADMINISTRATOR), reference)


def guide_of(slug: str) -> Guide:
    """The row as it is now."""
    db.session.rollback()
    return guides.guide_in(db.session(), desks.scope(desks.ADMINISTRATOR), slug)


def photo(kind: str = "JPEG", side: int = 900, note: str = "Doma u Vzorových") -> bytes:
    """A picture with a note in it."""
    exif = Image.Exif()
    exif[0x010E] = note
    out = io.BytesIO()
    Image.linear_gradient("L").resize((side, side)).convert("RGB").save(out, kind, exif=exif)
    return out.getvalue()

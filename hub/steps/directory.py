"""Writing cards of offices, officials and guides, with the words by which they are found."""

from __future__ import annotations

from secrets import choice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.database import insert_new, table_of
from hub.models import Guide, GuideText, Office, OfficeHours, Official
from hub.rules.directory import (
    GUIDE_PARTS,
    OFFICIAL_PARTS,
    GuideCard,
    OfficeCard,
    OfficialCard,
    check_guide,
    check_office,
    check_official,
)
from hub.stems import index_words
from hub.vocabulary import GuideTheme

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
REFERENCE = 10
"""Letters of the address by which staff know an official."""
hours = table_of(OfficeHours)


def new_reference() -> str:
    """An address for an official who is yet to be written: the form carries it, so that sent twice it is kept once."""
    return "".join(choice(LETTERS) for _ in range(REFERENCE))


def is_reference(text: str) -> bool:
    """Whether a text may be such an address."""
    return len(text) == REFERENCE and set(text) <= set(LETTERS)


def begin_office(session: Session, department_id: int) -> None:
    """An empty office of a department, unless there is one."""
    row = {"department_id": department_id, "version": 0, "building": "", "address": "", "phone": "", "email": ""}
    insert_new(session.connection(), table_of(Office), [row], ("department_id",), ("department_id",))


def begin_official(session: Session, reference: str, department_id: int) -> None:
    """An empty, hidden official of this address, unless there is one."""
    empty = dict.fromkeys(("title", "name", "building", "room", "phone", "email", "agenda", "words"), "")
    row = {**empty, "reference": reference, "department_id": department_id, "version": 0, "position": 0}
    row |= {"is_shown": False, "shows_name": False}
    insert_new(session.connection(), table_of(Official), [row], ("reference",), ("id",))


def begin_guide(session: Session, slug: str, department_id: int) -> bool:
    """An empty, hidden guide of this address, unless there is one; whether it was made."""
    empty = dict.fromkeys(("paragraph", "named_by", "words"), "")
    row = {**empty, "slug": slug, "department_id": department_id, "version": 0, "theme": GuideTheme.OTHER}
    row |= {"is_shown": False, "keywords": [], "links": []}
    return bool(insert_new(session.connection(), table_of(Guide), [row], ("slug",), ("id",)))


def write_office(session: Session, office: Office, card: OfficeCard) -> None:
    """Put what the card says into the row, and count its version on; its hours are replaced. Raises Wrong."""
    check_office(card)
    office.version += 1
    office.building, office.address, office.phone, office.email = card.building, card.address, card.phone, card.email
    session.flush()
    session.execute(sa.delete(hours).where(hours.c.department_id == office.department_id))
    rows = [
        {"department_id": office.department_id, "weekday": span.weekday, "opens": span.opens, "closes": span.closes}
        for span in card.hours
    ]
    if rows:
        session.execute(sa.insert(hours), rows)
    session.expire(office, ["hours"])


def write_official(session: Session, official: Official, card: OfficialCard) -> None:
    """Put what the card says into the row, and count its version on. Raises Wrong."""
    check_official(card)
    official.version += 1
    for name in OFFICIAL_PARTS:
        setattr(official, name, getattr(card, name))
    shown = [card.title, card.agenda, card.name if card.shows_name else ""]
    official.words = " ".join(index_words(" ".join(shown)))
    session.flush()


def write_guide(session: Session, guide: Guide, card: GuideCard) -> None:
    """Put what the card says into the row and its texts, and count its version on. Raises Wrong."""
    check_guide(card)
    _write_texts(guide, card)
    session.flush()  # before it is shown: only with its Czech text may it be
    guide.version += 1
    guide.theme, guide.is_shown = card.theme, card.is_shown
    guide.keywords, guide.paragraph = list(card.keywords), card.paragraph
    guide.links = [{"label": link.label, "url": link.url} for link in card.links]
    guide.verified_on = card.verified_on
    guide.verified_by = card.verified_by if card.verified_on else None
    said = [card.words[language] for language in card.languages()]
    guide.named_by = " ".join(index_words(" ".join([*card.keywords, *(words.title for words in said)])))
    everything = [card.paragraph, *(getattr(words, part) for words in said for part in GUIDE_PARTS)]
    guide.words = " ".join(index_words(" ".join(everything)))
    session.flush()


def _write_texts(guide: Guide, card: GuideCard) -> None:
    for text in list(guide.texts):
        if text.language not in card.languages():
            guide.texts.remove(text)
    for language in card.languages():
        kept = guide.text(language)
        if kept is None:
            kept = GuideText(language=language)
            guide.texts.append(kept)
        for part in GUIDE_PARTS:
            setattr(kept, part, getattr(card.words[language], part))

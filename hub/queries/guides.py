"""Guides from a need to its department: by theme, at their address, and found by what somebody needs to settle."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from hub.database import row_lock
from hub.errors import NotFound
from hub.models import Guide
from hub.rules.access import Scope
from hub.stems import query_words
from hub.text import czech_order
from hub.vocabulary import DEFAULT_LANGUAGE

PATH = "/kontakty/zivotni-situace"
"""Where guides stand on the web, each under its slug."""
SHORTEST_BEGINNING = 4
"""Letters of which the beginning of a word is enough."""
WHOLE_NAME, WHOLE_WORD, BEGINNING = 4, 2, 1
"""What a word weighs that is found in the title or keywords, anywhere else, or only as the beginning of one of the former."""

EMPTY_WORDS = {
    "se", "si", "na", "do", "od", "ve", "ke", "ze", "po", "za", "je", "jak", "kde", "co", "kdy", "kam", "nebo", "pro", "chci",
    "chceme", "potrebuji", "potrebuju", "potrebujeme", "musim", "mam", "mame", "jsem", "the", "how", "where", "want", "need",
}  # fmt: skip
"""What people write around what they need; alone they are looked for all the same."""


@dataclass(frozen=True, slots=True)
class Found:
    """A guide that fits what somebody needs: its title and summary in one language, and the parts of its address."""

    title: str
    summary: str
    department: str
    slug: str
    language: str

    @property
    def path(self) -> str:
        """Its address without the prefix of a language."""
        return f"{PATH}/{self.slug}"


def found(session: Session, query: str, most: int, language: str = DEFAULT_LANGUAGE) -> list[Found]:
    """Shown guides that fit, the best first, and none that fits less than half as well; titles are in `language` if they can.

    Forgives endings and diacritics; no word that can be searched for finds nothing.
    """
    groups = query_words(query)
    groups = [group for group in groups if not EMPTY_WORDS.intersection(group)] or groups
    weighed = [(_weight_of_all(groups, one), one) for one in _shown(session)] if groups else []
    best = max((weight for weight, _ in weighed), default=0)
    fitting = [(-weight, _title(one), one) for weight, one in weighed if 2 * weight > best]
    return [in_language(one, language) for _, _, one in sorted(fitting, key=lambda row: row[:2])[:most]]


def _weight_of_all(groups: list[list[str]], guide: Guide) -> int:
    names, words = set(guide.named_by.split()), set(guide.words.split())
    return sum(_weight(group, names, words) for group in groups)


def _weight(group: list[str], names: set[str], words: set[str]) -> int:
    if any(form in names for form in group):
        return WHOLE_NAME
    if any(form in words for form in group):
        return WHOLE_WORD
    long = tuple(form for form in group if len(form) >= SHORTEST_BEGINNING)
    return BEGINNING if long and any(name.startswith(long) for name in names) else 0


def in_language(guide: Guide, language: str) -> Found:
    """What lists show of a guide, in a language or else in Czech."""
    text = guide.text(language) or guide.text(DEFAULT_LANGUAGE)
    if text is None:
        raise NotFound
    return Found(text.title, text.summary, guide.department.name, guide.slug, text.language)


def shown(session: Session, department_id: int | None = None) -> list[Guide]:
    """The guides everybody may read, by title; of one department, or all."""
    return [one for one in _shown(session) if department_id in {None, one.department_id}]


def by_slug(session: Session, slug: str) -> Guide:
    """The guide at an address, if it is shown. Raises NotFound."""
    return _one(session, sa.select(Guide).where(Guide.slug == slug, Guide.is_shown))


def listed(session: Session, scope: Scope) -> list[Guide]:
    """The guides an account sees at the desk, hidden ones too, by title."""
    return sorted(session.scalars(_with_texts(_within(sa.select(Guide), scope))), key=_title)


def guide_in(session: Session, scope: Scope, slug: str, *, to_change: bool = False) -> Guide:
    """A guide for who may see it at the desk. Raises NotFound. `to_change` locks its row and reads it anew."""
    wanted = _within(sa.select(Guide).where(Guide.slug == slug), scope)
    return _one(session, row_lock(wanted).execution_options(populate_existing=True) if to_change else wanted)


def how_many(session: Session) -> int:
    """Guides there are, hidden ones too."""
    return session.scalar(sa.select(sa.func.count()).select_from(Guide)) or 0


def _shown(session: Session) -> list[Guide]:
    return sorted(session.scalars(_with_texts(sa.select(Guide).where(Guide.is_shown))), key=_title)


def _with_texts(wanted: sa.Select[Guide]) -> sa.Select[Guide]:
    return wanted.options(selectinload(Guide.texts), selectinload(Guide.department))


def _within(wanted: sa.Select[Guide], scope: Scope) -> sa.Select[Guide]:
    return wanted if scope.department_id is None else wanted.where(Guide.department_id == scope.department_id)


def _one(session: Session, wanted: sa.Select[Guide]) -> Guide:
    found = session.scalar(wanted)
    if found is None:
        raise NotFound
    return found


def _title(guide: Guide) -> bytes:
    text = guide.text(DEFAULT_LANGUAGE)
    return czech_order(text.title if text else guide.slug)

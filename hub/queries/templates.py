"""Templates of answers: those an account may use, and those it may write."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from hub.database import row_lock
from hub.errors import NotFound
from hub.models import Template, TemplateText
from hub.rules.access import Scope
from hub.stems import fold
from hub.vocabulary import CITY_LANGUAGES

MOST = 500
"""Templates of one city; all of them are read at once."""


@dataclass(frozen=True, slots=True)
class Known:
    """A template with what it says now: language → its text."""

    template: Template
    texts: dict[str, TemplateText]

    @property
    def title(self) -> str:
        """Its title, in Czech where it has one."""
        return next(self.texts[language].title for language in CITY_LANGUAGES if language in self.texts)


def within(scope: Scope) -> sa.ColumnElement[bool]:
    """The templates an account sees: of the city and of its own department, or all."""
    if scope.department_id is None:
        return sa.true()
    return sa.or_(Template.department_id.is_(None), Template.department_id == scope.department_id)


def usable(session: Session, department_id: int) -> list[Known]:
    """Those that are offered for a case of a department: its own, then those of the city."""
    found = _known(session, sa.or_(Template.department_id.is_(None), Template.department_id == department_id))
    shown = [one for one in found if one.template.is_shown]
    return sorted(shown, key=lambda one: (one.template.department_id is None, fold(one.title)))


def listed(session: Session, scope: Scope, query: str = "") -> list[Known]:
    """Those an account sees, in order of their titles; with a query, those in which all its words stand."""
    wanted = [fold(word) for word in query.split()]
    found = [one for one in _known(session, within(scope)) if _has(one, [word for word in wanted if word])]
    return sorted(found, key=lambda one: (not one.template.is_shown, fold(one.title)))


def _has(one: Known, words: list[str]) -> bool:
    said = fold(" ".join(f"{text.title} {text.text}" for text in one.texts.values())) if words else ""
    return all(word in said for word in words)


def _known(session: Session, which: sa.ColumnElement[bool]) -> list[Known]:
    wanted = (
        sa.select(Template, TemplateText)
        .join(TemplateText, sa.and_(TemplateText.template_id == Template.id, TemplateText.n == Template.version))
        .where(which)
        .options(joinedload(Template.department))
        .order_by(Template.id)
        .limit(MOST * len(CITY_LANGUAGES))
    )
    found: dict[int, Known] = {}
    for template, text in session.execute(wanted):
        found.setdefault(template.id, Known(template, {})).texts[text.language] = text
    return list(found.values())


def find(session: Session, scope: Scope, reference: str, *, to_change: bool = False) -> Template:
    """One template, as it is known to staff. Raises NotFound for another department's too."""
    wanted = sa.select(Template).where(Template.reference == reference, within(scope))
    if to_change:
        wanted = row_lock(wanted).execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound
    return found


def texts(session: Session, template: Template) -> dict[str, TemplateText]:
    """What a template says now."""
    wanted = sa.select(TemplateText).where(TemplateText.template_id == template.id, TemplateText.n == template.version)
    return {text.language: text for text in session.scalars(wanted)}


def versions(session: Session, template: Template, most: int = 20) -> list[TemplateText]:
    """What it said before, the newest first."""
    before = sa.and_(TemplateText.template_id == template.id, TemplateText.n < template.version)
    wanted = sa.select(TemplateText).where(before).order_by(TemplateText.n.desc(), TemplateText.language)
    return list(session.scalars(wanted.options(joinedload(TemplateText.account)).limit(most)))


def count(session: Session) -> int:
    """How many there are."""
    return session.scalar(sa.select(sa.func.count()).select_from(Template)) or 0

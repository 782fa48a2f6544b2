"""The city, its departments, places and their questionnaires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from hub.models import City, Department, Question, Questionnaire, Touchpoint
from hub.text import czech_order
from hub.vocabulary import PlaceKind, QuestionKind


@dataclass(frozen=True, slots=True)
class Definition:
    """What a published questionnaire version allows: question code → (question id, levels that may be chosen).

    `required` are the codes of its scales: a reason without a face is no sitting.
    """

    id: int
    code: str
    questions: Mapping[str, tuple[int, frozenset[int]]]
    required: frozenset[str]


def city(session: Session) -> City | None:
    """The one city, or None before `flask new-city`."""
    return session.scalar(sa.select(City))


def departments(session: Session) -> list[Department]:
    """All departments by name."""
    return sorted(session.scalars(sa.select(Department)), key=_by_name)


def open_touchpoints(session: Session) -> list[Touchpoint]:
    """The touch screens in use, by name."""
    wanted = sa.select(Touchpoint).where(Touchpoint.closed_at.is_(None), Touchpoint.kind == PlaceKind.KIOSK)
    return sorted(session.scalars(wanted), key=_by_name)


def touchpoints(session: Session) -> list[Touchpoint]:
    """All touch screens, closed ones too: their figures stay."""
    return sorted(session.scalars(sa.select(Touchpoint).where(Touchpoint.kind == PlaceKind.KIOSK)), key=_by_name)


def web_place(session: Session) -> TapPlace | None:
    """Where ratings of the city's own pages are recorded; None before `flask prepare` has made it."""
    wanted = sa.select(Touchpoint.id, Touchpoint.department_id, Touchpoint.questionnaire_id)
    row = session.execute(wanted.where(Touchpoint.kind == PlaceKind.WEB, Touchpoint.closed_at.is_(None))).first()
    return TapPlace(*row) if row else None


def _by_name(thing: Department | Touchpoint) -> bytes:
    return czech_order(thing.name)


def touchpoint_to_show(session: Session, slug: str) -> Touchpoint | None:
    """An open touch screen with its questions and their levels."""
    questions = joinedload(Touchpoint.questionnaire).selectinload(Questionnaire.questions).selectinload(Question.levels)
    return session.scalar(
        sa.select(Touchpoint)
        .where(Touchpoint.slug == slug, Touchpoint.kind == PlaceKind.KIOSK, Touchpoint.closed_at.is_(None))
        .options(questions)
    )


def was_touchpoint(session: Session, slug: str) -> bool:
    """Whether there ever was a touch screen of this name, perhaps closed now."""
    wanted = sa.select(Touchpoint.id).where(Touchpoint.slug == slug, Touchpoint.kind == PlaceKind.KIOSK)
    return session.scalar(wanted) is not None


@dataclass(frozen=True, slots=True)
class TapPlace:
    """What recording a tap needs of its place, and nothing more."""

    id: int
    department_id: int
    questionnaire_id: int


class Definitions:
    """Published questionnaire versions, remembered: they are immutable, so the memory can never be stale.

    One memory for each database, since ids of two databases differ.
    """

    def __init__(self) -> None:
        self._of: dict[int, Definition] = {}
        self._ids: dict[str, int] = {}

    def by_id(self, session: Session, key: int) -> Definition:
        """The definition of a version. Raises KeyError for one that is not published."""
        if key not in self._of:
            found = _definition(session, Questionnaire.id == key)
            if found is None:
                raise KeyError(key)
            self._of[key] = found
        return self._of[key]

    def by_code(self, session: Session, code: str) -> Definition | None:
        """The definition of `code@version`, None for an unknown or unpublished one."""
        if code not in self._ids:
            name, at, version = code.rpartition("@")
            if not (at and version.isascii() and version.isdigit() and len(version) < 6):
                return None
            found = _definition(session, sa.and_(Questionnaire.code == name, Questionnaire.version == int(version)))
            if found is None:
                return None
            self._of[found.id], self._ids[code] = found, found.id
        return self._of[self._ids[code]]


def _definition(session: Session, which: sa.ColumnElement[bool]) -> Definition | None:
    wanted = sa.select(Questionnaire).where(which, Questionnaire.published_at.is_not(None))
    found = session.scalar(wanted.options(selectinload(Questionnaire.questions).selectinload(Question.levels)))
    if found is None:
        return None
    questions = {q.code: (q.id, frozenset(level.level for level in q.levels)) for q in found.questions}
    required = frozenset(q.code for q in found.questions if q.kind == QuestionKind.SCALE)
    return Definition(found.id, f"{found.code}@{found.version}", questions, required)


_MEMORIES: WeakKeyDictionary[sa.Engine, Definitions] = WeakKeyDictionary()


def definitions(session: Session) -> Definitions:
    """The memory of the session's database."""
    return _MEMORIES.setdefault(session.get_bind().engine, Definitions())

"""Offices with their hours, officials and their portraits: as everybody sees them, and as staff do."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from hub.database import row_lock
from hub.errors import NotFound
from hub.models import Department, Office, Official
from hub.queries import places
from hub.rules.access import Scope
from hub.stems import index_words, query_words
from hub.text import czech_order

PORTRAIT_SHOWN = sa.and_(
    Official.is_shown, Official.shows_name, Official.name != "", Official.portrait_key.is_not(None)
)
"""A picture tells who somebody is as well as a name does."""


def offices(session: Session) -> dict[int, Office]:
    """Department → where it is found."""
    return {one.department_id: one for one in session.scalars(sa.select(Office).options(selectinload(Office.hours)))}


def department(session: Session, slug: str) -> Department:
    """The department of an address. Raises NotFound."""
    found = session.scalar(sa.select(Department).where(Department.slug == slug))
    if found is None:
        raise NotFound
    return found


def department_in(session: Session, scope: Scope, slug: str) -> Department:
    """The department of an address, for who may see it at the desk. Raises NotFound."""
    found = department(session, slug)
    if scope.department_id not in {None, found.id}:
        raise NotFound
    return found


def departments_in(session: Session, scope: Scope) -> list[Department]:
    """The departments an account sees at the desk, by name."""
    return [one for one in places.departments(session) if scope.department_id in {None, one.id}]


def office(session: Session, department_id: int) -> Office:
    """Where a department is found, to be changed: the row is locked and read anew. Raises NotFound when nobody wrote it."""
    wanted = row_lock(sa.select(Office).where(Office.department_id == department_id))
    found: Office | None = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def officials(session: Session, department_id: int, *, hidden: bool = False) -> list[Official]:
    """The officials of a department in their order; `hidden` ones too, for staff."""
    wanted = sa.select(Official).where(Official.department_id == department_id)
    if not hidden:
        wanted = wanted.where(Official.is_shown)
    return sorted(session.scalars(wanted), key=_in_order)


def official_in(session: Session, scope: Scope, reference: str, *, to_change: bool = False) -> Official:
    """An official by the staff's address. Raises NotFound. `to_change` locks the row and reads it anew."""
    wanted = sa.select(Official).where(Official.reference == reference)
    if scope.department_id is not None:
        wanted = wanted.where(Official.department_id == scope.department_id)
    if to_change:
        wanted = row_lock(wanted).execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound
    return found


def portrait(session: Session, digest: str) -> Official:
    """Somebody whose shown portrait this is. Raises NotFound."""
    found = session.scalar(sa.select(Official).where(Official.portrait_digest == digest, PORTRAIT_SHOWN).limit(1))
    if found is None:
        raise NotFound
    return found


def kept_portraits(session: Session, keys: Sequence[str]) -> set[str]:
    """Which of these keys of the storage a portrait has."""
    wanted = sa.select(Official.portrait_key).where(Official.portrait_key.in_(keys))
    return {key for key in session.scalars(wanted) if key}


def officials_found(session: Session, query: str, most: int) -> list[Official]:
    """Shown officials with all these words on their card, in the order of their titles."""
    groups = query_words(query)
    if not groups:
        return []
    shown = session.scalars(sa.select(Official).where(Official.is_shown).options(selectinload(Official.department)))
    found = [one for one in shown if _has_all(groups, set(one.words.split()))]
    return sorted(found, key=_in_order)[:most]


def departments_found(session: Session, query: str) -> list[Department]:
    """Departments with all these words in their name or among their keywords."""
    groups = query_words(query)
    if not groups:
        return []
    every = places.departments(session)
    return [one for one in every if _has_all(groups, set(index_words(" ".join([one.name, *one.keywords]))))]


def _has_all(groups: list[list[str]], words: set[str]) -> bool:
    return all(any(form in words for form in group) for group in groups)


def _in_order(official: Official) -> tuple[int, bytes, int]:
    return official.position, czech_order(official.title), official.id

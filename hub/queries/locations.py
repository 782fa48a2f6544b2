"""The streets and the map of the city, and where what a message is about is."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from hub.models import CityMap, Location, Street
from hub.text import czech_order

MOST_OFFERED = 1000
"""Streets that a form lists; a city with more has them recognised as they are written, without a list."""


def offered(session: Session) -> list[str]:
    """The streets for a form to offer, in Czech order; none when there are too many for one page."""
    names = list(session.scalars(sa.select(Street.name).limit(MOST_OFFERED + 1)))
    return sorted(names, key=czech_order) if len(names) <= MOST_OFFERED else []


def named(session: Session, folded: Sequence[str]) -> dict[str, str]:
    """Folded name → name, of those of these streets that the city has."""
    wanted = sa.select(Street.folded, Street.name).where(Street.folded.in_(folded))
    return {row.folded: row.name for row in session.execute(wanted)}


def city_map(session: Session) -> CityMap | None:
    """The map of the city without its picture, if it has one."""
    return session.scalar(sa.select(CityMap).options(defer(CityMap.picture)))


def picture(session: Session) -> CityMap | None:
    """The map with its picture."""
    return session.scalar(sa.select(CityMap))


def of_message(session: Session, message_id: int) -> Location | None:
    """Where what a message is about is."""
    return session.get(Location, message_id)

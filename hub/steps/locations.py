"""Where what a citizen writes about is: kept beside the words, and gone before them. And the streets and map of the city."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import database
from hub.cityfile import CityFile, MapPart
from hub.database import table_of
from hub.models import City, CityMap, Location, Message, Street
from hub.models.locations import LONGEST
from hub.queries import locations
from hub.rules.maps import Point
from hub.stems import fold
from hub.text import one_line

streets = table_of(Street)


def keep(session: Session, message: Message, street: str, point: Point | None) -> None:
    """Keep where it is, when anything was said of it."""
    where = spelled(session, street)
    if not where and point is None:
        return
    session.flush()
    latitude, longitude = point or (None, None)
    session.add(Location(message_id=message.id, street=where, latitude=latitude, longitude=longitude))


def forget(session: Session, message_id: int) -> None:
    """Erase where it is: always before the words of a message are erased."""
    session.execute(sa.delete(Location).where(Location.message_id == message_id))


def spelled(session: Session, street: str) -> str:
    """A street as the city spells it, with the number as it was written; what is no street of the city stays as it is."""
    parts = one_line(street)[:LONGEST].split()
    beginnings = [fold("".join(parts[:n])) for n in range(len(parts), 0, -1)]
    known = locations.named(session, [one for one in beginnings if one])
    for n, folded in zip(range(len(parts), 0, -1), beginnings, strict=True):
        if folded in known:
            return " ".join([known[folded], *parts[n:]])[:LONGEST]
    return " ".join(parts)


def load(session: Session, file: CityFile) -> None:
    """The streets and map of a city file in place of those there were, and where formal submissions go."""
    session.execute(sa.delete(Street))
    rows = [{"name": name, "folded": fold(name)} for name in file.streets]
    if rows:
        database.insert_new(session.connection(), streets, rows, ("folded",), ("id",))
    session.execute(sa.delete(CityMap))
    if file.map is not None:
        session.add(_map(file.map))
    addresses = {"data_box": file.data_box, "filing_office": file.filing_office, "filing_email": file.filing_email}
    session.execute(sa.update(City).values({name: value or None for name, value in addresses.items()}))


def _map(part: MapPart) -> CityMap:
    return CityMap(
        picture=part.content,
        media_type=part.media_type,
        digest=hashlib.sha256(part.content).hexdigest(),
        north=part.north,
        south=part.south,
        west=part.west,
        east=part.east,
    )

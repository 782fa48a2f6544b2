"""Where something is that people write about: the streets of the city, its one plain map, the location a message names."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Base, LongKey

LONGEST = 160
"""Characters of a street with its number, or of what is written instead."""


class Street(Base):
    """A street of the city. `folded` is its name without case, diacritics and spaces, by which it is recognised."""

    __tablename__ = "streets"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(LONGEST))
    folded: Mapped[str] = mapped_column(sa.String(LONGEST), unique=True)


class CityMap(Base):
    """The one plain picture of the city on which a point can be marked, and the degrees (WGS 84) of its edges."""

    __tablename__ = "city_map"
    __table_args__ = (
        sa.CheckConstraint("id = 1", name="one"),
        sa.CheckConstraint("south >= -90 AND south < north AND north <= 90", name="north"),
        sa.CheckConstraint("west >= -180 AND west < east AND east <= 180", name="east"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    picture: Mapped[bytes] = mapped_column(sa.LargeBinary)
    media_type: Mapped[str] = mapped_column(sa.String(80))
    digest: Mapped[str] = mapped_column(sa.String(64))
    north: Mapped[float] = mapped_column(sa.Double)
    south: Mapped[float] = mapped_column(sa.Double)
    west: Mapped[float] = mapped_column(sa.Double)
    east: Mapped[float] = mapped_column(sa.Double)


class Location(Base):
    """Where what a private message is about is: a street, a point in degrees (WGS 84), or both. It goes before the words do."""

    __tablename__ = "locations"
    __table_args__ = (
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="point"),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        sa.CheckConstraint("street <> '' OR latitude IS NOT NULL", name="something"),
    )

    message_id: Mapped[int] = mapped_column(
        LongKey, sa.ForeignKey("messages.id"), primary_key=True, autoincrement=False
    )
    street: Mapped[str] = mapped_column(sa.String(LONGEST))
    latitude: Mapped[float | None] = mapped_column(sa.Double)
    longitude: Mapped[float | None] = mapped_column(sa.Double)

"""Devices: the paired mini-PCs behind the touch screens, where they stand and stood, and how they are."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, Instant, LongKey, one_of
from hub.models import Touchpoint
from kiosk.invariants import ALERTS, DEVICES, PLACEMENTS, PLACES
from kiosk.vocabulary import AlertKind, Layout

_OPEN = sa.text("ends_at IS NULL")
_UNSOLVED = sa.text("closed_at IS NULL")


class Device(Base):
    """One touch screen with its computer. `ref` is its name in addresses; of its token only SHA-256 is kept.

    `languages` are codes, the first is the one it rests in. `hours` are the office hours of its hall, as [weekday (1 is Monday),
    opens, closes] in minutes of Prague wall time; none: always open. `version` grows with each change (optimistic lock).
    """

    __tablename__ = "devices"
    __table_args__ = ({"info": {"triggers": DEVICES}},)

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(16), unique=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    token_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    paired_at: Mapped[datetime | None] = mapped_column(Instant)
    languages: Mapped[list[str]] = mapped_column(sa.JSON)
    hours: Mapped[list[list[int]]] = mapped_column(sa.JSON)
    asks_words: Mapped[bool] = mapped_column(default=False)
    offers_qr: Mapped[bool] = mapped_column(default=True)
    speaks: Mapped[bool] = mapped_column(default=True)
    has_high_contrast: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class PairingCode(Base):
    """The one-time code with which a device is paired; the newest is the only one. `selector` finds it, the rest is hashed."""

    __tablename__ = "pairing_codes"
    __table_args__ = (sa.CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),)

    device_id: Mapped[int] = mapped_column(sa.ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    selector: Mapped[str] = mapped_column(sa.String(3), unique=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0)


class Placement(Base):
    """One device at one spot with its places; when it is moved, a new one begins, with new places: the series break there."""

    __tablename__ = "placements"
    __table_args__ = (
        one_of(Layout, "layout"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at >= begins_at", name="ends_at"),
        sa.Index("uq_placements_open", "device_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("ix_placements_device", "device_id", "begins_at"),
        {"info": {"triggers": PLACEMENTS}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(sa.ForeignKey("devices.id"))
    layout: Mapped[str] = mapped_column(sa.String(16))
    begins_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)

    device: Mapped[Device] = relationship()
    places: Mapped[list[PlacementPlace]] = relationship(order_by="PlacementPlace.position")


class PlacementPlace(Base):
    """A place whose presses come from a placement, as `position` of the departments to choose from. It never has another device."""

    __tablename__ = "placement_places"
    __table_args__ = (
        sa.UniqueConstraint("placement_id", "position"),
        {"info": {"triggers": PLACES}},
    )

    touchpoint_id: Mapped[int] = mapped_column(sa.ForeignKey("touchpoints.id"), primary_key=True, autoincrement=False)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placements.id"))
    position: Mapped[int] = mapped_column(sa.SmallInteger)

    touchpoint: Mapped[Touchpoint] = relationship()


class DeviceState(Base):
    """What a device said of itself last. `oldest_at`: since when its oldest press waits; `offset_ms`: server minus device clock.

    `refused` presses lie in it that the server did not take, for the reasons in `problems`.
    """

    __tablename__ = "device_states"

    device_id: Mapped[int] = mapped_column(sa.ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    beat_at: Mapped[datetime] = mapped_column(Instant)
    shell: Mapped[str] = mapped_column(sa.String(32))
    configuration: Mapped[str] = mapped_column(sa.String(32))
    waiting: Mapped[int]
    oldest_at: Mapped[datetime | None] = mapped_column(Instant)
    refused: Mapped[int]
    problems: Mapped[list[str]] = mapped_column(sa.JSON)
    is_persisted: Mapped[bool]
    is_visible: Mapped[bool]
    is_full: Mapped[bool]
    offset_ms: Mapped[int] = mapped_column(sa.BigInteger)
    pressed_at: Mapped[datetime | None] = mapped_column(Instant)


class DeviceAlert(Base):
    """Something wrong with a device. `told_at`: when administrators were last written of it; closed when it is well again."""

    __tablename__ = "device_alerts"
    __table_args__ = (
        one_of(AlertKind, "kind"),
        sa.Index(
            "uq_device_alerts_open",
            "device_id",
            "kind",
            unique=True,
            sqlite_where=_UNSOLVED,
            postgresql_where=_UNSOLVED,
        ),
        sa.Index("ix_device_alerts_device", "device_id", "opened_at"),
        {"info": {"triggers": ALERTS}},
    )

    id: Mapped[int] = mapped_column(LongKey, primary_key=True)
    device_id: Mapped[int] = mapped_column(sa.ForeignKey("devices.id"))
    kind: Mapped[str] = mapped_column(sa.String(16))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

"""Devices: paired touch screens, where they stand and how they are; ratings whose hour nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = ["question_id", "day_on", "touchpoint_id", "department_id", "hour_at", "level"]


def upgrade() -> None:
    """Forward."""
    _hours(24, [*KEY, "hour"])
    op.create_table(
        "devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=True),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("asks_words", sa.Boolean(), nullable=False),
        sa.Column("offers_qr", sa.Boolean(), nullable=False),
        sa.Column("speaks", sa.Boolean(), nullable=False),
        sa.Column("has_high_contrast", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("ref", name=op.f("uq_devices_ref")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_devices_token_digest")),
    )
    op.create_table(
        "pairing_codes",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("selector", sa.String(length=3), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_pairing_codes_tries")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_pairing_codes_device_id")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_pairing_codes")),
        sa.UniqueConstraint("selector", name=op.f("uq_pairing_codes_selector")),
    )
    _placements()
    _states()


def _hours(last: int, key: list[str]) -> None:
    """What an hour may be, and what tells counts apart."""
    with op.batch_alter_table("counts", schema=None, table_kwargs={"sqlite_with_rowid": False}) as batch_op:
        batch_op.drop_constraint(op.f("ck_counts_hour"), type_="check")
        batch_op.create_check_constraint(op.f("ck_counts_hour"), f"hour BETWEEN 0 AND {last}")
        batch_op.drop_constraint(op.f("pk_counts"), type_="primary")
        batch_op.create_primary_key(op.f("pk_counts"), key)


def _placements() -> None:
    is_open = sa.text("ends_at IS NULL")
    op.create_table(
        "placements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("layout", sa.String(length=16), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("layout IN ('one', 'choose')", name=op.f("ck_placements_layout")),
        sa.CheckConstraint("ends_at IS NULL OR ends_at >= begins_at", name=op.f("ck_placements_ends_at")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_placements_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placements")),
    )
    op.create_index("ix_placements_device", "placements", ["device_id", "begins_at"])
    op.create_index(
        "uq_placements_open", "placements", ["device_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_table(
        "placement_places",
        sa.Column("touchpoint_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_placement_places_placement_id")),
        sa.ForeignKeyConstraint(["touchpoint_id"], ["touchpoints.id"], name=op.f("fk_placement_places_touchpoint_id")),
        sa.PrimaryKeyConstraint("touchpoint_id", name=op.f("pk_placement_places")),
        sa.UniqueConstraint("placement_id", "position", name=op.f("uq_placement_places_placement_id_position")),
    )


def _states() -> None:
    unsolved = sa.text("closed_at IS NULL")
    op.create_table(
        "device_states",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shell", sa.String(length=32), nullable=False),
        sa.Column("configuration", sa.String(length=32), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("oldest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("is_persisted", sa.Boolean(), nullable=False),
        sa.Column("is_visible", sa.Boolean(), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("pressed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_device_states_device_id")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_states")),
    )
    op.create_table(
        "device_alerts",
        sa.Column("id", LONG, nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('lost', 'silent', 'stuck', 'refused', 'full', 'fleeting')", name=op.f("ck_device_alerts_kind")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_device_alerts_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_alerts")),
    )
    op.create_index("ix_device_alerts_device", "device_alerts", ["device_id", "opened_at"])
    op.create_index(
        "uq_device_alerts_open",
        "device_alerts",
        ["device_id", "kind"],
        unique=True,
        sqlite_where=unsolved,
        postgresql_where=unsolved,
    )


def downgrade() -> None:
    """Back. Ratings of an unknown hour must be none: the older schema has no place for them."""
    for table in ("device_alerts", "device_states", "placement_places", "placements", "pairing_codes", "devices"):
        op.drop_table(table)
    _hours(23, KEY)

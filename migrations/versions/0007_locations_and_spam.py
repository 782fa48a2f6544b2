"""Where something is that people write about, and what looks like spam."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "streets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("folded", sa.String(length=160), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_streets")),
        sa.UniqueConstraint("folded", name=op.f("uq_streets_folded")),
    )
    op.create_table(
        "city_map",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("north", sa.Double(), nullable=False),
        sa.Column("south", sa.Double(), nullable=False),
        sa.Column("west", sa.Double(), nullable=False),
        sa.Column("east", sa.Double(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_city_map_one")),
        sa.CheckConstraint("south >= -90 AND south < north AND north <= 90", name=op.f("ck_city_map_north")),
        sa.CheckConstraint("west >= -180 AND west < east AND east <= 180", name=op.f("ck_city_map_east")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_map")),
    )
    op.create_table(
        "locations",
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("street", sa.String(length=160), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_locations_point")),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_locations_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_locations_longitude")),
        sa.CheckConstraint("street <> '' OR latitude IS NOT NULL", name=op.f("ck_locations_something")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_locations_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_locations")),
    )
    op.create_table(
        "repeats",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("heard_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 1", name=op.f("ck_repeats_count")),
        sa.PrimaryKeyConstraint("digest", "heard_on", name=op.f("pk_repeats")),
    )
    op.create_index(op.f("ix_repeats_heard_on"), "repeats", ["heard_on"], unique=False)
    with op.batch_alter_table("city", schema=None) as batch_op:
        batch_op.add_column(sa.Column("data_box", sa.String(length=7), nullable=True))
        batch_op.add_column(sa.Column("filing_office", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("filing_email", sa.String(length=254), nullable=True))
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspicion", sa.String(length=16), nullable=True))
        batch_op.create_check_constraint(op.f("ck_cases_suspicion"), "suspicion IN ('suspected', 'cleared', 'spam')")


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_cases_suspicion"), type_="check")
        batch_op.drop_column("suspicion")
    with op.batch_alter_table("city", schema=None) as batch_op:
        batch_op.drop_column("filing_email")
        batch_op.drop_column("filing_office")
        batch_op.drop_column("data_box")
    op.drop_index(op.f("ix_repeats_heard_on"), table_name="repeats")
    op.drop_table("repeats")
    op.drop_table("locations")
    op.drop_table("city_map")
    op.drop_table("streets")

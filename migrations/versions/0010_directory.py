"""The directory: offices with their hours, officials, guides from a need to its department."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "guides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=16), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("paragraph", sa.String(length=300), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("verified_by", sa.String(length=160), nullable=True),
        sa.Column("named_by", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "theme IN ('documents', 'registry', 'home', 'transport', 'building', 'social', 'business', 'other')",
            name=op.f("ck_guides_theme"),
        ),
        sa.CheckConstraint("(verified_on IS NULL) = (verified_by IS NULL)", name=op.f("ck_guides_verified")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_guides_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guides")),
        sa.UniqueConstraint("slug", name=op.f("uq_guides_slug")),
    )
    op.create_index(op.f("ix_guides_department_id"), "guides", ["department_id"], unique=False)
    op.create_table(
        "offices",
        sa.Column("department_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_offices_department_id")),
        sa.PrimaryKeyConstraint("department_id", name=op.f("pk_offices")),
    )
    op.create_table(
        "officials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("building", sa.String(length=120), nullable=False),
        sa.Column("room", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("shows_name", sa.Boolean(), nullable=False),
        sa.Column("portrait_key", sa.String(length=80), nullable=True),
        sa.Column("portrait_type", sa.String(length=80), nullable=True),
        sa.Column("portrait_digest", sa.String(length=64), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(portrait_key IS NULL) = (portrait_type IS NULL) AND (portrait_key IS NULL) = (portrait_digest IS NULL)",
            name=op.f("ck_officials_portrait"),
        ),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_officials_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officials")),
        sa.UniqueConstraint("portrait_key", name=op.f("uq_officials_portrait_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_officials_reference")),
    )
    op.create_index(op.f("ix_officials_department_id"), "officials", ["department_id"], unique=False)
    op.create_index(op.f("ix_officials_portrait_digest"), "officials", ["portrait_digest"], unique=False)
    op.create_table(
        "guide_texts",
        sa.Column("guide_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("fee", sa.Text(), nullable=False),
        sa.Column("duration", sa.Text(), nullable=False),
        sa.CheckConstraint("language IN ('cs', 'en', 'uk')", name=op.f("ck_guide_texts_language")),
        sa.ForeignKeyConstraint(["guide_id"], ["guides.id"], name=op.f("fk_guide_texts_guide_id")),
        sa.PrimaryKeyConstraint("guide_id", "language", name=op.f("pk_guide_texts")),
    )
    op.create_table(
        "office_hours",
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("opens", sa.SmallInteger(), nullable=False),
        sa.Column("closes", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("opens >= 0 AND opens < closes AND closes <= 1440", name=op.f("ck_office_hours_closes")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_office_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["offices.department_id"], name=op.f("fk_office_hours_department_id")
        ),
        sa.PrimaryKeyConstraint("department_id", "weekday", "opens", name=op.f("pk_office_hours")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guide_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_feedback_guide_id"), "guides", ["guide_id"], ["id"])
        batch_op.create_check_constraint(op.f("ck_feedback_one_thing"), "about_id IS NULL OR guide_id IS NULL")
    only = sa.text("guide_id IS NOT NULL")
    op.create_index("ix_feedback_guide", "feedback", ["guide_id", "id"], sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_feedback_guide", table_name="feedback")
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_feedback_one_thing"), type_="check")
        batch_op.drop_constraint(op.f("fk_feedback_guide_id"), type_="foreignkey")
        batch_op.drop_column("guide_id")
    op.drop_table("office_hours")
    op.drop_table("guide_texts")
    op.drop_index(op.f("ix_officials_portrait_digest"), table_name="officials")
    op.drop_index(op.f("ix_officials_department_id"), table_name="officials")
    op.drop_table("officials")
    op.drop_table("offices")
    op.drop_index(op.f("ix_guides_department_id"), table_name="guides")
    op.drop_table("guides")

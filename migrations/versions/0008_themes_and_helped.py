"""Themes of public answers, feedback about a message, places that are no touch screens; the search knows kind, office, month."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MANY = 1000


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "themes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("slug", name=op.f("uq_themes_slug")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("theme_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_messages_theme_id"), "themes", ["theme_id"], ["id"])
    with op.batch_alter_table("touchpoints", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=16), nullable=False, server_default="kiosk"))
        batch_op.create_check_constraint(op.f("ck_touchpoints_kind"), "kind IN ('kiosk', 'web')")
    with op.batch_alter_table("touchpoints", schema=None) as batch_op:
        batch_op.alter_column("kind", server_default=None)
    # After a step back and forth the city's own pages are no touch screen either.
    op.execute(
        "UPDATE touchpoints SET kind = 'web' WHERE questionnaire_id IN (SELECT id FROM questionnaires WHERE code = 'helped')"
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        long_key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
        batch_op.add_column(sa.Column("about_id", long_key, nullable=True))
        batch_op.create_foreign_key(op.f("fk_feedback_about_id"), "messages", ["about_id"], ["id"])
    _index("ix_feedback_about", "feedback", ["about_id", "id"], "about_id IS NOT NULL")
    _index("ix_messages_of_department", "messages", ["department_id", "appears_at", "id"], "appears_at IS NOT NULL")
    _index("ix_messages_of_theme", "messages", ["theme_id", "appears_at", "id"], "theme_id IS NOT NULL")
    _index(
        "ix_messages_of_both",
        "messages",
        ["theme_id", "department_id", "appears_at", "id"],
        "theme_id IS NOT NULL",
    )
    _add_facets(op.get_bind())


def _index(name: str, table: str, columns: list[str], only: str) -> None:
    op.create_index(name, table, columns, unique=False, sqlite_where=sa.text(only), postgresql_where=sa.text(only))


def _add_facets(connection: sa.Connection) -> None:
    """Among the search words of each message: its kind, department, year and month, as `rules/facets.py` writes them today."""
    at = sa.column("appears_at", sa.DateTime(timezone=True))
    messages = sa.table("messages", sa.column("id"), sa.column("kind"), sa.column("department_id"), at)
    entries = sa.table("search_entries", sa.column("message_id"))
    on_sqlite = sa.inspect(connection).has_table("search_index")
    words = "words || ' ' || :facets" if on_sqlite else "words || CAST(:facets AS tsvector)"
    change = sa.text(f"UPDATE search_entries SET words = {words} WHERE message_id = :id")  # noqa: S608
    wanted = sa.select(messages).join(entries, entries.c.message_id == messages.c.id)
    changes = [{"id": row.id, "facets": _facets(row)} for row in connection.execute(wanted)]
    for start in range(0, len(changes), MANY):
        connection.execute(change, changes[start : start + MANY])
    if on_sqlite:
        connection.exec_driver_sql("INSERT INTO search_index(search_index) VALUES ('rebuild')")


def _facets(row: sa.Row) -> str:  # type: ignore[type-arg]
    found = [f"žkind{row.kind}"]
    if row.department_id is not None:
        found.append(f"ždepartment{row.department_id}")
    if row.appears_at is not None:
        at: datetime = row.appears_at if row.appears_at.tzinfo else row.appears_at.replace(tzinfo=UTC)
        wall = at.astimezone(ZoneInfo("Europe/Prague"))
        found += [f"žyear{wall.year}", f"žmonth{wall.year:04d}{wall.month:02d}"]
    return " ".join(found)


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_feedback_about", table_name="feedback")
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_feedback_about_id"), type_="foreignkey")
        batch_op.drop_column("about_id")
    with op.batch_alter_table("touchpoints", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_touchpoints_kind"), type_="check")
        batch_op.drop_column("kind")
    for name in ("ix_messages_of_both", "ix_messages_of_theme", "ix_messages_of_department"):
        op.drop_index(name, table_name="messages")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_messages_theme_id"), type_="foreignkey")
        batch_op.drop_column("theme_id")
    op.drop_table("themes")

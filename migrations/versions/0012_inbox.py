"""The inbox: words of cases, saved views, leaves, and indexes for its lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = (
    "state IN ('new', 'in_progress', 'in_review', 'scheduled')"
    " AND (suspicion IS NULL OR suspicion <> 'suspected' OR state <> 'new')"
)
DONE = "state IN ('answered', 'closed')"
LISTS = {
    "ix_cases_open": (["due_on", "id"], OPEN),
    "ix_cases_open_of_department": (["department_id", "due_on", "id"], OPEN),
    "ix_cases_open_of_official": (["official_id", "due_on", "id"], OPEN),
    "ix_cases_done": (["due_on", "id"], DONE),
    "ix_cases_done_of_department": (["department_id", "due_on", "id"], DONE),
    "ix_cases_done_of_official": (["official_id", "due_on", "id"], DONE),
    "ix_cases_in_review": (["due_on", "id"], "state = 'in_review'"),
    "ix_cases_aside": (["due_on", "id"], "suspicion = 'suspected' AND state = 'new'"),
    "ix_cases_of_department": (["department_id", "id"], ""),
}


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "case_entries",
        sa.Column("case_id", LONG, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_entries_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_entries")),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_saved_views_name")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_saved_views_position")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_saved_views_account_id")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_saved_views_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_views_account_id_name")),
    )
    op.create_index(op.f("ix_saved_views_department_id"), "saved_views", ["department_id"], unique=False)
    op.create_table(
        "leaves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_leaves_ends_on")),
        sa.CheckConstraint("account_id <> deputy_id", name=op.f("ck_leaves_deputy_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_leaves_account_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["accounts.id"], name=op.f("fk_leaves_deputy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaves")),
    )
    op.create_index("ix_leaves_account", "leaves", ["account_id", "ends_on"], unique=False)
    op.create_index("ix_leaves_ends_on", "leaves", ["ends_on"], unique=False)
    op.drop_index("ix_cases_due_of_department", table_name="cases")
    op.drop_index("ix_cases_due", table_name="cases")
    for name, (columns, only) in LISTS.items():
        where = sa.text(only) if only else None
        op.create_index(name, "cases", columns, unique=False, sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_index_of_cases USING fts5"
            "(words, content='case_entries', content_rowid='case_id', tokenize='unicode61 remove_diacritics 0')"
        )
    else:
        op.execute("CREATE INDEX ix_case_entries_words ON case_entries USING gin (words) WITH (fastupdate = off)")
        op.execute("ALTER TABLE case_entries ALTER COLUMN words SET STATISTICS 1000")


def downgrade() -> None:
    """Back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index_of_cases")
    for name in reversed(LISTS):
        op.drop_index(name, table_name="cases")
    op.create_index("ix_cases_due", "cases", ["state", "due_on", "id"], unique=False)
    op.create_index("ix_cases_due_of_department", "cases", ["department_id", "state", "due_on", "id"], unique=False)
    for table in ("leaves", "saved_views", "case_entries"):
        op.drop_table(table)

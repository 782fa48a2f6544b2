"""The constraints of the models, by name."""

from __future__ import annotations

import sqlalchemy as sa

from hub.database import db

META = db.metadata


def constraints() -> dict[str, sa.Constraint]:
    """Every constraint of the models but primary keys (those are tried on every table alike)."""
    return {
        str(constraint.name): constraint
        for table in META.tables.values()
        for constraint in table.constraints
        if not isinstance(constraint, sa.PrimaryKeyConstraint)
    }

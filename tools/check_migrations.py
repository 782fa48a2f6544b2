"""Part of `make check`: one migration head, and a database brought to it equals the models."""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade

from config import Settings
from hub.app import create_app
from hub.database import db, of_ours

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def main() -> int:
    """Print what differs; 1 when anything does."""
    heads = ScriptDirectory(str(MIGRATIONS)).get_heads()
    if len(heads) != 1:
        print(f"migrations: {len(heads)} heads ({', '.join(heads)}); merge them")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(_env_file=None, mode="test", data_dir=Path(folder)))  # type: ignore[call-arg]
        with app.app_context():
            logging.disable(logging.INFO)
            upgrade()
            with db.engine.connect() as connection:
                context = MigrationContext.configure(
                    connection, opts={"compare_type": True, "render_as_batch": True, "include_name": of_ours}
                )
                differences = compare_metadata(context, db.metadata)
            db.engine.dispose()
    for difference in differences:
        print(f"migrations: the models differ: {difference}")
    print(f"migrations: head {heads[0]}" if not differences else "migrations: write one with `flask db migrate`")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())

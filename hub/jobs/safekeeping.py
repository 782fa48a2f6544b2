"""Moving the city to another database, keeping a backup of it, and bringing one back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.engine import Connection, Engine

from hub import archives, copying
from hub.actions import dispatches, restoring
from hub.database import db, hook, one_moment
from hub.queries import letters, places
from hub.rules.localtime import local
from hub.storage import storage


class Refused(Exception):
    """It was not done; the text says why, for the administrator."""


@contextmanager
def standing_still(engine: Engine) -> Iterator[Connection]:
    """A connection to a database that does not change meanwhile: on SQLite others may only read, PostgreSQL shows one moment."""
    with engine.connect() as connection, one_moment(connection).begin():
        yield connection


@contextmanager
def _in_words() -> Iterator[None]:
    """What copying refuses, for the administrator."""
    try:
        yield
    except copying.NotKnown as error:
        raise Refused(f"There is something in {error}, but its room is switched off. Name it in HUB_ROOMS.") from error
    except copying.NotEmpty as error:
        raise Refused(f"The database to copy into is not empty: there is something in {error}.") from error
    except copying.NotEqual as error:
        raise Refused(f"After copying, {error} differs; nothing of the copy was kept.") from error


def move(target: Engine) -> dict[str, int]:
    """Copy everything into an empty, migrated database; returns table → rows. Raises Refused."""
    with _in_words(), standing_still(db.engine) as source, target.begin() as there:
        return copying.copy(source, there)


def backup(folder: Path, migrate: Any, now: datetime) -> Path:
    """Write a backup into a folder; returns the file. `migrate` brings an empty database to the present migration."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / archives.name_of(now)
    with TemporaryDirectory(dir=folder, prefix=".backup-") as inside:
        copy = Path(inside) / archives.DATABASE
        migrate(f"sqlite:///{copy}")
        engine = _embedded(copy)
        rows = move(engine)
        engine.dispose()  # the last connection takes the log beside the file into it
        city = places.city(db.session())
        about = {
            "made_at": now.astimezone(UTC).isoformat(),
            "city": city.name if city else None,
            "revision": _revision(copy),
            "rows": rows,
        }
        db.session.rollback()
        spare = Path(inside) / archives.FILES
        spare.mkdir()
        archives.write(path, copy, storage().as_folder(spare), about)
    return path


def check(path: Path) -> dict[str, Any]:
    """What a backup is, once every part of it was compared with its list and its database looked through. Raises Refused."""
    with TemporaryDirectory(prefix="ozvena-") as inside:
        return _opened(path, Path(inside))


def restore(path: Path, migrate: Any, now: datetime) -> tuple[dict[str, Any], int]:
    """Bring a backup into this, empty, database and folder; what waits in it is held back. Returns what it is, and how much.

    A backup of an older version is migrated first. Raises Refused.
    """
    folder = current_app.config["HUB"].data_dir
    if places.city(db.session()) is not None:
        raise Refused("This database belongs to a city already. Set HUB_DATABASE_URL or HUB_DATA_DIR to a new one.")
    db.session.rollback()
    with TemporaryDirectory(dir=folder, prefix=".restore-") as inside:
        about = _opened(path, Path(inside))
        old = Path(inside) / archives.DATABASE
        migrate(f"sqlite:///{old}")
        source = _embedded(old)
        try:
            with _in_words(), standing_still(source) as here, db.engine.begin() as there:
                copying.copy(here, there)
        finally:
            source.dispose()
        kept = Path(inside) / archives.FILES
        if kept.exists():
            storage().take_in(kept)
    for dispatch_id in letters.open_dispatches(db.session()):
        while dispatches.expand(dispatch_id, now):
            pass
    db.session.rollback()
    return about, restoring.hold_back(now)


def _opened(path: Path, into: Path) -> dict[str, Any]:
    try:
        about = archives.unpack(path, into)
    except archives.BadArchive as error:
        raise Refused(str(error)) from error
    engine = _embedded(into / archives.DATABASE)
    try:
        with engine.connect() as connection:
            whole = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    except sa.exc.DatabaseError as error:
        raise Refused(f"{path.name}: its database cannot be opened.") from error
    finally:
        engine.dispose()
    if whole != "ok" or broken is not None:
        raise Refused(f"{path.name}: its database is damaged.")
    return about


def _embedded(path: Path) -> Engine:
    engine = sa.create_engine(f"sqlite:///{path}")
    hook(engine)
    return engine


def _revision(path: Path) -> str:
    engine = _embedded(path)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    engine.dispose()
    return str(found)


def told(about: dict[str, Any]) -> str:
    """What a backup is, in a line for the administrator."""
    made = local(datetime.fromisoformat(about["made_at"]))
    rows = sum(about["rows"].values())
    return f"{about['city'] or 'no city'}, made {made:%-d. %-m. %Y %H:%M} in Prague, migration {about['revision']}, {rows} rows"

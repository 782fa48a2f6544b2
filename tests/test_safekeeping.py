"""A city moves to another database, is kept as a backup and brought back, on and between both engines."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import archives, copying, triggers
from hub.buckets import Bucket
from hub.database import db, hook
from hub.envelopes import Attached
from hub.jobs import deliveries, safekeeping
from hub.models import Delivery, SearchEntry
from hub.queries import published, recount
from hub.rules.localtime import local
from hub.storage import Folder, storage
from noticeboard import queries
from tests import desks, visitors
from tests.conftest import test_settings
from tests.factories import rate
from tests.noticeboard import boards
from tests.running import flask, migrate
from tests.services.buckets import BucketServer

NOW = datetime.now(UTC)


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A city with something of everything: taps, cases with a file, public answers, notices in every state, letters."""
    folder = tmp_path / "here"
    folder.mkdir()
    app = desks.open_town(database_url, folder)
    with app.app_context():
        for level in (5, 5, 4, 1):
            rate("ridici", level, None, NOW)
        content = b"%PDF-1.7 nic"
        key = storage().put(content)
        db.session.remove()
    file = Attached("plán.pdf", "application/pdf", len(content), "d" * 64, key)
    desks.asked(app, "Kdy bude opraven chodník v Havířově?", attached=(file,))
    desks.published(app, "Lampa bude opravena.", "Lampa na Dlouhé", now=NOW)
    with app.app_context():
        boards.posted(boards.written("Uzavírka"), NOW)
        boards.scheduled(boards.written("Později", posts_at=NOW + timedelta(days=3)), NOW)
        boards.in_review()
        db.session.remove()
    yield app
    visitors.close_house(app)


@pytest.fixture
def other(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[str]:
    """An empty database of the other engine, not even migrated."""
    if engine == "postgres":
        yield f"sqlite:///{tmp_path / 'other.db'}"
        return
    server = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)


def digests(engine: sa.Engine) -> dict[str, str]:
    with engine.connect() as connection:
        return {table.name: copying.digest(connection, table) for table in db.metadata.sorted_tables}


def looks(app: Flask) -> tuple[list[str], list[str]]:
    """What the public finds."""
    with app.app_context():
        found, _ = published.found(db.session(), "lampách", NOW + timedelta(hours=1))
        titles = [item.title for item in found]
        db.session.remove()
    return titles, boards.titles(app, NOW + timedelta(hours=1), "uzavirka")


def test_everything_moves_to_the_other_engine_and_goes_on_there(
    town: Flask, database_url: str, other: str, tmp_path: Path
) -> None:
    done = flask(database_url, tmp_path / "here", "move-database", other)
    assert done.returncode == 0, done.stderr
    assert "both databases hold the same" in done.stdout
    target = sa.create_engine(test_settings(database_url=other, data_dir=tmp_path).sqlalchemy_url)
    hook(target)
    with town.app_context(), pytest.raises(safekeeping.Refused, match="not empty"):
        safekeeping.move(target)
    target.dispose()
    there = desks.opened(other, tmp_path / "here")
    try:
        with town.app_context():
            here = digests(db.engine)
        with there.app_context():
            assert digests(db.engine) == here
            with db.engine.connect() as connection:
                wanted = sorted((one.name, one.table) for one in triggers.wanted(connection))
                assert triggers.installed(connection) == wanted
            assert recount.differences(db.session()) == []
            db.session.remove()
        assert looks(there) == looks(town) == (["Lampa na Dlouhé"], ["Uzavírka"])
        desks.asked(there, "Pokračuje to?")  # keys go on after the highest
        with there.app_context():
            more = boards.posted(boards.written("Další"), NOW + timedelta(minutes=1))
            assert boards.notice(more).number == f"{local(NOW).year}-000002"
            db.session.remove()
    finally:
        visitors.close_house(there)


def made(town: Flask, database_url: str, tmp_path: Path) -> Path:
    done = flask(database_url, tmp_path / "here", "backup", str(tmp_path / "backups"))
    assert done.returncode == 0, done.stderr
    (path,) = (tmp_path / "backups").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    return path


def test_a_backup_comes_back_on_either_engine(town: Flask, database_url: str, other: str, tmp_path: Path) -> None:
    with town.app_context():
        waiting = db.session.scalar(sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state == "queued"))
        key = db.session.scalars(sa.text("SELECT key FROM attachments")).one()
        db.session.remove()
    assert waiting
    path = made(town, database_url, tmp_path)
    folder = tmp_path / "there"
    folder.mkdir()
    checked = flask(database_url, tmp_path / "here", "restore", "--check", str(path))
    assert (checked.returncode, "is whole: Havířov" in checked.stdout) == (0, True), checked.stderr
    migrate(other, folder)
    done = flask(other, folder, "restore", str(path))
    assert done.returncode == 0, done.stderr
    assert f"{waiting} letters were waiting" in done.stdout
    there = desks.opened(other, folder)
    try:
        assert looks(there) == (["Lampa na Dlouhé"], ["Uzavírka"])
        with there.app_context():
            assert storage().get(key) == b"%PDF-1.7 nic"
            assert deliveries.deliver() == 0
            states = set(db.session.execute(sa.select(Delivery.state, Delivery.problem)).all())
            assert states == {("unknown", "restored")}
            assert db.session.scalar(sa.select(sa.func.count()).select_from(SearchEntry))
            late = NOW + timedelta(days=5)
            assert boards.tick(late) == 0  # nothing long due is posted from an old backup
            assert len(queries.missed(db.session(), desks.scope(desks.PRESS), late)) == 1
            db.session.remove()
    finally:
        visitors.close_house(there)
    again = flask(other, folder, "restore", str(path))
    assert (again.returncode != 0, "belongs to a city already" in again.stderr) == (True, True)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_backup_takes_the_files_from_a_folder_to_a_bucket_and_back(
    town: Flask, database_url: str, buckets: BucketServer, migrated_sqlite: Path, tmp_path: Path
) -> None:
    with town.app_context():
        key = db.session.scalars(sa.text("SELECT key FROM attachments")).one()
        db.session.remove()
    path, url, folder = made(town, database_url, tmp_path), buckets.make(), tmp_path / "cloud"
    folder.mkdir()
    there = f"sqlite:///{folder / 'hub.db'}"
    shutil.copy(migrated_sqlite, folder / "hub.db")
    done = flask(there, folder, "restore", str(path), HUB_FILES_URL=url)
    assert done.returncode == 0, done.stderr
    assert Bucket(url).get(key) == b"%PDF-1.7 nic"
    again = flask(there, folder, "backup", str(folder / "backups"), HUB_FILES_URL=url)
    assert again.returncode == 0, again.stderr
    inside = tmp_path / "inside"
    archives.unpack(next((folder / "backups").iterdir()), inside)
    assert Folder(inside / archives.FILES).get(key) == b"%PDF-1.7 nic"
    assert not (folder / "files").exists()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_room_is_forgotten_because_it_is_switched_off(town: Flask, database_url: str, tmp_path: Path) -> None:
    done = flask(database_url, tmp_path / "here", "backup", str(tmp_path / "backups"), HUB_ROOMS="kiosk")
    assert (done.returncode != 0, "Name it in HUB_ROOMS" in done.stderr) == (True, True), done.stderr
    assert not list((tmp_path / "backups").iterdir())


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_damaged_backup_is_found_out(town: Flask, database_url: str, tmp_path: Path) -> None:
    path = made(town, database_url, tmp_path)
    whole = path.read_bytes()
    bad = {
        "cut off": whole[: len(whole) // 2],
        "empty": b"",
        "something else": b"PK\x03\x04 nothing of ours",
    }
    for content in bad.values():
        path.write_bytes(content)
        with pytest.raises(safekeeping.Refused):
            safekeeping.check(path)
    inside = tmp_path / "inside"
    path.write_bytes(whole)
    archives.unpack(path, inside)
    (inside / archives.DATABASE).write_bytes((inside / archives.DATABASE).read_bytes()[:-1] + b"x")
    with tarfile.open(path, "w:gz") as archive:
        archive.add(inside, ".", recursive=True)
    with pytest.raises(safekeeping.Refused, match="damaged|hold"):
        safekeeping.check(path)

"""On a disk files are kept whole or not at all, found by their key alone, and a disk that refuses is said in our words."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from hub import storage
from hub.errors import NotFound, StorageFull, Unavailable
from hub.storage import Folder

FOREVER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files are; it does not exist yet."""
    return tmp_path / "data" / "files"


@pytest.fixture
def files(folder: Path) -> Folder:
    """A storage that holds nothing yet."""
    return Folder(folder)


@pytest.fixture
def no_room() -> Iterator[None]:
    """No file may grow beyond 8 KiB, as if the disk were full there."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def all_files(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", os.urandom(300_000)], ids=["empty", "short", "long"])
def test_what_is_put_is_found_again_by_another_process(files: Folder, folder: Path, content: bytes) -> None:
    key = files.put(content)
    assert Folder(folder).get(key) == content
    assert files.path(key).read_bytes() == content


def test_a_key_cannot_be_guessed_and_tells_nothing_of_the_content(files: Folder) -> None:
    keys = {files.put(b"the same") for _ in range(50)}
    assert len(keys) == 50
    assert {len(bytes.fromhex(key)) * 8 for key in keys} == {160}


def test_files_lie_two_folders_deep_and_only_the_owner_may_read_them(files: Folder, folder: Path) -> None:
    before = os.umask(0)
    try:
        key = files.put(b"x")
    finally:
        os.umask(before)
    assert all_files(folder) == [folder / key[:2] / key[2:4] / key]
    assert [files.path(key).stat().st_mode & 0o777] == [0o600]
    assert {path.stat().st_mode & 0o777 for path in (folder, *folder.glob("*"), *folder.glob("*/*/"))} <= {0o700, 0o600}


@pytest.mark.parametrize(
    "key",
    ["", "..", "../../../etc/passwd", "/etc/passwd", "a" * 39, "a" * 41, "A" * 40, "a" * 40 + "\n", "a" * 39 + "/"]
    + ["a" * 39 + "\0", "١" * 40, "aa/aa/" + "a" * 40, "a" * 40 + ".part"],
)
def test_what_is_no_key_reaches_no_file(files: Folder, key: str) -> None:
    for ask in (files.get, files.path, files.delete):
        with pytest.raises(NotFound):
            ask(key)


def test_the_sweep_sees_what_was_put_before_its_moment(files: Folder, folder: Path) -> None:
    now = datetime.now(UTC)
    old, new = files.put(b"old"), files.put(b"new")
    age(files.path(old), now - timedelta(days=2))
    assert list(files.keys_older_than(now - timedelta(days=1))) == [old]
    assert set(files.keys_older_than(FOREVER)) == {old, new}
    assert list(Folder(folder / "nothing").keys_older_than(FOREVER)) == []


def test_the_sweep_may_delete_as_it_goes(files: Folder, folder: Path) -> None:
    for _ in range(20):
        files.put(b"x")
    for key in files.keys_older_than(FOREVER):
        files.delete(key)
    assert all_files(folder) == []


def test_the_sweep_removes_writing_that_was_broken_off_and_leaves_what_is_not_ours(files: Folder, folder: Path) -> None:
    now = datetime.now(UTC)
    place = files.path(files.put(b"whole")).parent
    stale, running, foreign = place / ("a" * 40 + ".part"), place / ("b" * 40 + ".part"), place / "notes.txt"
    for path in (stale, running, foreign):
        path.write_bytes(b"half")
    age(stale, now - timedelta(days=2))
    age(foreign, now - timedelta(days=2))
    assert list(files.keys_older_than(now - timedelta(days=1))) == []
    assert (stale.exists(), running.exists(), foreign.exists()) == (False, True, True)
    assert len(list(files.keys_older_than(FOREVER))) == 1


@pytest.mark.usefixtures("no_room")
def test_a_full_disk_is_told_and_leaves_nothing_behind(files: Folder, folder: Path) -> None:
    kept = files.put(b"k" * 8000)
    with pytest.raises(StorageFull):
        files.put(b"x" * 100_000)
    assert all_files(folder) == [files.path(kept)]
    assert files.get(files.put(b"short")) == b"short"


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"a file in the way")
    blocked = Folder(tmp_path / "files")
    with pytest.raises(Unavailable):
        blocked.put(b"x")
    with pytest.raises(Unavailable):
        blocked.get("a" * 40)
    with pytest.raises(Unavailable):
        blocked.delete("a" * 40)


def test_each_app_has_its_own_files_and_no_folder_before_the_first(tmp_path: Path) -> None:
    one, two = Flask("one"), Flask("two")
    storage.init_app(one, Folder(tmp_path / "one"))
    storage.init_app(two, Folder(tmp_path / "two"))
    assert list(tmp_path.iterdir()) == []
    with one.app_context():
        key = storage.storage().put(b"x")
    with two.app_context(), pytest.raises(NotFound):
        storage.storage().get(key)


def age(path: Path, moment: datetime) -> None:
    """Make a file as old as if it was written at that moment."""
    os.utime(path, (moment.timestamp(), moment.timestamp()))

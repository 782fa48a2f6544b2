"""What every storage keeps to, a folder and a bucket alike; and a bucket that does not answer."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config import BadSettings, Settings
from hub.buckets import BadAddress, Bucket
from hub.errors import NotFound, Unavailable
from hub.storage import Folder, Storage
from tests.conftest import test_settings
from tests.services.buckets import BucketServer

FOREVER = datetime(2100, 1, 1, tzinfo=UTC)
Open = Callable[[], Storage]


@pytest.fixture(params=["folder", "bucket", "prefix"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Open the same storage (again), as another process would."""
    if request.param == "folder":
        return lambda: Folder(tmp_path / "files")
    url = request.getfixturevalue("buckets").make() + ("/mesto/soubory" if request.param == "prefix" else "")
    return lambda: Bucket(url)


@pytest.fixture
def files(reopen: Open) -> Storage:
    return reopen()


@pytest.fixture
def broken() -> Iterator[tuple[BucketServer, Bucket, str]]:
    """A server of this test's own, a bucket on it that holds a file, and the key of that."""
    with BucketServer() as server:
        bucket = Bucket(server.make("hub"))
        yield server, bucket, bucket.put(b"kept")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", os.urandom(300_000)], ids=["empty", "short", "long"])
def test_what_is_put_is_found_again_by_another_process(files: Storage, reopen: Open, content: bytes) -> None:
    key = files.put(content)
    assert reopen().get(key) == content
    assert files.put(content) != key


@pytest.mark.parametrize("key", ["", "..", "../../../etc/passwd", "a" * 39, "A" * 40, "a" * 40 + "\n", "a" * 39 + "/"])
def test_what_is_no_key_reaches_nothing(files: Storage, key: str) -> None:
    for ask in (files.get, files.delete):
        with pytest.raises(NotFound):
            ask(key)


def test_what_was_deleted_is_gone_and_may_be_deleted_again(files: Storage) -> None:
    key, other = files.put(b"one"), files.put(b"two")
    files.delete(key)
    files.delete(key)
    with pytest.raises(NotFound):
        files.get(key)
    assert files.get(other) == b"two"


def test_the_sweep_sees_what_was_put_before_its_moment_and_may_delete_as_it_goes(files: Storage) -> None:
    keys = {files.put(b"x") for _ in range(12)}
    assert list(files.keys_older_than(datetime.now(UTC) - timedelta(days=1))) == []
    assert set(files.keys_older_than(FOREVER)) == keys
    for key in files.keys_older_than(FOREVER):
        files.delete(key)
    assert list(files.keys_older_than(FOREVER)) == []


def test_many_may_put_at_once(files: Storage) -> None:
    keys: list[str] = []
    threads = [threading.Thread(target=lambda n=n: keys.append(files.put(b"%d" % n))) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(int(files.get(key)) for key in keys) == list(range(16))


def test_everything_moves_between_storages_under_the_same_keys(
    files: Storage, buckets: BucketServer, tmp_path: Path
) -> None:
    there = {files.put(b"%d" % number): b"%d" % number for number in range(3)}
    others: list[Storage] = [Folder(tmp_path / "other"), Bucket(buckets.make())]
    for number, other in enumerate(others):
        spare = tmp_path / f"spare-{number}"
        spare.mkdir()
        other.take_in(files.as_folder(spare))
        assert {key: other.get(key) for key in other.keys_older_than(FOREVER)} == there


def test_a_storage_is_well_and_a_bucket_that_is_not_there_is_not(files: Storage, buckets: BucketServer) -> None:
    assert files.is_well(1)
    missing = Bucket(buckets.make().rpartition("/")[0] + "/neni-tu")
    assert not missing.is_well(1)
    with pytest.raises(Unavailable):
        missing.put(b"x")


def test_a_folder_is_not_well_with_less_room_than_asked_or_a_file_in_its_way(tmp_path: Path) -> None:
    assert not Folder(tmp_path / "files").is_well(1 << 62)
    (tmp_path / "file").write_bytes(b"")
    assert not Folder(tmp_path / "file").is_well(1)


def test_a_bucket_that_does_not_answer_is_told_and_found_again(broken: tuple[BucketServer, Bucket, str]) -> None:
    server, bucket, key = broken
    server.stop()
    for ask in (lambda: bucket.put(b"x"), lambda: bucket.get(key), lambda: bucket.delete(key)):
        with pytest.raises(Unavailable):
            ask()
    with pytest.raises(Unavailable):
        list(bucket.keys_older_than(FOREVER))
    assert not bucket.is_well(1)
    server.start()
    server.make("hub")
    assert bucket.get(bucket.put(b"again")) == b"again"


@pytest.mark.parametrize(
    "url",
    [
        "s3://host/bucket",
        "s3://key@host/bucket",
        "s3://key:secret@host",
        "s3://key:secret@host/",
        "https://key:secret@host/bucket",
        "/var/files",
        "s3://key:sec/ret@host/bucket",
    ],
)
def test_an_address_that_names_no_bucket_stops_the_start_without_showing_the_secret(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_FILES_URL", url)
    with pytest.raises(BadSettings) as told:
        Settings.of_environment()
    assert "HUB_FILES_URL" in told.value.message
    assert "secret" not in told.value.message.replace("key:secret@host/bucket", "").replace("of the secret", "")
    if "sec/ret" not in url:
        with pytest.raises(BadAddress):
            Bucket(url)


def test_a_good_address_is_taken() -> None:
    for url in ("s3://klic:tajn%2Fost@s3.example:9000/hub/mesto?region=eu-central-1", "s3+http://a:b@localhost/x"):
        assert test_settings(files_url=url).files_url == url
        Bucket(url)

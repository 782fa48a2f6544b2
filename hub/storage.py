"""Files that people attach, kept under random names in a folder or a bucket. What they were called stands in rows.

A file is there in full and for good when `put` returns, and only then the row that names it is committed. A crash in between
leaves a file without a row; `keys_older_than` finds those.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Protocol, cast

from flask import Flask, current_app

from hub.errors import NotFound, StorageFull, Unavailable

KEY = re.compile(r"[0-9a-f]{40}")
"""160 random bits; they cannot be guessed, and by their form they can name nothing outside the folder."""
UNFINISHED = ".part"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def checked(key: str) -> str:
    """The key. Raises NotFound for what is no key."""
    if not KEY.fullmatch(key):
        raise NotFound
    return key


class Storage(Protocol):
    """What keeps files. Every method raises Unavailable when it cannot be reached, and NotFound for what is no key."""

    def put(self, content: bytes) -> str:
        """Keep this content for good. Returns the key under which it is found. Raises StorageFull."""

    def get(self, key: str) -> bytes:
        """The content. Raises NotFound when there is none of this key."""

    def delete(self, key: str) -> None:
        """Remove the content; nothing happens when it is gone already."""

    def keys_older_than(self, instant: datetime) -> Iterator[str]:
        """The keys of what was put before a moment, in no order. Writing that was broken off before it is removed on the way."""

    def is_well(self, least: int) -> bool:
        """Whether files can be put, and there are at least so many bytes for them as far as one can know."""

    def as_folder(self, spare: Path) -> Path:
        """A folder with every file; `spare` is an empty one that may be used for it."""

    def take_in(self, folder: Path) -> None:
        """Keep every file of such a folder under its own key."""


class Folder:
    """A folder of files, two levels deep so that no folder grows long. Raises StorageFull and Unavailable."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep this content, on the disk and not in its cache alone. Returns the key under which it is found."""
        key = token_hex(20)
        path = self.path(key)
        with _problems():
            self._make_folders(path.parent)
            unfinished = path.with_name(path.name + UNFINISHED)
            try:
                _write(unfinished, content)
                unfinished.rename(path)
            except BaseException:
                with suppress(OSError):
                    unfinished.unlink()
                raise
            _sync(path.parent)
        return key

    def get(self, key: str) -> bytes:
        """The content. Raises NotFound when there is none of this key."""
        path = self.path(key)
        with _problems():
            try:
                return path.read_bytes()
            except FileNotFoundError as error:
                raise NotFound from error

    def path(self, key: str) -> Path:
        """Where the content of a key is, or would be. Raises NotFound for what is no key."""
        return place(self._folder, checked(key))

    def delete(self, key: str) -> None:
        """Remove the content; nothing happens when it is gone already."""
        path = self.path(key)
        with _problems():
            path.unlink(missing_ok=True)

    def keys_older_than(self, instant: datetime) -> Iterator[str]:
        """The keys of what was put before a moment, in no order. Writing that was broken off before it is removed on the way."""
        with _problems():
            for path in self._folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
                if not _older(path, instant):
                    continue
                if KEY.fullmatch(path.name):
                    yield path.name
                elif KEY.fullmatch(path.name.removesuffix(UNFINISHED)):
                    path.unlink(missing_ok=True)

    def is_well(self, least: int) -> bool:
        """Whether the disk has so many bytes free. The folder may still be missing: the first file makes it."""
        folder = next((one for one in (self._folder, *self._folder.parents) if one.exists()), self._folder)
        try:
            return folder.is_dir() and shutil.disk_usage(folder).free >= least
        except OSError:
            return False

    def as_folder(self, spare: Path) -> Path:
        """The folder itself."""
        del spare
        return self._folder

    def take_in(self, folder: Path) -> None:
        """Copy every file of such a folder into this one."""
        with _problems():
            shutil.copytree(folder, self._folder, dirs_exist_ok=True)

    def _make_folders(self, folder: Path) -> None:
        # A new folder is there for good only when the one above it is on the disk.
        for one in (self._folder, folder.parent, folder):
            with suppress(FileExistsError):
                one.mkdir(mode=0o700, parents=True)
                _sync(one.parent)


def init_app(app: Flask, kept: Storage) -> None:
    """Say where the app's files are."""
    app.extensions["hub_storage"] = kept


def storage() -> Storage:
    """The files of the current app."""
    return cast(Storage, current_app.extensions["hub_storage"])


def place(folder: Path, key: str) -> Path:
    """Where the file of a key lies below a folder."""
    return folder / key[:2] / key[2:4] / key


def _write(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _older(path: Path, instant: datetime) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < instant
    except FileNotFoundError:  # deleted in the meantime
        return False


@contextmanager
def _problems() -> Iterator[None]:
    """What the disk refuses, in our words."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull from error
        raise Unavailable from error

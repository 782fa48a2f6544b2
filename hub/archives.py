"""A backup as one file: a SQLite copy of the database, the files of the storage, and a list with the digest of each."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from datetime import datetime
from pathlib import Path
from typing import Any

FORMAT = 1
DATABASE, FILES, LIST = "hub.db", "files", "list.json"


class BadArchive(Exception):
    """The file is no whole backup; the text says why."""


def write(path: Path, database: Path, files: Path, about: dict[str, Any]) -> None:
    """Pack them. The file has its name only when it is whole."""
    parts = {DATABASE: database, **{f"{FILES}/{one.relative_to(files)}": one for one in _of(files)}}
    digests = {name: _digest(one) for name, one in parts.items()}
    unfinished = path.with_name(path.name + ".part")
    with tarfile.open(unfinished, "w:gz", compresslevel=3) as archive:
        listed = {"format": FORMAT, **about, "parts": digests}
        text = json.dumps(listed, indent=1, sort_keys=True).encode()
        info = tarfile.TarInfo(LIST)
        info.size, info.mode = len(text), 0o600
        archive.addfile(info, io.BytesIO(text))
        for name, one in parts.items():
            archive.add(one, name, recursive=False, filter=_nobody)
    unfinished.chmod(0o600)
    unfinished.rename(path)


def _nobody(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def unpack(path: Path, into: Path) -> dict[str, Any]:
    """Unpack a backup into an empty folder and compare every part with the list, which is returned. Raises BadArchive."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            archive.extractall(into, filter="data")
        listed: dict[str, Any] = json.loads((into / LIST).read_text(encoding="utf-8"))
        parts = dict(listed["parts"])
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise BadArchive(f"{path.name} is no backup, or it is cut off.") from error
    if listed.get("format") != FORMAT:
        raise BadArchive(f"{path.name} is a backup of another format.")
    there = {str(one.relative_to(into)) for one in _of(into)} - {LIST}
    if there != set(parts):
        raise BadArchive(f"{path.name} does not hold what its list says.")
    for name, digest in parts.items():
        if _digest(into / name) != digest:
            raise BadArchive(f"{path.name}: {name} is damaged.")
    return listed


def _of(folder: Path) -> list[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file() and not one.name.endswith(".part"))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def name_of(at: datetime) -> str:
    """The name of a backup made at this moment (UTC)."""
    return f"ozvena-{at:%Y%m%d-%H%M%S}.tar.gz"

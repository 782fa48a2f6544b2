"""Files in a bucket of S3-compatible storage, so that every node finds them. The library is obstore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from hub.errors import NotFound, Unavailable
from hub.storage import KEY, checked, place

SCHEMES = {"s3": "https", "s3+http": "http"}
REQUEST, CONNECT, TRYING = timedelta(seconds=20), timedelta(seconds=3), timedelta(seconds=8)
"""A page waits for the bucket, so it gives up while somebody still looks at it."""


class BadAddress(ValueError):
    """The address names no bucket."""


class Bucket:
    """A bucket, or all that stands under one prefix of it. Raises Unavailable; an upload is whole or not there (S3 PutObject)."""

    def __init__(self, url: str) -> None:
        """`s3://key:secret@host:port/bucket/prefix?region=…`; `s3+http://` without TLS. Raises BadAddress."""
        parts = urlsplit(url)
        bucket, _, prefix = parts.path.strip("/").partition("/")
        if parts.scheme not in SCHEMES or not (parts.hostname and parts.username and parts.password and bucket):
            raise BadAddress("must be s3://key:secret@host/bucket")
        host = parts.netloc.rpartition("@")[2]
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            endpoint=f"{SCHEMES[parts.scheme]}://{host}",
            access_key_id=unquote(parts.username),
            secret_access_key=unquote(parts.password),
            region=parse_qs(parts.query).get("region", ["us-east-1"])[0],
            client_options={"allow_http": parts.scheme != "s3", "timeout": REQUEST, "connect_timeout": CONNECT},
            retry_config={"max_retries": 3, "retry_timeout": TRYING},
        )

    def put(self, content: bytes) -> str:
        """Keep this content for good. Returns the key under which it is found."""
        key = token_hex(20)
        self._keep(key, content)
        return key

    def _keep(self, key: str, content: bytes) -> None:
        with _problems():
            obstore.put(self._store, key, content)

    def get(self, key: str) -> bytes:
        """The content. Raises NotFound when there is none of this key."""
        checked(key)
        with _problems():
            try:
                return obstore.get(self._store, key).bytes().to_bytes()
            except FileNotFoundError as error:
                raise NotFound from error

    def delete(self, key: str) -> None:
        """Remove the content; nothing happens when it is gone already."""
        checked(key)
        with _problems():
            obstore.delete(self._store, key)

    def keys_older_than(self, instant: datetime) -> Iterator[str]:
        """The keys of what was put before a moment by the clock of the storage, in no order."""
        with _problems():
            for some in obstore.list(self._store):
                yield from (
                    one["path"] for one in some if one["last_modified"] < instant and KEY.fullmatch(one["path"])
                )

    def is_well(self, least: int) -> bool:
        """Whether the bucket answers; how much fits in, nobody can know."""
        del least
        try:
            with _problems():
                next(iter(obstore.list(self._store, chunk_size=1)), None)
        except Unavailable:
            return False
        return True

    def as_folder(self, spare: Path) -> Path:
        """Every file, fetched into a folder laid out as ours on a disk are."""
        with _problems():
            for some in obstore.list(self._store):
                for key in (one["path"] for one in some if KEY.fullmatch(one["path"])):
                    path = place(spare, key)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(self.get(key))
        return spare

    def take_in(self, folder: Path) -> None:
        """Upload every file of such a folder under its own key."""
        for path in folder.glob("*/*/*"):
            if KEY.fullmatch(path.name):
                self._keep(path.name, path.read_bytes())


@contextmanager
def _problems() -> Iterator[None]:
    """What the storage refuses, in our words. The library's own text holds the address, so it is not passed on."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise Unavailable from error

"""Servers and databases of the measurements: gunicorn as shipped, the demo city on either engine, every commit durable."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from config import Settings
from hub.app import create_app
from hub.cityfile import read
from hub.cli import DEMO_CITY
from tests.running import TREE, environment, flask, free_port, migrate
from tests.services.postgres import Postgres

THREADS = 8
PASSWORD = "heslo-pro-bench-2026"
SECRET = "bench-0123456789-abcdefghijklmnopqrstuvwxyz"
PLACES = tuple(place.slug for place in read(DEMO_CITY).touchpoints)
PRODUCTION = {"HUB_MODE": "production", "HUB_SECRET_KEY": SECRET, "HUB_TAPS_PER_MINUTE": "100000000"}
"""The product's own defaults, but for the ceiling of taps, which a benchmark would hit in a second."""


@dataclass(frozen=True)
class Town:
    """A migrated database with the demo city in it, and the folder of its data."""

    engine: str
    url: str
    folder: Path


class Bench:
    """What the parts share: the PostgreSQL server, a folder on a real disk, and whether this is a smoke run."""

    def __init__(self, postgres: Postgres, folder: Path, *, quick: bool) -> None:
        self.postgres, self.folder, self.quick = postgres, folder, quick
        self._template: dict[str, str] = {}

    def towns(self, name: str) -> list[Town]:
        """A fresh demo city on each engine."""
        return [self.town(engine, name) for engine in ("SQLite", "PostgreSQL")]

    def town(self, engine: str, name: str) -> Town:
        """A fresh demo city on one engine."""
        folder = self.folder / f"{name}-{engine}"
        folder.mkdir()
        if engine not in self._template:
            self._template[engine] = self._founded(engine)
        if engine == "PostgreSQL":
            return Town(engine, self.postgres.create_database(self._template[engine]), folder)
        shutil.copy(self._template[engine], folder / "hub.db")
        return Town(engine, f"sqlite:///{folder / 'hub.db'}", folder)

    def empty(self, engine: str, name: str) -> str:
        """The address of an empty database, for the reference."""
        return self.postgres.create_database() if engine == "PostgreSQL" else f"sqlite:///{self.folder / name}.db"

    def postgres_setting(self, name: str) -> str:
        """A setting of the PostgreSQL server."""
        engine = sa.create_engine(self.postgres.url("postgres"))
        with engine.connect() as connection:
            value = connection.exec_driver_sql(f"SHOW {name}").scalar_one()
        engine.dispose()
        return str(value)

    def _founded(self, engine: str) -> str:
        folder = self.folder / f"template-{engine}"
        folder.mkdir()
        path = folder / "hub.db"
        url = self.postgres.create_database() if engine == "PostgreSQL" else f"sqlite:///{path}"
        migrate(url, folder)
        done = flask(url, folder, "new-city", str(DEMO_CITY), "--password", PASSWORD)
        assert done.returncode == 0, done.stderr
        return url if engine == "PostgreSQL" else str(path)


def app_of(town: Town) -> Flask:
    """The hub in this process on a town's database; quiet."""
    values: dict[str, object] = {"mode": "test", "database_url": town.url, "data_dir": town.folder}
    return create_app(Settings(_env_file=None, log_level="warning", **values))  # type: ignore[arg-type, call-arg]


class Server:
    """A web server in processes of its own, ended with the block: `with Server(...) as server`."""

    def __init__(self, arguments: Sequence[str], more: dict[str, str], folder: Path, url: str = "") -> None:
        self.port = free_port()
        self._log = (folder / f"log-{self.port}.txt").open("w+b")
        command = [sys.executable, "-m", *(part.format(port=self.port) for part in arguments)]
        self._process = subprocess.Popen(
            command, cwd=TREE, env=environment(url, folder, more), stdout=self._log, stderr=self._log
        )
        self._wait()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._log.close()

    def processes(self) -> list[int]:
        """The server's processes, its master first."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return [self._process.pid, *map(int, children)]

    def cpu_seconds(self) -> float:
        """Processor time spent so far by all of them."""
        return sum(_cpu_seconds(pid) for pid in self.processes())

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            assert self._process.poll() is None, Path(self._log.name).read_text(encoding="utf-8")
            if get(self.port, "/zdravi"):
                return
            time.sleep(0.02)
        raise AssertionError(f"the server did not answer\n{Path(self._log.name).read_text(encoding='utf-8')}")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def get(port: int, path: str) -> bytes:
    """The body of a page, empty when it cannot be had (yet)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        text = response.read()
    except OSError:
        return b""
    else:
        return text if response.status == 200 else b""
    finally:
        connection.close()


def gunicorn(app: str) -> list[str]:
    """The server as `hub.serve` starts it."""
    more = ["--threads", str(THREADS), "--log-level", "warning"]
    return ["gunicorn", "--config", "gunicorn.conf.py", "--bind", "127.0.0.1:{port}", *more, app]


def hub_server(town: Town, **more: str) -> Server:
    """The hub on a town, with the settings of production."""
    # The embedded database is named by its folder alone, as in production.
    url = "" if town.engine == "SQLite" else town.url
    return Server(gunicorn("hub.wsgi:app"), {**PRODUCTION, **more}, town.folder, url)


def minimal_server(url: str, folder: Path) -> Server:
    """The reference on a database."""
    more = {"BENCH_DATABASE_URL": url, "BENCH_THREADS": str(THREADS)}
    return Server(gunicorn("bench.minimal:app"), more, folder)


def rows_in(url: str, table: str) -> int:
    """How many rows a table holds."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        count = connection.execute(sa.select(sa.func.count()).select_from(sa.table(table))).scalar_one()
    engine.dispose()
    return count


@contextmanager
def real_disk() -> Iterator[Path]:
    """A temporary folder that is not in memory, where a commit costs what it costs."""
    kept = [Path(tempfile.gettempdir()), Path("/var/tmp"), TREE / ".cache"]  # noqa: S108
    (TREE / ".cache").mkdir(exist_ok=True)
    parent = next((folder for folder in kept if filesystem(folder) not in {"tmpfs", "ramfs"}), kept[0])
    with tempfile.TemporaryDirectory(prefix="hub-bench-", dir=parent) as folder:
        yield Path(folder)


def filesystem(folder: Path) -> str:
    """The kind of file system a folder lies on."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    above = [mount for mount in mounts if folder.resolve().is_relative_to(mount[1])]
    return max(above, key=lambda mount: len(mount[1]))[2] if above else "unknown"

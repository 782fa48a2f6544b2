"""The towns of these tests and the desks in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests import desks
from tests.desks import (
    Desk,
    Towns,
)

DeskOf = Callable[[str], Desk]


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    yield from desks.towns(request, tmp_path_factory.mktemp("towns"))


@pytest.fixture
def town(towns: Towns, engine: str) -> Flask:
    return towns(engine)


@pytest.fixture
def light(towns: Towns) -> Flask:
    """The town where the engine does not matter."""
    return towns("sqlite")


@pytest.fixture(scope="module")
def kept_desks() -> dict[tuple[int, str], Desk]:
    return {}


@pytest.fixture
def desk(light: Flask, kept_desks: dict[tuple[int, str], Desk]) -> DeskOf:
    """Account → its desk in the light town; signing in is slow by design, so it is done once."""

    def of(email: str) -> Desk:
        return (
            kept_desks.setdefault((id(light), email), Desk(light, email))
            if (id(light), email) not in kept_desks
            else kept_desks[(id(light), email)]
        )

    return of


@pytest.fixture
def staff(town: Flask, kept_desks: dict[tuple[int, str], Desk]) -> DeskOf:
    """Account → its desk in the town of this engine."""

    def of(email: str) -> Desk:
        if (id(town), email) not in kept_desks:
            kept_desks[(id(town), email)] = Desk(town, email)
        return kept_desks[(id(town), email)]

    return of


@pytest.fixture
def words() -> str:
    """Words that no other test uses: the towns of this file are shared."""
    return f"Slova ke schválení číslo {next(desks.numbers)}."

"""Decides whether a service that is missing skips a test or fails it.

`HUB_REQUIRE` is a comma list of the services a run must have (continuous
integration names them all); without it a missing service is a skip with a reason.
"""

import contextlib
import os
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tests.services import Unavailable

SERVICES = ("postgres", "valkey", "browser", "ofn")


class UnknownService(ValueError):
    """`HUB_REQUIRE` or a caller names a service that does not exist."""


def required() -> frozenset[str]:
    """The services this run must have, as `HUB_REQUIRE` lists them."""
    words = {word.strip() for word in os.environ.get("HUB_REQUIRE", "").split(",")} - {""}
    for word in sorted(words):
        _check(word, "HUB_REQUIRE")
    return frozenset(words)


def missing(what: str, why: str) -> NoReturn:
    """End the running test: a failure where `what` is required, a skip elsewhere."""
    _check(what, "missing()")
    text = f"{what} is missing: {why}"
    if what in required():
        pytest.fail(f"{text} (HUB_REQUIRE demands it)", pytrace=False)
    pytest.skip(text)


@contextlib.contextmanager
def or_missing(what: str) -> Iterator[None]:
    """Turn an `Unavailable` of the block into `missing(what, ...)`."""
    try:
        yield
        return
    except Unavailable as error:
        why = str(error)
    # Out here, so that the report shows one sentence and not two chained errors.
    missing(what, why)


def _check(word: str, where: str) -> None:
    if word not in SERVICES:
        known = ", ".join(SERVICES)
        raise UnknownService(f"{where} names the unknown service {word!r}; known are {known}.")

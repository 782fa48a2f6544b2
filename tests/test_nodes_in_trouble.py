"""Two web and two work nodes at work while what they stand on goes away and comes back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import randrange

import pytest

from tests import kills
from tests.kills import Plan
from tests.running import migrate
from tests.services.buckets import BucketServer
from tests.services.postgres import LocalPostgres
from tests.services.require import or_missing
from tests.services.valkey import ValkeyServer


@pytest.fixture
def own_postgres() -> Iterator[LocalPostgres]:
    """A PostgreSQL of this test alone, which it may break."""
    with or_missing("postgres"):
        server = LocalPostgres()
    with server:
        yield server


@pytest.mark.timeout(240)
def test_the_database_and_valkey_may_go_away_under_load_and_nothing_is_lost_or_doubled(
    own_postgres: LocalPostgres, own_valkey: ValkeyServer, buckets: BucketServer, tmp_path: Path
) -> None:
    """The database crashes and recovers, is shut down and started, Valkey comes back empty; then both at once."""

    def crash() -> None:
        own_postgres.crash()
        own_postgres.start()

    def restart() -> None:
        own_postgres.stop()
        own_postgres.start()

    def forget() -> None:
        own_valkey.stop()
        own_valkey.start()

    def both() -> None:
        own_valkey.stop()
        crash()
        own_valkey.start()

    url = own_postgres.create_database()
    migrate(url, tmp_path)
    base = own_valkey.url.removesuffix("/0")
    settings = {"HUB_QUEUE_URL": f"{base}/1", "HUB_LIMITS_URL": f"{base}/2", "HUB_FILES_URL": buckets.make()}
    faults = [crash, forget, restart, both]
    seed = int(os.environ.get("HUB_KILLS_SEED", randrange(10**6)))
    plan = Plan(taps=200, questions=12, kills=len(faults), seed=seed, workers=2, webs=2)
    outcome = kills.run(url, tmp_path, plan, settings=settings, faults=faults)
    assert outcome.complaints == [], f"HUB_KILLS_SEED={seed}"
    assert (outcome.kills, outcome.sent + outcome.unknown) == (4, 24)

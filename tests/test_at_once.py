"""32 senders in 4 processes at once, on one web server over SQLite and on two over one PostgreSQL: each tap is there once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.models import Feedback, Question, Rating
from tests import visitors
from tests.crowd import Sent, send_at_once
from tests.presses import press_json
from tests.running import Server
from tests.visitors import TAP, assert_counts_agree

BATCH = "/kiosk/ridici/davka"
SENDERS = 32


@dataclass(frozen=True)
class Town:
    """The app, to look into the database, and the ports of the web servers on it: SQLite has one, PostgreSQL two."""

    app: Flask
    ports: list[int]


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Town]]:
    """Engine → its town, made once."""
    made: dict[str, Town] = {}
    servers: list[Server] = []

    def town(engine: str) -> Town:
        if engine not in made:
            folder = tmp_path_factory.mktemp(engine)
            url = visitors.fresh_database(request, engine, folder)
            app = visitors.open_house(url, folder)
            here = [Server(url, folder, {}) for _ in range(1 if engine == "sqlite" else 2)]
            servers.extend(here)
            made[engine] = Town(app, [server.port for server in here])
        return made[engine]

    yield town
    for server in servers:
        server.stop()
    for one in made.values():
        visitors.close_house(one.app)


@pytest.fixture
def town(towns: Callable[[str], Town], engine: str) -> Town:
    return towns(engine)


def shuffled(things: list[Any], n: int) -> list[Any]:
    return Random(n).sample(things, len(things))


def stored(app: Flask, sent: list[Sent]) -> dict[str, tuple[int, dict[str, int]]]:
    """Sitting → its revision and its levels, of those that were sent; every count agrees with them."""
    assert_counts_agree(app)
    bodies = [item for one in sent for item in one["body"].get("presses", [one["body"]])]
    with app.app_context():
        rows = db.session.execute(
            sa.select(Feedback.external_id, Feedback.rev, Question.code, Rating.level)
            .join_from(Feedback, Rating)
            .join(Question, Question.id == Rating.question_id)
            .where(Feedback.external_id.in_({body["id"] for body in bodies}))
        ).all()
    found: dict[str, tuple[int, dict[str, int]]] = {}
    for sitting, rev, question, level in rows:
        found.setdefault(sitting, (rev, {}))[1][question] = level
    return found


def statuses(sent: list[Sent]) -> dict[tuple[str, int], Counter[int]]:
    """(sitting, revision) → how often each status was answered."""
    found: dict[tuple[str, int], Counter[int]] = {}
    for one in sent:
        found.setdefault((one["body"]["id"], one["body"]["rev"]), Counter())[one["status"]] += 1
    return found


def test_the_same_taps_and_their_amendments_sent_by_everybody_are_there_once(town: Town) -> None:
    plain: list[dict[str, Any]] = [press_json(1 + n % 5) for n in range(15)]
    first: list[dict[str, Any]] = [press_json(1 + n % 5) for n in range(6)]
    later = [{**tap, "rev": 1, "ratings": {"visit": 4 - n % 4, "reason": 1 + n}} for n, tap in enumerate(first)]
    taps = [*plain, *first, *later]
    sent = send_at_once(town.ports, [[(TAP, tap) for tap in shuffled(taps, n)] for n in range(SENDERS)])
    assert {one["status"] for one in sent} == {200, 201}
    answers = statuses(sent)
    assert all(count.total() == SENDERS for count in answers.values())
    for tap in [*plain, *later]:
        assert answers[(tap["id"], tap["rev"])][201] == 1
    for tap in first:  # superseded at once where the amendment overtook it
        assert answers[(tap["id"], 0)][201] <= 1
    expected = {tap["id"]: (tap["rev"], tap["ratings"]) for tap in [*plain, *later]}
    assert stored(town.app, sent) == expected


def test_of_many_revisions_of_one_sitting_sent_at_once_the_highest_stays(town: Town) -> None:
    sittings: list[dict[str, Any]] = [press_json() for _ in range(4)]
    revisions = [{**tap, "rev": rev, "ratings": {"visit": 1 + rev % 5}} for tap in sittings for rev in range(12)]
    sent = send_at_once(town.ports, [[(TAP, tap) for tap in shuffled(revisions, n)] for n in range(SENDERS)])
    assert {one["status"] for one in sent} == {200, 201}
    assert all(count[201] <= 1 for count in statuses(sent).values())
    assert stored(town.app, sent) == {tap["id"]: (11, {"visit": 2}) for tap in sittings}


def test_of_two_contradicting_bodies_sent_at_once_one_wins_and_the_other_is_always_told(town: Town) -> None:
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (tap, {**tap, "ratings": {"visit": 1}}) for tap in (press_json(5) for _ in range(8))
    ]
    plans = [[(TAP, pair[(n + at) % 2]) for at, pair in enumerate(pairs)] for n in range(SENDERS)]
    sent = send_at_once(town.ports, plans)
    now = stored(town.app, sent)
    for pair in pairs:
        for body in pair:
            wins = now[body["id"]] == (0, body["ratings"])
            counted = Counter(one["status"] for one in sent if one["body"] == body)
            assert counted == ({201: 1, 200: SENDERS // 2 - 1} if wins else {409: SENDERS // 2})
    assert len(now) == len(pairs)


def test_batches_of_the_same_items_in_different_orders_do_not_deadlock(town: Town) -> None:
    first: list[dict[str, Any]] = [press_json(1 + n % 5) for n in range(100)]
    later = [{**tap, "rev": 1, "ratings": {"visit": 5 - n % 5}} for n, tap in enumerate(first)]
    batches = [[(BATCH, {"presses": shuffled([*first, *later], n)})] * 2 for n in range(8)]
    single = [[(TAP, tap) for tap in shuffled(later, n)[:40]] for n in range(4)]
    sent = send_at_once(town.ports, [*batches, *single])
    assert {one["status"] for one in sent} <= {200, 201}
    receipts = [receipt for one in sent if one["path"] == BATCH for receipt in one["answer"]["receipts"]]
    receipts += [one["answer"] for one in sent if one["path"] == TAP]
    outcomes = Counter((receipt["id"], receipt["outcome"]) for receipt in receipts)
    assert {outcome for _, outcome in outcomes} <= {"stored", "amended", "known", "superseded"}
    for tap in first:
        assert outcomes[(tap["id"], "stored")] == 1
        assert outcomes[(tap["id"], "amended")] + outcomes[(tap["id"], "superseded")] == 1
    assert stored(town.app, sent) == {tap["id"]: (1, tap["ratings"]) for tap in later}

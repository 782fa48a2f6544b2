"""Two years of taps put straight into the tables, many a second: for pages that must cost the same over few and over many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

import sqlalchemy as sa

from bench.load import LEVELS, SHARES
from hub import database
from hub.database import table_of
from hub.models import Count, Feedback, Question, Rating, Touchpoint
from hub.rules.localtime import PRAGUE, local

FIRST, LAST = date(2024, 9, 1), date(2026, 8, 31)
SEED = 1_000_000
CHUNK = 20_000
REASONED = 0.35
"""Share of sittings that also gave one of six reasons."""

Key = tuple[int, datetime, int, int, int]
"""question, hour, place, department, level: the key of a count"""


@dataclass
class Chunk:
    """Rows of some sittings and their ratings."""

    feedback: list[dict[str, object]]
    ratings: list[dict[str, int]]


def fill(url: str, taps: int) -> None:
    """Put taps, their ratings and their counts into a founded city: the same places and years whatever the number."""
    engine = sa.create_engine(url)
    database.hook(engine)
    writer = engine.execution_options(sqlite_begin="IMMEDIATE")
    counts: Counter[Key] = Counter()
    with engine.connect() as connection:
        chunks = _chunks(connection, taps, counts)
        for chunk in chunks:
            with writer.begin() as into:
                into.execute(sa.insert(table_of(Feedback)), chunk.feedback)
                into.execute(sa.insert(table_of(Rating)), chunk.ratings)
    rows = [_count(key, n) for key, n in sorted(counts.items())]
    with writer.begin() as into:
        for start in range(0, len(rows), CHUNK):
            into.execute(sa.insert(table_of(Count)), rows[start : start + CHUNK])
    if engine.dialect.name == "postgresql":  # what its autovacuum does within a minute
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def _chunks(connection: sa.Connection, taps: int, counts: Counter[Key]) -> Iterator[Chunk]:
    wanted = sa.select(Touchpoint.id, Touchpoint.department_id, Touchpoint.questionnaire_id)
    places = connection.execute(wanted.where(Touchpoint.kind == "kiosk")).all()
    questions = {row.code: row.id for row in connection.execute(sa.select(Question.code, Question.id))}
    connection.rollback()
    hours, random, chunk = _hours(), Random(SEED), Chunk([], [])
    for number in range(1, taps + 1):
        place, hour_at = random.choice(places), random.choice(hours)
        given = {questions["visit"]: random.choices(LEVELS, SHARES)[0]}
        if random.random() < REASONED:
            given[questions["reason"]] = random.randint(1, 6)
        chunk.feedback.append(_sitting(number, random, place, hour_at))
        for question, level in given.items():
            chunk.ratings.append({"feedback_id": number, "question_id": question, "level": level})
            counts[(question, hour_at, place.id, place.department_id, level)] += 1
        if number % CHUNK == 0 or number == taps:
            yield chunk
            chunk = Chunk([], [])


def _hours() -> list[datetime]:
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    return [
        datetime.combine(day, time(hour), PRAGUE).astimezone(UTC)
        for day in days
        if day.weekday() < 5
        for hour in range(8, 17)
    ]


def _sitting(number: int, random: Random, place: sa.Row[int, int, int], hour_at: datetime) -> dict[str, object]:
    return {
        "id": number,
        "source": f"kiosk:{place.id}",
        "external_id": str(UUID(int=random.getrandbits(128), version=4)),
        "rev": 0,
        "digests": {"0": f"{number:032x}"},
        "touchpoint_id": place.id,
        "department_id": place.department_id,
        "questionnaire_id": place.questionnaire_id,
        "language": "cs",
        "standing": "counted",
        "hour_at": hour_at,
        "received_at": None,
        "occurred_at": None,
        "time_quality": "exact",
    }


def _count(key: Key, n: int) -> dict[str, object]:
    question, hour_at, place, department, level = key
    wall = local(hour_at)
    return {
        "question_id": question,
        "hour_at": hour_at,
        "touchpoint_id": place,
        "department_id": department,
        "level": level,
        "day_on": wall.date(),
        "hour": wall.hour,
        "counted": n,
        "set_aside": 0,
    }

"""Several work processes, many notices due at once, and kills at random moments: what the database says of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic, sleep

import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.models import Address, AuditEntry, Contact, Decision, Delivery, Dispatch, Subscription, Topic
from hub.vocabulary import DecisionKind
from noticeboard.models import Notice
from noticeboard.vocabulary import NOTICES
from tests.noticeboard import boards
from tests.running import Worker

LISTENERS = 2
ON_TIME = timedelta(seconds=60)


@dataclass(frozen=True)
class Outcome:
    """What became of a storm; `complaints` says what should not be, `latest` is how late the last was posted, in seconds."""

    complaints: list[str]
    kills: int
    latest: float


def storm(app: Flask, url: str, folder: Path, *, workers: int, notices: int, kills: int, seed: int) -> Outcome:
    """Half of the notices are to be posted within some seconds, half to be taken down; workers are killed meanwhile."""
    chance = Random(seed)
    with app.app_context():
        start = datetime.now(UTC)
        _listeners(start)
        for n in range(notices):
            old = start - timedelta(days=30)
            boards.posted(boards.written(f"Staré {n}"), old + timedelta(seconds=n))
        first = db.session.scalar(sa.select(sa.func.count()).select_from(Dispatch)) or 0
        due = datetime.now(UTC) + timedelta(seconds=2)
        for n in range(notices):
            at = due + timedelta(milliseconds=chance.randrange(2000))
            boards.scheduled(boards.written(f"Nové {n}", posts_at=at), start - timedelta(hours=1))
        db.session.remove()
    running = [Worker(url, folder, {"HUB_TICK": "0.3", "HUB_CHANNELS": ""}) for _ in range(workers)]
    killed = 0
    try:
        until = monotonic() + 120
        while monotonic() < until and (killed < kills or not _is_over(app)):
            sleep(chance.uniform(0.2, 0.9))
            if killed < kills:
                one = chance.choice(running)
                one.kill()
                one.start()
                killed += 1
    finally:
        for one in running:
            one.stop()
    with app.app_context():
        found = _complaints(notices, first)
        late = [n.posted_at - n.due_at for n in db.session.scalars(_new()) if n.posted_at and n.due_at]
        db.session.remove()
    if late and max(late) > ON_TIME:
        found.append(f"one was posted {max(late)} late")
    return Outcome(found, killed, max(late).total_seconds() if late else 0.0)


def _listeners(now: datetime) -> None:
    topic = Topic(code=NOTICES)
    db.session.add(topic)
    for n in range(LISTENERS):
        address = Address(
            contact=Contact(language="cs", first_seen_at=now),
            channel="email",
            value=f"{n}@mesto.example",
            state="active",
        )
        db.session.add(address)
        db.session.flush()
        db.session.add(Subscription(topic_id=topic.id, address_id=address.id, confirmed_at=now - timedelta(days=60)))
    db.session.commit()


def _is_over(app: Flask) -> bool:
    with app.app_context():
        moving = sa.select(sa.func.count()).select_from(Notice).where(Notice.state == "scheduled")
        left = db.session.scalar(moving) or 0
        hanging = (
            sa.select(sa.func.count())
            .select_from(Notice)
            .where(Notice.state == "posted", Notice.comes_down_at < datetime.now(UTC))
        )
        unexpanded = sa.select(sa.func.count()).select_from(Dispatch).where(Dispatch.finished_at.is_(None))
        over = not left and not db.session.scalar(hanging) and not db.session.scalar(unexpanded)
        db.session.remove()
        return over


def _new() -> sa.Select[Notice]:
    return sa.select(Notice).where(Notice.state == "posted")


def _complaints(notices: int, announced_before: int) -> list[str]:
    session = db.session

    def count(wanted: sa.Select[int]) -> int:
        return session.scalar(wanted) or 0

    every = sa.select(sa.func.count())
    acts = {act: count(every.where(AuditEntry.act == act)) for act in ("post a notice", "take a notice down")}
    grouped = session.execute(sa.select(Notice.state, sa.func.count()).group_by(Notice.state))
    states = {row[0]: row[1] for row in grouped}
    hidden = count(every.select_from(Decision).where(Decision.kind == DecisionKind.HIDE))
    letters = count(every.select_from(Delivery))
    numbers = sorted(n for n in session.scalars(sa.select(Notice.number)) if n)
    years = sorted({n[:4] for n in numbers})
    of_year = {year: sum(n.startswith(year) for n in numbers) for year in years}
    whole = [f"{year}-{n:06d}" for year in years for n in range(1, of_year[year] + 1)]
    expected: dict[str, tuple[object, object]] = {
        "posted and taken down": (states, {"posted": notices, "taken_down": notices}),
        "postings": (acts["post a notice"], 2 * notices),
        "takings down": (acts["take a notice down"], notices),
        "decisions that hide": (hidden, notices),
        "announcements": (count(every.select_from(Dispatch)), 2 * notices),
        "announcements before": (announced_before, notices),
        "letters": (letters, 2 * notices * LISTENERS),
        "numbers": (numbers, whole),
    }
    return [f"{what}: {is_} instead of {should}" for what, (is_, should) in expected.items() if is_ != should]

"""One transaction of one action: `with work(actor, "close a touchpoint", now) as w: …; w.about(touchpoint)`.

It begins as a writer, records who did what, and commits once: the only place that does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from hub import queue
from hub.database import Base, begin_to_write, db
from hub.models import AuditEntry
from hub.vocabulary import ActorKind


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Citizens and the hub itself have no id."""

    kind: ActorKind
    id: int | None = None


SYSTEM = Actor(ActorKind.SYSTEM)
CITIZEN = Actor(ActorKind.CITIZEN)


class Work:
    """The open transaction: `session` for what a person does, `connection` for Core, `about` names the things for the audit log."""

    def __init__(self, session: Session, connection: Connection, now: datetime) -> None:
        self.session = session
        self.connection = connection
        self.now = now
        self._about: list[Base] = []

    def about(self, thing: Base) -> None:
        """Say which row this was done to; one audit entry is written for each."""
        self._about.append(thing)

    def entries(self, actor: Actor, act: str) -> list[dict[str, object]]:
        """The audit entries of this work, one for each thing named, or one without."""
        base = {"at": self.now, "actor_kind": actor.kind, "actor_id": actor.id, "act": act}
        things = [(thing.__tablename__, _key_of(thing)) for thing in self._about] or [(None, None)]
        return [{**base, "about_table": table, "about_id": key} for table, key in things]


def _key_of(thing: Base) -> int | None:
    identity = sa.inspect(thing).identity
    return identity[0] if identity else None


def later(session: Session, task: str, row: int = 0) -> None:
    """Have the worker told of a task once this transaction is committed. A hint only: its sweep finds what is due anyway."""
    session.info.setdefault(_LATER, set()).add((task, row))


_LATER = "hub_later"


@contextmanager
def work(actor: Actor, act: str, now: datetime, *, audited: bool = True) -> Iterator[Work]:
    """Run one action in one transaction. `audited=False` is for anonymous taps alone.

    Nothing may be pending in the session; what was read in it before is read anew.
    """
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed outside of work()")
    connection = begin_to_write(session)
    session.info.pop(_LATER, None)
    try:
        w = Work(session, connection, now)
        yield w
        session.flush()
        if audited:
            connection.execute(sa.insert(AuditEntry), w.entries(actor, act))
        session.commit()
    except BaseException:
        session.rollback()
        raise
    for task, row in sorted(session.info.pop(_LATER, ())):
        queue.enqueue(task, row)

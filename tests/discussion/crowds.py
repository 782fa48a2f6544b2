"""Very many comments at once, as rows: by their forms it would take too long."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask

from hub.database import db, restart_counting, table_of
from hub.models import Comment, Decision, Message, Revision


def fill(app: Flask, slug: str, number: int, under_one: int = 0) -> None:
    """So many published comments, as rows; so many of them reply to the first."""
    now = datetime.now(UTC)
    with app.app_context():
        root = db.session.scalars(sa.select(Message).where(Message.slug == slug)).one()
        first = (db.session.scalar(sa.select(sa.func.max(Message.id))) or 0) + 1
        ids = range(first, first + number)
        common = {"conversation_id": root.conversation_id, "kind": "comment", "channel": "web", "received_at": now}
        above = {n: first if 0 < n - first <= under_one else root.id for n in ids}
        _insert(Message, [{"id": n, "replies_to_id": above[n], **common} for n in ids])
        said = {"n": 1, "cause": "original", "digest": "d", "written_at": now}
        _insert(Revision, [{"message_id": n, "text": f"Příspěvek {n}.", **said} for n in ids])
        decided = {"n": 1, "kind": "approve", "actor_kind": "system", "rule": "test", "decided_at": now}
        _insert(Decision, [{"message_id": n, **decided} for n in ids])
        db.session.execute(sa.update(Message).where(Message.id >= first).values(shown_n=1, appears_at=now))
        row = {"publication_id": root.id, "state": "waiting", "came_at": now}
        _insert(Comment, [{"message_id": n, "reference": f"c{n:09d}", **row} for n in ids])
        db.session.execute(sa.update(Comment).where(Comment.message_id >= first).values(state="published"))
        restart_counting(db.session.connection(), [table_of(Message)])
        db.session.commit()
        db.session.remove()


def _insert(kind: type, rows: list[dict[str, object]]) -> None:
    db.session.execute(sa.insert(table_of(kind)), rows)

"""A discussion is closed, or a comment hidden, at the very moment at which somebody writes: one of both comes first."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hub.database import db, row_lock
from hub.models import Comment, Discussion, Message
from hub.queries import moderation
from hub.steps import commenting, words
from hub.vocabulary import DecisionKind
from hub.work import SYSTEM, Work, work
from tests import desks
from tests.discussion import talks

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def until_it_waits(sent: Future[TestResponse]) -> None:
    """Until the comment waits for this transaction (on SQLite it always does), or was recorded without waiting."""
    if db.engine.dialect.name == "sqlite":
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looking:
        for _ in count():
            if sent.done() or looking.exec_driver_sql(WAITING).scalar_one():
                return


def close(w: Work, slug: str) -> None:
    publication = w.session.scalars(row_lock(sa.select(Message).where(Message.slug == slug))).one()
    w.session.add(Discussion(publication_id=publication.id, state="closed", moderation="before"))
    w.session.flush()


def hide(w: Work, of: str) -> None:
    comment = moderation.find(w.session, desks.scope(desks.PRESS), of, to_change=True)
    now = datetime.now(UTC)
    words.decide(w.session, comment.message, 1, DecisionKind.HIDE, SYSTEM, now, "Uráží.", "test")
    commenting.settle(w.session, comment, now)


@pytest.mark.parametrize("what", ["closed", "hidden", "hidden above"])
def test_what_is_written_meanwhile_is_refused_with_its_words(town: Flask, what: str) -> None:
    slug = talks.discussed(town)
    _, of = talks.published(town, slug)
    _, under = talks.published(town, slug, "Souhlasím s tím.", replies_to=of)
    replies_to = {"closed": "", "hidden": of, "hidden above": under}[what]
    client = town.test_client()
    token = talks.form(client, f"/diskuse/{slug}/{of}", slug)["token"]
    data = {"token": token, "text": "Napsáno v téže chvíli.", "replies_to": replies_to}
    with ThreadPoolExecutor(1) as pool:
        with town.app_context(), work(SYSTEM, "test", datetime.now(UTC), audited=False) as w:
            close(w, slug) if what == "closed" else hide(w, of)
            sent = pool.submit(client.post, f"/diskuse/{slug}", data=data)
            until_it_waits(sent)
        answer = sent.result()
    assert answer.status_code == 409
    with town.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Comment)) == 2
        db.session.remove()

"""Many comments: a page shows as many as a page holds, whatever there are, and asks the database as often."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from hub.database import db
from hub.models import Comment
from hub.queries import discussions, moderation
from hub.vocabulary import Look
from tests import desks, visitors
from tests.discussion import crowds, talks

MANY = 2000
UNDER_ONE = 120


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile."""
    asked: list[str] = []

    def note(_c: object, _k: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_page_is_as_long_and_asks_as_often_whatever_there_are(town: Flask) -> None:
    few, many = talks.discussed(town, "Málo"), talks.discussed(town, "Mnoho")
    for _ in range(discussions.PAGE + 1):
        talks.published(town, few, f"Příspěvek {_}.")
    crowds.fill(town, many, MANY, UNDER_ONE)
    asked, shown = {}, {}
    for slug in (few, many):
        with counted(town) as statements:
            shown[slug] = talks.page(town, slug)
        asked[slug] = len(statements)
    assert asked[few] == asked[many]
    assert [page.count("<article") for page in shown.values()] == [discussions.PAGE, discussions.PAGE]
    assert re.search(rf"{MANY}\s+příspěvků", shown[many])


def test_a_comment_shows_some_of_its_replies_and_leads_to_all(town: Flask) -> None:
    slug = talks.discussed(town, "Mnoho")
    crowds.fill(town, slug, UNDER_ONE + 1, UNDER_ONE)
    page = talks.page(town, slug)
    assert page.count("<article") == 1 + discussions.REPLIES
    assert "Všechny reakce" in page
    top = re.search(rf'href="/diskuse/{slug}/(c\d+)">Všechny reakce', page)
    assert top
    path, seen = f"/{top[1]}", set[str]()
    while path:
        thread = talks.page(town, slug, path)
        seen |= set(re.findall(r'id="k-(c\d+)"', thread))
        found = re.search(r'rel="next" href="/diskuse/[^/]+(/[^"]+)"', thread)
        path = found[1] if found else ""
    assert len(seen) == UNDER_ONE + 1


def test_a_page_and_its_number_are_read_from_indexes(light_town: Flask) -> None:
    with light_town.app_context():
        for statement, index in (
            ("SELECT count(*) FROM comments WHERE publication_id = 1 AND state = 'published'", "ix_comments_state"),
            (
                "SELECT id FROM messages WHERE replies_to_id = 1 AND kind = 'comment' AND shown_n IS NOT NULL"
                " ORDER BY id DESC LIMIT 20",
                "ix_messages_shown_replies",
            ),
            (
                "SELECT message_id FROM comments WHERE look = 'waiting' ORDER BY rank, since_at, message_id LIMIT 30",
                "ix_comments_look",
            ),
            (
                "SELECT id FROM messages WHERE conversation_id = 1 AND kind = 'answer'",
                "ix_messages_of_conversation (conversation_id=? AND kind=?)",
            ),
        ):
            plan = " ".join(map(str, db.session.execute(sa.text(f"EXPLAIN QUERY PLAN {statement}")).all()))
            assert index in plan, plan
            assert "TEMP B-TREE" not in plan, plan
        db.session.remove()


def test_what_waits_for_others_costs_a_head_no_more_than_a_look_at_each(light_town: Flask) -> None:
    steps = []
    for number in (150, 450):
        crowds.fill(light_town, talks.discussed(light_town, f"Čeká {number}"), number)
        with light_town.app_context():
            its = sa.update(Comment).where(Comment.look.is_(None))  # of old ones the digest of their words is forgotten
            db.session.execute(its.values(look="reported", since_at=Comment.came_at, words_digest=None))
            db.session.commit()
            db.session.execute(sa.text("ANALYZE"))
            db.session.commit()
            taken: list[int] = []
            connection: Any = db.session.connection().connection.driver_connection
            connection.set_progress_handler(lambda taken=taken: taken.append(1), 100)
            assert moderation.waiting(db.session(), desks.scope(desks.OFFICE_HEAD), Look.REPORTED) == ([], None)
            connection.set_progress_handler(None, 0)
            db.session.remove()
        steps.append(len(taken))
    few, many = steps  # 150 and 600 that wait: four times as many, sixteen times were each compared with each
    assert many < 6 * few, steps


def test_postgresql_reads_a_page_of_replies_in_order_and_no_more(
    founded: Callable[[str, Path], str], tmp_path: Path
) -> None:
    app = desks.opened(founded("postgres", tmp_path), tmp_path)
    slug = talks.discussed(app, "Mnoho")
    crowds.fill(app, slug, MANY, MANY)
    with app.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
        path = f"/{db.session.scalar(sa.select(sa.func.min(Comment.reference)))}"
        plans: list[str] = []

        def explain(_c: object, cursor: Any, statement: str, given: Any, *_more: object) -> None:
            if "AS has_reply" in statement:
                rows = cursor.connection.execute(f"EXPLAIN {statement}", given).fetchall()
                plans.append(" ".join(row[0] for row in rows))

        event.listen(db.engine, "before_cursor_execute", explain)
        assert talks.page(app, slug, path).count("<article") == 1 + discussions.REPLIES_PAGE
        event.remove(db.engine, "before_cursor_execute", explain)
    in_order = [plan for plan in plans if f"rows={discussions.REPLIES_PAGE + 1} " in plan.partition(")")[0]]
    assert in_order, plans  # who expects a page of rows reads a page; who expects one fetches all and sorts them
    assert all("ix_messages_shown_replies" in plan and "Sort" not in plan for plan in in_order), in_order
    visitors.close_house(app)

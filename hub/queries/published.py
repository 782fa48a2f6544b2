"""Published answers: lists by key, the page of one, and the search. Only what is public now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from hub import database
from hub.database import table_of
from hub.models import Message, Revision, SearchEntry
from hub.queries.visibility import public_now
from hub.stems import query_words
from hub.vocabulary import MessageKind

PAGE = 20
NEAR = 2000
"""How many of the newest entries are looked through one by one, before the index of words is asked for all."""

entries = table_of(SearchEntry)
asked = aliased(Message, name="asked")
said = aliased(Revision, name="said")
titled = aliased(Revision, name="titled")

Key = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Item:
    """A published answer: the message, its shown words, and the question it answers."""

    answer: Message
    text: str
    title: str
    slug: str


def newest(
    session: Session, now: datetime, after: Key | None = None, page: int = PAGE
) -> tuple[list[Item], Key | None]:
    """A page of published answers, the newest first, and the key after which the next begins (None: there is none)."""
    wanted = _items(now)
    if after is not None:
        wanted = wanted.where(sa.tuple_(Message.appears_at, Message.id) < sa.tuple_(*_bound(after)))
    rows = session.execute(wanted.order_by(Message.appears_at.desc(), Message.id.desc()).limit(page + 1)).all()
    items = [_item(row) for row in rows[:page]]
    return items, _key(items[-1].answer) if len(rows) > page else None


def found(
    session: Session, query: str, now: datetime, after: int | None = None, page: int = PAGE
) -> tuple[list[Item], int | None]:
    """Published answers with all these words in the question or the answer, the newest first, and the key of the next page.

    No word that can be searched for finds nothing.
    """
    groups = query_words(query)
    if not groups:
        return [], None
    high = after if after is not None else database.LAST
    most = page * 4  # for some may be no answers, or not public any more
    items: list[Item] = []
    while len(items) <= page:
        ids = _found_near(session, groups, high, most)
        if len(ids) <= page:
            ids = _found_by_index(session, groups, high, most)
        wanted = _items(now, BY_KEY).where(Message.id.in_(ids)).order_by(Message.id.desc())
        items += [_item(row) for row in session.execute(wanted.limit(page + 1))]
        if len(ids) < most:
            break
        high = ids[-1]
    return items[:page], items[page - 1].answer.id if len(items) > page else None


def of_ids(session: Session, ids: Sequence[int], now: datetime) -> dict[int, Item]:
    """Id → published answer, of those of these messages that are one and public now."""
    return {row[0].id: _item(row) for row in session.execute(_items(now, BY_KEY).where(Message.id.in_(ids)))}


def matching(session: Session, query: str, among: sa.Select[int]) -> list[int]:
    """Of these messages (some thousands at most), the ids of those with all these words, the newest first."""
    groups = query_words(query)
    if not groups:
        return []
    every = among.cte("among").prefix_with("MATERIALIZED")
    lowest = sa.select(sa.func.min(every.c[0])).scalar_subquery()
    has = database.has_words(entries.c.words, entries.c.message_id, groups, lowest, database.LAST, database.LAST)
    wanted = sa.select(every.c[0]).join(entries, entries.c.message_id == every.c[0]).where(has)
    return list(session.scalars(wanted.order_by(every.c[0].desc())))


def _found_near(session: Session, groups: list[list[str]], high: int, most: int) -> list[int]:
    """Among the newest entries: for words that are common, so that they are not all fetched to be sorted."""
    newest_ids = sa.select(entries.c.message_id).where(entries.c.message_id < high)
    near = newest_ids.order_by(entries.c.message_id.desc()).limit(NEAR).cte("near").prefix_with("MATERIALIZED")
    floor = sa.select(sa.func.min(near.c.message_id)).scalar_subquery()
    return _newest(session, _with_words(groups, floor, high, most), most)


def _found_by_index(session: Session, groups: list[list[str]], high: int, most: int) -> list[int]:
    """Among all of them. First what the index of words has: a planner that guesses wrong would walk through everything by date."""
    hits = _with_words(groups, 0, high, most).cte("hits").prefix_with("MATERIALIZED")
    return _newest(session, sa.select(hits.c.message_id), most)


def _with_words(groups: list[list[str]], low: sa.ColumnElement[int] | int, high: int, most: int) -> sa.Select[int]:
    found = database.has_words(entries.c.words, entries.c.message_id, groups, low, high, most)
    return sa.select(entries.c.message_id).where(found)


def _newest(session: Session, ids: sa.Select[int], most: int) -> list[int]:
    return list(session.scalars(ids.order_by(ids.selected_columns[0].desc()).limit(most)))


BY_KEY = sa.func.coalesce(Message.kind, "")
"""The kind of a message so that no index serves it: SQLite would take that and walk through all answers by date."""


def _items(
    now: datetime, kind: sa.SQLColumnExpression[str] = Message.kind
) -> sa.Select[Message, str | None, str | None, str | None]:
    """Answers that are public now, of questions that are public now."""
    text = sa.select(said.text).where(said.message_id == Message.id, said.n == Message.shown_n)
    title = sa.select(titled.title).where(titled.message_id == asked.id, titled.n == asked.shown_n)
    return (
        sa.select(Message, text.scalar_subquery(), title.scalar_subquery(), asked.slug)
        .join(asked, asked.id == Message.replies_to_id)
        .where(kind == MessageKind.ANSWER, public_now(now), public_now(now, asked))
        .options(selectinload(Message.department))
    )


def _item(row: sa.Row[Message, str | None, str | None, str | None]) -> Item:
    answer, text, title, slug = row
    return Item(answer, text or "", title or "", slug or "")


def _key(answer: Message) -> Key:
    return (answer.appears_at or datetime.min.replace(tzinfo=UTC), answer.id)


def _bound(after: Key) -> tuple[sa.ColumnElement[datetime], sa.ColumnElement[int]]:
    return sa.literal(after[0], Message.appears_at.type), sa.literal(after[1])


@dataclass(frozen=True, slots=True)
class Page:
    """A published question with its answers, each with its shown revision."""

    question: tuple[Message, Revision]
    answers: list[tuple[Message, Revision]]


def by_slug(session: Session, slug: str, now: datetime) -> Page | None:
    """The public question at this address and its answers; None unless the question and at least one answer are public now."""
    shown = sa.and_(Revision.message_id == Message.id, Revision.n == Message.shown_n)
    root = session.execute(
        sa.select(Message, Revision).join(Revision, shown).where(Message.slug == slug, public_now(now))
    ).first()
    if root is None:
        return None
    wanted = (
        sa.select(Message, Revision)
        .join(Revision, shown)
        .where(Message.conversation_id == root[0].conversation_id, Message.kind == MessageKind.ANSWER, public_now(now))
        .order_by(Message.appears_at, Message.id)
    )
    answers = [(message, revision) for message, revision in session.execute(wanted)]
    return Page((root[0], root[1]), answers) if answers else None


def is_public(session: Session, message: Message, now: datetime) -> bool:
    """Whether everybody can see this message now."""
    return session.scalar(sa.select(Message.id).where(Message.id == message.id, public_now(now))) is not None


def public_slug_of(session: Session, question: Message, now: datetime) -> str | None:
    """The address at which a private question is public now, as a message derived from it."""
    derived = sa.select(Message.slug).where(Message.derived_from_id == question.id, public_now(now))
    slug = session.scalar(derived.order_by(Message.id.desc()).limit(1))
    return slug if slug and by_slug(session, slug, now) else None

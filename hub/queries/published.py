"""What is published: lists of answers by key, the page of one, and the search over every kind. Only what is public now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from hub import database
from hub.database import table_of
from hub.models import Decision, Department, Message, Revision, SearchEntry, Theme
from hub.queries.visibility import approved, public_now
from hub.rules import facets
from hub.rules.localtime import Month, local
from hub.stems import query_words
from hub.vocabulary import SHOWING, Cause, MessageKind

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
    """Something published: the message, its shown words, its title and address. Of an answer those of its question.

    `is_markdown` says how its words were written.
    """

    message: Message
    text: str
    title: str
    slug: str
    is_markdown: bool = False


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Of which department, about which theme, and from which Prague month or year; None: any."""

    department: Department | None = None
    theme: Theme | None = None
    month: Month | None = None
    year: int | None = None

    def bounds(self) -> tuple[datetime, datetime] | None:
        """The instants between which it appeared."""
        if self.month is not None:
            return self.month.bounds()
        return None if self.year is None else (Month(self.year, 1).bounds()[0], Month(self.year, 12).bounds()[1])

    def tokens(self) -> list[str]:
        """The same for the search."""
        found = [
            facets.of_department(self.department.id) if self.department else None,
            facets.of_theme(self.theme.id) if self.theme else None,
            facets.of_month(self.month) if self.month else None,
            facets.of_year(self.year) if self.year is not None and self.month is None else None,
        ]
        return [token for token in found if token]


EVERY = Narrowed()


def newest(
    session: Session, now: datetime, after: Key | None = None, page: int = PAGE, narrowed: Narrowed = EVERY
) -> tuple[list[Item], Key | None]:
    """A page of published answers, the newest first, and the key after which the next begins (None: there is none)."""
    of_some = narrowed.department is not None or narrowed.theme is not None
    wanted = _answers(now, BY_KEY if of_some else Message.kind)
    if narrowed.department is not None:
        wanted = wanted.where(Message.department_id == narrowed.department.id)
    if narrowed.theme is not None:
        wanted = wanted.where(Message.theme_id == narrowed.theme.id)
    bounds = narrowed.bounds()
    if bounds is not None:
        wanted = wanted.where(Message.appears_at >= bounds[0], Message.appears_at < bounds[1])
    if after is not None:
        wanted = wanted.where(sa.tuple_(Message.appears_at, Message.id) < sa.tuple_(*_bound(after)))
    rows = session.execute(wanted.order_by(Message.appears_at.desc(), Message.id.desc()).limit(page + 1)).all()
    items = [_item(row) for row in rows[:page]]
    return items, _key(items[-1].message) if len(rows) > page else None


def found(
    session: Session,
    query: str,
    now: datetime,
    after: int | None = None,
    page: int = PAGE,
    kinds: Collection[str] = (MessageKind.ANSWER,),
    narrowed: Narrowed = EVERY,
) -> tuple[list[Item], int | None]:
    """Publications of these kinds with all these words (of an answer, in it or in its question), the newest first, and the key
    of the next page.

    No word that can be searched for finds nothing.
    """
    groups = query_words(query)
    if not groups:
        return [], None
    groups += [[facets.of_kind(kind) for kind in kinds], *([token] for token in narrowed.tokens())]
    high = after if after is not None else database.LAST
    most = page * 4  # for some may be not public any more
    items: list[Item] = []
    while len(items) <= page:
        ids = _found_near(session, groups, high, most)
        if len(ids) <= page:
            ids = _found_by_index(session, groups, high, most)
        wanted = _any_kind(now, kinds).where(Message.id.in_(ids)).order_by(Message.id.desc())
        items += [_item(row) for row in session.execute(wanted.limit(page + 1))]
        if len(ids) < most:
            break
        high = ids[-1]
    return items[:page], items[page - 1].message.id if len(items) > page else None


def of_ids(session: Session, ids: Sequence[int], now: datetime) -> dict[int, Item]:
    """Id → published answer, of those of these messages that are one and public now."""
    return {row[0].id: _item(row) for row in session.execute(_answers(now, BY_KEY).where(Message.id.in_(ids)))}


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
"""The kind of a message so that no index serves it: SQLite would take that and walk through all answers by date, where a key
or the index of a department or theme leads straight to those that are wanted.
"""

shown_text = sa.select(said.text).where(said.message_id == Message.id, said.n == Message.shown_n).scalar_subquery()
written_so = (
    sa.select(said.is_markdown).where(said.message_id == Message.id, said.n == Message.shown_n).scalar_subquery()
)
asked_title = sa.select(titled.title).where(titled.message_id == asked.id, titled.n == asked.shown_n).scalar_subquery()
own_title = sa.select(said.title).where(said.message_id == Message.id, said.n == Message.shown_n).scalar_subquery()

Found = sa.Select[Message, str | None, str | None, str | None, bool | None]


def _answers(now: datetime, kind: sa.SQLColumnExpression[str] = Message.kind) -> Found:
    """Answers that are public now, of questions that are public now."""
    # The question as values of one table, not as a join: beside another table SQLite sorts instead of reading in order.
    its = asked.id == Message.replies_to_id
    is_asked = sa.select(sa.literal(1)).where(its, public_now(now, asked)).scalar_subquery()
    title = sa.select(titled.title).join(asked, its).where(titled.message_id == asked.id, titled.n == asked.shown_n)
    slug = sa.select(asked.slug).where(its)
    return (
        sa.select(Message, shown_text, title.correlate(Message).scalar_subquery(), slug.scalar_subquery(), written_so)
        .where(kind == MessageKind.ANSWER, public_now(now), is_asked == 1)
        .options(selectinload(Message.department), selectinload(Message.theme))
    )


def _any_kind(now: datetime, kinds: Collection[str]) -> Found:
    """The same of every kind: what is no answer has an address of its own."""
    is_answer = BY_KEY == MessageKind.ANSWER
    slug = sa.func.coalesce(asked.slug, Message.slug)
    return (
        sa.select(Message, shown_text, sa.func.coalesce(asked_title, own_title), slug, written_so)
        .outerjoin(asked, sa.and_(asked.id == Message.replies_to_id, is_answer))
        .where(BY_KEY.in_(kinds), slug.is_not(None), public_now(now), sa.or_(~is_answer, public_now(now, asked)))
        .options(selectinload(Message.department), selectinload(Message.theme))
    )


def _item(row: sa.Row[Message, str | None, str | None, str | None, bool | None]) -> Item:
    message, text, title, slug, is_markdown = row
    return Item(message, text or "", title or "", slug or "", bool(is_markdown))


def _key(message: Message) -> Key:
    return (message.appears_at or datetime.min.replace(tzinfo=UTC), message.id)


def _bound(after: Key) -> tuple[sa.ColumnElement[datetime], sa.ColumnElement[int]]:
    return sa.literal(after[0], Message.appears_at.type), sa.literal(after[1])


@dataclass(frozen=True, slots=True)
class Whole:
    """What a feed says of an answer beside the item: the question's words, and when anything of both was decided last.

    `reason` says what was corrected, None where nothing was; `language` is the question's.
    """

    question: str
    language: str
    decided_at: datetime | None
    reason: str | None = None


def whole(session: Session, items: Collection[Item]) -> dict[int, Whole]:
    """Id of each of these answers → the rest of it."""
    question = sa.select(titled.text).where(titled.message_id == asked.id, titled.n == asked.shown_n).scalar_subquery()
    of_either = sa.or_(
        sa.and_(Decision.message_id == Message.id, Decision.n == Message.shown_n),
        sa.and_(Decision.message_id == asked.id, Decision.n == asked.shown_n),
    )
    decided = sa.select(sa.func.max(Decision.decided_at)).where(of_either).scalar_subquery()
    shown = sa.and_(said.message_id == Message.id, said.n == Message.shown_n, said.cause == Cause.CORRECTION)
    reason = sa.select(sa.func.coalesce(said.summary, "")).where(shown).scalar_subquery()
    wanted = sa.select(Message.id, question, asked.language, decided, reason).join(
        asked, asked.id == Message.replies_to_id
    )
    rows = session.execute(wanted.where(Message.id.in_([item.message.id for item in items])))
    return {key: Whole(text or "", spoken, at, why) for key, text, spoken, at, why in rows}


def first_year(session: Session, now: datetime) -> int:
    """The Prague year of the oldest answer that has appeared; the present one when there is none."""
    oldest = sa.select(sa.func.min(Message.appears_at)).where(Message.kind == MessageKind.ANSWER)
    return local(session.scalar(oldest) or now).year


@dataclass(frozen=True, slots=True)
class Page:
    """A published question with its answers, each with its shown revision; `corrected_at`: those that were corrected, and when."""

    question: tuple[Message, Revision]
    answers: list[tuple[Message, Revision]]
    corrected_at: dict[int, datetime]


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
    if not answers:
        return None
    return Page((root[0], root[1]), answers, corrected_at(session, [root[0].id, *(one[0].id for one in answers)]))


def corrected_at(session: Session, ids: Collection[int]) -> dict[int, datetime]:
    """Id → when what is shown of it was approved, of those of these messages that are shown as corrected."""
    shown = sa.and_(Revision.message_id == Message.id, Revision.n == Message.shown_n)
    decided = sa.and_(Decision.message_id == Message.id, Decision.n == Message.shown_n)
    wanted = (
        sa.select(Message.id, sa.func.max(Decision.decided_at))
        .join(Revision, shown)
        .join(Decision, decided)
        .where(Message.id.in_(ids), Revision.cause == Cause.CORRECTION, Decision.kind.in_(SHOWING))
        .group_by(Message.id)
    )
    return {row[0]: row[1] for row in session.execute(wanted)}


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What is left of a publication that was taken away: since when, and where the same is published now, if it is."""

    at: datetime
    slug: str | None


def withdrawn(session: Session, slug: str, now: datetime) -> Withdrawn | None:
    """What to say at the address of a published question that was withdrawn; None for one that never was there or is hidden."""
    gone = session.scalar(
        sa.select(Message).where(
            Message.slug == slug,
            Message.kind == MessageKind.QUESTION,
            Message.leaves_at <= now,
            Message.derived_from_id.is_not(None),
            approved(Message.id, Message.shown_n),
        )
    )
    if gone is None or gone.leaves_at is None or gone.derived_from_id is None:
        return None
    again = public_slug_of(session, session.get_one(Message, gone.derived_from_id), now)
    return Withdrawn(gone.leaves_at, again)


def is_public(session: Session, message: Message, now: datetime) -> bool:
    """Whether everybody can see this message now."""
    return session.scalar(sa.select(Message.id).where(Message.id == message.id, public_now(now))) is not None


def public_slug_of(session: Session, question: Message, now: datetime) -> str | None:
    """The address at which a private question is public now, as a message derived from it."""
    derived = sa.select(Message.slug).where(Message.derived_from_id == question.id, public_now(now))
    slug = session.scalar(derived.order_by(Message.id.desc()).limit(1))
    return slug if slug and by_slug(session, slug, now) else None

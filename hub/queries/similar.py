"""Published answers that what somebody is writing may already be answered by.

Ranked by how telling the words are that they share: a word that few of the newest answers have tells more. The work is bounded
by the number of words asked for and of entries looked at, however many answers there are.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from itertools import islice
from math import log

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import database
from hub.database import table_of
from hub.models import SearchEntry
from hub.queries import published
from hub.queries.published import Item
from hub.stems import telling_words

MOST = 5
WORDS = 16
"""Words that are looked for: the longest of a text."""
HITS = 200
"""The newest entries of one word that are counted."""
FEWEST_SHARED = 2
"""An answer that shares one word of several is about something else."""

entries = table_of(SearchEntry)


def similar(session: Session, text: str, now: datetime) -> list[Item]:
    """At most five published answers, the nearest first; none for a text with nothing telling in it."""
    words = telling_words(text, WORDS)
    if not words:
        return []
    newest = sa.select(entries.c.message_id).order_by(entries.c.message_id.desc()).limit(published.NEAR).subquery()
    size, low = session.execute(sa.select(sa.func.count(), sa.func.min(newest.c.message_id))).one()
    scores: defaultdict[int, float] = defaultdict(float)
    shared: defaultdict[int, int] = defaultdict(int)
    for word in words:
        ids = _having(session, word, low or 0)
        for message_id in ids:
            scores[message_id] += log(1 + size / len(ids))
            shared[message_id] += 1
    enough = min(FEWEST_SHARED, len(words))
    best = sorted((one for one in scores if shared[one] >= enough), key=lambda one: (-scores[one], -one))
    items = published.of_ids(session, best[: 4 * MOST], now)  # for some may not be public any more
    return list(islice((items[one] for one in best if one in items), MOST))


def _having(session: Session, word: list[str], low: int) -> list[int]:
    """The newest entries with one of these forms of a word: among the newest of all, or, when none of them has it, anywhere."""
    return _newest(session, _with(word, low)) or _newest(session, _by_index(word))


def _with(word: list[str], low: int) -> sa.Select[int]:
    has = database.has_words(entries.c.words, entries.c.message_id, [word], low, database.LAST, HITS)
    return sa.select(entries.c.message_id).where(has)


def _by_index(word: list[str]) -> sa.Select[int]:
    """First what the index of words has, which is little of a word that no new entry has; not the entries one by one."""
    hits = _with(word, 0).cte("hits").prefix_with("MATERIALIZED")
    return sa.select(hits.c.message_id)


def _newest(session: Session, ids: sa.Select[int]) -> list[int]:
    return list(session.scalars(ids.order_by(ids.selected_columns[0].desc()).limit(HITS)))

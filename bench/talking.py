"""One discussion with a thousand comments and with a hundred thousand, as everybody reads it and as a moderator does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random

import sqlalchemy as sa

from bench import reading
from bench.figures import Reader, compare, in_turn
from bench.report import Goal, Section, Table
from bench.serving import Bench
from hub import database
from hub.database import table_of
from hub.models import Comment, Decision, Message, Reaction, Revision

SIZES = (1_000, 100_000)
QUICK_SIZES = (100, 400)
ANSWERS = 100
"""Published answers around the one that is discussed, the same in both sizes."""
PUBLICATION, CONVERSATION = 10**7, 10**7
FIRST = 2 * 10**7
CHUNK = 2_000


def fill(url: str, number: int) -> None:
    """Put so many comments under the first answer of `reading.fill`: most shown, every tenth waiting, a third of them replies."""
    engine = sa.create_engine(url)
    database.hook(engine)
    writer = engine.execution_options(sqlite_begin="IMMEDIATE")
    random, newest = Random(number), datetime.now(UTC) - timedelta(hours=1)
    for start in range(0, number, CHUNK):
        with writer.begin() as into:
            _put(into, range(start, min(start + CHUNK, number)), number, random, newest)
    reading.settle(engine)


def _put(into: sa.Connection, chosen: range, number: int, random: Random, newest: datetime) -> None:
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in ("m", "r", "c", "d", "me too")}
    shown, waiting = [], []
    for n in chosen:
        at, key = newest - timedelta(minutes=number - n), FIRST + n
        is_reply = n % 3 == 2
        rows["m"].append(
            {
                "id": key,
                "conversation_id": CONVERSATION,
                "kind": "comment",
                # Every third is a reply: to its neighbour, or to the very first, which so has a third of all replies there are.
                "replies_to_id": (key - 1 if n % 2 else FIRST) if is_reply else PUBLICATION,
                "channel": "web",
                "language": "cs",
                "may_publish": False,
                "received_at": at,
            }
        )
        digest = sha256(str(key).encode()).hexdigest()
        text = " ".join(random.choices(reading.WORDS, k=25))
        rows["r"].append(
            {"message_id": key, "n": 1, "title": f"Jméno {n % 50}", "text": text, "cause": "original"}
            | {"salt": "0" * 32, "digest": digest, "written_at": at}
        )
        rows["c"].append(
            {"message_id": key, "publication_id": PUBLICATION, "reference": f"R{n:07d}", "state": "waiting", "rank": 1}
            | {"hold_reasons": [], "came_at": at, "version": 1}
        )
        if n % 10 == 9:
            waiting.append({"key": key, "at": at})
            continue
        shown.append({"key": key, "at": at})
        rows["d"].append(
            {"message_id": key, "n": 1, "kind": "approve", "reason": "", "actor_kind": "account", "account_id": 2}
            | {"decided_at": at}
        )
        if n % 5 == 0:
            rows["me too"].append({"message_id": key, "made_at": at})
    for name, model in (("m", Message), ("r", Revision), ("c", Comment), ("d", Decision), ("me too", Reaction)):
        into.execute(sa.insert(table_of(model)), rows[name])
    messages, comments = table_of(Message), table_of(Comment)
    of_message, of_comment = messages.c.id == sa.bindparam("key"), comments.c.message_id == sa.bindparam("key")
    into.execute(sa.update(messages).where(of_message).values(shown_n=1, appears_at=sa.bindparam("at")), shown)
    into.execute(
        sa.update(comments).where(of_comment).values(state="published"), [{"key": one["key"]} for one in shown]
    )
    into.execute(sa.update(comments).where(of_comment).values(look="waiting", since_at=sa.bindparam("at")), waiting)


def discussion(bench: Bench) -> Section:
    """The discussion, a later page of it, a comment with many replies, and the moderators' list over both sizes, in turn."""
    sizes = QUICK_SIZES if bench.quick else SIZES
    rows: list[Sequence[str]] = []
    goals: list[Goal] = []
    for engine in ("SQLite", "PostgreSQL"):
        with _readers(bench, engine, sizes) as readers:
            pages = {
                "the answer with its number of comments": ["/odpovedi/dotaz-0"] * 2,
                "discussion": ["/diskuse/dotaz-0"] * 2,
                "discussion, second page": [_second(reader) for reader in readers],
                "a comment with many replies": ["/diskuse/dotaz-0/R0000000"] * 2,
                "moderators' list": ["/urad/diskuse"] * 2,
            }
            for name, addresses in pages.items():
                row, goal = compare(f"{engine}, {name}", in_turn(readers, addresses, bench))
                rows.append(row)
                goals += goal
    head = ("what", f"{sizes[0]:,} comments: ms", f"{sizes[1]:,} comments: ms", "statements", "ratio of medians")
    how = (
        "One answer with all the comments, through Flask's test client in this process (no HTTP). Comments of twenty-five words"
        " are put into the tables directly: nine of ten shown, one waiting for a moderator, every third a reply, and half"
        " of the replies to the first comment. SQL statements are counted by an event of the engine."
    )
    return Section("Discussion", how, [Table(head, rows)], goals)


@contextmanager
def _readers(bench: Bench, engine: str, sizes: Sequence[int]) -> Iterator[list[Reader]]:
    readers = []
    with ExitStack() as stack:
        for size in sizes:
            town = bench.town(engine, f"discussion-{size}")
            reading.fill(town.url, ANSWERS)
            fill(town.url, size)
            readers.append(Reader(town))
            stack.callback(readers[-1].close)
        yield readers


def _second(reader: Reader) -> str:
    page = reader.read("/diskuse/dotaz-0")
    start = page.index('href="/diskuse/dotaz-0?od=') + len('href="')
    return page[start : page.index('"', start)]

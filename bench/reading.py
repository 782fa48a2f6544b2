"""The published answers over a thousand and over a hundred thousand: lists, search, feed and front page must stay flat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from hashlib import sha256
from random import Random
from urllib.parse import quote

import sqlalchemy as sa

from bench.figures import Asked, Reader, compare, in_turn
from bench.numbers import interleave
from bench.report import Goal, Section, Table
from bench.serving import Bench
from hub import database
from hub.database import table_of
from hub.models import Conversation, Decision, Department, Message, Revision, SearchEntry, Theme
from hub.rules import facets
from hub.rules.localtime import Month, local
from hub.stems import index_words

SIZES = (1_000, 100_000)
QUICK_SIZES = (200, 1_000)
CHUNK = 5_000
RARE, COMMON = "kolotoč", "chodník"
"""A word of ten answers, whatever their number, and one of every third."""
SOME, THEME, NOBODY = "dopravy", "doprava", "dopravy"
"""A department and a theme with every seventh answer, and a department with none about that theme."""
WORDS = [
    *("oprava", "silnice", "lampa", "park", "škola", "hřiště", "odpad", "kontejner"),
    *("parkování", "zeleň", "strom", "lavička", "most", "zastávka", "hluk", "voda"),
]


def fill(url: str, number: int) -> None:
    """Put so many public questions with their answers into a founded city, with what they are found by."""
    engine = sa.create_engine(url)
    database.hook(engine)
    writer = engine.execution_options(sqlite_begin="IMMEDIATE")
    random, newest = Random(number), datetime.now(UTC) - timedelta(days=1)
    with engine.connect() as connection:
        departments = list(connection.scalars(sa.select(Department.id).order_by(Department.id)))
        themes = list(connection.scalars(sa.select(Theme.id).order_by(Theme.position)))
        offices = [(department, themes[n % len(themes)]) for n, department in enumerate(departments)]
        base = 10**7
    rare = set(range(0, number, max(1, number // 10)))
    for start in range(0, number, CHUNK):
        with writer.begin() as into:
            _put(into, range(start, min(start + CHUNK, number)), number, base, offices, rare, random, newest)
    settle(engine)


def settle(engine: sa.Engine) -> None:
    """Leave a filled database as its engine does after some minutes, and let it go."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    database.refresh_statistics(engine)
    engine.dispose()


@cache
def _forms(word: str) -> list[str]:
    return index_words(word)


def _put(
    into: sa.Connection,
    chosen: range,
    number: int,
    base: int,
    offices: Sequence[tuple[int, int]],
    rare: set[int],
    random: Random,
    newest: datetime,
) -> None:
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in ("c", "m", "r", "d", "shown", "s")}
    for n in chosen:
        at = newest - timedelta(minutes=5 * (number - n))
        conversation, question, answer = base + n, base + 2 * n, base + 2 * n + 1
        department, theme = offices[n % len(offices)]
        words = random.choices(WORDS, k=40) + ([COMMON] if n % 3 == 0 else []) + ([RARE] if n in rare else [])
        text, title = " ".join(words), f"Dotaz {n}: {words[0]}"
        found_by = " ".join(dict.fromkeys(form for word in ("Dotaz", str(n), *words) for form in _forms(word)))
        rows["c"].append({"id": conversation, "visibility": "public", "began_at": at})
        for one, kind in ((question, "question"), (answer, "answer")):
            rows["m"].append(
                {
                    "id": one,
                    "conversation_id": conversation,
                    "kind": kind,
                    "department_id": department,
                    "theme_id": theme,
                    "replies_to_id": question if kind == "answer" else None,
                    "channel": "desk",
                    "language": "cs",
                    "may_publish": False,
                    "slug": f"dotaz-{n}" if kind == "question" else None,
                    "received_at": at,
                }
            )
            digest = sha256(str(one).encode()).hexdigest()
            rows["r"].append(
                {"message_id": one, "n": 1, "title": title, "text": text, "cause": "derived", "account_id": 1}
                | {"salt": "0" * 32, "digest": digest, "written_at": at}
            )
            rows["d"].append(
                {"message_id": one, "n": 1, "kind": "approve", "reason": "", "actor_kind": "account", "account_id": 2}
                | {"decided_at": at}
            )
            rows["shown"].append({"key": one, "at": at})
            of_what = facets.all_of(kind, department, theme, at)
            rows["s"].append({"message_id": one, "words": " ".join([found_by, *of_what])})
    for name, model in (("c", Conversation), ("m", Message), ("r", Revision), ("d", Decision)):
        into.execute(sa.insert(table_of(model)), rows[name])
    messages = table_of(Message)
    shown = sa.update(messages).where(messages.c.id == sa.bindparam("key"))
    into.execute(shown.values(shown_n=1, appears_at=sa.bindparam("at")), rows["shown"])
    into.execute(sa.insert(table_of(SearchEntry)), rows["s"])


def answers(bench: Bench) -> Section:
    """List, second page and searches over both sizes, in turn."""
    sizes = QUICK_SIZES if bench.quick else SIZES
    rows: list[Sequence[str]] = []
    goals: list[Goal] = []
    for engine in ("SQLite", "PostgreSQL"):
        with _readers(bench, engine, sizes) as readers:
            pages = {
                "list": ["/odpovedi"] * 2,
                "second page": [_second(reader) for reader in readers],
                "search for a rare word": [f"/odpovedi?q={quote(RARE)}"] * 2,
                "search for a common word": [f"/odpovedi?q={quote(COMMON)}"] * 2,
                "of a department": [f"/odpovedi?utvar={SOME}"] * 2,
                "about a theme, of a month": [f"/odpovedi?tema={THEME}&mesic={_month()}"] * 2,
                "of a department without any, about a theme": [f"/odpovedi?tema={THEME}&utvar={NOBODY}"] * 2,
                "search everything for a rare word": [f"/hledat?q={quote(RARE)}"] * 2,
                "search everything, a rare kind": [f"/hledat?q={quote(COMMON)}&druh=uredni-deska"] * 2,
                "feed of a theme": [f"/odpovedi.atom?tema={THEME}"] * 2,
                "front page": ["/"] * 2,
            }
            for name, addresses in pages.items():
                asked = in_turn(readers, addresses, bench)
                row, goal = compare(f"{engine}, {name}", asked)
                rows.append(row)
                goals += goal
            row, goal = compare(f"{engine}, similar answers while writing", _writing(readers, bench))
            rows.append(row)
            goals += goal
    head = ("what", f"{sizes[0]:,} answers: ms", f"{sizes[1]:,} answers: ms", "statements", "ratio of medians")
    how = (
        "`/odpovedi` through Flask's test client in this process (no HTTP). Questions and answers of forty words are put into"
        " the tables directly, each approved and in the search; the rare word is in ten answers, the common one in every"
        " third. SQL statements are counted by an event of the engine."
    )
    return Section("Answers", how, [Table(head, rows)], goals)


@contextmanager
def _readers(bench: Bench, engine: str, sizes: Sequence[int]) -> Iterator[list[Reader]]:
    readers = []
    with ExitStack() as stack:
        for size in sizes:
            town = bench.town(engine, f"answers-{size}")
            fill(town.url, size)
            readers.append(Reader(town))
            stack.callback(readers[-1].close)
        yield readers


def _month() -> Month:
    return Month.of(local(datetime.now(UTC) - timedelta(days=2)).date())


def _second(reader: Reader) -> str:
    page = reader.read("/odpovedi")
    start = page.index('href="/odpovedi?od=') + len('href="')
    return page[start : page.index('"', start)]


def _writing(readers: Sequence[Reader], bench: Bench) -> tuple[list[Asked], list[Asked]]:
    """Somebody's question is looked for among the answers: words of a third of them, of ten, and of none."""
    text = f"Kdy bude opraven {COMMON} a {RARE} u školky? Prosím o termín."
    runs = [partial(reader.send, "/napiste-nam/podobne", text=text) for reader in readers]
    interleave(2, runs)
    results = interleave(3 if bench.quick else 40, runs)
    return results[0], results[1]

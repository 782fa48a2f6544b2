"""The official's inbox over a thousand and over a hundred thousand cases, mostly done: lists, searches and a case stay flat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from html import unescape
from random import Random
from urllib.parse import quote

import sqlalchemy as sa

from bench.figures import Reader, compare, in_turn
from bench.reading import COMMON, RARE, SIZES, WORDS
from bench.report import Goal, Section, Table
from bench.serving import Bench
from hub import database
from hub.database import table_of
from hub.models import Account, Case, CaseEntry, Conversation, DeadlineRule, Department, Message, Revision
from hub.rules import facets, references
from hub.rules.localtime import local
from hub.stems import index_words

QUICK_SIZES = (1_000, 3_000)
CHUNK = 5_000
FEWEST_OPEN = 500
OPEN_SHARE = 50
"""Of so many cases one is open, but never fewer than `FEWEST_OPEN` are, so that every list fills a page in both sizes."""
DEPARTMENT, DEPARTMENTS = "dopravy", 6
"""One of the first six, which have all the cases."""
CASE, LINE = "a case, with its neighbours", '<th role="rowheader" scope="row" class="what"><a href="'
PAGES = {
    "inbox": "",
    "of a department": f"utvar={DEPARTMENT}",
    "complaints nobody has": "druh=complaint&resi=nikdo",
    "due this week": "lhuta=tento-tyden",
    "done": "pohled=vyrizene",
    "done, complaints": "pohled=vyrizene&druh=complaint",
    "done, of a department": f"pohled=vyrizene&utvar={DEPARTMENT}",
    "search for a rare word": f"q={quote(RARE)}",
    "search for a common word": f"q={quote(COMMON)}",
    "search for a common word, open complaints": f"q={quote(COMMON)}&pohled=otevrene&druh=complaint",
    "search for an e-mail": "q=obcan7%40seznam.example",
}


def fill(url: str, number: int) -> None:
    """Put so many cases into a founded city, each with its question of forty words and what it is found by."""
    engine = sa.create_engine(url)
    database.hook(engine)
    writer = engine.execution_options(sqlite_begin="IMMEDIATE")
    with engine.connect() as connection:
        departments = list(connection.scalars(sa.select(Department.id).order_by(Department.id).limit(DEPARTMENTS)))
        account = connection.scalar(sa.select(sa.func.min(Account.id)))
        rule = connection.scalar(sa.select(sa.func.min(DeadlineRule.id)))
    rows = _Rows(number, departments, account or 0, rule or 0)
    for start in range(0, number, CHUNK):
        with writer.begin() as into:
            rows.put(into, range(start, min(start + CHUNK, number)))
    command = "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(command)
    engine.dispose()


class _Rows:
    """The rows of some cases: the newest are open, all before them are done."""

    def __init__(self, number: int, departments: Sequence[int], account: int, rule: int) -> None:
        self._number, self._departments, self._account, self._rule = number, departments, account, rule
        self._random = Random(number)
        self._now = datetime.now(UTC) - timedelta(hours=1)
        self._open_from = number - max(FEWEST_OPEN, number // OPEN_SHARE)
        self._rare = set(range(0, number, max(1, number // 10)))
        self._forms: dict[str, list[str]] = {}

    def put(self, into: sa.Connection, chosen: range) -> None:
        """Insert these."""
        rows: dict[str, list[dict[str, object]]] = {
            name: [] for name in ("conversation", "message", "words", "case", "found")
        }
        for n in chosen:
            self._one(n, rows)
        tables = (
            ("conversation", Conversation),
            ("message", Message),
            ("words", Revision),
            ("case", Case),
            ("found", CaseEntry),
        )
        for name, model in tables:
            into.execute(sa.insert(table_of(model)), rows[name])

    def _one(self, n: int, rows: dict[str, list[dict[str, object]]]) -> None:
        at, key = self._now - timedelta(minutes=5 * (self._number - n)), 10**7 + n
        department = self._departments[n % len(self._departments)]
        words = (
            self._random.choices(WORDS, k=40) + ([COMMON] if n % 2 == 0 else []) + ([RARE] if n in self._rare else [])
        )
        rows["conversation"].append({"id": key, "visibility": "private", "began_at": at})
        rows["message"].append(
            {"id": key, "conversation_id": key, "kind": "question", "channel": "web", "language": "cs"}
            | {"may_publish": False, "received_at": at}
        )
        digest = sha256(str(key).encode()).hexdigest()
        rows["words"].append(
            {"message_id": key, "n": 1, "text": " ".join(words), "cause": "original", "salt": "0" * 32}
            | {"digest": digest, "written_at": at}
        )
        rows["case"].append(self._case(n, key, department, local(at).date()))
        found_by = dict.fromkeys(form for word in words for form in self._stems(word))
        rows["found"].append({"case_id": key, "words": " ".join([*found_by, facets.of_department(department)])})

    def _case(self, n: int, key: int, department: int, on: date) -> dict[str, object]:
        is_open = n >= self._open_from
        return {
            "id": key,
            "reference": references.reference([n >> shift & 31 for shift in (25, 20, 15, 10, 5, 0)]),
            "conversation_id": key,
            "question_id": key,
            "legal_kind": "complaint" if n // 2 % 4 == 0 else "message",
            "proposed_kind": "message",
            "department_id": department,
            "official_id": None if is_open and n % 9 % 2 else self._account,
            "state": "new" if is_open else "answered",
            "hold_reasons": [],
            "received_on": on,
            "due_on": local(self._now).date() + timedelta(days=n % 9 - 2) if is_open else on + timedelta(days=30),
            "deadline_rule_id": self._rule,
            "version": 1,
            "answered_at": None if is_open else self._now,
            "answered_on": None if is_open else local(self._now).date(),
        }

    def _stems(self, word: str) -> list[str]:
        return self._forms.setdefault(word, index_words(word))


def inbox(bench: Bench) -> Section:
    """Lists, searches and the page of a case over both sizes, in turn."""
    sizes = QUICK_SIZES if bench.quick else SIZES
    rows: list[Sequence[str]] = []
    goals: list[Goal] = []
    for engine in ("SQLite", "PostgreSQL"):
        with _readers(bench, engine, sizes) as readers:
            pages = {name: [f"/urad/pripady?{query}".rstrip("?")] * 2 for name, query in PAGES.items()}
            pages["second page"] = [_link(reader, 'rel="next" href="') for reader in readers]
            pages[CASE] = [_link(reader, LINE) for reader in readers]
            for name, addresses in pages.items():
                row, goal = compare(f"{engine}, {name}", in_turn(readers, addresses, bench))
                rows.append(row)
                goals += goal
            for what, address in (("inbox", "/urad/pripady"), ("case", pages[CASE][1])):
                size = len(readers[1].read(address).encode())
                goals.append(Goal(f"{engine}, {what}: at most 60 kB of HTML", f"{size / 1000:.1f} kB", size <= 60_000))
    head = ("what", f"{sizes[0]:,} cases: ms", f"{sizes[1]:,} cases: ms", "statements", "ratio of medians")
    how = (
        "`/urad/pripady` signed in as an administrator, who sees the whole city, through Flask's test client in this process"
        " (no HTTP). Cases with a question of forty words are put into the tables directly; one of fifty is open (at least"
        f" {FEWEST_OPEN} are, so that lists fill their page in both sizes), every fourth a complaint; the rare word is in ten,"
        " the common one in every second. SQL statements are counted by an event of the engine."
    )
    return Section("Inbox", how, [Table(head, rows)], goals)


@contextmanager
def _readers(bench: Bench, engine: str, sizes: Sequence[int]) -> Iterator[list[Reader]]:
    readers = []
    with ExitStack() as stack:
        for size in sizes:
            town = bench.town(engine, f"inbox-{size}")
            fill(town.url, size)
            readers.append(Reader(town))
            stack.callback(readers[-1].close)
        yield readers


def _link(reader: Reader, before: str) -> str:
    page = reader.read("/urad/pripady")
    start = page.index(before) + len(before)
    return unescape(page[start : page.index('"', start)])

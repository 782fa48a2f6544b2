"""/odpovedi: the published answers in their order, at lasting addresses, and found by words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.actions import answers
from hub.database import db, table_of
from hub.models import Account, Conversation, Decision, Department, Message, Revision, SearchEntry
from hub.queries import cases, published
from hub.rules import facets
from hub.steps import words
from hub.vocabulary import ActorKind, Cause, DecisionKind
from hub.work import SYSTEM, Actor, work
from tests import desks
from tests.desks import Towns, next_page, public_page
from tests.visitors import assert_refused, close_house, fresh_database

messages, revisions, decisions, entries = (table_of(one) for one in (Message, Revision, Decision, SearchEntry))


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    yield from desks.towns(request, tmp_path_factory.mktemp("towns"))


@pytest.fixture
def fresh(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[Flask]:
    """A town in which nothing was published yet."""
    app = desks.open_town(fresh_database(request, engine, tmp_path), tmp_path)
    yield app
    close_house(app)


def titles(page: str) -> list[str]:
    """The titles in a list of answers, in its order."""
    found = re.findall(r'<h3><a href="[^"]*/odpovedi/[^"]+">(.*?)</a></h3>', page)
    return [unescape(re.sub("</?mark>", "", one)) for one in found]


def all_titles(app: Flask, path: str) -> list[list[str]]:
    """The titles of this page of a list and of those after it."""
    pages = []
    while path:
        answer = app.test_client().get(path)
        assert answer.status_code == 200
        pages.append(titles(answer.get_data(as_text=True)))
        path = next_page(answer.get_data(as_text=True))
    return pages


def bulk(app: Flask, number: int, found_by: str = "spolecn", rare: str = "vzacn") -> None:
    """So many more public answers to one public question, made by statements about all; the last one has a rare word too."""
    now = datetime.now(UTC) - timedelta(hours=1)
    with app.app_context():
        connection = db.session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        writer, approver = db.session.scalars(sa.select(Account.id).order_by(Account.id).limit(2))
        department = db.session.scalar(sa.select(Department.id).limit(1))
        conversation = connection.execute(
            sa.insert(table_of(Conversation)).values(visibility="public", began_at=now).returning(Conversation.id)
        ).scalar_one()
        question = connection.execute(
            sa.insert(messages)
            .values(conversation_id=conversation, kind="question", channel="bulk", language="cs", may_publish=False,
                    received_at=now, slug=f"hromada-{conversation}")
            .returning(messages.c.id)
        ).scalar_one()  # fmt: skip
        i: Any = sa.select(sa.literal(1).label("i")).cte("numbers", recursive=True)
        i = i.union_all(sa.select(i.c.i + 1).where(i.c.i < number))
        same = {
            "conversation_id": conversation,
            "kind": "answer",
            "department_id": department,
            "replies_to_id": question,
            "channel": "bulk",
            "language": "cs",
            "may_publish": False,
            "received_at": now,
        }
        values = [sa.literal(value, messages.c[name].type).label(name) for name, value in same.items()]
        connection.execute(
            sa.insert(messages).from_select(list(same), sa.select(*values).select_from(i), include_defaults=False)
        )
        mine = sa.and_(messages.c.conversation_id == conversation)
        said = {
            "n": 1,
            "title": "Hromadná",
            "text": "Hromadná odpověď.",
            "cause": "derived",
            "account_id": writer,
            "salt": "x",
            "digest": "x",
            "written_at": now,
        }
        copy_to(connection, revisions, said, mine)
        decided = {
            "n": 1,
            "kind": "approve",
            "reason": "",
            "actor_kind": "account",
            "account_id": approver,
            "decided_at": now,
        }
        copy_to(connection, decisions, decided, mine)
        connection.execute(sa.update(messages).where(mine).values(shown_n=1, appears_at=now))
        of_answers = sa.and_(mine, messages.c.kind == "answer")
        found_by = f"{found_by} {' '.join(facets.all_of('answer', department, None, now))}"
        copy_to(connection, entries, {"words": found_by}, of_answers)
        last = connection.execute(sa.select(sa.func.max(messages.c.id)).where(of_answers)).scalar_one()
        connection.execute(sa.delete(entries).where(entries.c.message_id == last))
        connection.execute(sa.insert(entries).values(message_id=last, words=f"{found_by} {rare}"))
        db.session.commit()


def copy_to(connection: sa.Connection, table: sa.Table, same: dict[str, object], where: sa.ColumnElement[bool]) -> None:
    """One row with these values for each message. Search words get two that some others have too, as in real texts."""
    some = " slovo" + sa.cast(messages.c.id % 700, sa.Text) + " jine" + sa.cast(messages.c.id % 90, sa.Text)
    values = [
        sa.cast(sa.literal(value) + some, table.c[name].type)
        if name == "words"
        else sa.literal(value, table.c[name].type)
        for name, value in same.items()
    ]
    chosen = sa.select(messages.c.id, *values).where(where)
    connection.execute(sa.insert(table).from_select(["message_id", *same], chosen, include_defaults=False))


@contextmanager
def statements(app: Flask) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is executed in here, with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        seen.append((statement, parameters))

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_the_newest_answer_is_first_and_no_page_has_gaps_or_doubles_while_others_are_published(fresh: Flask) -> None:
    start = datetime.now(UTC) - timedelta(days=2)
    made = []
    for n in range(45):
        title = f"Stará {n:02}"
        desks.published(fresh, "Odpověď.", title, now=start + timedelta(minutes=n // 3))  # three at the same instant
        made.append(title)
    pages, path = [], "/odpovedi"
    while path:
        page = public_page_at(fresh, path)
        pages.append(titles(page))
        desks.published(fresh, "Nová.", f"Nová {len(pages)}")
        path = next_page(page)
    assert [len(page) for page in pages] == [20, 20, 5]
    assert [title for page in pages for title in page] == made[::-1]
    assert titles(public_page(fresh))[:3] == ["Nová 3", "Nová 2", "Nová 1"]
    assert re.findall(r"Nová \d|Stará \d\d", public_page(fresh, "/"))[:3] == ["Nová 3", "Nová 2", "Nová 1"]


def public_page_at(app: Flask, path: str) -> str:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


KEYS = (
    "x",
    "-",
    "1",
    "1-",
    "nan-1",
    "inf-1",
    "1e400-1",
    "-5-1",
    "1-x",
    "1-" + "9" * 30,
    "99999999999999-1",
    "1-\u0661",
    "\0",
)


@pytest.mark.parametrize("key", KEYS)
def test_a_page_that_was_made_up_is_refused(towns: Towns, engine: str, key: str) -> None:
    for query in ({"od": key}, {"od": key, "q": "lampa"}):
        answer = towns(engine).test_client().get("/odpovedi", query_string=query)
        assert answer.status_code in {200, 400}
        if answer.status_code == 400:
            assert_refused(answer, 400)


def test_an_answer_has_a_lasting_address(towns: Towns, engine: str) -> None:
    app = towns(engine)
    _, path = desks.published(app, "První odstavec.\n\nDruhý <b>odstavec</b>.", "Žlutá lampa & spol.", "Kdy?\nA proč?")
    assert re.fullmatch("/odpovedi/zluta-lampa-spol-[2-9a-z]{6}", path)
    for prefix in ("", "/en", "/uk"):
        page = public_page(app, prefix + path)
        assert re.search(r"<h1[^>]*>Žlutá lampa &amp; spol\.</h1>", page)
        assert "<p>První odstavec.</p>" in page
        assert "<b>odstavec</b>" not in page
        assert "Odbor dopravy" in page


@pytest.mark.parametrize(
    "slug", ["nikde", "x" * 121, "x" * 5000, "%00", "a%2Fb", "-", "ěšč", "lampa'--", "%F0%9F%92%A1", "..%2F.."]
)
def test_where_there_is_no_answer_there_is_no_page(towns: Towns, engine: str, slug: str) -> None:
    assert_refused(towns(engine).test_client().get(f"/odpovedi/{slug}"), 404)


FOUND = {
    "lampa": {"Nesvítí lampa", "O lampách"},
    "lampách": {"Nesvítí lampa", "O lampách"},
    "LAMPAMI": {"Nesvítí lampa", "O lampách"},
    "lampach": {"Nesvítí lampa", "O lampách"},
    "havirov": {"Bazén v Havířově"},
    "Havířov": {"Bazén v Havířově"},
    "havířově bazénu": {"Bazén v Havířově"},
    "bazén lampa": set(),
    "lampa Dlouhá": {"Nesvítí lampa"},
    "dlouha  ulice,lampy!": {"Nesvítí lampa"},
    "krokodýl": {"Nesvítí lampa"},  # a word of the question alone
    "krokodýl úterý": {"Nesvítí lampa"},  # one of the question, one of the answer
    "a lampa": {"Nesvítí lampa", "O lampách"},
    "v Havířově": {"Bazén v Havířově"},
    "106/1999": {"O zákoně"},
    "C++": set(),
    "lampa AND bazén": set(),
    "lampa OR bazén": set(),
    "lam*": set(),
    "nic takového": set(),
}


@pytest.fixture(scope="module")
def library(towns: Towns) -> Callable[[str], Flask]:
    """Engine → a town with some published answers."""
    filled: dict[str, Flask] = {}

    def town(engine: str) -> Flask:
        if engine not in filled:
            app = filled[engine] = towns(engine)
            desks.published(
                app, "Opravíme ji v úterý.", "Nesvítí lampa", "Kdo opraví lampu v Dlouhé ulici, tu s krokodýlem?"
            )
            desks.published(app, "Lampami se zabývá technik.", "O lampách", "Kdo se stará?")
            desks.published(app, "Otevírá v červnu.", "Bazén v Havířově", "Kdy se otevře?")
            desks.published(app, "Podle zákona 106/1999 Sb. odpovíme do 15 dnů.", "O zákoně", "Jak dlouho?")
            desks.asked(app, "Lampa krokodýl bazén Havířov, nezodpovězeno.")
        return filled[engine]

    return town


@pytest.mark.parametrize(("query", "expected"), FOUND.items(), ids=list(FOUND))
def test_the_search_forgives_diacritics_and_endings_and_wants_every_word(
    library: Callable[[str], Flask], engine: str, query: str, expected: set[str]
) -> None:
    page = public_page(library(engine), q=query)
    known = {"Nesvítí lampa", "O lampách", "Bazén v Havířově", "O zákoně"}
    assert set(titles(page)) & known == expected


HOSTILE = (
    '"', "'", "a AND", "AND", "NOT", "NEAR(a b)", "*", "C++", "'; drop table messages; --", "x" * 10_000, "lampa " * 1700,
    "...---...", "\0", "lampa\0bazén", "💡", "lampa 💡", "ﷺ", "e" + "\u0301" * 5000, "a & b | !c", "a <-> b", "lampa:*", "\\",
    "%", "_", "{col}: x", "^lampa", "-lampa", "(((((", "\u202elampa", "ß", "ﬁ", "İ", "१२३", "中文", "\ud7ff", "k s v z", " ",
)  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_no_query_is_an_error(library: Callable[[str], Flask], query: str) -> None:
    found = []
    for engine in ("sqlite", "postgres"):
        answer = library(engine).test_client().get("/odpovedi", query_string={"q": query})
        assert answer.status_code == 200
        page = answer.get_data(as_text=True)
        found.append(sorted(set(titles(page)) & {"Nesvítí lampa", "O lampách", "Bazén v Havířově", "O zákoně"}))
        assert "<b>" not in page
    assert found[0] == found[1]


def test_what_is_found_comes_page_by_page(fresh: Flask) -> None:
    made = [f"Kašna {n:02}" for n in range(45)]
    for title in made:
        desks.published(fresh, "Teče.", title)
        desks.published(fresh, "Něco jiného.", "Lavička")
    pages = all_titles(fresh, "/odpovedi?q=kasny")
    assert [len(page) for page in pages] == [20, 20, 5]
    assert [title for page in pages for title in page] == made[::-1]


def test_what_was_found_is_found_no_more_when_it_is_withdrawn_or_hidden_and_in_its_new_words_when_corrected(
    towns: Towns, engine: str
) -> None:
    app = towns(engine)
    hidden, withdrawn, corrected = (
        desks.published(app, f"Slovo {word}.", f"Titul {word}", f"Otázka {word}?") for word in ("zebra", "tygr", "slon")
    )

    def found(word: str) -> int:
        return len(titles(public_page(app, q=word)))

    assert [found(word) for word in ("zebra", "tygr", "slon")] == [1, 1, 1]
    with app.app_context():
        now = datetime.now(UTC)
        answers.withdraw(desks.scope(desks.A), withdrawn[0], now)
        press = Actor(ActorKind.ACCOUNT, desks.scope(desks.PRESS).account_id)
        with work(press, "hide", now) as w:
            words.decide(w.session, public_answer(w.session, hidden[1]), 1, DecisionKind.HIDE, press, now)
        with work(SYSTEM, "correct", now) as w:
            message = public_answer(w.session, corrected[1])
            words.revise(w.session, message, "Slovo mamut.", press, Cause.CORRECTION, now, title="Titul mamut")
            words.decide(w.session, message, 2, DecisionKind.APPROVE, press, now)
            words.show(w.session, message, 2, now)
    assert [found(word) for word in ("zebra", "tygr", "mamut")] == [0, 0, 1]
    assert found("slovo slon") == 1  # the question still says so
    with app.app_context():
        case = desks.case_of(db.session(), corrected[0])
        answers.submit(
            desks.scope(desks.A),
            corrected[0],
            answers.Written(cases.fresh_version(db.session(), case), "Slovo los.", True, "Titul los", "Otázka los?"),
            datetime.now(UTC),
        )
        assert case.reference == corrected[0]
    assert found("slon") == 0
    assert found("mamut") == 1
    assert found("los") == 2  # both answers of a question that is about it now
    assert_refused(app.test_client().get(hidden[1]), 404)
    assert app.test_client().get(withdrawn[1]).status_code == 410


def public_answer(session: Any, path: str) -> Message:
    slug = path.rpartition("/")[2]
    asked = session.scalars(sa.select(Message).where(Message.slug == slug)).one()
    found: Message = session.scalars(sa.select(Message).where(Message.replies_to_id == asked.id)).one()
    return found


def test_a_list_costs_as_many_statements_for_two_thousand_answers_as_for_ten(fresh: Flask) -> None:
    def costs() -> list[int]:
        numbers = []
        for query in ({}, {"q": "spolecn"}, {"q": "vzacn"}):
            with statements(fresh) as seen:
                public_page(fresh, **query)
            numbers.append(len(seen))
        return numbers

    bulk(fresh, 10)
    few = costs()
    bulk(fresh, 1990)
    many = costs()
    assert many[0] == few[0]
    assert max(few + many) <= 10  # a search looks near first, then everywhere


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_among_twenty_thousand_answers_a_rare_word_is_looked_up_in_the_index(fresh: Flask) -> None:
    bulk(fresh, 20_000)
    with fresh.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")  # as the server does by itself after a while
    with statements(fresh) as seen, fresh.app_context():
        items, following = published.found(db.session(), "vzacn", datetime.now(UTC))
        assert (len(items), following) == (1, None)
    searches = [(text, values) for text, values in seen if "tsquery" in text]
    text, values = searches[-1]
    with fresh.app_context():
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", values).scalar_one()
    nodes = list(walk((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    assert "ix_search_entries_words" in {node.get("Index Name") for node in nodes}
    scanned = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    assert not scanned & {"search_entries", "messages", "revisions", "decisions"}
    assert max(node["Actual Rows"] for node in nodes) < 100


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("query", ["vzacn", "spolecn"])
def test_a_search_on_sqlite_walks_through_no_table(fresh: Flask, query: str) -> None:
    bulk(fresh, 1000)
    with statements(fresh) as seen, fresh.app_context():
        assert published.found(db.session(), query, datetime.now(UTC))[0]
    plans = []
    with fresh.app_context():
        for text, values in seen:
            if not text.startswith("BEGIN"):
                rows = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
                plans.append([row.detail for row in rows])
    steps = [step for plan in plans for step in plan]
    assert any("search_index VIRTUAL TABLE INDEX" in step for step in steps)
    walked = [step for step in steps if re.match(r"SCAN (search_entries|messages|asked|revisions|decisions)", step)]
    assert walked == []
    assert "SEARCH search_entries USING INTEGER PRIMARY KEY (rowid=?)" in steps
    assert any("SEARCH messages USING INTEGER PRIMARY KEY (rowid=?)" in plan for plan in plans)


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from walk(below)

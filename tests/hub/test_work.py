"""`work` is one transaction: it begins as a writer, leaves one audit entry for each thing, and commits once or nothing."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from hub import database
from hub.database import db
from hub.models import AuditEntry, City, Department
from hub.vocabulary import ActorKind
from hub.work import CITIZEN, SYSTEM, Actor, work
from tests.conftest import NOW
from tests.running import TREE

THREADS, TIMES = 4, 25


def entries() -> list[tuple[str, str, int | None, str | None, int | None]]:
    """(act, who, their id, table, row) of the audit log, in the order written, without the founding."""
    rows = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act != "found the city").order_by(AuditEntry.id))
    return [(row.act, row.actor_kind, row.actor_id, row.about_table, row.about_id) for row in rows]


def departments() -> set[str]:
    """The slugs of those that are stored, read anew."""
    db.session.rollback()
    return set(db.session.scalars(sa.select(Department.slug)))


@pytest.fixture
def statements(app: Flask) -> list[str]:
    """What the engine is told from now on, with BEGIN, COMMIT and ROLLBACK."""
    told: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cursor, text, *_: told.append(text.partition("\n")[0]))
    event.listen(db.engine, "commit", lambda _c: told.append("COMMIT"))
    event.listen(db.engine, "rollback", lambda _c: told.append("ROLLBACK"))
    return told


@pytest.mark.parametrize("engine", ["sqlite"])
def test_on_sqlite_the_write_lock_is_taken_before_the_first_read(
    app: Flask, statements: list[str], engine: str
) -> None:
    with work(SYSTEM, "look", NOW) as w:
        w.session.scalar(sa.select(City))
    assert statements[0] == "BEGIN IMMEDIATE"
    assert statements[1].startswith("SELECT")


@pytest.mark.parametrize("engine", ["sqlite"])
def test_it_begins_as_a_writer_even_after_something_was_read(app: Flask, statements: list[str], engine: str) -> None:
    db.session.scalar(sa.select(City))
    statements.clear()
    with work(SYSTEM, "look", NOW):
        pass
    assert statements[:2] == ["ROLLBACK", "BEGIN IMMEDIATE"]


def test_it_commits_once(app: Flask, statements: list[str]) -> None:
    with work(SYSTEM, "add", NOW) as w:
        w.session.add(Department(slug="a", name="A"))
        w.session.flush()
        w.session.add(Department(slug="b", name="B"))
    assert statements.count("COMMIT") == 1
    assert statements[-1] == "COMMIT"
    assert departments() == {"a", "b"}


def _add_up(app: Flask, together: Barrier) -> None:
    with app.app_context():
        together.wait(10)
        for _ in range(TIMES):
            with work(SYSTEM, "count", NOW, audited=False) as w:
                row = w.session.scalars(database.row_lock(sa.select(Department))).one()
                row.name = str(int(row.name) + 1)


def test_adding_up_by_read_and_write_from_many_threads_ends_exactly_right(app: Flask) -> None:
    with work(SYSTEM, "start", NOW) as w:
        w.session.add(Department(slug="counter", name="0"))
    together = Barrier(THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(_add_up, app, together) for _ in range(THREADS)]:
            done.result(60)
    db.session.rollback()
    assert db.session.scalar(sa.select(Department.name)) == str(THREADS * TIMES)


def test_an_error_leaves_nothing(app: Flask, statements: list[str]) -> None:
    def fail() -> None:
        with work(SYSTEM, "add", NOW) as w:
            w.session.add(Department(slug="a", name="A"))
            w.session.flush()
            w.connection.execute(
                sa.text("INSERT INTO departments (slug, name, needs_approval, keywords) VALUES ('b', 'B', false, '[]')")
            )
            w.session.add(Department(slug="c", name="C"))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert "COMMIT" not in statements
    assert not db.session.new
    assert departments() == set()
    assert entries() == []


def test_an_error_of_the_last_flush_leaves_nothing_and_the_next_work_goes_on(app: Flask) -> None:
    with pytest.raises(sa.exc.IntegrityError), work(SYSTEM, "add", NOW) as w:
        w.session.add_all([Department(slug="a", name="A"), Department(slug="a", name="B")])
    assert departments() == set()
    with work(SYSTEM, "add", NOW) as w:
        w.session.add(Department(slug="c", name="C"))
    assert departments() == {"c"}
    assert len(entries()) == 1


def test_an_interrupt_leaves_nothing(app: Flask) -> None:
    def interrupted() -> None:
        with work(SYSTEM, "add", NOW) as w:
            w.session.add(Department(slug="a", name="A"))
            w.session.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert departments() == set()


def test_one_audit_entry_is_written_for_each_thing_named(app: Flask) -> None:
    a, b = Department(slug="a", name="A"), Department(slug="b", name="B")
    with work(Actor(ActorKind.ACCOUNT, 7), "found departments", NOW) as w:
        w.session.add_all([a, b])
        w.about(a)
        w.about(b)
    assert entries() == [
        ("found departments", "account", 7, "departments", a.id),
        ("found departments", "account", 7, "departments", b.id),
    ]
    assert {row.at for row in db.session.scalars(sa.select(AuditEntry))} == {NOW}


def test_where_nothing_is_named_the_act_itself_is_written(app: Flask) -> None:
    with work(SYSTEM, "tidy", NOW):
        pass
    assert entries() == [("tidy", "system", None, None, None)]


def test_a_tap_is_not_audited(app: Flask) -> None:
    with work(CITIZEN, "tap", NOW, audited=False):
        pass
    assert entries() == []


def test_what_was_changed_outside_is_refused_and_not_lost(app: Flask) -> None:
    db.session.add(Department(slug="a", name="A"))
    with pytest.raises(RuntimeError, match="outside of work"), work(SYSTEM, "add", NOW):
        pytest.fail("it began")
    assert [thing.slug for thing in db.session.new] == ["a"]


def test_a_change_or_a_deletion_outside_is_refused_too(city: Flask) -> None:
    department = db.session.scalars(sa.select(Department).where(Department.slug == "dopravy")).one()
    department.name = "Jiný"
    with pytest.raises(RuntimeError, match="outside of work"), work(SYSTEM, "add", NOW):
        pytest.fail("it began")
    db.session.rollback()
    db.session.delete(department)
    with pytest.raises(RuntimeError, match="outside of work"), work(SYSTEM, "add", NOW):
        pytest.fail("it began")
    db.session.rollback()


def test_work_within_work_is_refused_and_the_outer_is_not_half_done(app: Flask) -> None:
    def both() -> None:
        with work(SYSTEM, "outer", NOW) as w:
            w.session.add(Department(slug="a", name="A"))
            w.session.flush()  # no longer pending, so only the transaction itself can tell
            with work(SYSTEM, "inner", NOW) as inner:
                inner.session.add(Department(slug="b", name="B"))

    with pytest.raises(RuntimeError, match="within an action"):
        both()
    assert departments() == set()
    assert entries() == []


def test_what_was_read_before_is_read_anew(city: Flask) -> None:
    department = db.session.scalars(sa.select(Department).where(Department.slug == "dopravy")).one()
    assert department.name == "Odbor dopravy"
    with db.engine.connect() as other:
        other.execute(sa.text("UPDATE departments SET name = 'Doprava' WHERE slug = 'dopravy'"))
        other.commit()
    with work(SYSTEM, "look", NOW):
        assert department.name == "Doprava"


# House rules.

ENDS = re.compile(r"commit\(|AUTOCOMMIT")


def _with_the_word(*packages: str) -> set[str]:
    files = [path for package in packages for path in (TREE / package).rglob("*.py")]
    assert len(files) > 20
    return {str(path.relative_to(TREE)) for path in files if ENDS.search(path.read_text(encoding="utf-8"))}


def test_only_work_and_the_sign_in_library_s_datastore_end_a_transaction() -> None:
    rooms = [path.parent.name for path in TREE.glob("*/room.py") if path.parent.name != "hub"]
    assert "kiosk" in rooms
    assert _with_the_word("hub", "channels", *rooms) == {"hub/work.py", "hub/signin.py"}


def test_each_of_them_does_so_in_one_place() -> None:
    for name, times in (("work.py", 1), ("signin.py", 3)):
        text = Path(TREE / "hub" / name).read_text(encoding="utf-8")
        assert len(ENDS.findall(text)) == times, name

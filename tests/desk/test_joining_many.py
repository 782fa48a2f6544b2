"""Many cases about one storm, and several officials who join them at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hub.actions import following
from hub.actions import merging as merging_acts
from hub.database import db
from hub.jobs import sharing
from hub.models import CaseLink
from hub.queries import merging
from hub.rules import references as made
from tests.desk.conftest import DeskOf
from tests.desk.joined import WHY, answers_of, join, page_of, work
from tests.desk.looks import references, state, together
from tests.desks import HEAD, PRESS, A, B, Desk, Towns, address, asked, case_of, form_of, scope

NOW = datetime.now(UTC)
STORM = "Na Hlavní třídě leží po bouřce spadlý strom přes chodník."


def joining(desk: Desk, reference: str, other: str) -> dict[str, str]:
    """The form by which a case is joined to another, opened now."""
    form = form_of(page_of(desk, reference, "spojeni"), "spojeni")
    form.pop("may_share")
    return {**form, "other": other, "reason": WHY}


def links(app: Flask, *references: str) -> list[tuple[str, str]]:
    """The links that hold between these cases: (joined, its root)."""
    with app.app_context():
        found = db.session.scalars(sa.select(CaseLink).where(CaseLink.ended_at.is_(None)).order_by(CaseLink.id))
        pairs = [(one.case.reference, one.root.reference) for one in found]
        return [pair for pair in pairs if pair[0] in references]


def test_two_who_join_crosswise_at_once_make_one_link_and_one_is_told(town: Flask, staff: DeskOf) -> None:
    for _ in range(4):
        one, other = asked(town, now=NOW), asked(town, now=NOW)
        there, back = joining(staff(HEAD), one, other), joining(staff(PRESS), other, one)
        answers = together(
            partial(staff(HEAD).post, one, "spojeni", there), partial(staff(PRESS).post, other, "spojeni", back)
        )
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        assert len(links(town, one, other)) == 1


def test_three_who_join_in_a_circle_at_once_make_no_circle(town: Flask, staff: DeskOf) -> None:
    cases = [asked(town, now=NOW) for _ in range(3)]
    desks = [staff(email) for email in (HEAD, PRESS, A)]
    plans = [(desk, cases[n], joining(desk, cases[n], cases[(n + 1) % 3])) for n, desk in enumerate(desks)]

    answers = together(*(partial(desk.post, reference, "spojeni", form) for desk, reference, form in plans))
    assert {answer.status_code for answer in answers} <= {303, 409}
    found = links(town, *cases)
    assert 1 <= len(found) == [answer.status_code for answer in answers].count(303) <= 2
    assert not {root for _, root in found} & {joined for joined, _ in found}


def test_two_workers_share_an_answer_once(town: Flask, staff: DeskOf, words: str) -> None:
    main = asked(town, now=NOW)
    others = [asked(town, email=f"soused{n}@seznam.example", now=NOW) for n in range(21)]
    form = joining_many(staff(A), main, others)
    assert staff(A).client.post(address(main, "spojeni/dalsi"), data=form).status_code == 303
    staff(A).send(main, words)

    def run() -> TestResponse:
        with town.app_context():
            for one in merging.open_sharings(db.session()):
                db.session.rollback()
                sharing.share(one)
            db.session.remove()
        return TestResponse(b"", "200 OK", [], None)  # type: ignore[arg-type]

    together(run, run)
    work(town)
    assert [answers_of(town, other) for other in others] == [[(words, f"soused{n}@seznam.example")] for n in range(21)]


def joining_many(desk: Desk, main: str, others: list[str]) -> dict[str, object]:
    """The form that joins others to a case."""
    token = desk.form(main, "poznamka")["csrf_token"]
    return {"csrf_token": token, "case": others, "many_reason": WHY}


def test_a_storm_is_joined_in_one_step_from_the_list_of_the_same_words(light: Flask, desk: DeskOf) -> None:
    main, *others = [asked(light, STORM, f"obcan{n}@seznam.example", now=NOW) for n in range(5)]
    taken = others[-1]
    desk(B).take(taken)
    unlike = asked(light, "Kdy bude otevřený bazén a kolik stojí vstupné pro děti?")
    like = asked(light, STORM.replace("třídě", "ulici"), now=NOW)
    page = page_of(desk(A), main, "spojeni")
    assert "stejná slova" in page
    assert set(others) | {like} <= set(references(page))
    assert unlike not in page
    form = joining_many(desk(A), main, [*others, "nesmysl", unlike])
    done = desk(A).client.post(address(main, "spojeni/dalsi"), data=form, follow_redirects=True)
    told = done.get_data(as_text=True)
    assert f"{taken} se nespojil" in told
    assert "vyřizuje: 4" in told
    assert [state(light, one) for one in others] == ["closed"] * 3 + ["in_progress"]
    assert [number_of(light, one) for one in (main, unlike)] == [4, 0]
    for bad, status in (([], 400), (["x"], 400), ([made.reference([n] * 6) for n in range(32)] * 2, 303)):
        form = joining_many(desk(A), main, bad)
        assert desk(A).client.post(address(main, "spojeni/dalsi"), data=form).status_code == status
    form = joining_many(desk(A), main, [made.reference([n, n + 1, *[n // 32] * 4]) for n in range(101)])
    assert desk(A).client.post(address(main, "spojeni/dalsi"), data=form).status_code == 400


def number_of(app: Flask, reference: str) -> int:
    """How many cases are answered with one."""
    with app.app_context():
        return merging.joined(db.session(), case_of(db.session(), reference)).number


def test_the_page_of_a_main_case_asks_as_often_whatever_is_joined_to_it(light: Flask, desk: DeskOf) -> None:
    few, many = asked(light, now=NOW), asked(light, now=NOW)
    for main, number in ((few, 2), (many, 40)):
        others = [asked(light, now=NOW) for _ in range(number)]
        desk(A).client.post(address(main, "spojeni/dalsi"), data=joining_many(desk(A), main, others))
        assert number_of(light, main) == number

    def asks(main: str) -> int:
        counted: list[int] = []

        def note(*_: object) -> None:
            counted.append(1)

        with light.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        alone = {"q": "takovou věc nikdo nepsal"}  # opened from a list without others, so that it has no neighbours
        page = desk(A).client.get(address(main), query_string=alone).get_data(as_text=True)
        sa.event.remove(engine, "before_cursor_execute", note)
        assert len(set(references(page))) <= 13  # the first ten, itself, and at most those beside it in the list
        return len(counted)

    asks(few)
    assert asks(few) == asks(many)
    assert join(desk(A), few, many).status_code == 303
    assert number_of(light, many) == 43


def test_a_main_case_that_ends_is_locked_in_the_order_of_all_others(towns: Towns) -> None:
    """SQLite has one writer at a time, who waits for nobody."""
    town = towns("postgres")
    first, main = asked(town, now=NOW), asked(town, now=NOW)
    with town.app_context():
        head = scope(HEAD)
        merging_acts.join(head, first, main, WHY, case_of(db.session(), first).version, NOW)
        low, high = case_of(db.session(), first).id, case_of(db.session(), main).id
        db.session.rollback()
        wish = partial(in_app, town, partial(following.erase, high, NOW))
        with db.engine.connect() as other, ThreadPoolExecutor(1) as pool:
            other.execute(LOCK, {"key": low})
            erasing = pool.submit(wish)
            while not other.scalar(WAITS):
                assert not erasing.done()
            with db.engine.connect() as third:
                third.execute(LOCK, {"key": high})  # who waits for the first of them holds none of the others
            other.rollback()
            assert erasing.result()
    assert state(town, first) == "new"


LOCK = sa.text("SELECT id FROM cases WHERE id = :key FOR UPDATE NOWAIT")
WAITS = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def in_app(app: Flask, act: Callable[[], bool]) -> bool:
    with app.app_context():
        return act()

"""A main case goes to another department, and what is joined to it goes along: rights, search, words to citizens and history."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.models import Delivery
from tests.desk.conftest import DeskOf
from tests.desk.joined import answers_of, join, letters_of, part, work
from tests.desk.looks import references
from tests.desk.test_forwarding import sent
from tests.desks import SOCIAL, A, asked, case_of, follow_page
from tests.discussion.test_many import counted

OLD, NEW = "Odbor dopravy", "Odbor sociálních věcí"


def joined(app: Flask, staff: DeskOf, number: int, *, told: bool = True) -> tuple[str, list[str]]:
    """A main case, and so many that are joined to it."""
    main = asked(app)
    others = [asked(app, f"Tma v Krátké {n}.", f"soused{n}@seznam.example") for n in range(number)]
    for one in others:
        assert join(staff(A), one, main).status_code == 303
    for one in (main, *others) if told else ():
        sent(app, one)
    return main, others


def test_joined_cases_go_along_and_belong_to_the_new_department_alone(town: Flask, staff: DeskOf) -> None:
    main, (first, second) = joined(town, staff, 2)
    assert staff(A).classify(main, department="socialni").status_code == 303
    for one in (main, first, second):
        staff(A).page(one, 404)
        assert OLD not in staff(SOCIAL).page(one).partition("<h2")[0]
        page = follow_page(town, one)
        assert NEW in page
        assert OLD not in page
        assert letters_of(town, one, "passed") == ["queued"]
    found = {"q": "krátké", "pohled": "vse"}
    assert first in references(staff(SOCIAL).inbox(**found))
    assert first not in references(staff(A).inbox(**found))
    assert "zařazení případu" in staff(SOCIAL).page(first).partition("Historie")[2]
    staff(SOCIAL).send(main, "Sousedské odpovědi.")
    work(town)
    assert [answers_of(town, one)[0][0] for one in (first, second)] == ["Sousedské odpovědi."] * 2
    assert part(staff(SOCIAL), first).status_code == 303


def test_who_waits_for_the_receipt_or_was_parted_is_told_nothing(light: Flask, desk: DeskOf) -> None:
    main, (waiting, parted) = joined(light, desk, 2, told=False)
    part(desk(A), parted)
    desk(A).classify(main, department="socialni")
    assert letters_of(light, waiting, "passed") == []
    assert letters_of(light, parted, "passed") == []
    assert OLD in desk(A).page(parted)
    with light.app_context():
        assert db.session.scalar(
            sa.select(sa.func.count()).select_from(Delivery).where(
                Delivery.message_id == case_of(db.session(), waiting).question_id
            )
        ) == 1  # fmt: skip


def test_many_joined_cases_cost_no_more_statements(light: Flask, desk: DeskOf) -> None:
    def cost(number: int) -> int:
        main, _ = joined(light, desk, number)
        form = {**desk(A).form(main, "zarazeni"), "department": "socialni"}
        with counted(light) as seen:
            assert desk(A).post(main, "zarazeni", form).status_code == 303
        return len(seen)

    assert cost(6) == cost(2)

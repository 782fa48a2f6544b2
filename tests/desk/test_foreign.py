"""What somebody of another department tries: lists, saved views, acts on many, a deputy's rights. Nothing leaks or happens."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.models import Account, Department, SavedView
from tests.desk.conftest import DeskOf
from tests.desk.looks import references, state, stored
from tests.desk.test_together import away, none_away, number, seen, several
from tests.desks import OFFICE, OFFICE_HEAD, SOCIAL, A, B, Desk, asked, case_of
from tests.visitors import csrf

SECRET = "Velmi zvláštní dotaz o rozbitém zvonu"


def theirs(app: Flask, desk: DeskOf) -> str:
    """A case of another department, which somebody there has, with a number of the records."""
    reference = asked(app, SECRET, "zvonar@seznam.example")
    desk(A).take(reference)
    with app.app_context():
        case = case_of(db.session(), reference)
        case.records_number = "MMH-777/2026"
        db.session.commit()
        db.session.remove()
    return reference


def leaks(page: str, reference: str, *, typed: bool = False) -> list[str]:
    """What of a foreign case stands on a page; its reference does not count where it was typed by whoever asks."""
    told = [reference] if not typed and reference in page else []
    return told + [word for word in ("zvláštní", "zvonu", "zvonar", "777/2026") if word in page]


def test_no_list_shows_a_case_of_another_department(light: Flask, desk: DeskOf) -> None:
    reference = theirs(light, desk)
    asked(light, "Dávky.", department="socialni")
    who = str(number(light, A))
    for query in (
        {"resi": who},
        {"utvar": "dopravy"},
        {"utvar": "dopravy", "pohled": "vse"},
        {"pohled": "vse"},
        {"q": "zvonu"},
        {"q": "zvonu", "pohled": "vse", "utvar": "dopravy"},
        {"q": "zvonar@seznam.example"},
        {"q": reference},
        {"q": "MMH-777/2026"},
        {"od": "2020-01-01.1"},
        {"resi": who, "pohled": "moje"},
    ):
        for path in ("/urad/pripady", "/urad/spojit", "/urad/pripady/pohledy"):
            answer = desk(SOCIAL).client.get(path, query_string=query)
            page = answer.get_data(as_text=True)
            assert answer.status_code in {200, 302, 400, 404}, (path, query)
            assert reference not in answer.headers.get("Location", ""), (path, query)
            asked_for = query.get("q", "")
            found = [one for one in leaks(page, reference, typed=asked_for == reference) if one not in asked_for]
            assert found == [], (path, query)
            assert reference not in references(page), (path, query)


def test_acts_on_many_change_nothing_of_another_department_and_tell_nothing(light: Flask, desk: DeskOf) -> None:
    reference = theirs(light, desk)
    chosen = [seen(light, reference)]
    own = {"official": str(number(light, SOCIAL)), "department": "socialni"}
    before = stored(light)["cases"]
    for act in ("take", "assign", "move"):
        page = several(desk(SOCIAL), act, chosen, **own).get_data(as_text=True)
        assert leaks(page, reference, typed=True) == [], act
        assert "Takový případ tu není" in page.replace("\\u00a0", " "), act
        absent = several(desk(SOCIAL), act, ["K7M-3PX-9.1"], **own).get_data(as_text=True)
        assert page.count("problem") == absent.count("problem"), act
    assert stored(light)["cases"] == before


def test_a_view_that_came_along_to_another_department_shows_the_new_one_alone(light: Flask, desk: DeskOf) -> None:
    reference = theirs(light, desk)
    who = str(number(light, A))
    token = {"csrf_token": csrf(desk(B).client, "/urad/pripady/pohledy"), "name": "Zvony kolegy"}
    made = desk(B).client.post(f"/urad/pripady/pohledy?resi={who}&pohled=vse", data=token)
    assert made.status_code == 303
    assert reference in references(desk(B).client.get(made.location).get_data(as_text=True))
    with light.app_context():
        social = db.session.scalar(sa.select(Department.id).where(Department.slug == "socialni"))
        old = db.session.scalar(sa.select(Account.department_id).where(Account.email == B))
        _of(B, social)
    try:
        fresh = Desk(light, B)
        for path in (made.location, "/urad/pripady", "/urad/pripady/pohledy"):
            page = fresh.client.get(path).get_data(as_text=True)
            assert leaks(page, reference) == [], path
            assert "Referent A" not in page, path
        with light.app_context():
            view = db.session.scalars(sa.select(SavedView.id).where(SavedView.name == "Zvony kolegy")).one()
        foreign = {"csrf_token": csrf(desk(SOCIAL).client, "/urad/pripady/pohledy"), "name": "Moje"}
        for step in ("rename", "delete", "up", "offer"):
            taken = desk(SOCIAL).client.post(f"/urad/pripady/pohledy/{view}", data={**foreign, "step": step})
            assert taken.status_code == 404, step
    finally:
        with light.app_context():
            _of(B, old)


def _of(email: str, department_id: int | None) -> None:
    db.session.execute(sa.update(Account).where(Account.email == email).values(department_id=department_id))
    db.session.commit()
    db.session.remove()


def test_a_deputy_sees_no_case_of_who_went_to_another_department(light: Flask, desk: DeskOf) -> None:
    none_away(light)
    kept, gone = theirs(light, desk), asked(light, "Dávky pana Zvoníka.", department="socialni")
    away(light, A, B)
    _held(light, gone, A)
    page = desk(B).inbox(pohled="moje")
    assert kept in references(page)
    assert gone not in references(page)
    assert "Zvoníka" not in page
    desk(B).page(gone, 404)
    _held(light, gone, None)
    none_away(light)


def _held(app: Flask, reference: str, email: str | None) -> None:
    with app.app_context():
        case = case_of(db.session(), reference)
        case.official_id = db.session.scalar(sa.select(Account.id).where(Account.email == email)) if email else None
        db.session.commit()
        db.session.remove()


@pytest.mark.parametrize("verdict", ["approve", "return"])
def test_who_stands_in_for_a_head_gets_no_right_to_approve(light: Flask, desk: DeskOf, verdict: str) -> None:
    none_away(light)
    reference = asked(light, department="kancelar")
    desk(OFFICE_HEAD).send(reference, "Ke schválení druhým.")
    away(light, OFFICE_HEAD, OFFICE, by=OFFICE_HEAD)
    page = desk(OFFICE).page(reference)
    assert 'value="approve"' not in page
    token = desk(OFFICE).form(reference, "poznamka")["csrf_token"]
    form = {"csrf_token": token, "n": "1", "verdict": verdict, "reason": "Proto."}
    assert desk(OFFICE).post(reference, "schvaleni", form).status_code == 403
    assert state(light, reference) == "in_review"
    none_away(light)

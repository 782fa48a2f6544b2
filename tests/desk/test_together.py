"""Whose a case is: assigned, moved, several at once, and stood in for while somebody is away."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from hub.actions import leaves as acts
from hub.database import db
from hub.errors import BadInput, Conflict, NotAllowed
from hub.models import Leave
from hub.queries import leaves
from hub.rules.localtime import local
from tests import desks
from tests.desk.conftest import DeskOf
from tests.desk.looks import references, state, together
from tests.desks import ADMINISTRATOR, HEAD, OFFICE, PRESS, SOCIAL, A, B, Desk, asked, case_of
from tests.visitors import assert_refused, csrf

INBOX = "/urad/pripady"
SEVERAL = "/urad/vice-pripadu"


def number(app: Flask, email: str) -> int:
    with app.app_context():
        return desks.scope(email).account_id


def official(app: Flask, reference: str) -> str | None:
    with app.app_context():
        case = case_of(db.session(), reference)
        return case.official.email if case.official else None


def seen(app: Flask, reference: str) -> str:
    """What the box of a case in the inbox is sent as."""
    with app.app_context():
        return f"{reference}.{case_of(db.session(), reference).version}"


def several(desk: Desk, act: str, chosen: list[str], **more: str) -> Any:
    form = {"csrf_token": csrf(desk.client, INBOX), "act": act, "case": chosen, **more}
    return desk.client.post(SEVERAL, data=form)


def words(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"<[^>]+>|\s+", " ", answer.get_data(as_text=True)).replace("\u00a0", " ")


# From the page of a case


def test_a_case_is_given_to_a_colleague_and_to_nobody_again(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    form = desk(HEAD).form(reference, "pridel")
    assert desk(HEAD).post(reference, "pridel", {**form, "official": str(number(light, B))}).status_code == 303
    assert (official(light, reference), state(light, reference)) == (B, "in_progress")
    assert_refused(desk(HEAD).post(reference, "pridel", {**form, "official": "nikdo"}), 409)  # of a page that is old
    assert official(light, reference) == B
    form = desk(A).form(reference, "pridel")
    assert form["official"] == str(number(light, B))
    assert desk(A).post(reference, "pridel", {**form, "official": "nikdo"}).status_code == 303
    assert official(light, reference) is None


@pytest.mark.parametrize("to", ["", "x", "0", "99999", "9" * 30, "social", "-1"])
def test_a_case_is_given_to_nobody_outside_its_department(light: Flask, desk: DeskOf, to: str) -> None:
    reference = asked(light)
    chosen = str(number(light, SOCIAL)) if to == "social" else to
    form = {**desk(A).form(reference, "pridel"), "official": chosen}
    assert_refused(desk(A).post(reference, "pridel", form), 400)
    assert_refused(desk(A).post(reference, "pridel", {**form, "version": "nikdo"}), 400)
    assert official(light, reference) is None


def test_what_is_done_is_given_to_nobody(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    form = desk(A).form(reference, "pridel")
    desk(A).send(reference, "Hotovo.")
    version = seen(light, reference).partition(".")[2]
    assert_refused(
        desk(A).post(reference, "pridel", {**form, "version": version, "official": str(number(light, B))}), 409
    )
    assert "/pridel" not in desk(A).page(reference)


# Several at once


def test_several_are_assigned_and_each_that_could_not_be_says_why(town: Flask, staff: DeskOf) -> None:
    fresh = [asked(town) for _ in range(3)]
    changed, foreign = asked(town), asked(town, department="socialni")
    chosen = [seen(town, one) for one in (*fresh, changed, foreign)]
    staff(A).note(changed, "Mezitím.")
    staff(A).take(changed)
    page = words(several(staff(HEAD), "assign", [*chosen, "nesmysl", "K7M-3PX-9.1"], official=str(number(town, B))))
    assert "3 případy jsou přiděleny." in page
    assert "1 případ zůstal, jak byl: Někdo případ mezitím změnil." in page
    assert "3 případy zůstaly, jak byly: Takový případ tu není" in page
    assert [official(town, one) for one in (*fresh, changed, foreign)] == [B, B, B, A, None]


def test_all_on_the_page_are_taken_without_a_script(light: Flask, desk: DeskOf) -> None:
    made = [asked(light) for _ in range(3)]
    page = desk(B).inbox(druh="message", resi="nikdo")
    held = re.search(r'name="page" value="([^"]+)"', page)
    assert held
    assert {one.partition(".")[0] for one in held[1].split()} == set(references(page)) >= set(made)
    told = words(several(desk(B), "take", [], all="1", page=held[1]))
    assert f"{len(references(page))} případů je teď vašich" in told or "jsou teď vaše" in told
    assert {official(light, one) for one in made} == {B}


def test_several_are_moved_to_another_department(light: Flask, desk: DeskOf) -> None:
    made, answered = [asked(light) for _ in range(2)], asked(light)
    desk(A).send(answered, "Hotovo.")
    page = words(several(desk(A), "move", [seen(light, one) for one in (*made, answered)], department="socialni"))
    assert "2 případy jsou přesunuty." in page
    assert "1 případ zůstal, jak byl: Případ, který čeká na schválení nebo je vyřízený" in page
    assert set(made) <= set(references(desk(SOCIAL).inbox(q="lampu", pohled="otevrene")))


@pytest.mark.parametrize(
    ("act", "more"),
    [("", {}), ("burn", {}), ("assign", {}), ("assign", {"official": "x"}), ("move", {}), ("take", {"none": "1"})],
)
def test_what_is_not_said_changes_nothing(light: Flask, desk: DeskOf, act: str, more: dict[str, str]) -> None:
    reference = asked(light)
    chosen = [] if "none" in more else [seen(light, reference)]
    assert_refused(several(desk(A), act, chosen, **more), 400)
    assert official(light, reference) is None


def test_a_hundred_and_one_are_too_many(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    chosen = [seen(light, reference), *(f"{reference}.{n}" for n in range(1000, 1100))]
    assert_refused(several(desk(A), "take", chosen), 400, "too_many_chosen")
    assert_refused(several(desk(A), "take", [], all="1", page=" ".join(chosen)), 400)
    assert official(light, reference) is None


def test_two_who_take_the_same_cases_at_once_share_them(town: Flask, staff: DeskOf) -> None:
    made = [asked(town) for _ in range(4)]
    chosen = [seen(town, one) for one in made]
    tokens = {who: csrf(staff(who).client, INBOX) for who in (A, B)}

    def take(who: str) -> Any:
        return lambda: staff(who).client.post(SEVERAL, data={"csrf_token": tokens[who], "act": "take", "case": chosen})

    pages = [words(answer) for answer in together(take(A), take(B))]
    owners = [official(town, one) for one in made]
    assert set(owners) <= {A, B}
    for who, page in zip((A, B), pages, strict=True):
        assert len(re.findall(r"-[0-9A-Z] : provedeno", page)) == owners.count(who)


# Leaves


def today() -> date:
    return local(datetime.now(UTC)).date()


def away(app: Flask, who: str, deputy: str, first: int = 0, last: int = 5, by: str = HEAD) -> None:
    with app.app_context():
        start = today()
        now = datetime.now(UTC)
        ids = [desks.scope(one).account_id for one in (who, deputy)]
        acts.enter(desks.scope(by), ids[0], ids[1], start + timedelta(days=first), start + timedelta(days=last), now)


def none_away(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(Leave.__table__.delete())  # type: ignore[attr-defined]


def test_a_deputy_sees_the_cases_of_who_is_away_and_no_longer_than_that(town: Flask, staff: DeskOf) -> None:
    none_away(town)
    reference = asked(town)
    staff(A).take(reference)
    assert reference not in references(staff(B).inbox(pohled="moje"))
    away(town, A, B)
    page = staff(B).inbox(pohled="moje")
    assert reference in references(page)
    assert "za: Referent A" in page
    assert "nepřítomnost do" in page
    assert "Zastupujete: Referent A" in page
    assert "Jste nepřítomni" in staff(A).inbox()
    assert reference in references(staff(A).inbox(pohled="moje"))
    assert "Referent A (nepřítomnost do" in staff(HEAD).page(reference)
    later = asked(town)  # what is given to who is away meanwhile is among the deputy's too
    form = staff(HEAD).form(later, "pridel")
    staff(HEAD).post(later, "pridel", {**form, "official": str(number(town, A))})
    assert later in references(staff(B).inbox(pohled="moje"))
    with town.app_context():
        (leave,) = leaves.on(db.session(), today()).values()
        acts.end(desks.scope(A), leave.id, datetime.now(UTC))
        assert leaves.on(db.session(), today()) == {}
    assert reference not in references(staff(B).inbox(pohled="moje"))


def test_a_deputy_of_a_deputy_is_not_followed(light: Flask, desk: DeskOf) -> None:
    none_away(light)
    reference = asked(light)
    desk(A).take(reference)
    away(light, A, B)
    away(light, B, HEAD)
    assert reference in references(desk(B).inbox(pohled="moje"))
    assert reference not in references(desk(HEAD).inbox(pohled="moje"))
    none_away(light)


@pytest.mark.parametrize(
    ("who", "deputy", "first", "last", "by", "problem"),
    [
        (A, A, 0, 1, A, BadInput),
        (A, SOCIAL, 0, 1, A, BadInput),
        (A, B, 5, 4, A, BadInput),
        (A, B, -9, -1, A, BadInput),
        (A, B, 0, 4000, A, BadInput),
        (A, HEAD, 0, 1, B, NotAllowed),
        (SOCIAL, SOCIAL, 0, 1, HEAD, NotAllowed),
        (PRESS, A, 0, 1, ADMINISTRATOR, BadInput),
    ],
)
def test_a_leave_that_cannot_be_is_refused(
    light: Flask, who: str, deputy: str, first: int, last: int, by: str, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        away(light, who, deputy, first, last, by)


def test_leaves_of_one_person_do_not_overlap(town: Flask) -> None:
    none_away(town)
    away(town, A, B, 10, 20)
    for first, last in ((20, 25), (5, 10), (12, 13), (1, 30)):
        with pytest.raises(Conflict):
            away(town, A, B, first, last)
    away(town, A, B, 21, 22)
    away(town, B, A, 10, 20)
    none_away(town)


def test_a_leave_is_entered_and_dropped_on_its_page_and_seen_by_both(light: Flask, desk: DeskOf) -> None:
    none_away(light)
    first, last = today() + timedelta(days=40), today() + timedelta(days=44)
    page = "/urad/nepritomnost"
    form = {
        "csrf_token": csrf(desk(A).client, page),
        "account": str(number(light, A)),
        "deputy": str(number(light, B)),
        "from": first.isoformat(),
        "to": last.isoformat(),
    }
    for wrong in ({"from": "zítra"}, {"to": ""}, {"deputy": ""}, {"deputy": "9" * 40}, {"to": "2020-01-01"}):
        refused = desk(A).client.post(page, data={**form, **wrong})
        assert refused.status_code == 400
        assert f'value="{wrong.get("from", first.isoformat())}"' in refused.get_data(as_text=True)
    assert desk(A).client.post(page, data=form).status_code == 303
    assert desk(A).client.post(page, data=form).status_code == 409  # sent twice
    for who in (A, B, HEAD, ADMINISTRATOR):
        assert 'action="/urad/nepritomnost/' in (told := desk(who).client.get(page).get_data(as_text=True)) or who == B
        assert "Referent" in told
    with light.app_context():
        (leave,) = leaves.coming(db.session(), desks.scope(A), today(), whole_department=False)
    for who in (B, OFFICE):
        token = {"csrf_token": csrf(desk(who).client, page)}
        assert_refused(desk(who).client.post(f"{page}/{leave.id}/konec", data=token), 404)
    assert desk(A).client.post(f"{page}/{leave.id}/konec", data=form).status_code == 303
    with light.app_context():
        assert leaves.coming(db.session(), desks.scope(A), today(), whole_department=False) == []

"""The inbox and the case: what is seen, by whom; taking, classifying, noting."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.envelopes import Attached
from hub.models import Case, Revision
from hub.storage import storage
from tests import desks
from tests.desk.conftest import DeskOf
from tests.desk.looks import case_addresses, references, state, stored
from tests.desks import (
    ADMINISTRATOR,
    HEAD,
    OFFICE,
    OFFICE_HEAD,
    PRESS,
    SOCIAL,
    A,
    B,
    Desk,
    Towns,
    address,
    asked,
    case_of,
    follow_page,
    public_page,
)
from tests.visitors import assert_refused


def test_the_inbox_shows_every_case_once_page_by_page_the_nearest_deadline_first(
    towns: Towns, tmp_path: Any, request: pytest.FixtureRequest, engine: str
) -> None:
    from tests.visitors import close_house, fresh_database

    app = desks.open_town(fresh_database(request, engine, tmp_path), tmp_path)
    now = datetime.now(UTC)
    made = [asked(app, email="", now=now - timedelta(days=n % 37)) for n in range(120)]
    desk = Desk(app, A)
    seen: list[str] = []
    sizes, target = [], "/urad/pripady"
    while target:
        page = desk.client.get(target).get_data(as_text=True)
        seen += references(page)
        sizes.append(len(references(page)))
        target = desks.next_page(page)
    assert sizes == [50, 50, 20]
    assert len(set(seen)) == 120
    assert set(seen) == set(made)
    with app.app_context():
        due = {case.reference: case.due_on for case in db.session.scalars(sa.select(Case))}
    assert [due[one] for one in seen] == sorted(due.values())
    close_house(app)


def test_the_filters_show_what_they_say(light: Flask, desk: DeskOf) -> None:
    fresh, mine, answered, waits = asked(light), asked(light), asked(light), asked(light, department="kancelar")
    assert desk(A).take(mine).status_code == 303
    assert desk(A).send(answered, "Už svítí.").status_code == 303
    assert desk(OFFICE).send(waits, "Odpovíme.").status_code == 303

    def shown(who: str, view: str) -> set[str]:
        return {fresh, mine, answered, waits} & set(references(desk(who).inbox(pohled=view)))

    assert shown(A, "otevrene") == {fresh, mine}
    assert shown(A, "moje") == {mine}
    assert shown(B, "moje") == set()
    assert shown(A, "vyrizene") == {answered}
    assert shown(A, "ke-schvaleni") == set()
    assert shown(OFFICE_HEAD, "ke-schvaleni") == {waits}
    assert shown(ADMINISTRATOR, "otevrene") == {fresh, mine, waits}
    assert set(references(desk(A).inbox())) == set(references(desk(A).inbox(pohled="otevrene")))


@pytest.mark.parametrize(
    "query",
    [
        {"pohled": "vsechny"},
        {"od": "x"},
        {"od": "2026-11-18"},
        {"od": "2026-13-40_1"},
        {"od": "2026-11-18_-1"},
        {"od": "2026-11-18_" + "9" * 40},
        {"od": "2026-11-18_\u0661"},
    ],
)
def test_an_inbox_that_is_not_there_is_refused(desk: DeskOf, query: dict[str, str]) -> None:
    answer = desk(A).client.get("/urad/pripady", query_string=query)
    assert_refused(answer, 404 if "pohled" in query else 400)


# Whose it is


def test_a_case_of_another_department_is_nowhere_to_be_found(
    light: Flask, desk: DeskOf, subtests: pytest.Subtests
) -> None:
    with light.app_context():
        key = storage().put(b"%PDF-1.4 jen pro dopravu")
    reference = asked(light, attached=(Attached("zadost.pdf", "application/pdf", 24, "0" * 64, key),))
    form = {
        **desk(A).written(reference, "Cizí odpověď."),
        "verdict": "return",
        "reason": "x",
        "n": "1",
        "note": "x",
        "department": "socialni",
        "kind": "complaint",
        "official": "nikdo",
        "version": "1",
        "answer": "1",
        "step": "cancel",
    }
    addresses = case_addresses(light, reference)
    assert len(addresses) >= 9
    stranger = desk(SOCIAL)
    assert reference not in stranger.inbox()
    token = re.findall(r'name="csrf_token" value="([^"]+)"', stranger.inbox())[0]
    before = stored(light)
    for method, path in addresses:
        with subtests.test(f"{method} {path}"):
            data = {**form, "csrf_token": token} if method == "POST" else None
            answer = stranger.client.open(path, method=method, data=data, buffered=True)
            if path.endswith("/odpoved"):  # whoever had it open, and lost it to another department, keeps the words
                assert answer.status_code == 404
                assert "Cizí odpověď." in answer.get_data(as_text=True)
            else:
                assert_refused(answer, 404)
            elsewhere = stranger.client.open(path.replace(reference, "K7M-3PX-9"), method=method, data=data)
            assert elsewhere.status_code == 404
            assert "dopravu" not in answer.get_data(as_text=True)
    assert stored(light) == before
    own = desk(A).client.get(f"{address(reference)}/prilohy/1", buffered=True)
    assert own.data == b"%PDF-1.4 jen pro dopravu"
    assert own.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in own.headers["Content-Security-Policy"]
    assert desk(A).client.get(f"{address(reference)}/prilohy/2").status_code == 404


def test_press_and_administrators_see_every_department(light: Flask, desk: DeskOf) -> None:
    reference = asked(light, department="socialni")
    for who in (PRESS, ADMINISTRATOR, SOCIAL):
        assert "lampu" in desk(who).page(reference)
    for who in (A, HEAD, OFFICE):
        desk(who).page(reference, 404)


def test_a_case_that_is_taken_is_ones_own(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    assert "nikdo" in desk(A).page(reference)
    assert desk(A).take(reference).status_code == 303
    assert state(light, reference) == "in_progress"
    page = desk(B).page(reference)
    assert "Referent A" in page
    assert desk(B).take(reference).status_code == 303
    assert 'action="/urad/pripady/' + reference + '/prevzeti"' not in desk(B).page(reference)
    assert reference not in desk(A).inbox(pohled="moje")


def test_another_legal_kind_counts_the_deadline_anew_from_the_day_it_came(light: Flask, desk: DeskOf) -> None:
    reference = asked(light, now=datetime.now(UTC) - timedelta(days=3))

    def due() -> tuple[Any, str]:
        with light.app_context():
            case = case_of(db.session(), reference)
            return case.due_on, case.deadline_rule.legal_kind

    before = due()
    assert desk(A).classify(reference, kind="information").status_code == 303
    after = due()
    assert after[1] == "information"
    assert after[0] != before[0]
    assert desk(A).classify(reference, kind=before[1]).status_code == 303
    assert due() == before


def test_a_case_given_to_another_department_leaves_the_inbox(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    desk(A).take(reference)
    answer = desk(A).classify(reference, department="socialni")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/urad/pripady")
    assert reference not in desk(A).inbox()
    desk(A).page(reference, 404)
    assert reference in desk(SOCIAL).inbox()
    assert reference not in desk(SOCIAL).inbox(pohled="moje")
    assert "Referent A" not in desk(SOCIAL).page(reference).split("history")[0]


@pytest.mark.parametrize("bad", ["", "nikde", "\0", "x" * 5000, "dopravy' OR 1=1"])
def test_a_department_or_kind_that_there_is_not_is_refused(town: Flask, staff: DeskOf, bad: str) -> None:
    reference = asked(town)
    before = stored(town)
    for changes in ({"department": bad}, {"kind": bad}):
        assert_refused(staff(A).classify(reference, **changes), 400)
    assert stored(town) == before


def test_a_case_that_waits_or_is_answered_is_not_classified_anew(light: Flask, desk: DeskOf) -> None:
    waits, answered = asked(light, department="kancelar"), asked(light, department="kancelar")
    forms_before = [desk(OFFICE).form(one, "zarazeni") for one in (waits, answered)]
    desk(OFFICE).send(waits, "Odpověď.")
    desk(OFFICE).send(answered, "Odpověď.")
    desk(OFFICE_HEAD).decide(answered, "approve")
    for reference, form in zip((waits, answered), forms_before, strict=True):
        assert_refused(desk(OFFICE).post(reference, "zarazeni", {**form, "department": "socialni"}), 400)


def test_an_internal_note_stays_inside(light: Flask, desk: DeskOf) -> None:
    note = "Interní: pozor na souseda Hrabala"
    reference = asked(light)
    assert desk(A).note(reference, note).status_code == 303
    path = desk(A).publish(reference, "Lampa svítí.", "Lampa u školy", "Kdy opravíte lampu?")
    desk(A).note(reference, note)
    assert note in desk(B).page(reference)
    for page in (
        follow_page(light, reference),
        public_page(light, path),
        public_page(light),
        public_page(light, "/"),
        public_page(light, q="Hrabala"),
    ):
        assert "Interní: pozor" not in page
    with light.app_context():
        words = " ".join(text or "" for text in db.session.scalars(sa.select(Revision.text)))
    assert "Hrabal" not in words  # a letter carries revisions only


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 5001])
def test_an_empty_or_endless_note_is_refused(light: Flask, desk: DeskOf, text: str) -> None:
    reference = asked(light)
    before = stored(light)
    assert desk(A).note(reference, text).status_code == 400
    assert stored(light) == before


# The draft

"""A case that needs no answer is closed, with a reason for the colleagues."""

from __future__ import annotations

from flask import Flask

from tests.desk.conftest import DeskOf
from tests.desk.looks import state
from tests.desks import A, Desk, address, asked, follow_page


def close(desk: Desk, reference: str, reason: str) -> int:
    page = desk.page(reference)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "reason": reason}
    return desk.client.post(f"{address(reference)}/uzavreni", data=form).status_code


def test_a_case_is_closed_and_the_citizen_sees_it_but_not_why(town: Flask, staff: DeskOf, words: str) -> None:
    reference = asked(town)
    assert close(staff(A), reference, words) == 303
    assert state(town, reference) == "closed"
    assert words in staff(A).page(reference)
    page = follow_page(town, reference)
    assert words not in page
    assert "Uzavřeno bez odpovědi" in page


def test_closing_needs_a_reason_and_is_done_once(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    assert close(desk(A), reference, "  ") == 400
    assert state(light, reference) == "new"
    assert close(desk(A), reference, "Reklama.") == 303
    assert close(desk(A), reference, "Reklama.") == 409


def test_a_case_that_is_answered_needs_no_closing(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    desk(A).send(reference, "Opraveno.")
    desk(A).send(reference, "Dodatek.", step="save")
    assert state(light, reference) == "answered"
    assert close(desk(A), reference, "Omyl.") == 409

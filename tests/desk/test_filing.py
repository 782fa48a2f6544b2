"""Numbers of the records, and what the same proven address sent before."""

from __future__ import annotations

import json
import re
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.actions import assigning
from hub.database import db
from hub.models import Address
from hub.rules import filing
from tests.conftest import NOW
from tests.desk.conftest import DeskOf
from tests.desk.joined import page_of
from tests.desk.looks import references
from tests.desks import HEAD, PRESS, SOCIAL, A, B, Desk, asked, case_of, form_of, scope, secrets


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mmh/12345/2026", "MMH/12345/2026"),
        ("  S - MMH  /  12 / 2026 ", "S - MMH/12/2026"),
        ("MMH–7", "MMH-7"),
        ("Č.j. 5", "Č.J. 5"),
        ("1" * 50, "1" * 50),
        ("1" * 51, None),
        ("MMH", None),
        ("", None),
        ("/12", None),
        ("<b>1</b>", None),
        ("1\x00", None),
        ("1;DROP", None),
    ],
)
def test_a_number_is_kept_in_one_form(typed: str, kept: str | None) -> None:
    assert filing.read(typed) == kept


def save(desk: Desk, reference: str, number: str, file: str = "", **more: str) -> tuple[int, str]:
    """Write the numbers of a case."""
    form = form_of(page_of(desk, reference, "spis"), "spis")
    answer = desk.post(reference, "spis", {**form, "records_number": number, "records_file": file, **more})
    return answer.status_code, answer.get_data(as_text=True)


def test_a_case_is_found_by_its_number_in_the_records_within_the_scope(town: Flask, staff: DeskOf) -> None:
    reference, other = asked(town), asked(town)
    assert save(staff(A), reference, "mmh/901/2026", "S-MMH/77/2026")[0] == 303
    assert save(staff(A), other, "mmh/902/2026", "S-MMH/77/2026")[0] == 303
    assert save(staff(A), other, "mmh/902/2026", "S-MMH/77/2026", version="0")[0] == 303  # the same, sent twice
    assert save(staff(A), other, "mmh/903/2026", version="0")[0] == 409
    page = staff(A).page(reference)
    assert "MMH/901/2026" in page
    assert "zapsal(a) čísla spisové služby" in page

    def found(desk: Desk, typed: str) -> tuple[int, str]:
        old = desk.client.get("/urad/pripady/hledani", query_string={"q": typed})
        assert (old.status_code, old.location.partition("?")[0]) == (302, "/urad/pripady")
        answer = desk.client.get(old.location)
        return answer.status_code, answer.location or answer.get_data(as_text=True)

    assert found(staff(A), "MMH / 901/2026") == (303, f"/urad/pripady/{reference}")
    status, alone = found(staff(A), reference.lower())
    assert status == 200
    assert references(alone) == [reference]
    status, both = found(staff(A), "s-mmh/77/2026")
    assert status == 200
    assert reference in both
    assert other in both
    assert "Žádný případ neodpovídá" in found(staff(SOCIAL), "mmh/901/2026")[1]
    assert found(staff(A), "'\"<%")[0] == 200
    copy = town.test_client().get(f"/sledovani/{secrets[reference]}/kopie").data
    case = json.loads(ZipFile(BytesIO(copy)).read("case.json"))
    assert (case["records_number"], case["records_file"]) == ("MMH/901/2026", "S-MMH/77/2026")


def test_the_history_of_a_case_says_to_whom_it_was_given_and_by_whom(light: Flask, desk: DeskOf) -> None:
    reference, other = asked(light), asked(light)
    with light.app_context():
        for who, one in ((B, reference), (A, other), (A, reference)):
            assigning.assign(scope(HEAD), one, scope(who).account_id, None, NOW)
    history = desk(HEAD).page(reference).partition('id="history"')[2].replace("\xa0", " ")
    told = re.findall(r"případ dostal\(a\): (.*?) <span class=\"muted\">· (.*?)</span>", history)
    assert sorted(told) == [("Referent A", "Vedení dopravy"), ("Referent B", "Vedení dopravy")]


def test_what_is_no_number_comes_back_in_the_form(light: Flask, desk: DeskOf) -> None:
    status, page = save(desk(A), asked(light), "bez čísla", "S/1")
    assert status == 400
    assert 'value="bez čísla"' in page
    assert 'value="S/1"' in page


def prove(app: Flask, email: str) -> None:
    """The owner of an address has proven it."""
    with app.app_context():
        address = db.session.scalars(sa.select(Address).where(Address.value == email)).one()
        address.verified_at = address.contact.first_seen_at
        db.session.commit()


def test_earlier_messages_are_told_of_a_proven_address_alone_and_within_the_scope(light: Flask, desk: DeskOf) -> None:
    first, elsewhere, now = (
        asked(light, f"Dotaz {n}.", "marie@seznam.example", department=place)
        for n, place in enumerate(("dopravy", "socialni", "dopravy"))
    )
    assert "ověřenou adresou" not in desk(A).page(now)
    prove(light, "marie@seznam.example")
    seen = desk(A).page(now)
    assert "ověřenou adresou: 1" in seen
    assert f"/urad/pripady/{first}" in seen
    assert elsewhere not in seen
    assert "ověřenou adresou: 2" in desk(PRESS).page(now)


def test_a_case_is_closed_with_the_kind_of_its_end(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    form = desk(A).form(reference, "uzavreni")
    assert form["outcome"] == ""
    bad = {**form, "reason": "Patří kraji.", "outcome": "merged"}
    assert desk(A).post(reference, "uzavreni", bad).status_code == 400
    assert desk(A).post(reference, "uzavreni", {**bad, "outcome": "not_ours"}).status_code == 303
    assert "není věcí města" in desk(A).page(reference)
    desk(A).send(reference, "Přece jen odpovíme.")
    with light.app_context():
        assert case_of(db.session(), reference).outcome is None

"""An official enters what came on paper, by telephone or in person."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hub.database import db
from hub.models import Case, Revision
from hub.rules.localtime import local
from tests.desk.conftest import DeskOf
from tests.desks import SOCIAL, A, B, Desk, form_of

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
NEW = "/urad/pripady/nova"
TODAY = local(datetime.now(UTC)).date()


def day(ago: int) -> str:
    """A day so long ago, as officials write it."""
    on = TODAY - timedelta(days=ago)
    return f"{on.day}. {on.month}. {on.year}"


def filled(desk: Desk, text: str, **more: str) -> dict[str, object]:
    """The form, opened now and filled in."""
    form: dict[str, object] = {**form_of(desk.client.get(NEW).get_data(as_text=True), "nova"), "consent": ""}
    form.update(step="enter", channel="paper", text=text, department="", kind="")
    form.update(more)
    return form


def sent(desk: Desk, form: dict[str, object]) -> TestResponse:
    """The form as a browser sends it: an unticked box is not there."""
    return desk.client.post(NEW, data={k: v for k, v in form.items() if v != "" or k in {"text", "day"}})


def cases_with(app: Flask, text: str) -> list[Case]:
    """The cases whose question says this."""
    with app.app_context():
        said = sa.select(Revision.message_id).where(Revision.text == text)
        return list(db.session.scalars(sa.select(Case).where(Case.question_id.in_(said))))


def test_the_deadline_counts_from_the_day_on_which_it_came(town: Flask, staff: DeskOf, words: str) -> None:
    form = filled(staff(A), words, day=day(20), signed_by="Jan Vzor, Dlouhá 1", kind="complaint", department="dopravy")
    first = sent(staff(A), form)
    assert first.status_code == 303
    again = sent(staff(A), form)
    assert again.location == first.location
    (case,) = cases_with(town, words)
    assert (case.received_on, case.legal_kind, case.sender) == (
        TODAY - timedelta(days=20),
        "complaint",
        "Jan Vzor, Dlouhá 1",
    )
    assert case.due_on < TODAY + timedelta(days=60)
    page = staff(A).client.get(first.location).get_data(as_text=True)
    assert case.reference in page
    link = re.search(r"http://[^<\s]+(/sledovani/[\w-]+)", page)
    assert link
    assert "<path" in page
    followed = town.test_client().get(link[1]).get_data(as_text=True)
    assert words in followed
    assert "Jan Vzor" not in followed
    desk = staff(A).page(case.reference)
    assert "Jan Vzor, Dlouhá 1" in desk
    assert "zapsal(a) případ" in desk
    assert sent(staff(A), {**form, "text": f"{words} Jinak."}).status_code == 409
    assert staff(B).client.get(first.location).status_code == 404


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (day(-1), "teprve bude"),
        ("3. 11. 1900", "před více než rokem"),
        ("30. 2. 2026", "není datum"),
        ("zítra", "není datum"),
        ("", "není datum"),
        ("９. 11. 2026", "není datum"),
        ("1.1.99999999999", "není datum"),
    ],
)
def test_a_day_that_cannot_be_gives_everything_back(light: Flask, desk: DeskOf, written: str, told: str) -> None:
    form = filled(desk(A), "Text, který se nesmí ztratit.", day=written, email="eva@seznam.example", signed_by="Eva V.")
    answer = sent(desk(A), form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    for kept in (told, "Text, který se nesmí ztratit.", "eva@seznam.example", "Eva V."):
        assert kept in page
    assert cases_with(light, "Text, který se nesmí ztratit.") == []


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("sken.png", PNG, 303),
        ("sken.zip", b"PK\x03\x04" + bytes(2000), 400),
        ("sken.pdf", b"PK\x03\x04" + bytes(2000), 400),
        ("sken.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 400),
        ("sken.png", b"<html><script>alert(1)</script></html>", 400),
        ("sken.png", b"", 400),
    ],
    ids=["picture", "archive", "archive as PDF", "SVG", "HTML as PNG", "empty"],
)
def test_a_scan_is_taken_by_its_content(
    light: Flask, desk: DeskOf, words: str, name: str, content: bytes, status: int
) -> None:
    form = filled(desk(A), words, files="")
    form["files"] = (BytesIO(content), name)
    answer = sent(desk(A), form)
    assert answer.status_code == status
    assert len(cases_with(light, words)) == (status == 303)
    if status == 303:
        reference = cases_with(light, words)[0].reference
        file = desk(A).client.get(f"/urad/pripady/{reference}/prilohy/1")
        assert file.status_code == 200
        assert file.headers["Content-Disposition"].startswith("attachment")
    else:
        assert words in answer.get_data(as_text=True)


def test_what_the_words_lead_to_is_proposed_and_can_be_changed(light: Flask, desk: DeskOf, words: str) -> None:
    text = f"Podávám stížnost podle § 175 správního řádu. {words}"
    form = filled(desk(A), text)
    page = sent(desk(A), {**form, "step": "propose"}).get_data(as_text=True)
    proposed = form_of(page, "nova")
    assert (proposed["kind"], proposed["department"]) == ("complaint", "dopravy")
    assert proposed["text"] == text
    changed: dict[str, object] = {
        **proposed,
        "step": "enter",
        "consent": "",
        "department": "socialni",
        "kind": "suggestion",
    }
    answer = sent(desk(A), changed)
    assert answer.status_code == 303
    (case,) = cases_with(light, text)
    assert case.legal_kind == "suggestion"
    assert desk(SOCIAL).page(case.reference)
    assert "Otevřít případ" not in desk(A).client.get(answer.location).get_data(as_text=True)


def test_bad_words_choices_and_tokens_give_the_form_back(light: Flask, desk: DeskOf) -> None:
    for change, status in (
        ({"text": "  "}, 400),
        ({"text": "x" * 10_001}, 400),
        ({"email": "to není e-mail"}, 400),
        ({"channel": "holub"}, 400),
        ({"department": "neni"}, 400),
        ({"kind": "neni"}, 400),
        ({"signed_by": "x" * 301}, 400),
        ({"street": "x" * 161}, 400),
        ({"token": "podvrh"}, 400),
        ({"csrf_token": "podvrh"}, 400),
    ):
        form = {**filled(desk(A), "Slova, která se vrátí."), **change}
        answer = sent(desk(A), form)
        assert answer.status_code == status, change
        assert 'name="step" value="enter"' in answer.get_data(as_text=True), change
        assert str(form["text"]).strip() in answer.get_data(as_text=True)
    assert cases_with(light, "Slova, která se vrátí.") == []


def test_words_of_somebody_who_was_signed_out_are_shown_to_be_copied(light: Flask, desk: DeskOf) -> None:
    form = filled(desk(A), "Hodinu jsem to psal.")
    answer = light.test_client().post(NEW, data={k: v for k, v in form.items() if v})
    assert answer.status_code == 401
    assert "Hodinu jsem to psal." in answer.get_data(as_text=True)

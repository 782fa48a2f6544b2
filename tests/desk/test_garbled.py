"""A form that came damaged: nothing is done by it, and its words come back."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.desk.conftest import DeskOf
from tests.desk.looks import draft, letters, said, state
from tests.desks import OFFICE, OFFICE_HEAD, A, asked

BAD = ("abc", "-1", "1.5", "²", "9" * 40, "1 ", "<b>")


@pytest.mark.parametrize("step", ["submit", "save"])
@pytest.mark.parametrize("corrects", BAD)
def test_what_it_corrects_is_unreadable_and_the_text_comes_back(
    light: Flask, desk: DeskOf, words: str, corrects: str, step: str
) -> None:
    reference = asked(light)
    sent = desk(A).post(reference, "odpoved", {**desk(A).written(reference, words, step=step), "corrects": corrects})
    page = sent.get_data(as_text=True)
    assert sent.status_code == 400
    assert "Formulář přišel poškozený" in page
    assert words in page
    assert (draft(light, reference), said(light, reference), state(light, reference)) == (None, [], "new")
    form = {**desk(A).form(reference, "odpoved"), "text": words, "step": "submit"}
    assert desk(A).post(reference, "odpoved", form).status_code == 303


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("step", "", 400),
        ("step", "poslat", 400),
        ("step", "template:nic", 400),
        ("plan", "vcera", 400),
        ("theme", "neni", 400),
        ("corrects", "7", 409),
    ],
)
def test_no_damaged_field_sends_an_answer(
    light: Flask, desk: DeskOf, words: str, field: str, value: str, status: int
) -> None:
    reference = asked(light)
    sent = desk(A).post(reference, "odpoved", {**desk(A).written(reference, words), field: value})
    assert sent.status_code == status
    assert words in sent.get_data(as_text=True)
    assert letters(light, reference) == []


def test_who_was_signed_out_or_kept_the_page_too_long_gets_the_text_back(
    light: Flask, desk: DeskOf, words: str
) -> None:
    reference = asked(light)
    form = {**desk(A).written(reference, words), "corrects": "abc"}
    away = light.test_client().post(f"/urad/pripady/{reference}/odpoved", data=form)
    assert (away.status_code, words in away.get_data(as_text=True)) == (401, True)
    stale = desk(A).post(reference, "odpoved", {**form, "csrf_token": "stary"})
    assert (stale.status_code, words in stale.get_data(as_text=True)) == (400, True)


def test_the_reason_of_a_return_comes_back_from_a_damaged_form(light: Flask, desk: DeskOf, words: str) -> None:
    reference = asked(light, department="kancelar")
    desk(OFFICE).send(reference, "Ke schválení.")
    form = {**desk(OFFICE_HEAD).form(reference, "schvaleni"), "reason": words}
    for damaged in ({"verdict": "snad"}, {"verdict": "return", "n": "x"}):
        answer = desk(OFFICE_HEAD).post(reference, "schvaleni", {**form, **damaged})
        assert (answer.status_code, words in answer.get_data(as_text=True)) == (400, True)
    assert state(light, reference) == "in_review"

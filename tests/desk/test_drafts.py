"""The draft of an answer is kept while it is written, and no word of it is lost."""

from __future__ import annotations

import pytest
from flask import Flask

from tests import desks
from tests.desk.conftest import DeskOf
from tests.desk.looks import draft, letters, said, state, stored
from tests.desks import (
    OFFICE,
    A,
    B,
    asked,
)


def test_the_draft_is_kept_while_it_is_written_and_its_version_counts_on(town: Flask, staff: DeskOf) -> None:
    reference, form = asked(town), {}
    form = staff(A).written(reference, "První")
    for n, text in enumerate(("První", "První věta.", "První věta. Druhá."), 1):
        answer = staff(A).autosave(reference, {**form, "text": text})
        assert answer.status_code == 200
        assert answer.get_json()["version"] == n
        form["version"] = str(answer.get_json()["version"])
        assert draft(town, reference) == (n, text)
    again = staff(A).form(reference, "odpoved")
    assert (again["text"], again["version"]) == ("První věta. Druhá.", "3")
    assert state(town, reference) == "new"
    assert letters(town, reference) == []


def test_a_save_that_is_repeated_is_no_conflict(town: Flask, staff: DeskOf) -> None:
    reference = asked(town)
    form = staff(A).written(reference, "Stejná slova.")
    versions = [staff(A).autosave(reference, form).get_json()["version"] for _ in range(3)]
    assert versions == [1, 1, 1]
    later = {**form, "version": "1", "text": "Jiná slova."}
    versions = [staff(A).autosave(reference, later).get_json()["version"] for _ in range(2)]
    assert versions == [2, 2]


def test_the_second_writer_is_told_sees_both_texts_and_loses_nothing(town: Flask, staff: DeskOf) -> None:
    reference = asked(town)
    mine, theirs = staff(A).written(reference, "Text od A."), staff(B).written(reference, "Text od B.")
    assert staff(B).autosave(reference, theirs).status_code == 200
    refused = staff(A).autosave(reference, mine)
    assert (refused.status_code, refused.get_json()["error"]) == (409, "draft_conflict")
    for step in ("save", "submit"):
        answer = staff(A).post(reference, "odpoved", {**mine, "step": step})
        assert answer.status_code == 409
        page = answer.get_data(as_text=True)
        assert "Text od A." in page
        assert "Text od B." in page
        assert "Referent B" in page
    assert draft(town, reference) == (1, "Text od B.")
    assert said(town, reference) == []
    chosen = desks.form_of(page, "odpoved")
    assert chosen["text"] == "Text od A."
    assert staff(A).post(reference, "odpoved", {**chosen, "step": "save"}).status_code == 303
    assert draft(town, reference) == (2, "Text od A.")


def test_while_an_answer_waits_for_approval_its_draft_is_not_changed(light: Flask, desk: DeskOf) -> None:
    reference = asked(light, department="kancelar")
    form = desk(OFFICE).written(reference, "Ke schválení.")
    assert desk(OFFICE).post(reference, "odpoved", form).status_code == 303
    before = stored(light)
    for step in ("save", "submit"):
        answer = desk(OFFICE).post(reference, "odpoved", {**form, "text": "Něco jiného.", "step": step})
        assert answer.status_code == 409
        assert "Něco jiného." in answer.get_data(as_text=True)
    assert desk(OFFICE).autosave(reference, {**form, "text": "Něco jiného."}).status_code == 409
    assert stored(light) == before


@pytest.mark.parametrize("version", ["", "x", "-1", "1.5", "9" * 30, "\u0661", "100001", "\0"])
def test_a_made_up_version_overwrites_nothing(light: Flask, desk: DeskOf, version: str) -> None:
    reference = asked(light)
    desk(A).autosave(reference, desk(A).written(reference, "Moje slova."))
    form = {**desk(B).written(reference, "Cizí slova."), "version": version}
    assert desk(B).autosave(reference, form).status_code == 409
    assert draft(light, reference) == (1, "Moje slova.")


def test_a_long_answer_with_diacritics_is_kept_whole_and_a_longer_one_is_given_back(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    longest = ("Žluťoučký kůň. " * 2000)[:20_000].strip()
    form = desk(A).written(reference, longest, True, "Název", ("Příliš " * 2000)[:9_999].strip())
    assert desk(A).autosave(reference, form).status_code == 200
    form["version"] = "1"
    too_long = desk(A).post(reference, "odpoved", {**form, "text": longest + " a ještě konec"})
    assert too_long.status_code == 413
    assert "a ještě konec" in too_long.get_data(as_text=True)
    assert said(light, reference) == []
    assert desk(A).post(reference, "odpoved", form).status_code == 303
    assert [text for text, _ in said(light, reference)] == [longest]


# The answer

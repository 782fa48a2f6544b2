"""Who was signed out in mid-answer loses no word, and nobody else gains anything."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hub import forms
from hub.database import db
from hub.models import Account
from hub.views.case_page import DRAFT_FORM
from tests import desks
from tests.desk.conftest import DeskOf
from tests.desk.looks import case_addresses, draft, letters, said, stored
from tests.desks import (
    OFFICE,
    SOCIAL,
    A,
    B,
    Desk,
    address,
    asked,
)
from tests.visitors import assert_refused


def signed_out(app: Flask, reference: str, form: dict[str, str], step: str = "submit") -> TestResponse:
    return app.test_client().post(address(reference, "odpoved"), data={**form, "step": step})


def test_words_sent_after_the_session_ended_are_there_after_signing_in_again(town: Flask, staff: DeskOf) -> None:
    for step in ("submit", "save"):
        reference = asked(town)
        form = staff(A).written(reference, "Psáno celé odpoledne.", True, "Název", "Otázka?")
        answer = signed_out(town, reference, form, step)
        assert answer.status_code == 401
        page = answer.get_data(as_text=True)
        assert "/urad/prihlaseni?next=" in page
        assert "lampu v Dlouhé" not in page  # what it is about stays inside
        assert said(town, reference) == []
        assert letters(town, reference) == []
        again = staff(A).form(reference, "odpoved")
        assert (again["text"], again["public"], again["title"]) == ("Psáno celé odpoledne.", "1", "Název")
        assert signed_out(town, reference, form, step).status_code == 401  # sent once more by a click on Back
        assert draft(town, reference) == (1, "Psáno celé odpoledne.")


def test_the_script_of_the_page_is_told_that_the_session_ended(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    form = desk(A).written(reference, "Rozepsáno.")
    before = stored(light)
    answer = light.test_client().post(address(reference, "koncept"), data=form, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()) == (401, {"error": "signed_out"})
    assert stored(light) == before


def test_a_key_that_does_not_fit_stores_nothing_and_the_words_are_given_back(
    light: Flask, desk: DeskOf, subtests: pytest.Subtests
) -> None:
    reference, other = asked(light), asked(light)
    form = desk(A).written(reference, "Nesmí se ztratit.")
    with light.app_context():
        social = db.session.scalars(sa.select(Account).where(Account.email == SOCIAL)).one()
        alien = forms.token(DRAFT_FORM, [social.id, reference, social.fs_uniquifier[:16]])
        unknown = forms.token(DRAFT_FORM, [10**9, reference, "0" * 16])
        odd = [
            forms.token(DRAFT_FORM, state)
            for state in (None, 7, [], [[], reference, ""], ["1", reference, 2], {"a": 1})
        ]
        elsewhere = forms.token("ask", [social.id, reference, social.fs_uniquifier[:16]])
    keys = {
        "of another case": desk(A).form(other, "odpoved")["key"],
        "of an account of another department": alien,
        "of no account": unknown,
        "of another form": elsewhere,
        "forged": form["key"][:-3] + "abc",
        "empty": "",
        "long": "x" * 10_000,
        **{f"odd {n}": key for n, key in enumerate(odd)},
    }
    before = stored(light)
    for name, key in keys.items():
        with subtests.test(name):
            answer = signed_out(light, reference, {**form, "key": key})
            assert answer.status_code == 401
            assert "Nesmí se ztratit." in answer.get_data(as_text=True)
            assert stored(light) == before
    without = {field: value for field, value in form.items() if field != "key"}
    assert signed_out(light, reference, without).status_code == 401
    assert stored(light) == before


def test_the_key_of_an_account_that_was_closed_or_got_a_new_password_stores_nothing(
    request: pytest.FixtureRequest, tmp_path: Any
) -> None:
    from tests.visitors import close_house, fresh_database

    app = desks.open_town(fresh_database(request, "sqlite", tmp_path), tmp_path)
    reference = asked(app)
    form = Desk(app, A).written(reference, "Slova zavřeného účtu.")
    for change in ({"active": False}, {"active": True, "fs_uniquifier": "f" * 64}):
        with app.app_context():
            db.session.execute(sa.update(Account).where(Account.email == A).values(**change))
            db.session.commit()
        before = stored(app)
        answer = signed_out(app, reference, form)
        assert answer.status_code == 401
        assert "Slova zavřeného účtu." in answer.get_data(as_text=True)
        assert stored(app) == before
    close_house(app)


def test_signed_out_over_a_draft_of_somebody_else_or_an_answer_that_waits_the_words_are_given_back(
    light: Flask, desk: DeskOf
) -> None:
    reference, waiting = asked(light), asked(light, department="kancelar")
    form = desk(A).written(reference, "Moje verze.", True, "Můj název", "Moje otázka?")
    desk(B).send(reference, "Verze kolegy.", step="save")
    late = desk(OFFICE).written(waiting, "Moje verze.")
    desk(OFFICE).send(waiting, "Slova ke schválení.")
    before = stored(light)
    answer = signed_out(light, reference, form)
    assert answer.status_code == 401
    for words in ("Moje verze.", "Můj název", "Moje otázka?"):
        assert words in answer.get_data(as_text=True)
    assert "Verze kolegy." not in answer.get_data(as_text=True)
    assert "Moje verze." in signed_out(light, waiting, late).get_data(as_text=True)
    assert stored(light) == before


def test_only_the_two_forms_that_keep_words_are_taken_without_their_token(
    light: Flask, desk: DeskOf, subtests: pytest.Subtests
) -> None:
    reference = asked(light)
    form = {
        "key": desk(A).form(reference, "odpoved")["key"],
        "verdict": "approve",
        "n": "1",
        "note": "x",
        "department": "socialni",
        "kind": "complaint",
    }
    before = stored(light)
    for method, path in case_addresses(light, reference):
        if method == "POST" and not path.endswith(("/koncept", "/odpoved")):
            with subtests.test(path):
                assert_refused(light.test_client().post(path, data=form), 400, "form_expired")
    assert stored(light) == before


@pytest.mark.parametrize("token", [None, "", "x", "foreign"])
def test_signed_in_without_the_token_nothing_is_done_and_no_word_is_lost(
    light: Flask, desk: DeskOf, token: str | None
) -> None:
    reference = asked(light)
    form = desk(A).written(reference, "Bez důkazu, ale napsáno.")
    del form["csrf_token"]
    if token is not None:
        form["csrf_token"] = desk(B).form(reference, "odpoved")["csrf_token"] if token == "foreign" else token
    before = stored(light)
    for step in ("submit", "save"):
        answer = desk(A).post(reference, "odpoved", {**form, "step": step})
        assert answer.status_code == 400
        page = answer.get_data(as_text=True)
        assert desks.form_of(page, "odpoved")["text"] == "Bez důkazu, ale napsáno."
    refused = desk(A).autosave(reference, form)
    assert (refused.status_code, refused.get_json()["error"]) == (400, "form_expired")
    forged = desk(A).post(reference, "odpoved", {**form, "key": desk(B).form(reference, "odpoved")["key"]})
    assert forged.status_code == 400
    assert "Bez důkazu, ale napsáno." in forged.get_data(as_text=True)
    assert 'action="' + address(reference, "odpoved") not in forged.get_data(
        as_text=True
    )  # not into a form that could be sent
    assert stored(light) == before
    again = desk(A).post(reference, "odpoved", {**desks.form_of(page, "odpoved"), "step": "submit"})
    assert again.status_code == 303


# The actions themselves

"""Answers, private and public, once; withdrawn, corrected, given once more."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hub.database import db
from hub.models import Case
from tests import desks
from tests.desk.conftest import DeskOf
from tests.desk.looks import draft, letters, said, state, stored, together
from tests.desks import (
    OFFICE,
    A,
    B,
    address,
    asked,
    follow_page,
    public_page,
)


def test_a_private_answer_is_for_its_citizen_alone(town: Flask, staff: DeskOf) -> None:
    reference = asked(town)
    before = public_page(town)
    assert staff(A).send(reference, "Technik přijde v úterý dopoledne.").status_code == 303
    assert state(town, reference) == "answered"
    assert "Technik přijde v úterý" in follow_page(town, reference)
    assert letters(town, reference) == ["queued"]
    assert draft(town, reference) is None
    assert re.sub("nonce-?[^ ]*", "", public_page(town)) == re.sub("nonce-?[^ ]*", "", before)
    for page in (public_page(town), public_page(town, "/"), public_page(town, q="Technik")):
        assert "přijde v úterý" not in page


def test_who_left_no_address_reads_the_answer_under_the_link(light: Flask, desk: DeskOf) -> None:
    reference = asked(light, email="")
    assert desk(A).send(reference, "Odpověď pod odkazem.").status_code == 303
    assert letters(light, reference) == []
    assert "Odpověď pod odkazem." in follow_page(light, reference)


def test_a_public_answer_names_nobody(town: Flask, staff: DeskOf) -> None:
    text = "Dobrý den, jsem Jana Novotná, volejte 604 123 456 nebo pište na jana.novotna@seznam.example. Lampa u lip nesvítí."
    reference = asked(town, text, email="jana.novotna@seznam.example")
    form = staff(A).form(reference, "odpoved")
    assert "604 123 456" not in form["public_question"] + form["title"]
    assert "novotna@" not in form["public_question"] + form["title"]
    question = form["public_question"].replace("jsem Jana Novotná, ", "")
    path = staff(A).publish(reference, "Lampu vyměníme do pátku.", "Nesvítí lampa u lip", question)
    pages = [
        public_page(town, prefix + page, **query)
        for prefix in ("", "/en", "/uk")
        for page, query in ((path, {}), ("/odpovedi", {}), ("/odpovedi", {"q": "lampa"}), ("/", {}))
    ]
    for page in pages:
        assert "Nesvítí lampa u lip" in re.sub("</?mark>", "", page)
        for secret in ("Novotn", "604", "123 456", "seznam.example", reference, "Referent A", desks.secrets[reference]):
            assert secret not in page
    assert "vyměníme do pátku" in pages[0]
    assert path in follow_page(town, reference)
    assert letters(town, reference) == ["queued"]
    assert "novotn" not in path


@pytest.mark.parametrize(
    ("consent", "title", "question"),
    [(False, "Název", "Otázka?"), (True, "", "Otázka?"), (True, "Název", ""), (True, " ", " \u200b")],
)
def test_publishing_needs_consent_a_title_and_a_question(
    light: Flask, desk: DeskOf, consent: bool, title: str, question: str
) -> None:
    reference = asked(light, consent=consent)
    before = stored(light)
    answer = desk(A).send(reference, "Rozepsaná slova.", True, title, question)
    assert answer.status_code == 400
    assert "Rozepsaná slova." in answer.get_data(as_text=True)
    assert stored(light) == before


def test_an_empty_answer_is_not_sent(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    before = stored(light)
    assert desk(A).send(reference, " \n\t").status_code == 400
    assert stored(light) == before


def test_the_same_answer_sent_twice_is_one(town: Flask, staff: DeskOf) -> None:
    for public in (False, True):
        reference = asked(town)
        form = staff(A).written(reference, "Jednou stačí.", public, "Název", "Otázka?")
        for _ in range(3):  # a double click, and a retry because the reply was lost
            assert staff(A).post(reference, "odpoved", form).status_code == 303
        assert said(town, reference) == [("Jednou stačí.", 1)]
        assert letters(town, reference) == ["queued"]


def test_a_double_click_at_the_very_same_moment_is_one_answer(town: Flask, staff: DeskOf) -> None:
    for _ in range(5):
        reference = asked(town)
        form = staff(A).written(reference, "Obě kliknutí.", True, "Název", "Otázka?")
        cookie = staff(A).client.get_cookie("urad")
        assert cookie

        def click(reference: str = reference, form: dict[str, str] = form, value: str = cookie.value) -> TestResponse:
            client = town.test_client(use_cookies=False)
            return client.post(address(reference, "odpoved"), data=form, headers={"Cookie": f"urad={value}"})

        assert [answer.status_code for answer in together(click, click, click)] == [303] * 3
        assert said(town, reference) == [("Obě kliknutí.", 1)]
        assert letters(town, reference) == ["queued"]


def test_of_two_officials_who_send_at_once_one_wins_and_the_other_keeps_the_text(town: Flask, staff: DeskOf) -> None:
    for n in range(8):
        reference = asked(town)
        if n % 2:  # with a draft that both have opened, and without
            staff(A).send(reference, "Rozepsáno.", step="save")
        texts = {A: "Odpověď od A.", B: "Odpověď od B."}
        ready = {who: staff(who).written(reference, text, True, "Název", "Otázka?") for who, text in texts.items()}

        def send(who: str, reference: str = reference, ready: dict[str, dict[str, str]] = ready) -> TestResponse:
            return staff(who).post(reference, "odpoved", ready[who])

        got = dict(zip((A, B), together(lambda: send(A), lambda: send(B)), strict=True))
        assert sorted(answer.status_code for answer in got.values()) == [303, 409]
        winner = next(who for who, answer in got.items() if answer.status_code == 303)
        loser = next(who for who in got if who != winner)
        assert said(town, reference) == [(texts[winner], 1)]
        assert letters(town, reference) == ["queued"]
        page = got[loser].get_data(as_text=True)
        assert desks.form_of(page, "odpoved")["text"] == texts[loser]
        assert texts[winner] in page  # the one that was sent stands above
        assert draft(town, reference) is None
        # Having read it, one may still send the own one as another answer.
        again = staff(loser).post(reference, "odpoved", {**desks.form_of(page, "odpoved"), "step": "submit"})
        assert again.status_code == 303
        assert [text for text, _ in said(town, reference)] == [texts[winner], texts[loser]]


def test_after_an_answer_one_more_may_be_given_even_with_the_same_words(town: Flask, staff: DeskOf) -> None:
    reference = asked(town)
    for text in ("Opravíme to.", "Je opraveno.", "Je opraveno."):
        assert staff(B).send(reference, text).status_code == 303
        assert state(town, reference) == "answered"
    assert [text for text, _ in said(town, reference)] == ["Opravíme to.", "Je opraveno.", "Je opraveno."]
    assert letters(town, reference) == ["queued"] * 3
    page = follow_page(town, reference)
    assert page.index("Je opraveno.") < page.index("Opravíme to.")  # the newest first


def test_an_old_form_does_not_answer_once_more_by_mistake(town: Flask, staff: DeskOf) -> None:
    reference = asked(town)
    old = staff(A).written(reference, "Odpověď ze starého okna.")
    assert staff(B).send(reference, "Mezitím odpověděno.").status_code == 303
    assert staff(A).autosave(reference, old).status_code == 409
    answer = staff(A).post(reference, "odpoved", old)
    assert answer.status_code == 409
    assert "Odpověď ze starého okna." in answer.get_data(as_text=True)
    assert [text for text, _ in said(town, reference)] == ["Mezitím odpověděno."]


def test_a_closed_case_is_opened_by_an_answer(town: Flask, staff: DeskOf) -> None:
    for department, who, then in (("dopravy", A, "answered"), ("kancelar", OFFICE, "in_review")):
        reference = asked(town, department=department)
        with town.app_context():
            db.session.execute(
                sa.update(Case).where(Case.reference == reference).values(state="closed", version=Case.version + 1)
            )
            db.session.commit()
        assert reference in staff(who).inbox(pohled="vyrizene")
        assert staff(who).send(reference, "Ještě něco.").status_code == 303
        assert state(town, reference) == then


def test_what_is_withdrawn_is_public_no_more_and_may_be_published_anew(town: Flask, staff: DeskOf) -> None:
    reference = asked(town)
    path = staff(A).publish(reference, "Zveřejněná slova vodopád.", "Vodopád")
    assert "vodopád" in public_page(town, q="vodopád")
    assert staff(B).withdraw(reference).status_code == 303
    gone = town.test_client().get(path)
    assert gone.status_code == 410
    assert "Zveřejněná slova" not in gone.get_data(as_text=True)
    for page in (public_page(town), public_page(town, "/"), public_page(town, q="vodopád")):
        assert "Zveřejněná slova" not in page
    assert "Zveřejněná slova" in follow_page(town, reference)  # the citizen keeps it
    assert path not in follow_page(town, reference)
    assert "/stazeni" not in staff(A).page(reference)
    again = staff(A).publish(reference, "Zveřejněná slova vodopád.", "Vodopád")  # the same words, on purpose
    assert again != path
    assert "Zveřejněná slova" in public_page(town, again)
    assert "Zveřejněná slova" in public_page(town, q="vodopád")
    assert town.test_client().get(path).headers["Location"] == again


def test_a_correction_stands_beside_the_answer_and_the_corrected_question_replaces_the_old_one(
    town: Flask, staff: DeskOf
) -> None:
    reference = asked(town)
    path = staff(A).publish(reference, "Otevřeno v pondělí.", "Kdy je otevřeno", "Kdy má otevřeno bazén Zelenáč?")
    assert (
        staff(A).publish(reference, "Oprava: otevřeno v úterý.", "Kdy je otevřeno", "Kdy má otevřeno bazén Modřín?")
        == path
    )
    page = public_page(town, path)
    assert page.index("Otevřeno v pondělí.") < page.index("Oprava: otevřeno v úterý.")
    assert "Modřín" in page
    assert "Zelenáč" not in page
    assert path in public_page(town, q="modřín")
    assert path not in public_page(town, q="zelenáč")
    assert_no_gap(public_page(town, q="modřín otevřeno"), path)


def assert_no_gap(page: str, path: str) -> None:
    """Both answers of a page are found."""
    assert page.count(f'href="{path}"') == 2


# Approval

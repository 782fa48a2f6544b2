"""With the private link of a case its citizen adds words, opens it again, says where to write, takes a copy, has it erased."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.actions import following
from hub.database import db
from hub.envelopes import Attached, Said
from hub.language import full_day
from hub.models import Address, Case, Delivery, Message, Revision
from hub.rules.localtime import local
from hub.storage import storage
from tests import desks
from tests.desks import ADMINISTRATOR, Desk
from tests.questions import problems_of, stored_files, stranger, words_of
from tests.visitors import assert_refused, everything

PDF = b"%PDF-1.7 plan ulice"


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[desks.Towns]:
    yield from desks.towns(request, tmp_path_factory.mktemp("towns"))


@pytest.fixture
def town(towns: desks.Towns, engine: str) -> Flask:
    return towns(engine)


@pytest.fixture
def light(towns: desks.Towns) -> Flask:
    return towns("sqlite")


@pytest.fixture
def citizen(light: Flask) -> FlaskClient:
    return light.test_client(use_cookies=False)


def link(reference: str, action: str = "") -> str:
    return f"/sledovani/{desks.secrets[reference]}/{action}".rstrip("/")


def opened(client: FlaskClient, reference: str) -> dict[str, str]:
    page = client.get(link(reference)).get_data(as_text=True)
    return {"token": re.findall(r'name="token" value="([^"]+)"', page)[0]}


def send(client: FlaskClient, reference: str, action: str, **fields: str) -> TestResponse:
    return client.post(link(reference, action), data=fields, environ_overrides={"REMOTE_ADDR": stranger()})


def add(client: FlaskClient, reference: str, text: str, **fields: str) -> TestResponse:
    return send(client, reference, "doplneni", **{**opened(client, reference), "text": text, **fields})


def case(app: Flask, reference: str) -> Case:
    with app.app_context():
        found = desks.case_of(db.session(), reference)
        db.session.expunge_all()
        return found


class TestAdding:
    def test_added_words_stand_on_both_pages_and_mark_the_case(self, town: Flask) -> None:
        citizen, reference = town.test_client(use_cookies=False), desks.asked(town)
        due = case(town, reference).due_on
        done = add(citizen, reference, "Lampa je u domu číslo 7.")
        assert (done.status_code, done.headers["Location"]) == (303, link(reference) + "?doplneno=1")
        assert "Set-Cookie" not in done.headers
        for page in (desks.follow_page(town, reference), Desk(town, ADMINISTRATOR).page(reference)):
            assert "Lampa je u domu číslo 7." in page
        assert f"doplněno {full_day(local(datetime.now(UTC)).date())}" in Desk(town, ADMINISTRATOR).inbox()
        assert (case(town, reference).state, case(town, reference).due_on) == ("new", due)

    def test_the_same_form_twice_is_recorded_once_and_with_other_words_gives_them_back(
        self, light: Flask, citizen: FlaskClient
    ) -> None:
        reference = desks.asked(light)
        form = opened(citizen, reference)
        for _ in range(2):
            assert send(citizen, reference, "doplneni", **form, text="Ještě něco.").status_code == 303
        other = send(citizen, reference, "doplneni", **form, text="Něco jiného.")
        assert other.status_code == 409
        page = other.get_data(as_text=True)
        assert words_of(page) == "Něco jiného."
        again = {"token": re.findall(r'name="token" value="([^"]+)"', page)[0], "text": words_of(page)}
        assert send(citizen, reference, "doplneni", **again).status_code == 303
        assert desks.follow_page(light, reference).count("Co jste doplnili") == 2

    @pytest.mark.parametrize(
        ("text", "status"), [("", 400), (" \n\u200b ", 400), ("ž" * 10_001, 400), ("x" * 300_000, 413)]
    )
    def test_what_cannot_be_taken_is_said_and_changes_nothing(
        self, light: Flask, citizen: FlaskClient, text: str, status: int
    ) -> None:
        reference = desks.asked(light)
        form, before = opened(citizen, reference), everything(light)
        answer = send(citizen, reference, "doplneni", **form, text=text)
        assert answer.status_code == status
        assert everything(light) == before
        if status == 400:
            page = answer.get_data(as_text=True)
            assert problems_of(page)
            assert words_of(page) == text

    def test_a_forged_form_or_another_site_adds_nothing_and_the_words_come_back(
        self, light: Flask, citizen: FlaskClient
    ) -> None:
        reference = desks.asked(light)
        before = everything(light)
        forged = send(citizen, reference, "doplneni", token="x" + token_hex(20), text="Moje slova")
        assert forged.status_code == 400
        assert words_of(forged.get_data(as_text=True)) == "Moje slova"
        foreign = citizen.post(
            link(reference, "doplneni"),
            data={**opened(citizen, reference), "text": "Moje"},
            headers={"Origin": "https://jinde.cz"},
        )
        assert_refused(foreign, 403)
        assert everything(light) == before
        assert_refused(citizen.post(f"/sledovani/{'0' * 43}/doplneni", data={"text": "x"}), 404)

    def test_sent_by_many_at_once_it_is_recorded_once(self, town: Flask) -> None:
        reference = desks.asked(town)
        form = opened(town.test_client(use_cookies=False), reference)
        start, codes = Barrier(12), []

        def press() -> None:
            client = town.test_client(use_cookies=False)
            start.wait(20)
            codes.append(send(client, reference, "doplneni", **form, text="Jednou.").status_code)

        threads = [Thread(target=press) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert set(codes) == {303}
        assert desks.follow_page(town, reference).count("Jednou.") == 1

    def test_there_is_an_end_to_it(self, light: Flask, citizen: FlaskClient) -> None:
        reference = desks.asked(light)
        number = case(light, reference).id
        with light.app_context():
            for n in range(50):
                said = Said("web:test", f"{reference}-{n}", "", f"Dodatek {n}", adds_to=number)
                assert following.add(said, datetime.now(UTC)).problem is None
            db.session.remove()
        refused = add(citizen, reference, "Ještě jeden.")
        assert refused.status_code == 400
        assert "novou zprávu" in problems_of(refused.get_data(as_text=True))[0]


class TestOpeningAgain:
    def test_an_answered_case_is_opened_again_with_a_deadline_of_its_own_and_answered_anew(self, town: Flask) -> None:
        past = datetime.now(UTC) - timedelta(days=40)
        reference, citizen, desk = desks.asked(town, now=past), town.test_client(), Desk(town, ADMINISTRATOR)
        assert desk.send(reference, "Lampa už svítí.").status_code == 303
        late = case(town, reference).due_on
        assert "Nestačí vám odpověď?" in desks.follow_page(town, reference)
        assert add(citizen, reference, "Nesvítí.").status_code == 303
        again = case(town, reference)
        assert (again.state, again.answered_at) == ("in_progress", None)
        assert again.reopened_on is not None
        assert again.received_on < again.reopened_on
        assert again.due_on > late
        page = desks.follow_page(town, reference)
        assert page.index("Nesvítí.") < page.index("Lampa už svítí.") < page.index("Kdy opravíte lampu")
        assert "Znovu otevřeno" in page
        assert reference in desk.inbox()
        assert desk.send(reference, "Opravdu už svítí.").status_code == 303
        page = desks.follow_page(town, reference)
        assert page.index("Opravdu už svítí.") < page.index("Nesvítí.")
        assert case(town, reference).state == "answered"

    def test_a_case_closed_without_an_answer_can_be_opened_too(self, light: Flask, citizen: FlaskClient) -> None:
        reference, desk = desks.asked(light), Desk(light, ADMINISTRATOR)
        form = {**desk.form(reference, "uzavreni"), "reason": "Není to otázka."}
        assert desk.post(reference, "uzavreni", form).status_code == 303
        assert add(citizen, reference, "Je to otázka.").status_code == 303
        assert case(light, reference).state == "in_progress"


class TestWhereToWrite:
    def test_a_case_without_an_address_gets_one_and_the_answer_goes_there(self, town: Flask) -> None:
        reference, citizen, desk = desks.asked(town, email=""), town.test_client(), Desk(town, ADMINISTRATOR)
        done = send(citizen, reference, "email", email=" Pavel.Novy@Seznam.CZ ")
        assert done.status_code == 303
        assert "p…@seznam.cz" in desks.follow_page(town, reference)
        assert desk.send(reference, "Ano.").status_code == 303
        assert letters(town, reference) == [("receipt", "pavel.novy@seznam.cz"), ("answer", "pavel.novy@seznam.cz")]

    def test_a_wrong_address_is_put_right_and_added_words_do_not_bring_the_old_one_back(
        self, light: Flask, citizen: FlaskClient
    ) -> None:
        reference, desk = desks.asked(light, email="jana@sezman.cz"), Desk(light, ADMINISTRATOR)
        add(citizen, reference, "A ještě tohle.")
        assert send(citizen, reference, "email", email="jana@seznam.cz").status_code == 303
        add(citizen, reference, "A tohle.")
        desk.send(reference, "Ano.")
        assert letters(light, reference)[-1] == ("answer", "jana@seznam.cz")

    @pytest.mark.parametrize("email", ["", "jana", "a@b", "a@b.cz, c@d.cz", "a@b.cz\nBcc: c@d.cz", "x" * 250 + "@b.cz"])
    def test_what_is_no_address_is_refused(self, light: Flask, citizen: FlaskClient, email: str) -> None:
        reference = desks.asked(light, email="")
        before = everything(light)
        refused = send(citizen, reference, "email", email=email)
        assert refused.status_code == 400
        assert problems_of(refused.get_data(as_text=True))
        assert everything(light) == before


def letters(app: Flask, reference: str) -> list[tuple[str, str]]:
    with app.app_context():
        of_case = (
            sa.select(Delivery.letter, Address.value).join(Address).join(Message, Message.id == Delivery.message_id)
        )
        mine = Message.conversation_id == desks.case_of(db.session(), reference).conversation_id
        found = [(letter, value) for letter, value in db.session.execute(of_case.where(mine).order_by(Delivery.id))]
        db.session.remove()
    return found


def test_the_copy_holds_all_that_was_said_and_the_files(light: Flask, citizen: FlaskClient) -> None:
    with light.app_context():
        file = Attached("plán ulice.pdf", "application/pdf", len(PDF), "0" * 64, storage().put(PDF))
    reference, desk = desks.asked(light, attached=(file,), email="kopie@seznam.cz"), Desk(light, ADMINISTRATOR)
    add(citizen, reference, "Dodatek.")
    desk.note(reference, "Interní poznámka.")
    desk.send(reference, "Hotovo.")
    answer = citizen.get(link(reference, "kopie"))
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "application/zip",
        "no-store",
    )
    assert answer.headers["Content-Disposition"] == f'attachment; filename="ozvena-{reference}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.read("files/1-plán ulice.pdf") == PDF
        about = json.loads(archive.read("case.json"))
        assert len(archive.namelist()) == 2
    assert [(one["by"], one["text"]) for one in about["said"]] == [
        ("you", "Kdy opravíte lampu v Dlouhé ulici?"),
        ("you", "Dodatek."),
        ("city", "Hotovo."),
    ]
    assert about["addresses"] == [["email", "kopie@seznam.cz"]]
    assert about["reference"] == reference
    assert [one["letter"] for one in about["letters"]] == ["receipt", "answer"]
    assert "Interní" not in json.dumps(about, ensure_ascii=False)
    assert_refused(citizen.get(f"/sledovani/{'0' * 43}/kopie"), 404)


class TestErasing:
    @pytest.fixture
    def sealed(self, town: Flask) -> tuple[str, str]:
        """A case with words of this test in every place: the reference, and the word."""
        seal = f"pecet{token_hex(8)}"
        with town.app_context():
            content = b"%PDF-1.7 " + seal.encode()
            file = Attached(f"{seal}.pdf", "application/pdf", len(content), "0" * 64, storage().put(content))
        reference = desks.asked(town, f"Kdy {seal}?", f"{seal}@seznam.cz", department="kancelar", attached=(file,))
        citizen, official, head = town.test_client(), Desk(town, desks.OFFICE), Desk(town, desks.OFFICE_HEAD)
        add(citizen, reference, f"Dodatek {seal}.")
        official.note(reference, f"Poznámka {seal}.")
        official.send(reference, f"Ne {seal}.")
        assert head.decide(reference, "return", f"Lépe {seal}.").status_code == 303
        official.send(reference, f"Ano {seal}.", True, f"Název {seal}", f"Otázka {seal}?")
        assert head.decide(reference, "approve").status_code == 303
        official.send(reference, f"Koncept {seal}.", step="save")
        return reference, seal

    def places_of(self, app: Flask, seal: str) -> set[str]:
        rows = {table for table, rows in everything(app).items() if seal in repr(rows)}
        files = {"files" for path in stored_files(app) if seal.encode() in path.read_bytes()}
        return rows | files

    def test_no_word_is_left_anywhere_and_nothing_else_changes(
        self, town: Flask, sealed: tuple[str, str], subtests: pytest.Subtests
    ) -> None:
        reference, seal = sealed
        other = desks.asked(town, "Jiná otázka?", "jina@seznam.cz")
        places = self.places_of(town, seal)
        assert places >= {"revisions", "attachments", "files", "case_notes", "drafts", "addresses", "decisions"}
        counts = {table: len(rows) for table, rows in everything(town).items()}
        citizen = town.test_client(use_cookies=False)
        slug = re.findall(r'href="(/odpovedi/[^"]+)"', desks.follow_page(town, reference))[0]
        warned = citizen.get(link(reference, "vymazani")).get_data(as_text=True)
        assert slug in warned
        assert seal in desks.follow_page(town, reference)  # looking at it erases nothing
        assert send(citizen, reference, "vymazani").status_code == 303
        assert self.places_of(town, seal) == set()
        after = {table: len(rows) for table, rows in everything(town).items()}
        fewer = {table for table in after if after[table] < counts[table]}
        assert fewer == {"drafts", "search_entries", "answered_words", "case_entries"}
        assert citizen.get(slug).status_code == 404
        for page in (desks.follow_page(town, reference), Desk(town, ADMINISTRATOR).page(reference)):
            assert "vymaz" in page.casefold()
        assert "Jiná otázka?" in desks.follow_page(town, other)
        with town.app_context():
            assert db.session.scalar(sa.select(sa.func.count()).where(Address.value == "jina@seznam.cz")) == 1
            db.session.remove()

    def test_what_was_erased_has_ended(self, town: Flask, sealed: tuple[str, str]) -> None:
        reference, seal = sealed
        citizen, desk = town.test_client(), Desk(town, ADMINISTRATOR)
        form = opened(citizen, reference)
        written = {**desk.written(reference, "Ještě odpovím."), "version": "999999"}
        note = desk.form(reference, "poznamka")
        assert [send(citizen, reference, "vymazani").status_code for _ in range(2)] == [303, 303]
        added = send(citizen, reference, "doplneni", **form, text="Přece jen.")
        assert added.status_code == 400
        assert send(citizen, reference, "email", email="a@seznam.cz").status_code == 409
        assert desk.post(reference, "odpoved", written).status_code == 409
        assert desk.post(reference, "poznamka", {**note, "note": "x"}).status_code == 409
        assert json.loads(zipfile.ZipFile(io.BytesIO(citizen.get(link(reference, "kopie")).data)).read("case.json"))
        assert self.places_of(town, seal) == set()

    def test_an_open_case_is_closed_by_it_and_letters_that_wait_are_taken_back(
        self, light: Flask, citizen: FlaskClient
    ) -> None:
        reference = desks.asked(light, email="odvolana@seznam.cz")
        assert send(citizen, reference, "vymazani").status_code == 303
        assert case(light, reference).state == "closed"
        with light.app_context():
            mine = (
                sa.select(Delivery.state)
                .join(Message, Message.id == Delivery.message_id)
                .where(Message.conversation_id == desks.case_of(db.session(), reference).conversation_id)
            )
            assert db.session.scalars(mine).all() == ["cancelled"]
            db.session.remove()

    def test_an_address_that_others_need_stays(self, light: Flask, citizen: FlaskClient) -> None:
        first, second = (desks.asked(light, f"Otázka {n}?", "spolecna@seznam.cz") for n in range(2))
        send(citizen, first, "vymazani")
        assert "s…@seznam.cz" in desks.follow_page(light, second)
        assert "s…@seznam.cz" not in desks.follow_page(light, first)
        send(citizen, second, "vymazani")
        assert "addresses" not in self.places_of(light, "spolecna@seznam.cz")

    def test_what_the_law_keeps_in_records_is_erased_by_an_official_who_has_seen_to_them(
        self, light: Flask, citizen: FlaskClient
    ) -> None:
        seal = f"pecet{token_hex(8)}"
        reference, desk = desks.asked(light, f"Stěžuji si na {seal}."), Desk(light, ADMINISTRATOR)
        desk.classify(reference, kind="complaint")
        assert "Požádat o vymazání" in citizen.get(link(reference, "vymazani")).get_data(as_text=True)
        early = {"csrf_token": desk.form(reference, "poznamka")["csrf_token"], "filed": "1"}
        assert desk.post(reference, "vymazani", early).status_code == 409
        assert send(citizen, reference, "vymazani").status_code == 303
        assert seal in desks.follow_page(light, reference)
        assert "přeje si vymazání" in desk.inbox()
        form = desk.form(reference, "vymazani")
        unfiled = {name: value for name, value in form.items() if name != "filed"}
        assert desk.post(reference, "vymazani", unfiled).status_code == 400
        assert self.places_of(light, seal) >= {"revisions"}
        assert Desk(light, desks.SOCIAL).post(reference, "vymazani", form).status_code in {400, 404}
        assert desk.post(reference, "vymazani", form).status_code == 303
        assert self.places_of(light, seal) == set()

    def test_another_site_erases_nothing(self, light: Flask, citizen: FlaskClient) -> None:
        reference = desks.asked(light)
        answer = citizen.post(link(reference, "vymazani"), headers={"Sec-Fetch-Site": "cross-site"})
        assert_refused(answer, 403)
        assert case(light, reference).erased_at is None


def test_revisions_keep_their_digest_when_their_words_go(light: Flask, citizen: FlaskClient) -> None:
    reference = desks.asked(light)
    with light.app_context():
        question = desks.case_of(db.session(), reference).question_id
        digest = db.session.scalar(sa.select(Revision.digest).where(Revision.message_id == question))
        db.session.remove()
    send(citizen, reference, "vymazani")
    with light.app_context():
        kept = db.session.scalars(sa.select(Revision).where(Revision.message_id == question)).one()
        assert (kept.digest, kept.salt, kept.text, kept.erased_at is not None) == (digest, None, None, True)
        db.session.remove()

"""What officials do with a case: the inbox, the draft, the answer, its approval, and that no word is ever lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hub import forms
from hub.actions import answers, cases
from hub.actions.answers import Written
from hub.database import db
from hub.envelopes import Attached
from hub.models import Account, Case, Delivery, Draft, Message, Revision
from hub.storage import storage
from hub.views.case_page import DRAFT_FORM
from hub.vocabulary import CaseState
from tests import desks
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
from tests.visitors import assert_refused, everything, signed_in

DeskOf = Callable[[str], Desk]


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    yield from desks.towns(request, tmp_path_factory.mktemp("towns"))


@pytest.fixture
def town(towns: Towns, engine: str) -> Flask:
    return towns(engine)


@pytest.fixture
def light(towns: Towns) -> Flask:
    """The town where the engine does not matter."""
    return towns("sqlite")


@pytest.fixture(scope="module")
def kept_desks() -> dict[tuple[int, str], Desk]:
    return {}


@pytest.fixture
def desk(light: Flask, kept_desks: dict[tuple[int, str], Desk]) -> DeskOf:
    """Account → its desk in the light town; signing in is slow by design, so it is done once."""

    def of(email: str) -> Desk:
        return (
            kept_desks.setdefault((id(light), email), Desk(light, email))
            if (id(light), email) not in kept_desks
            else kept_desks[(id(light), email)]
        )

    return of


@pytest.fixture
def staff(town: Flask, kept_desks: dict[tuple[int, str], Desk]) -> DeskOf:
    """Account → its desk in the town of this engine."""

    def of(email: str) -> Desk:
        if (id(town), email) not in kept_desks:
            kept_desks[(id(town), email)] = Desk(town, email)
        return kept_desks[(id(town), email)]

    return of


@pytest.fixture
def words() -> str:
    """Words that no other test uses: the towns of this file are shared."""
    return f"Slova ke schválení číslo {next(desks.numbers)}."


def stored(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table. A desk may sign in at any time, so sign-ins are left out."""
    rows = everything(app)
    return {**rows, "audit_entries": [row for row in rows["audit_entries"] if "sign in" not in row]}


def state(app: Flask, reference: str) -> str:
    with app.app_context():
        return case_of(db.session(), reference).state


def draft(app: Flask, reference: str) -> tuple[int, str] | None:
    """(version, text) of the draft that is kept."""
    with app.app_context():
        case = case_of(db.session(), reference)
        kept = db.session.get(Draft, case.id)
        return (kept.version, kept.text) if kept else None


def letters(app: Flask, reference: str, letter: str = "answer") -> list[str]:
    """The states of the letters of this kind that belong to a case."""
    with app.app_context():
        case = case_of(db.session(), reference)
        mine = sa.select(Message.id).where(Message.conversation_id == case.conversation_id)
        wanted = sa.select(Delivery.state).where(Delivery.message_id.in_(mine), Delivery.letter == letter)
        return list(db.session.scalars(wanted.order_by(Delivery.id)))


def said(app: Flask, reference: str) -> list[tuple[str, int | None]]:
    """(newest text, shown revision) of every answer of a case."""
    with app.app_context():
        case = case_of(db.session(), reference)
        wanted = sa.select(Message).where(Message.conversation_id == case.conversation_id, Message.kind == "answer")
        return [(m.revisions[-1].text or "", m.shown_n) for m in db.session.scalars(wanted.order_by(Message.id))]


def open_to(app: Flask, reference: str, email: str) -> bool:
    answer = signed_in(app, email).get(address(reference))
    assert answer.status_code in {200, 404}
    return answer.status_code == 200


# The inbox


def references(page: str) -> list[str]:
    return re.findall(r'href="/urad/pripady/([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z])"', page)


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


def case_addresses(app: Flask, reference: str) -> list[tuple[str, str]]:
    """(method, address) of every route under which a case can be asked for."""
    found = []
    for rule in app.url_map.iter_rules():
        if "reference" in rule.arguments:
            path = re.sub(
                r"<(?:\w+:)?(\w+)>", lambda part: {"reference": reference, "position": "1"}[part[1]], rule.rule
            )
            found += [(method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


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
        assert "Nesvítí lampa u lip" in page
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


def together(*calls: Callable[[], TestResponse]) -> list[TestResponse]:
    """What each gets when all begin at the same moment."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], TestResponse]) -> TestResponse:
        barrier.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [one.result(timeout=60) for one in [pool.submit(run, call) for call in calls]]


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
    assert page.index("Opravíme to.") < page.index("Je opraveno.")


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
    assert_refused(town.test_client().get(path), 404)
    for page in (public_page(town), public_page(town, "/"), public_page(town, q="vodopád")):
        assert "Zveřejněná slova" not in page
    assert "Zveřejněná slova" in follow_page(town, reference)  # the citizen keeps it
    assert path not in follow_page(town, reference)
    assert "/stazeni" not in staff(A).page(reference)
    again = staff(A).publish(reference, "Zveřejněná slova vodopád.", "Vodopád")  # the same words, on purpose
    assert again != path
    assert "Zveřejněná slova" in public_page(town, again)
    assert "Zveřejněná slova" in public_page(town, q="vodopád")
    assert_refused(town.test_client().get(path), 404)


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


def review(app: Flask, staff: DeskOf, text: str, public: bool = True) -> str:
    """A case of the department that asks for approval, with an answer that waits for it."""
    reference = asked(app, department="kancelar")
    assert staff(OFFICE).send(reference, text, public, "Název", "Otázka?").status_code == 303
    assert state(app, reference) == "in_review"
    return reference


def waits(app: Flask, reference: str, text: str) -> None:
    """It still waits: neither the citizen nor the public has it."""
    assert state(app, reference) == "in_review"
    assert letters(app, reference) == []
    assert text not in follow_page(app, reference)
    assert text not in public_page(app)


def test_whoever_wrote_an_answer_does_not_approve_it(town: Flask, staff: DeskOf, words: str) -> None:
    reference = review(town, staff, words)
    assert 'value="approve"' not in staff(OFFICE).page(reference)
    form = {**staff(OFFICE).form(reference, "poznamka"), "n": staff(OFFICE_HEAD).form(reference, "schvaleni")["n"]}
    assert_refused(staff(OFFICE).post(reference, "schvaleni", {**form, "verdict": "approve"}), 403)
    waits(town, reference, words)

    for author in (OFFICE_HEAD, PRESS, ADMINISTRATOR):  # not even one who approves what others write
        reference = asked(town, department="kancelar")
        assert staff(author).send(reference, words).status_code == 303
        assert 'value="approve"' not in staff(author).page(reference)
        token = staff(author).form(reference, "poznamka")["csrf_token"]
        form = {"csrf_token": token, "n": "1", "verdict": "approve"}
        assert_refused(staff(author).post(reference, "schvaleni", form), 403)
        waits(town, reference, words)


def test_an_official_approves_and_returns_nothing_of_others(light: Flask, desk: DeskOf, words: str) -> None:
    reference = asked(light, department="kancelar")
    assert desk(OFFICE_HEAD).send(reference, words).status_code == 303
    assert 'value="approve"' not in desk(OFFICE).page(reference)
    token = desk(OFFICE).form(reference, "poznamka")["csrf_token"]
    for verdict in ("approve", "return"):
        form = {"csrf_token": token, "n": "1", "verdict": verdict, "reason": "Proto."}
        assert_refused(desk(OFFICE).post(reference, "schvaleni", form), 403)
    assert_refused(desk(OFFICE).post(reference, "schvaleni", {**form, "verdict": "maybe"}), 400)
    waits(light, reference, words)


@pytest.mark.parametrize("who", [OFFICE_HEAD, PRESS, ADMINISTRATOR])
def test_a_second_person_approves_and_only_then_it_goes_out(town: Flask, staff: DeskOf, who: str, words: str) -> None:
    reference = review(town, staff, words)
    waits(town, reference, words)
    assert words in staff(who).page(reference)
    assert staff(who).decide(reference, "approve").status_code == 303
    assert state(town, reference) == "answered"
    assert letters(town, reference) == ["queued"]
    assert words in follow_page(town, reference)
    assert words in public_page(town)
    assert draft(town, reference) is None


def test_a_returned_answer_is_a_draft_again_and_goes_the_same_way_once_more(
    town: Flask, staff: DeskOf, words: str
) -> None:
    reference = review(town, staff, words)
    assert staff(OFFICE_HEAD).decide(reference, "return", "  ").status_code == 400
    waits(town, reference, words)
    assert staff(OFFICE_HEAD).decide(reference, "return", "Chybí termín.").status_code == 303
    assert state(town, reference) == "in_progress"
    form = staff(OFFICE).form(reference, "odpoved")
    assert (form["text"], form["public"], form["title"]) == (words, "1", "Název")
    assert (
        staff(OFFICE).post(reference, "odpoved", {**form, "text": "S termínem.", "step": "submit"}).status_code == 303
    )
    assert said(town, reference) == [("S termínem.", None)]
    assert staff(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    assert said(town, reference) == [("S termínem.", 2)]
    page = public_page(town, q="termínem")
    assert "S termínem." in page
    assert words not in follow_page(town, reference)


def test_a_public_answer_returned_may_be_sent_again_as_a_private_one_and_by_a_double_click(
    town: Flask, staff: DeskOf, words: str
) -> None:
    reference = review(town, staff, words)
    assert staff(OFFICE_HEAD).decide(reference, "return", "Jen soukromě.").status_code == 303
    form = staff(OFFICE).written(reference, words)
    for _ in range(2):
        assert staff(OFFICE).post(reference, "odpoved", form).status_code == 303
    assert staff(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    assert words in follow_page(town, reference)
    with town.app_context():
        case = case_of(db.session(), reference)
        shown = sa.select(Message.shown_n).where(Message.derived_from_id == case.question_id)
        assert list(db.session.scalars(shown)) == [None]


def test_what_changed_since_it_was_read_is_not_approved(town: Flask, staff: DeskOf, words: str) -> None:
    reference = review(town, staff, words)
    read = {**staff(OFFICE_HEAD).form(reference, "schvaleni"), "verdict": "approve"}
    assert staff(PRESS).decide(reference, "return", "Přepsat.").status_code == 303
    assert staff(OFFICE_HEAD).post(reference, "schvaleni", read).status_code == 409
    assert staff(OFFICE).send(reference, "Přepsáno a nečteno.").status_code == 303
    assert staff(OFFICE_HEAD).post(reference, "schvaleni", read).status_code == 409
    assert said(town, reference) == [("Přepsáno a nečteno.", None)]
    assert staff(PRESS).decide(reference, "approve").status_code == 303
    assert staff(OFFICE).send(reference, "Druhá odpověď, nečtená.").status_code == 303
    assert staff(OFFICE_HEAD).post(reference, "schvaleni", read).status_code == 409
    assert said(town, reference)[-1] == ("Druhá odpověď, nečtená.", None)
    for n in ("", "x", "0", "99999", "-1"):
        assert staff(OFFICE_HEAD).post(reference, "schvaleni", {**read, "n": n}).status_code in {400, 409}


def test_two_who_decide_at_once_decide_once(town: Flask, staff: DeskOf, words: str) -> None:
    for _ in range(4):
        reference = review(town, staff, words)
        ready = {who: staff(who).form(reference, "schvaleni") for who in (OFFICE_HEAD, PRESS)}

        def decide(
            who: str, verdict: str, reference: str = reference, ready: dict[str, dict[str, str]] = ready
        ) -> TestResponse:
            return staff(who).post(reference, "schvaleni", {**ready[who], "verdict": verdict, "reason": "Ne."})

        got = together(lambda: decide(OFFICE_HEAD, "approve"), lambda: decide(PRESS, "return"))
        assert sorted(answer.status_code for answer in got) == [303, 409]
        approved = got[0].status_code == 303
        assert state(town, reference) == ("answered" if approved else "in_progress")
        assert len(letters(town, reference)) == int(approved)


def test_a_returned_answer_given_to_another_department_is_answered_there(
    town: Flask, staff: DeskOf, words: str
) -> None:
    reference = review(town, staff, words)
    staff(OFFICE_HEAD).decide(reference, "return", "Patří jinam.")
    staff(OFFICE).classify(reference, department="dopravy")
    path = staff(A).publish(reference, "Odpovídá doprava.")
    assert "Odbor dopravy" in public_page(town, path)
    assert "Kancelář primátora" not in public_page(town, path)
    assert words not in follow_page(town, reference)


# Signed out in mid-answer


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


def test_the_database_knows_the_author_even_where_the_page_was_gone_round(
    town: Flask, staff: DeskOf, words: str
) -> None:
    reference = review(town, staff, words)
    with town.app_context():
        head = desks.scope(OFFICE_HEAD)
        now = datetime.now(UTC)
        with pytest.raises(Exception, match="approves|schval|waits"):
            answers.decide(desks.scope(OFFICE), reference, 1, True, "", now)
        answers.decide(head, reference, 1, True, "", now)
        assert (
            answers.submit(desks.scope(OFFICE), reference, Written(0, words, True, "Název", "Otázka?"), now)
            is CaseState.ANSWERED
        )
        cases.note(head, reference, "Hotovo.", now)
    assert len(said(town, reference)) == 1

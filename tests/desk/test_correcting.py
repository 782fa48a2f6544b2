"""A sent or published answer is corrected: the old text stays until the new one is approved, and then everybody is told."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask

from hub.actions.deliveries import Claimed
from hub.database import db
from hub.jobs.letters import Desk as LetterDesk
from hub.models import Delivery, Message
from hub.queries import visibility
from hub.steps import words as steps
from hub.vocabulary import ActorKind, Cause, DecisionKind, Letter
from hub.work import Actor, work
from tests import desks
from tests.desk.conftest import DeskOf
from tests.desk.looks import draft, letters, said, state
from tests.desks import HEAD, OFFICE, OFFICE_HEAD, SOCIAL, A, asked, case_of, follow_page, public_page
from tests.visitors import assert_refused


def published(app: Flask, staff: DeskOf, words: str) -> tuple[str, str]:
    """A public answer of the department that asks for approval: its reference and its public address."""
    reference = asked(app, department="kancelar")
    assert staff(OFFICE).send(reference, words, True, "Lampa", "Kdy opravíte lampu?").status_code == 303
    assert staff(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    found = re.findall(r'href="(/odpovedi/[^"]+)"', staff(OFFICE).page(reference))
    return reference, found[-1]


def correct(staff: DeskOf, reference: str, who: str = OFFICE, **changes: str) -> int:
    """Begin to correct the first answer, change this in its form and send it; the status."""
    desk = staff(who)
    form = desk.form(reference, "oprava")
    assert desk.post(reference, "oprava", {**form, "answer": "1"}).status_code == 303
    return desk.post(reference, "odpoved", {**desk.form(reference, "odpoved"), "step": "submit", **changes}).status_code


def test_the_old_text_is_public_until_a_second_person_approves_the_new_one(
    town: Flask, staff: DeskOf, words: str
) -> None:
    reference, address = published(town, staff, words)
    assert correct(staff, reference, text=f"Nové: {words}", reason="Špatný termín.") == 303
    assert state(town, reference) == "in_review"
    for page in (public_page(town, address), follow_page(town, reference)):
        assert words in page
        assert "Nové:" not in page
        assert "Opraveno" not in page
    assert said(town, reference) == [(f"Nové: {words}", 1)]
    assert letters(town, reference) == ["queued"]

    token = staff(OFFICE).form(reference, "schvaleni")
    assert_refused(staff(OFFICE).post(reference, "schvaleni", {**token, "verdict": "approve"}), 403)
    approved_at = datetime.now(UTC).replace(microsecond=0)
    assert staff(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    assert state(town, reference) == "answered"
    for page in (public_page(town, address), follow_page(town, reference)):
        assert f"Nové: {words}" in page
        assert "Opraveno" in page
        assert "Špatný termín." in page
    assert letters(town, reference) == ["queued", "queued"]
    assert draft(town, reference) is None
    feed = town.test_client().get("/odpovedi.json").get_json()
    entry = next(one for one in feed["items"] if one["url"].endswith(address))
    assert f"Nové: {words}" in entry["content_html"]
    assert "Opraveno" in entry["content_html"]
    assert datetime.fromisoformat(entry["date_modified"]) >= approved_at
    assert "Nové" in re.sub("</?mark>", "", public_page(town, q=f"nové {words.rsplit(maxsplit=1)[-1]}"))


def test_the_letter_says_that_the_answer_was_corrected_and_the_old_one_goes_no_more(
    light: Flask, desk: DeskOf, words: str
) -> None:
    reference, _ = published(light, desk, words)
    assert correct(desk, reference, text="**Opraveno** takto.", reason="Jiný den.") == 303
    assert desk(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    with light.test_request_context():
        case = case_of(db.session(), reference)
        mine = sa.select(Message.id).where(Message.conversation_id == case.conversation_id)
        rows = db.session.scalars(
            sa.select(Delivery).where(Delivery.message_id.in_(mine), Delivery.letter == "answer").order_by(Delivery.n)
        ).all()
        now = datetime.now(UTC)
        may = [
            db.session.scalar(sa.select(visibility.sendable(Letter.ANSWER, one.message_id, one.n, now))) for one in rows
        ]
        assert may == [False, True]
        letter = LetterDesk(db.session(), 10**6).compose(claimed(rows[1]))
        assert letter is not None
        part = letter.parts[0][1]
        assert "Opravená odpověď" in part.subject
        assert "Jiný den." in part.text
        assert "Opraveno takto." in part.text
        assert "<strong>Opraveno</strong> takto." in part.html
        db.session.rollback()


def claimed(row: Delivery) -> Claimed:
    return Claimed(
        row.id, row.message_id, row.n, row.address_id, row.address.value, "cs", row.letter, row.operation, row.copy, 0,
        row.queued_at, row.lane,
    )  # fmt: skip


def test_the_wording_of_the_published_question_alone_is_corrected_without_a_letter(
    town: Flask, staff: DeskOf, words: str
) -> None:
    reference, address = published(town, staff, words)
    assert correct(staff, reference, public_question="Kdy opravíte lampu u školy?") == 303
    read = {**staff(OFFICE_HEAD).form(reference, "schvaleni"), "verdict": "approve"}
    assert staff(OFFICE_HEAD).decide(reference, "return", "Ještě název.").status_code == 303
    form = staff(OFFICE).form(reference, "odpoved")
    assert "Ještě název." in staff(OFFICE).page(reference)
    changed = {**form, "public_question": "Kdy u školy?", "title": "Lampa u školy", "step": "submit"}
    assert staff(OFFICE).post(reference, "odpoved", changed).status_code == 303
    assert staff(OFFICE_HEAD).post(reference, "schvaleni", read).status_code == 409  # it changed meanwhile
    assert staff(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    page = public_page(town, address)
    assert "Kdy u školy?" in page
    assert "<h1>Lampa u školy</h1>" in page
    assert "Opraveno" in page
    assert letters(town, reference) == ["queued"]
    assert "Opraveno" not in follow_page(town, reference)


def test_without_second_eyes_a_correction_is_out_at_once_and_needs_a_change(
    light: Flask, desk: DeskOf, words: str
) -> None:
    reference = asked(light)
    assert desk(A).send(reference, words).status_code == 303
    assert correct(desk, reference, A) == 400
    form = desk(A).form(reference, "odpoved")
    assert form["text"] == words
    sent = {**form, "text": "Jinak.", "step": "submit"}
    assert [desk(A).post(reference, "odpoved", sent).status_code for _ in range(2)] == [303, 303]
    assert said(light, reference) == [("Jinak.", 2)]
    assert state(light, reference) == "answered"
    page = follow_page(light, reference)
    assert "Jinak." in page
    assert words not in page


def test_a_correction_is_left_and_what_was_open_then_cannot_write_over_what_comes(
    light: Flask, desk: DeskOf, words: str
) -> None:
    reference = asked(light)
    assert desk(A).send(reference, words).status_code == 303
    assert desk(A).post(reference, "oprava", {**desk(A).form(reference, "oprava"), "answer": "1"}).status_code == 303
    old = desk(A).form(reference, "odpoved")
    assert desk(A).post(reference, "ponechani", desk(A).form(reference, "ponechani")).status_code == 303
    assert state(light, reference) == "answered"
    assert desk(A).form(reference, "odpoved")["corrects"] == ""
    assert desk(A).send(reference, "Další odpověď", step="save").status_code == 303
    assert desk(A).post(reference, "odpoved", {**old, "text": "Staré okno.", "step": "save"}).status_code == 409
    assert draft(light, reference)[1] == "Další odpověď"  # type: ignore[index]
    begun = desk(A).post(reference, "oprava", {"csrf_token": old["csrf_token"], "answer": "1"})
    assert begun.status_code == 409  # another answer is being written
    assert draft(light, reference)[1] == "Další odpověď"  # type: ignore[index]


def test_only_the_office_of_the_case_corrects(light: Flask, desk: DeskOf, words: str) -> None:
    reference = asked(light)
    assert desk(A).send(reference, words).status_code == 303
    token = desk(A).form(reference, "poznamka")["csrf_token"]
    for answer, status in (("2", 404), ("0", 404), ("x", 400), ("", 400)):
        assert_refused(desk(A).post(reference, "oprava", {"csrf_token": token, "answer": answer}), status)
    other = desk(SOCIAL)
    token = other.form(asked(light, department="socialni"), "poznamka")["csrf_token"]
    for action in ("oprava", "ponechani", "plan", "sablona"):
        assert_refused(other.post(reference, action, {"csrf_token": token, "answer": "1", "step": "now"}), 404)


def test_what_was_withdrawn_says_so_and_comes_back_only_by_approval(town: Flask, staff: DeskOf, words: str) -> None:
    reference, address = published(town, staff, words)
    assert staff(OFFICE).withdraw(reference).status_code == 303
    gone = town.test_client().get(address)
    assert gone.status_code == 410
    page = gone.get_data(as_text=True)
    assert "noindex" in page
    assert words not in page
    assert correct(staff, reference, public="1", title="Lampa", public_question="Kdy?") == 303
    assert state(town, reference) == "in_review"
    assert town.test_client().get(address).status_code == 410
    assert staff(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    again = town.test_client().get(address)
    assert again.status_code == 302
    assert words in public_page(town, again.headers["Location"])
    assert letters(town, reference) == ["queued"]  # the private answer did not change


def test_a_citizen_takes_the_consent_back_and_the_office_sees_it(town: Flask, staff: DeskOf, words: str) -> None:
    reference, address = published(town, staff, words)
    link = f"/sledovani/{desks.secrets[reference]}/stazeni"
    assert town.test_client().post(link, headers={"Origin": "https://jinde.example"}).status_code == 403
    assert town.test_client().post(link).status_code == 303
    assert town.test_client().post(link).status_code == 303
    assert "vzali zpět souhlas" in follow_page(town, reference)
    assert words in public_page(town, address)
    inbox = staff(OFFICE).client.get("/urad/pripady?pohled=vyrizene").get_data(as_text=True)
    assert "nepřeje si zveřejnění" in inbox
    assert staff(OFFICE).withdraw(reference).status_code == 303
    assert town.test_client().get(address).status_code == 410
    page = staff(OFFICE).page(reference)
    assert "Občan si nepřeje" not in page
    with town.app_context():
        assert case_of(db.session(), reference).unpublish_asked_at is None
        assert not case_of(db.session(), reference).question.may_publish
    assert correct(staff, reference, public="1", title="Lampa", public_question="Kdy?") == 400


def test_answers_written_before_look_as_before(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    text = "# není nadpis\n- není seznam\n**hvězdy** zůstanou"
    assert desk(A).send(reference, "Odpověď.").status_code == 303
    with light.app_context():
        case = case_of(db.session(), reference)
        answer = db.session.scalars(
            sa.select(Message).where(Message.conversation_id == case.conversation_id, Message.kind == "answer")
        ).one()
        who = Actor(ActorKind.ACCOUNT, desks.scope(HEAD).account_id)
        with work(who, "test", datetime.now(UTC)) as w:
            n = steps.revise(w.session, answer, text, who, Cause.ORIGINAL, datetime.now(UTC)).n
            steps.decide(w.session, answer, n, DecisionKind.APPROVE, who, datetime.now(UTC))
            steps.show(w.session, answer, n, datetime.now(UTC))
    assert "<p># není nadpis<br>- není seznam<br>**hvězdy** zůstanou</p>" in follow_page(light, reference)

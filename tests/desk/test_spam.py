"""What looks like spam is kept aside with its reasons and nothing is lost: an official says what it is, and can take it back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.actions import asking
from hub.database import db
from hub.envelopes import Said
from hub.jobs import retention
from hub.models import Case, Delivery, Repeat
from tests import desks, visitors
from tests.desk.conftest import DeskOf
from tests.desk.looks import state
from tests.desks import SOCIAL, A, Desk, address, asked, case_of, follow_page

SPAM = "Vydělejte! https://a.example https://b.example https://c.example https://d.example"
NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)


def suspicion(app: Flask, reference: str) -> tuple[str | None, list[str]]:
    with app.app_context():
        case = case_of(db.session(), reference)
        return case.suspicion, case.hold_reasons


def receipts(app: Flask, reference: str) -> int:
    with app.app_context():
        question = case_of(db.session(), reference).question_id
        return db.session.scalar(sa.select(sa.func.count()).where(Delivery.message_id == question)) or 0


def judge(desk: Desk, reference: str, verdict: str) -> int:
    form = {**desk.form(reference, "podezreni"), "verdict": verdict}
    return desk.post(reference, "podezreni", form).status_code


def listed(desk: Desk, reference: str, view: str) -> bool:
    return reference in desk.inbox(pohled=view)


def test_spam_waits_aside_with_its_reason_and_no_letter_goes(town: Flask, staff: DeskOf) -> None:
    spam, plain = asked(town, SPAM), asked(town)
    assert suspicion(town, spam) == ("suspected", ["links"])
    assert suspicion(town, plain) == (None, [])
    assert (receipts(town, spam), receipts(town, plain)) == (0, 1)
    desk = staff(A)
    assert [listed(desk, spam, view) for view in ("otevrene", "podezrele")] == [False, True]
    assert [listed(desk, plain, view) for view in ("otevrene", "podezrele")] == [True, False]
    assert not listed(staff(SOCIAL), spam, "podezrele")
    page = desk.page(spam)
    assert "Obsahuje mnoho odkazů" in page
    assert "Vydělejte!" in page


def test_who_wrote_it_sees_the_same_page_as_anybody(town: Flask) -> None:
    pages = [follow_page(town, asked(town, text)) for text in (SPAM, "Kdy opravíte lampu?")]
    outlines = [
        re.sub(r"[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]|<div class=\"words\">.*?</div>", "", one, flags=re.S) for one in pages
    ]
    outlines = [
        re.sub(r'nonce="[^"]*"|name="token" value="[^"]*"|sledovani/[\w-]+|\d+:\d\d', "", one) for one in outlines
    ]
    assert outlines[0] == outlines[1]


def test_what_is_no_spam_comes_back_and_its_receipt_goes_once(town: Flask, staff: DeskOf) -> None:
    reference, desk = asked(town, SPAM), staff(A)
    with town.app_context():
        due = case_of(db.session(), reference).due_on
    assert judge(desk, reference, "clear") == 303
    assert suspicion(town, reference)[0] == "cleared"
    assert receipts(town, reference) == 1
    assert [listed(desk, reference, view) for view in ("otevrene", "podezrele")] == [True, False]
    assert judge(desk, reference, "clear") == 303
    assert receipts(town, reference) == 1
    with town.app_context():
        assert case_of(db.session(), reference).due_on == due
    assert "označení, že to není spam" in desk.page(reference)


def test_spam_is_closed_and_can_be_taken_back(town: Flask, staff: DeskOf) -> None:
    reference, desk = asked(town, SPAM), staff(A)
    assert judge(desk, reference, "spam") == 303
    assert (suspicion(town, reference)[0], state(town, reference)) == ("spam", "closed")
    assert [listed(desk, reference, view) for view in ("otevrene", "podezrele", "vyrizene")] == [False, False, True]
    assert receipts(town, reference) == 0
    assert judge(desk, reference, "clear") == 303
    assert (suspicion(town, reference)[0], state(town, reference)) == ("cleared", "in_progress")
    assert listed(desk, reference, "otevrene")
    assert receipts(town, reference) == 1
    assert judge(desk, reference, "spam") == 303
    assert (suspicion(town, reference)[0], state(town, reference)) == ("spam", "closed")


def test_whoever_takes_it_says_that_it_is_no_spam(town: Flask, staff: DeskOf) -> None:
    reference, desk = asked(town, SPAM), staff(A)
    assert desk.take(reference).status_code == 303
    assert suspicion(town, reference)[0] == "cleared"
    assert receipts(town, reference) == 1
    assert listed(desk, reference, "moje")


def test_an_answer_is_enough_too(town: Flask, staff: DeskOf) -> None:
    reference, desk = asked(town, SPAM), staff(A)
    assert desk.send(reference, "Odkazy jsme prošli, děkujeme.").status_code == 303
    assert state(town, reference) == "answered"
    assert listed(desk, reference, "vyrizene")
    assert 'action="/urad/pripady/' + reference + '/podezreni"' not in desk.page(reference)


def test_only_what_looked_like_spam_can_be_judged_and_only_in_known_words(light: Flask, desk: DeskOf) -> None:
    plain, spam, other = asked(light), asked(light, SPAM), asked(light, SPAM, department="socialni")
    form = desk(A).form(plain, "prevzeti")
    assert desk(A).post(plain, "podezreni", {**form, "verdict": "spam"}).status_code == 409
    assert suspicion(light, plain) == (None, [])
    for verdict in ("", "SPAM", "delete"):
        assert desk(A).post(spam, "podezreni", {**form, "verdict": verdict}).status_code == 400
    assert desk(A).post(other, "podezreni", {**form, "verdict": "spam"}).status_code == 404
    assert desk(A).client.post(f"{address(spam)}/podezreni", data={"verdict": "spam"}).status_code == 400
    assert suspicion(light, spam)[0] == "suspected"


@pytest.fixture
def strict(founded: Callable[[str, Path], str], engine: str, tmp_path: Path) -> Iterator[Flask]:
    """A town that counts what comes."""
    app = desks.opened(founded(engine, tmp_path), tmp_path, same_questions=3, questions_at_once=6)
    yield app
    visitors.close_house(app)


def heard(app: Flask, text: str, now: datetime = NOW) -> tuple[str | None, list[str]]:
    said = Said("web:napiste-nam", uuid4().hex, "jana@seznam.example", text, reply_channel="email")
    with app.app_context():
        case = db.session.get_one(Case, asking.ask(said, uuid4().hex, now).receipt.about)
        return case.suspicion, case.hold_reasons


def test_the_same_words_from_the_third_time_on_are_suspect_until_a_week_is_over(strict: Flask) -> None:
    text = "Prodám levně kvalitní palivové dřevo"
    assert [heard(strict, text)[0] for _ in range(2)] == [None, None]
    same = ("suspected", ["repeated"])
    assert heard(strict, f"{text.upper()}!!", NOW + timedelta(days=6)) == same  # other letters, the same stems
    assert heard(strict, "Prodám levně kvalitní palivové uhlí", NOW + timedelta(days=6)) == (None, [])
    assert heard(strict, text, NOW + timedelta(days=14)) == (None, [])


def test_short_words_are_the_same_by_chance(strict: Flask) -> None:
    assert [heard(strict, "Dobrý den, děkuji.")[0] for _ in range(5)] == [None] * 5


def test_too_many_at_once_from_everywhere_are_suspect_until_it_is_quiet(strict: Flask) -> None:
    found = [heard(strict, f"Zpráva číslo {n} o stavu silnice {n}", NOW + timedelta(seconds=n)) for n in range(8)]
    assert found == [(None, [])] * 6 + [("suspected", ["burst"])] * 2
    assert heard(strict, "A ještě jedna o něčem jiném", NOW + timedelta(minutes=11)) == (None, [])


def test_a_hidden_field_that_is_filled_in_makes_it_suspect_and_nothing_is_lost(strict: Flask) -> None:
    said = Said("web:napiste-nam", uuid4().hex, "", "Moje slova", is_trapped=True)
    with strict.app_context():
        case = db.session.get_one(Case, asking.ask(said, uuid4().hex, NOW).receipt.about)
        assert (case.suspicion, case.hold_reasons) == ("suspected", ["honeypot"])
        assert case.question.revisions[0].text == "Moje slova"


def test_digests_of_words_are_forgotten_after_a_week(strict: Flask) -> None:
    heard(strict, "Prodám levně kvalitní palivové dřevo")
    heard(strict, "Kdy bude otevřena nová knihovna", NOW + timedelta(days=5))
    with strict.app_context():
        assert retention.forget_repeats(NOW + timedelta(days=8)) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Repeat)) == 1
        assert retention.forget_repeats(NOW + timedelta(days=8)) == 0

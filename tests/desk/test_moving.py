"""The deadline of a case extended, and waiting for its citizen: only where a rule lets it, and the citizen is told."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import errors
from hub.actions import cases as acts
from hub.actions import following, terms
from hub.database import db
from hub.envelopes import Said
from hub.models import AuditEntry, Case, CaseTerm, Delivery
from tests import desks
from tests.desk.conftest import DeskOf
from tests.desks import ADMINISTRATOR, SOCIAL, A, asked, case_of, follow_page, scope
from tests.visitors import csrf

CAME = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)
"""15 days end on Christmas Eve, so the answer is due on Monday 28 December 2026."""
NEXT_DAY = CAME + timedelta(days=1)
WHY = "Podklady sbíráme ve třech úřadovnách a nejsou ještě úplné."


def asking_for(app: Flask, kind: str, **more: object) -> str:
    reference = asked(app, "Kolik stojí oprava mostu?", now=CAME, **more)  # type: ignore[arg-type]
    with app.app_context():
        acts.classify(scope(ADMINISTRATOR), reference, "dopravy", kind, CAME)
        db.session.remove()
    return reference


def due(app: Flask, reference: str) -> date:
    with app.app_context():
        found = case_of(db.session(), reference).due_on
        db.session.remove()
    return found


def extend(app: Flask, reference: str, now: datetime = NEXT_DAY, who: str = A, **more: object) -> date:
    seen = due(app, reference).isoformat()
    with app.app_context():
        values = {"reason": WHY, "named": None, "seen": seen, **more}
        try:
            return terms.extend(scope(who), reference, now=now, **values)  # type: ignore[arg-type]
        finally:
            db.session.remove()


def call(app: Flask, reference: str, now: datetime = NEXT_DAY) -> date:
    seen = due(app, reference).isoformat()
    with app.app_context():
        try:
            return terms.call(scope(A), reference, seen, "Napište, prosím, o kterém mostu píšete.", now)
        finally:
            db.session.remove()


def add_words(app: Flask, reference: str, now: datetime) -> None:
    with app.app_context():
        case = case_of(db.session(), reference)
        said = Said("web:test", f"doplneni-{reference}-{now}", "", "Most přes Lučinu.", adds_to=case.id)
        assert following.add(said, now).problem is None
        db.session.remove()


class TestExtending:
    @pytest.mark.parametrize(
        ("kind", "before", "after"),
        [
            ("information", date(2026, 12, 28), date(2027, 1, 4)),  # 15 and 10 days are 25; that is Sunday 3 January
            ("gdpr", date(2027, 1, 11), date(2027, 3, 9)),  # 9 January is a Saturday; three months in all
        ],
    )
    def test_the_days_of_the_law_are_added_and_free_days_looked_at_anew(
        self, town: Flask, kind: str, before: date, after: date
    ) -> None:
        reference = asking_for(town, kind)
        assert due(town, reference) == before
        assert extend(town, reference) == after
        assert due(town, reference) == after

    def test_where_the_law_names_no_length_the_office_names_the_day(self, light: Flask) -> None:
        reference = asking_for(light, "complaint")
        with pytest.raises(errors.BadInput):
            extend(light, reference)
        for named in (due(light, reference), date(2026, 1, 1), date(2099, 1, 1)):
            with pytest.raises(errors.BadInput):
                extend(light, reference, named=named)
        assert extend(light, reference, named=date(2027, 3, 26)) == date(2027, 3, 30)  # Good Friday to Easter Monday
        assert extend(light, reference, named=date(2027, 4, 15)) == date(2027, 4, 15)  # and once more, by its reason

    @pytest.mark.parametrize("kind", ["message", "suggestion", "petition", "proceedings"])
    def test_where_the_law_knows_none_there_is_none(self, light: Flask, kind: str) -> None:
        reference = asking_for(light, kind)
        with pytest.raises(errors.BadInput):
            extend(light, reference, named=date(2027, 3, 1))

    def test_it_is_done_once_in_time_with_a_reason_and_in_the_own_department(self, light: Flask) -> None:
        reference = asking_for(light, "information")
        before = due(light, reference)
        for reason in ("", "  \n ", "Protože.", "x" * 3001):
            with pytest.raises(errors.BadInput):
                extend(light, reference, reason=reason)
        with pytest.raises(errors.Conflict):
            extend(light, reference, seen="2026-12-24")
        with pytest.raises(errors.NotFound):
            extend(light, reference, who=SOCIAL)
        with pytest.raises(errors.BadInput):
            extend(light, reference, now=datetime(2026, 12, 28, 23, 0, tzinfo=UTC))  # midnight in Prague
        assert due(light, reference) == before
        extend(light, reference, now=datetime(2026, 12, 28, 22, 59, tzinfo=UTC))
        with pytest.raises(errors.Conflict):
            extend(light, reference)

    def test_an_answered_case_is_not_extended_and_one_opened_again_may_be(self, light: Flask) -> None:
        reference = asking_for(light, "information")
        extend(light, reference)
        with light.app_context():
            from hub.actions import answers
            from hub.actions.answers import Written

            answers.submit(scope(A), reference, Written(0, "Deset milionů."), NEXT_DAY)
            db.session.remove()
        with pytest.raises(errors.Conflict):
            extend(light, reference)
        again = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
        add_words(light, reference, again)
        assert due(light, reference) == date(2027, 1, 27)
        assert extend(light, reference, now=again) == date(2027, 2, 8)  # 6 February is a Saturday

    def test_another_kind_is_counted_by_its_rule_and_the_first_one_again_with_its_extension(self, light: Flask) -> None:
        reference = asking_for(light, "information")
        extended = extend(light, reference)
        with light.app_context():
            acts.classify(scope(A), reference, "dopravy", "message", NEXT_DAY)
            db.session.remove()
        assert due(light, reference) == date(2027, 1, 8)
        with light.app_context():
            acts.classify(scope(A), reference, "dopravy", "information", NEXT_DAY)
            db.session.remove()
        assert due(light, reference) == extended

    def test_the_citizen_is_told_by_letter_and_on_the_private_page(self, town: Flask) -> None:
        reference = asking_for(town, "information")
        extend(town, reference)
        with town.app_context():
            term = db.session.scalars(sa.select(CaseTerm).join(Case).where(Case.reference == reference)).one()
            letter = db.session.scalars(sa.select(Delivery).where(Delivery.message_id == term.message_id)).one()
            assert (letter.letter, letter.state, letter.address.value) == (
                "extension",
                "queued",
                "jana.novakova@seznam.example",
            )
            acts_done = db.session.scalars(sa.select(AuditEntry.act).where(AuditEntry.about_id == term.case_id))
            assert "extend a deadline" in set(acts_done)
            db.session.remove()
        page = follow_page(town, reference)
        for words in (WHY, "28.\u00a012.\u00a02026", "4.\u00a01.\u00a02027", "§ 14 odst. 7 zák. č. 106/1999 Sb."):
            assert words in page

    def test_the_case_page_shows_both_dates_and_refuses_with_the_words_kept(self, light: Flask, desk: DeskOf) -> None:
        reference = asked(light, "Prosím o informaci o mostu.")
        with light.app_context():
            acts.classify(scope(A), reference, "dopravy", "information", datetime.now(UTC))
            db.session.remove()
        form = desk(A).form(reference, "prodlouzeni")
        refused = desk(A).post(reference, "prodlouzeni", {**form, "reason": "Krátce"})
        assert refused.status_code == 400
        assert ">\nKrátce</textarea>" in refused.get_data(as_text=True)
        theirs = {**form, "reason": WHY, "csrf_token": csrf(desk(SOCIAL).client, "/urad/pripady")}
        assert desk(SOCIAL).post(reference, "prodlouzeni", theirs).status_code == 404
        assert desk(A).post(reference, "prodlouzeni", {**form, "reason": WHY}).status_code == 303
        twice = desk(A).post(reference, "prodlouzeni", {**form, "reason": WHY})
        assert twice.status_code == 409
        page = twice.get_data(as_text=True)
        assert page.count(WHY) == 2  # what the citizen was told, and what was typed again
        assert re.search(r"<strong>\d+\.\u00a0\d+\.\u00a0\d{4} → \d+", page)
        assert "prodloužení lhůty" in page.partition("Historie")[2]
        bad = desk(A).post(reference, "prodlouzeni", {**form, "reason": WHY, "until": "včera"})
        assert bad.status_code == 400


class TestWaitingForTheCitizen:
    def test_words_of_the_citizen_end_the_call_and_the_deadline_runs_anew(self, town: Flask) -> None:
        reference = asking_for(town, "information")
        assert call(town, reference) == date(2027, 1, 11)  # 30 days from the 10th end on Saturday 9 January
        assert due(town, reference) == date(2027, 1, 26)  # 15 days more at the latest
        assert "11.\u00a01.\u00a02027" in follow_page(town, reference)
        add_words(town, reference, datetime(2026, 12, 21, 12, 0, tzinfo=UTC))
        assert due(town, reference) == date(2027, 1, 5)
        assert extend(town, reference, now=datetime(2026, 12, 22, tzinfo=UTC)) == date(2027, 1, 15)

    def test_it_is_for_information_within_seven_days_and_once(self, light: Flask) -> None:
        with pytest.raises(errors.BadInput):
            call(light, asking_for(light, "complaint"))
        reference = asking_for(light, "information")
        with pytest.raises(errors.BadInput):
            call(light, reference, CAME + timedelta(days=8))
        call(light, reference, CAME + timedelta(days=7))
        for again in (call, extend):
            with pytest.raises(errors.Conflict):
                again(light, reference)


def test_an_erased_case_keeps_no_word_of_why(light: Flask) -> None:
    reference = asking_for(light, "information")
    extend(light, reference)
    with light.app_context():
        case = case_of(db.session(), reference)
        following.erase(case.id, NEXT_DAY)
        following.erase_as_wished(scope(A), reference, NEXT_DAY, is_filed=True)
        db.session.remove()
    assert WHY not in follow_page(light, reference)
    assert WHY not in desks.Desk(light, A).page(reference)

"""An approved answer goes out at its time: once, by a clock that can be trusted, and a person may be quicker or take it back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.actions import following, timetable
from hub.database import db
from hub.envelopes import Said
from hub.jobs.answers import by_the_clock
from hub.models import AuditEntry, ClockMark
from hub.queries import planned
from hub.rules import planning
from hub.rules.localtime import local
from hub.work import SYSTEM, work
from tests.desk.conftest import DeskOf
from tests.desk.looks import draft, letters, said, state
from tests.desk.test_correcting import correct, published
from tests.desks import OFFICE, OFFICE_HEAD, A, asked, case_of, follow_page, public_page
from tests.noticeboard.boards import Standing

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def trusted_clock(town: Flask) -> None:
    """Each test has a clock of its own: what another saw is forgotten."""
    with town.app_context(), work(SYSTEM, "test", datetime.now(UTC), audited=False) as w:
        w.session.execute(sa.delete(ClockMark))


def tick(app: Flask, at: datetime) -> int:
    with app.app_context():
        return by_the_clock(at, Standing(at))


def plan(
    staff: DeskOf,
    reference: str,
    text: str,
    who: str = A,
    public: bool = False,
    fields: dict[str, str] | None = None,
) -> int:
    written = staff(who).written(reference, text, public, "Název", "Otázka?")
    return staff(who).post(reference, "odpoved", {**written, "plan": "tomorrow", **(fields or {})}).status_code


def planned_for(app: Flask, reference: str) -> datetime:
    with app.app_context():
        at = planned.of_case(db.session(), case_of(db.session(), reference))
        assert at is not None
        return at


def test_it_goes_out_at_its_minute_and_not_before(town: Flask, staff: DeskOf, words: str) -> None:
    reference = asked(town)
    assert plan(staff, reference, words, public=True) == 303
    at = planned_for(town, reference)
    assert (local(at).hour, local(at).date()) == (8, local(datetime.now(UTC)).date() + DAY)
    assert state(town, reference) == "scheduled"
    assert "8:00" in staff(A).page(reference)
    for now in (datetime.now(UTC), at - timedelta(seconds=1)):
        assert tick(town, now) == 0
    assert letters(town, reference) == []
    assert words not in follow_page(town, reference) + public_page(town)
    assert tick(town, at) == 1
    assert tick(town, at + HOUR) == 0
    assert state(town, reference) == "answered"
    assert letters(town, reference) == ["queued"]
    assert draft(town, reference) is None
    with town.app_context():
        answer = case_of(db.session(), reference)
        assert answer.answered_at == at


def test_with_second_eyes_it_waits_for_both(town: Flask, staff: DeskOf, words: str) -> None:
    reference = asked(town, department="kancelar")
    assert plan(staff, reference, words, OFFICE) == 303
    assert state(town, reference) == "in_review"
    at = planned_for(town, reference)
    assert "8:00" in staff(OFFICE_HEAD).page(reference)
    assert tick(town, at) == 0
    assert staff(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    assert state(town, reference) == "scheduled"
    assert tick(town, at) == 1
    assert said(town, reference) == [(words, 1)]


def test_it_is_taken_back_and_approved_anew_or_sent_sooner(town: Flask, staff: DeskOf, words: str) -> None:
    reference = asked(town)
    assert plan(staff, reference, words) == 303
    at = planned_for(town, reference)
    for action in ("odpoved", "stazeni", "oprava"):
        form = {**staff(A).form(reference, "plan"), "text": "x", "step": "save", "version": "0", "answer": "1"}
        assert staff(A).post(reference, action, form).status_code == 409, action
    form = staff(A).form(reference, "plan")
    assert staff(A).post(reference, "plan", {**form, "step": "jindy"}).status_code == 400
    assert staff(A).post(reference, "plan", {**form, "step": "cancel"}).status_code == 303
    assert state(town, reference) == "in_progress"
    again = staff(A).form(reference, "odpoved")
    assert (again["text"], again["plan"]) == (words, "at")
    assert tick(town, at) == 0
    assert staff(A).post(reference, "plan", {**form, "step": "now"}).status_code == 409
    assert staff(A).post(reference, "odpoved", {**again, "step": "submit"}).status_code == 303
    assert state(town, reference) == "scheduled"
    assert [staff(A).post(reference, "plan", {**form, "step": "now"}).status_code for _ in range(2)] == [303, 409]
    assert said(town, reference) == [(words, 2)]
    assert letters(town, reference) == ["queued"]
    assert tick(town, at) == 0


def test_a_correction_goes_out_at_its_time_and_the_old_words_stay_until_then(
    town: Flask, staff: DeskOf, words: str
) -> None:
    reference, address = published(town, staff, words)
    assert staff(OFFICE).send(reference, f"Druhá: {words}").status_code == 303  # the plan is of the older answer
    assert staff(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    later = {"text": f"Nové: {words}", "reason": "Jiný den.", "plan": "tomorrow"}
    assert correct(staff, reference, **later) == 303
    assert state(town, reference) == "in_review"
    at = planned_for(town, reference)
    assert "8:00" in staff(OFFICE_HEAD).page(reference)
    assert staff(OFFICE_HEAD).decide(reference, "approve").status_code == 303
    assert state(town, reference) == "scheduled"
    assert "Oprava je připravena a čeká na svůj čas" in staff(OFFICE).page(reference)
    assert tick(town, at - timedelta(seconds=1)) == 0
    for page in (public_page(town, address), follow_page(town, reference)):
        assert words in page
        assert "Nové:" not in page
        assert "Opraveno" not in page
    assert letters(town, reference) == ["queued"] * 2
    assert tick(town, at) == 1
    assert tick(town, at + HOUR) == 0
    assert state(town, reference) == "answered"
    assert said(town, reference) == [(f"Nové: {words}", 2), (f"Druhá: {words}", 1)]
    for page in (public_page(town, address), follow_page(town, reference)):
        assert f"Nové: {words}" in page
        assert "Opraveno" in page
    assert letters(town, reference) == ["queued"] * 3
    assert draft(town, reference) is None


def test_a_planned_correction_of_public_words_alone_is_taken_back_and_sent_anew(
    light: Flask, desk: DeskOf, words: str
) -> None:
    reference = asked(light)
    address = desk(A).publish(reference, words)
    assert correct(desk, reference, A, public_question="Kdy ji u školy opravíte?", plan="tomorrow") == 303
    at = planned_for(light, reference)
    plan_form = desk(A).form(reference, "plan")
    assert desk(A).post(reference, "plan", {**plan_form, "step": "cancel"}).status_code == 303
    assert tick(light, at) == 0
    again = desk(A).form(reference, "odpoved")
    assert (again["corrects"], again["plan"]) == ("1", "at")
    assert desk(A).post(reference, "odpoved", {**again, "step": "submit"}).status_code == 303
    assert "u školy" not in public_page(light, address)
    assert tick(light, at) == 1
    assert "u školy" in public_page(light, address)
    assert letters(light, reference) == ["queued"]


def test_any_number_of_workers_send_it_once(town: Flask, staff: DeskOf, words: str) -> None:
    references = [asked(town) for _ in range(5)]
    for reference in references:
        assert plan(staff, reference, words) == 303
    at, together = planned_for(town, references[-1]), Barrier(3)

    def clock() -> int:
        with town.app_context():
            together.wait(10)
            try:
                return by_the_clock(at, Standing(at))
            finally:
                db.session.remove()

    with ThreadPoolExecutor(3) as pool:
        done = [one.result(60) for one in [pool.submit(clock) for _ in range(3)]]
    assert sum(done) == 5
    assert [letters(town, reference) for reference in references] == [["queued"]] * 5
    with town.app_context():
        ids = [case_of(db.session(), reference).id for reference in references]
        went = sa.select(sa.func.count()).where(
            AuditEntry.act == "send an answer at its time", AuditEntry.about_id.in_(ids)
        )
        assert db.session.scalar(went) == 5


def test_a_clock_that_went_back_sends_nothing_and_what_is_a_day_late_waits_for_a_person(
    town: Flask, staff: DeskOf, words: str
) -> None:
    first, second = asked(town), asked(town)
    assert plan(staff, first, words) == plan(staff, second, words) == 303
    at = planned_for(town, second)
    with town.app_context():
        timetable.mark(at + HOUR)
    assert tick(town, at) == 0
    assert tick(town, at + DAY + HOUR) == 0
    assert [state(town, one) for one in (first, second)] == ["scheduled"] * 2
    form = staff(A).form(first, "plan")
    assert staff(A).post(first, "plan", {**form, "step": "now"}).status_code == 303
    assert tick(town, at + 2 * HOUR) == 1


def test_a_plan_after_the_deadline_is_told_of(light: Flask, desk: DeskOf, words: str) -> None:
    reference = asked(light)
    with light.app_context():
        due = case_of(db.session(), reference).due_on
    on = due + timedelta(days=1)
    written = {"plan": "at", "plan_on": on.isoformat(), "plan_at": "8:00"}
    assert plan(desk, reference, words, fields=written) == 303
    assert "To je po lhůtě" in desk(A).page(reference)


@pytest.mark.parametrize(
    ("on", "at", "says"),
    [
        ("", "8:00", "Den odeslání"),
        ("2027-02-30", "8:00", "Den odeslání"),
        ("2027-03-01", "", "hodiny a minuty"),
        ("2027-03-01", "25:00", "hodiny a minuty"),
        ("2027-03-28", "2:30", "přeskočí"),
        ("2027-10-31", "2:30", "dvakrát"),
        ("2020-01-01", "8:00", "už minul"),
    ],
)
def test_a_time_that_is_none_is_told_and_nothing_is_lost(
    light: Flask, desk: DeskOf, words: str, on: str, at: str, says: str
) -> None:
    reference = asked(light)
    sent = desk(A).post(
        reference, "odpoved", {**desk(A).written(reference, words), "plan": "at", "plan_on": on, "plan_at": at}
    )
    page = sent.get_data(as_text=True)
    assert sent.status_code == 400
    assert says in page
    assert words in page
    assert state(light, reference) == "new"


def test_of_an_hour_that_comes_twice_one_is_chosen(light: Flask, desk: DeskOf, words: str) -> None:
    found = []
    for fold in ("1", "2"):
        reference = asked(light)
        night = {"plan": "at", "plan_on": "2027-10-31", "plan_at": "2:30", "plan_fold": fold}
        assert plan(desk, reference, words, fields=night) == 303
        found.append(planned_for(light, reference))
    assert found[1] - found[0] == HOUR


def test_days_on_which_clocks_are_moved_are_counted_right() -> None:
    assert planning.instants(date(2027, 3, 28), time(2, 30)) == ()
    assert planning.instants(date(2027, 3, 28), time(8)) == (datetime(2027, 3, 28, 6, tzinfo=UTC),)
    assert planning.instants(date(2027, 10, 31), time(8)) == (datetime(2027, 10, 31, 7, tzinfo=UTC),)
    assert len(planning.instants(date(2027, 10, 31), time(2, 30))) == 2
    for now, hour in ((datetime(2027, 3, 27, 23, 30, tzinfo=UTC), 6), (datetime(2027, 10, 30, 12, tzinfo=UTC), 7)):
        assert planning.tomorrow_morning(now).hour == hour


@pytest.mark.parametrize("by", ["clock", "person"])
def test_words_that_came_after_the_answer_was_written_wait_for_another_one(
    town: Flask, staff: DeskOf, words: str, by: str
) -> None:
    reference = asked(town, now=datetime.now(UTC) - 9 * DAY)
    assert plan(staff, reference, words) == 303
    at = planned_for(town, reference)
    with town.app_context():
        case = case_of(db.session(), reference)
        key, due_on = case.id, case.due_on
        db.session.rollback()
        said_more = Said("web:sledovani", f"dodatek-{key}", "", "Ulice je Dlouhá, ne Krátká.", adds_to=key)
        following.add(said_more, datetime.now(UTC))
    if by == "clock":
        assert tick(town, at) == 1
    else:
        assert staff(A).post(reference, "plan", {**staff(A).form(reference, "plan"), "step": "now"}).status_code == 303
    assert said(town, reference) == [(words, 1)]
    assert state(town, reference) == "in_progress"
    with town.app_context():
        case = case_of(db.session(), reference)
        assert case.answered_at is None
        assert case.reopened_on == local(datetime.now(UTC)).date()
        assert case.due_on > due_on

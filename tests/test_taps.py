"""A tap becomes a rating and a count; received twice it is there once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import cityfile
from hub.database import db
from hub.errors import BadInput, Conflict, UnknownTouchpoint
from hub.models import Count, Feedback, Rating
from hub.queries import recount
from hub.rules.localtime import local
from hub.vocabulary import Outcome
from kiosk import actions, demo
from kiosk.presses import Press, Refusal
from tests.conftest import NOW
from tests.presses import press

PLACE = cityfile.TouchpointPart(slug="ridici", name="Řidičské průkazy", department="dopravy", visits_a_day=40)


def stored() -> list[tuple[int, int]]:
    """(level of the visit, revision) of every sitting."""
    rows = db.session.execute(sa.select(Rating.level, Feedback.rev).join_from(Rating, Feedback).order_by(Rating.level))
    return [(row.level, row.rev) for row in rows]


def counted() -> dict[int, int]:
    """Level → counted, over all questions."""
    rows = db.session.execute(sa.select(Count.level, sa.func.sum(Count.counted)).group_by(Count.level))
    return {level: int(n) for level, n in rows if n}


@pytest.fixture(autouse=True)
def _counts_agree(city: Flask) -> object:
    yield
    db.session.rollback()
    assert recount.differences(db.session()) == []


def test_a_tap_is_stored_with_its_count() -> None:
    receipt = actions.record_one("ridici", press(4), NOW)
    assert receipt.outcome is Outcome.STORED
    assert stored() == [(4, 0)]
    assert counted() == {4: 1}


def test_a_repeated_tap_counts_once() -> None:
    tap = press(4)
    actions.record_one("ridici", tap, NOW)
    assert actions.record_one("ridici", tap, NOW + timedelta(hours=3)).outcome is Outcome.KNOWN
    assert stored() == [(4, 0)]
    assert counted() == {4: 1}


def test_a_later_step_amends_the_same_sitting() -> None:
    tap = press(2)
    actions.record_one("ridici", tap, NOW)
    amended = tap.model_copy(update={"rev": 1, "ratings": {"visit": 2, "reason": 6}})
    assert actions.record_one("ridici", amended, NOW).outcome is Outcome.AMENDED
    assert stored() == [(2, 1), (6, 1)]
    assert counted() == {2: 1, 6: 1}


def test_a_changed_face_moves_its_count() -> None:
    tap = press(1)
    actions.record_one("ridici", tap, NOW)
    actions.record_one("ridici", tap.model_copy(update={"rev": 1, "ratings": {"visit": 5}}), NOW)
    assert stored() == [(5, 1)]
    assert counted() == {5: 1}


def test_a_face_changed_from_the_best_drops_the_praise() -> None:
    tap = press(5)
    actions.record_one("ridici", tap, NOW)
    actions.record_one("ridici", tap.model_copy(update={"rev": 1, "ratings": {"visit": 5, "praise": 3}}), NOW)
    assert counted() == {5: 1, 3: 1}
    actions.record_one("ridici", tap.model_copy(update={"rev": 2, "ratings": {"visit": 2}}), NOW)
    assert stored() == [(2, 2)]
    assert counted() == {2: 1}


def test_steps_that_arrive_in_the_wrong_order_end_the_same() -> None:
    tap = press(1)
    later = tap.model_copy(update={"rev": 2, "ratings": {"visit": 3}})
    assert actions.record_one("ridici", later, NOW).outcome is Outcome.STORED
    assert actions.record_one("ridici", tap, NOW).outcome is Outcome.SUPERSEDED
    assert actions.record_one("ridici", tap, NOW).outcome is Outcome.KNOWN
    assert stored() == [(3, 2)]


def test_the_same_step_with_other_content_is_a_conflict_and_changes_nothing() -> None:
    tap = press(1)
    actions.record_one("ridici", tap, NOW)
    with pytest.raises(Conflict):
        actions.record_one("ridici", tap.model_copy(update={"ratings": {"visit": 5}}), NOW)
    assert stored() == [(1, 0)]


def test_two_places_may_see_the_same_id() -> None:
    tap = press(5)
    actions.record_one("ridici", tap, NOW)
    assert actions.record_one("davky", tap, NOW).outcome is Outcome.STORED
    assert counted() == {5: 2}


def test_a_level_outside_the_scale_is_refused() -> None:
    with pytest.raises(BadInput):
        actions.record_one("ridici", press(6), NOW)
    assert stored() == []


def test_an_unknown_question_or_questionnaire_is_refused() -> None:
    for wrong in (press(ratings={"nic": 1}), press(questionnaire="kiosk@9"), press(questionnaire="jiny@1")):
        with pytest.raises(BadInput):
            actions.record_one("ridici", wrong, NOW)
    assert stored() == []


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(UnknownTouchpoint):
        actions.record_one("nikde", press(), NOW)


def test_a_batch_has_a_receipt_for_each_and_one_bad_item_hurts_no_other() -> None:
    good, twice = press(5), press(3)
    other = twice.model_copy(update={"ratings": {"visit": 1}})
    batch: list[Press | Refusal] = [
        good,
        Refusal("x"),
        twice,
        twice,
        other,
        press(9),
        twice.model_copy(update={"rev": 1, "ratings": {"visit": 2}}),
    ]
    outcomes = [receipt.outcome for receipt in actions.record("ridici", batch, NOW)]
    assert outcomes == [
        Outcome.STORED,
        Outcome.INVALID,
        Outcome.STORED,
        Outcome.KNOWN,
        Outcome.CONFLICT,
        Outcome.INVALID,
        Outcome.AMENDED,
    ]
    assert stored() == [(2, 1), (5, 0)]


def test_a_press_sent_late_counts_in_the_hour_it_was_pressed() -> None:
    actions.record_one("ridici", press(5, age_ms=90 * 60 * 1000.0), NOW)
    count = db.session.scalars(sa.select(Count)).one()
    assert count.hour_at == datetime(2026, 11, 18, 8, tzinfo=UTC)
    assert (count.day_on.isoformat(), count.hour) == ("2026-11-18", 9)


def test_sample_taps_praise_the_best_alone_and_rest_on_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[datetime, dict[str, int]]] = []

    def take(_slug: str, items: list[Press], received: datetime) -> None:
        taken.extend((item.pressed_at(received), item.ratings) for item in items)

    monkeypatch.setattr(cityfile, "read", lambda _path: SimpleNamespace(touchpoints=[PLACE]))
    monkeypatch.setattr(actions, "record", take)
    demo.fill(NOW)
    days = {local(at).date() for at, _ in taken}
    assert {date(2026, 10, 27), date(2026, 11, 16), date(2026, 11, 18)} <= days
    assert not {date(2026, 9, 28), date(2026, 10, 28), date(2026, 11, 17)} & days
    assert {ratings["visit"] for _, ratings in taken if "praise" in ratings} == {5}
    assert {ratings["visit"] for _, ratings in taken if "reason" in ratings} == {1, 2, 3, 4}


def test_both_hours_of_the_autumn_night_are_kept_apart_and_shown_as_one() -> None:
    for hour in (0, 1):
        actions.record_one("ridici", press(5), datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
    rows = db.session.execute(sa.select(Count.hour_at, Count.hour).order_by(Count.hour_at)).all()
    assert [row.hour_at.hour for row in rows] == [0, 1]
    assert [row.hour for row in rows] == [2, 2]


def test_a_tap_leaves_no_trace_of_who_it_was() -> None:
    assert set(Feedback.__table__.columns.keys()) == {
        "id", "source", "external_id", "rev", "digests", "touchpoint_id", "department_id", "questionnaire_id",
        "about_id", "guide_id", "words_id", "language", "standing", "hour_at", "received_at", "occurred_at", "time_quality",
    }  # fmt: skip

"""The one door in, without any room: what a sitting becomes, whoever brings it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.envelopes import Edited, Said
from hub.models import Count, Feedback, Rating
from hub.queries import places, recount
from hub.steps import intake
from hub.vocabulary import Outcome, Standing
from hub.work import CITIZEN, work
from tests.conftest import NOW
from tests.factories import rated, record


@pytest.fixture(autouse=True)
def _counts_agree(city: Flask) -> object:
    yield
    db.session.rollback()
    assert recount.differences(db.session()) == []


def test_a_sitting_is_stored_with_its_rating_and_count() -> None:
    assert [receipt.outcome for receipt in record(NOW, rated("ridici", 4, 2))] == [Outcome.STORED]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Rating)) == 2
    assert db.session.scalar(sa.select(sa.func.sum(Count.counted))) == 2


def test_received_twice_is_recorded_once() -> None:
    sitting = rated("ridici", 4)
    outcomes = [receipt.outcome for receipt in record(NOW, sitting, sitting)]
    assert [*outcomes, record(NOW, sitting)[0].outcome] == [Outcome.STORED, Outcome.KNOWN, Outcome.KNOWN]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Feedback)) == 1


def test_another_source_may_use_the_same_id() -> None:
    sitting = rated("ridici", 4)
    assert record(NOW, sitting, replace(sitting, source="web"))[1].outcome is Outcome.STORED


def test_the_same_revision_with_another_digest_is_a_conflict() -> None:
    sitting = rated("ridici", 4)
    receipts = record(NOW, sitting, replace(sitting, digest="f" * 32))
    assert (receipts[1].outcome, receipts[1].problem) == (Outcome.CONFLICT, "conflict")


def test_an_amendment_of_a_sitting_that_was_set_aside_moves_the_set_aside_counts() -> None:
    sitting = rated("ridici", 1)
    record(NOW, sitting)
    with work(CITIZEN, "test", NOW, audited=False) as w:  # as a mark of abuse will do
        w.connection.execute(sa.update(Feedback).values(standing=Standing.SET_ASIDE))
        w.connection.execute(sa.update(Count).values(counted=0, set_aside=1))
    record(NOW, replace(sitting, rev=1, digest="e" * 32, ratings={"visit": 5}))
    rows = db.session.execute(sa.select(Count.level, Count.counted, Count.set_aside).order_by(Count.level)).all()
    assert [tuple(row) for row in rows] == [(1, 0, 0), (5, 0, 1)]


def test_a_sitting_without_ratings_or_with_a_strange_one_is_refused_by_its_receipt() -> None:
    sittings = [rated("ridici", ratings=of) for of in ({}, {"reason": 1}, {"visit": 1, "x": 1}, {"visit": 6})]
    problems = [receipt.problem for receipt in record(NOW, *sittings)]
    assert problems == ["no_rating", "no_rating", "unknown_question", "unknown_level"]


def test_what_has_no_way_in_yet_is_not_swallowed() -> None:
    with pytest.raises(NotImplementedError, match="Edited"), work(CITIZEN, "test", NOW) as w:
        intake.record(w.session, [Edited("memory:sál", "1", "Dobrý večer")], NOW)


def test_words_come_through_the_same_door_as_a_sitting() -> None:
    said = Said("memory:sál", "1", "anna", "Dobrý den")
    with work(CITIZEN, "test", NOW, audited=False) as w:
        receipts = intake.record(w.session, [said, rated("ridici", 4), said], NOW)
    assert [receipt.outcome for receipt in receipts] == [Outcome.STORED, Outcome.STORED, Outcome.KNOWN]


def test_definitions_are_remembered_for_each_database_and_only_when_published(city: Flask) -> None:
    memory = places.definitions(db.session())
    assert memory.by_code(db.session(), "kiosk@2") is memory.by_code(db.session(), "kiosk@2")
    assert memory.by_code(db.session(), "kiosk@3") is None
    for strange in ("", "kiosk", "@", "kiosk@", "kiosk@²", "kiosk@99999999", "x@1@1"):
        assert memory.by_code(db.session(), strange) is None

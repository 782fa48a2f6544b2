"""What happens when somebody presses: one transaction for one press, or for a whole batch of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from hub import errors
from hub.database import db
from hub.envelopes import Rated, Receipt
from hub.queries import places
from hub.steps import intake
from hub.vocabulary import Outcome, Standing, marked
from hub.work import CITIZEN, work
from kiosk import queries
from kiosk.gathering import Gathering, Waiting
from kiosk.presses import Press, Refusal
from kiosk.questions import is_hidden

PROBLEMS = {
    "conflict": errors.Conflict,
    "no_rating": errors.BadInput,
    "unknown_question": errors.BadInput,
    "unknown_level": errors.BadInput,
    "unknown_questionnaire": errors.BadInput,
    "hidden_question": errors.BadInput,
}

MESSAGES = {
    "no_rating": marked("No rating was chosen. Please touch one of the faces."),
    "unknown_question": marked("This question is not asked here. Open the page again."),
    "unknown_level": marked("This answer is not on the scale. Please touch one of the faces."),
    "unknown_questionnaire": marked("The questions have changed meanwhile. Open the page again."),
    "hidden_question": marked("This question does not belong to the chosen face. Open the page again."),
}


def record(slug: str, items: Sequence[Press | Refusal], now: datetime) -> list[Receipt]:
    """Record presses of one touchpoint in one commit; a receipt for each. Raises UnknownTouchpoint."""
    with work(CITIZEN, "tap", now, audited=False) as w:
        place = queries.tap_place(w.session, slug)
        if place is None:
            raise errors.UnknownTouchpoint
        rated = [_envelope(w.session, place, item, now) for item in items]
        receipts = intake.record(w.session, [item for item in rated if isinstance(item, Rated)], now)
    good = iter(receipts)
    return [next(good) if isinstance(item, Rated) else item for item in rated]


def _keep(together: list[Waiting]) -> None:
    now = max(one.now for one in together)
    with work(CITIZEN, "tap", now, audited=False) as w:
        found = [_found(w.session, one) for one in together]
        receipts = iter(intake.record(w.session, [item for item in found if isinstance(item, Rated)], now))
        answers = [next(receipts) if isinstance(item, Rated) else item for item in found]
    for one, answer in zip(together, answers, strict=True):
        if isinstance(answer, Receipt):
            one.receipt = answer
        else:
            one.problem = answer


def _found(session: Session, one: Waiting) -> Rated | Receipt | errors.Problem:
    place = queries.tap_place(session, one.slug)
    return _envelope(session, place, one.press, one.now) if place else errors.UnknownTouchpoint()


_GATHERINGS: WeakKeyDictionary[Engine, Gathering] = WeakKeyDictionary()
"""One for each database"""


def gathering_of(engine: Engine) -> Gathering:
    """Where presses of this database wait for each other."""
    return _GATHERINGS.setdefault(engine, Gathering(_keep))


def record_one(slug: str, press: Press, now: datetime) -> Receipt:
    """Record one press. Raises Conflict or BadInput where a batch would say so in its receipt."""
    receipt = gathering_of(db.engine).record(slug, press, now)
    if receipt.problem:
        raise PROBLEMS[receipt.problem](MESSAGES.get(receipt.problem))
    return receipt


def _envelope(session: Session, place: queries.OpenPlace, item: Press | Refusal, now: datetime) -> Rated | Receipt:
    if isinstance(item, Refusal):
        return Receipt(item.external_id, 0, Outcome.INVALID, "bad_input")
    definition = places.definitions(session).by_code(session, item.questionnaire)
    if definition is None:
        return Receipt(item.id, item.rev, Outcome.INVALID, "unknown_questionnaire")
    if is_hidden(definition, item.ratings):
        return Receipt(item.id, item.rev, Outcome.INVALID, "hidden_question")
    return Rated(
        source=f"kiosk:{place.id}",
        external_id=item.id,
        rev=item.rev,
        digest=item.digest(),
        touchpoint_id=place.id,
        department_id=place.department_id,
        questionnaire_id=definition.id,
        language=item.language,
        ratings=item.ratings,
        occurred_at=item.pressed_at(now),
        # A place with a paired device has its figures from that alone; its open page is then for trying.
        standing=Standing.SET_ASIDE if place.is_held else Standing.COUNTED,
    )

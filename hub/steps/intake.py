"""The one door in: whatever anybody says or measures, on any road, is recorded here. Received twice is recorded once.

The unique key (source, external id) decides, under any concurrency: no look-up before the insert.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from hub import batches, database
from hub.database import table_of
from hub.envelopes import Commented, Incoming, Rated, Receipt, Said
from hub.models import Feedback, Rating
from hub.queries.places import Definition
from hub.queries.places import definitions as definitions_of
from hub.rules.localtime import hour_of
from hub.steps import adding, commenting, hearing
from hub.steps.counts import Moves, Place
from hub.vocabulary import Outcome, Standing, TimeQuality

feedback = table_of(Feedback)
ratings = table_of(Rating)

KEY = ("source", "external_id")

_NEW_RATINGS = sa.insert(ratings)


def record(session: Session, incoming: Sequence[Incoming], now: datetime) -> list[Receipt]:
    """Record what came in, in one transaction of the caller; one receipt for each item, in the order given.

    An item that is not valid is refused by its receipt and does not hurt its neighbours.
    """
    receipts: list[Receipt | None] = [None] * len(incoming)
    moves = Moves()
    rounds: list[dict[tuple[str, str], int]] = []
    definitions = definitions_of(session)
    connection = session.connection()
    for index, item in enumerate(incoming):
        if isinstance(item, Said):
            receipts[index] = (hearing.hear if item.adds_to is None else adding.add)(session, item, now)
            continue
        if isinstance(item, Commented):
            receipts[index] = commenting.hear(session, item, now)
            continue
        if not isinstance(item, Rated):
            raise NotImplementedError(f"{type(item).__name__} has no way in yet")
        problem = _refusal(item, definitions.by_id(session, item.questionnaire_id))
        if problem:
            receipts[index] = Receipt(item.external_id, item.rev, Outcome.INVALID, problem)
        else:
            _place_in_round(rounds, (item.source, item.external_id), index)
    for chosen in rounds:
        items = {key: (index, incoming[index]) for key, index in sorted(chosen.items())}
        known = partial(definitions.by_id, session)
        _record_round(connection, known, items, receipts, moves, now)  # type: ignore[arg-type]
    moves.write(connection)
    return [receipt for receipt in receipts if receipt is not None]


def _place_in_round(rounds: list[dict[tuple[str, str], int]], key: tuple[str, str], index: int) -> None:
    # Two revisions of one sitting in one batch must not meet in one statement.
    for chosen in rounds:
        if key not in chosen:
            chosen[key] = index
            return
    rounds.append({key: index})


def _refusal(item: Rated, definition: Definition) -> str | None:
    """The code of what is wrong with a sitting, None when it can be recorded."""
    if not definition.required <= item.ratings.keys():
        return "no_rating"
    for code, level in item.ratings.items():
        if code not in definition.questions:
            return "unknown_question"
        if level not in definition.questions[code][1]:
            return "unknown_level"
    return None


Round = dict[tuple[str, str], tuple[int, Rated]]


def _record_round(
    connection: Connection,
    definition_of: Callable[[int], Definition],
    items: Round,
    receipts: list[Receipt | None],
    moves: Moves,
    now: datetime,
) -> None:
    fresh = [_row(item, now) for _, item in items.values()]
    insert = database.insert_new if len(fresh) == 1 else batches.insert_batch
    inserted = insert(connection, feedback, fresh, KEY, ("id", *KEY, "hour_at", "time_quality"))
    new_ratings: list[dict[str, object]] = []
    for row_id, source, external_id, hour_at, quality in inserted:
        index, item = items[(source, external_id)]
        receipts[index] = Receipt(item.external_id, item.rev, Outcome.STORED)
        chosen = _by_question(item, definition_of(item.questionnaire_id))
        new_ratings += [{"feedback_id": row_id, "question_id": q, "level": level} for q, level in chosen.items()]
        slot = (hour_at, quality != TimeQuality.UNCERTAIN)
        _move(moves, (*slot, item.touchpoint_id, item.department_id), item.standing, {}, chosen)
    if len(new_ratings) == 1:
        connection.execute(_NEW_RATINGS, new_ratings)
    elif new_ratings:
        batches.insert_batch(connection, ratings, new_ratings)
    for key, (index, item) in items.items():
        if receipts[index] is None:
            receipts[index] = _revise(connection, key, item, definition_of(item.questionnaire_id), moves)


def _row(item: Rated, now: datetime) -> dict[str, object]:
    occurred_at = item.occurred_at or now
    return {
        "source": item.source,
        "external_id": item.external_id,
        "rev": item.rev,
        "digests": {str(item.rev): item.digest},
        "touchpoint_id": item.touchpoint_id,
        "department_id": item.department_id,
        "questionnaire_id": item.questionnaire_id,
        "about_id": item.about_id,
        "guide_id": item.guide_id,
        "language": item.language,
        "standing": item.standing,
        "hour_at": hour_of(occurred_at),
        "received_at": now,
        "occurred_at": occurred_at,
        "time_quality": item.time_quality,
    }


def _by_question(item: Rated, definition: Definition) -> dict[int, int]:
    return {definition.questions[code][0]: level for code, level in item.ratings.items()}


def _move(moves: Moves, place: Place, standing: Standing, old: dict[int, int], new: dict[int, int]) -> None:
    for question_id in old.keys() | new.keys():
        before, after = old.get(question_id), new.get(question_id)
        if before == after:
            continue
        if before is not None:
            moves.add(place, standing, question_id, before, -1)
        if after is not None:
            moves.add(place, standing, question_id, after, +1)


_KNOWN = database.row_lock(
    sa.select(feedback).where(
        feedback.c.source == sa.bindparam("source"), feedback.c.external_id == sa.bindparam("external_id")
    )
)


def _revise(connection: Connection, key: tuple[str, str], item: Rated, definition: Definition, moves: Moves) -> Receipt:
    """The sitting is known: a repeat, a contradiction, an older step that came late, or an amendment."""
    row = connection.execute(_KNOWN, {"source": key[0], "external_id": key[1]}).one()
    seen = row.digests.get(str(item.rev))
    if seen is not None:
        same = Outcome.KNOWN if seen == item.digest else Outcome.CONFLICT
        return Receipt(item.external_id, item.rev, same, None if same is Outcome.KNOWN else "conflict")
    if row.questionnaire_id != item.questionnaire_id:
        return Receipt(item.external_id, item.rev, Outcome.CONFLICT, "conflict")
    digests = {**row.digests, str(item.rev): item.digest}
    if item.rev < row.rev:
        connection.execute(sa.update(feedback).where(feedback.c.id == row.id).values(digests=digests))
        return Receipt(item.external_id, item.rev, Outcome.SUPERSEDED)
    _amend(connection, row, item, digests, _by_question(item, definition), moves)
    return Receipt(item.external_id, item.rev, Outcome.AMENDED)


def _amend(
    connection: Connection, row: Any, item: Rated, digests: dict[str, str], new: dict[int, int], moves: Moves
) -> None:
    of_row = ratings.c.feedback_id == row.id
    old = {r.question_id: r.level for r in connection.execute(sa.select(ratings).where(of_row))}
    connection.execute(
        sa.update(feedback).where(feedback.c.id == row.id).values(rev=item.rev, digests=digests, language=item.language)
    )
    gone = [question_id for question_id in old if new.get(question_id) != old[question_id]]
    if gone:
        connection.execute(sa.delete(ratings).where(of_row, ratings.c.question_id.in_(gone)))
    come = [
        {"feedback_id": row.id, "question_id": q, "level": level} for q, level in new.items() if old.get(q) != level
    ]
    if come:
        connection.execute(_NEW_RATINGS, come)
    slot = (row.hour_at, row.time_quality != TimeQuality.UNCERTAIN)
    _move(moves, (*slot, row.touchpoint_id, row.department_id), Standing(row.standing), old, new)

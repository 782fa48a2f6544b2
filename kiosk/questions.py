"""Which question follows which: after the best face what went well, after any other what to improve, and then the outcome."""

from __future__ import annotations

from collections.abc import Mapping

from hub.queries.places import Definition

FACES = "visit"
PRAISE = "praise"
REASON = "reason"
OUTCOME = "outcome"


def is_hidden(definition: Definition, ratings: Mapping[str, int]) -> bool:
    """Whether a sitting answers a question that was not shown after its face."""
    if FACES not in definition.questions or FACES not in ratings:
        return False
    is_best = ratings[FACES] == max(definition.questions[FACES][1])
    return (REASON if is_best else PRAISE) in ratings

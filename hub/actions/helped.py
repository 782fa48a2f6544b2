"""Somebody says whether a publication helped them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from hub import errors
from hub.envelopes import Rated
from hub.queries import helped, places
from hub.queries.helped import Subject
from hub.steps import intake
from hub.vocabulary import marked
from hub.work import CITIZEN, work

SOURCE = "web:pomohlo"
QUESTION = "helped"
MOST_CHANGES = 99


Find = Callable[[Session], Subject | None]
"""What is rated, as it is when it is."""


def say(find: Find, sitting: str, level: int, language: str, now: datetime) -> Subject:
    """Record what one reader says; `sitting` is the name their page was made with. Said twice it counts once, another answer
    on the same page takes the place of the first. Raises NotFound, Conflict, TooMany.
    """
    with work(CITIZEN, "say whether it helped", now, audited=False) as w:
        place = places.web_place(w.session)
        about = find(w.session)
        if place is None or about is None:
            raise errors.NotFound
        before = helped.before(w.session, SOURCE, sitting)
        # The page does not know how often its reader has changed their mind; the unique key still decides who comes first.
        rev = 0 if before is None else before.rev + (before.level != level)
        if rev > MOST_CHANGES:
            raise errors.TooMany
        rated = Rated(
            source=SOURCE,
            external_id=sitting,
            rev=rev,
            digest=sha256(json.dumps([sitting, rev, about.path, level]).encode()).hexdigest()[:32],
            touchpoint_id=place.id,
            department_id=about.department_id or place.department_id,
            questionnaire_id=place.questionnaire_id,
            language=language,
            ratings={QUESTION: level},
            about_id=about.message_id,
            guide_id=about.guide_id,
        )
        receipt = intake.record(w.session, [rated], now)[0]
    if receipt.problem:
        raise errors.Conflict(marked("You said two things at once. Open the page again and choose once more."))
    return about

"""Somebody says whether a publication helped them."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256

from hub import errors
from hub.envelopes import Rated, Receipt
from hub.queries import helped, places
from hub.steps import intake
from hub.vocabulary import marked
from hub.work import CITIZEN, work

SOURCE = "web:pomohlo"
QUESTION = "helped"
MOST_CHANGES = 99


def say(slug: str, sitting: str, level: int, language: str, kinds: Collection[str], now: datetime) -> Receipt:
    """Record what one reader says; `sitting` is the name their page was made with. Said twice it counts once, another answer
    on the same page takes the place of the first. Raises NotFound, Conflict, TooMany.
    """
    with work(CITIZEN, "say whether it helped", now, audited=False) as w:
        place = places.web_place(w.session)
        about = helped.about(w.session, slug, kinds, now)
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
            digest=sha256(json.dumps([sitting, rev, about.id, level]).encode()).hexdigest()[:32],
            touchpoint_id=place.id,
            department_id=about.department_id or place.department_id,
            questionnaire_id=place.questionnaire_id,
            language=language,
            ratings={QUESTION: level},
            about_id=about.id,
        )
        receipt = intake.record(w.session, [rated], now)[0]
    if receipt.problem:
        raise errors.Conflict(marked("You said two things at once. Open the page again and choose once more."))
    return receipt

"""Somebody says whether a publication helped them, and what they missed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from hub import errors
from hub.envelopes import Rated, Said
from hub.queries import helped, places
from hub.queries.helped import Subject
from hub.steps import hearing, intake
from hub.vocabulary import Outcome, marked
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


REFUSED = {
    "empty": marked("Please write what was missing, or leave the page; nothing else is needed."),
    "too_long": marked("That is too long. Shorten it to 2000 characters, or send it as a message to the city."),
    "no_sitting": marked("Say first whether it helped you."),
}
LONGEST_WORDS = 2000


def miss(find: Find, sitting: str, text: str, language: str, is_trapped: bool, now: datetime) -> Subject:
    """Record what one reader missed, as a case of the department that wrote it; nobody can be answered. The same words sent
    twice are one case. Raises NotFound, BadInput, and Conflict for other words of the same reader.
    """
    hearing.get_ready(now.date())
    said = Said(SOURCE, sitting, "", text, language=language, sitting=sitting, is_trapped=is_trapped)
    with work(CITIZEN, "say what was missing", now, audited=False) as w:
        about = find(w.session)
        if about is None:
            raise errors.NotFound
        if len(text) > LONGEST_WORDS:
            raise errors.BadInput(REFUSED["too_long"])
        (receipt,) = intake.record(w.session, [said], now)
    if receipt.outcome is Outcome.CONFLICT:
        raise errors.Conflict(marked("You have already told us what was missing here. To say more, write to the city."))
    if receipt.problem:
        raise errors.BadInput(REFUSED[receipt.problem])
    return about

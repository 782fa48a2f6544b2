"""Under which number a case stands in the records of the office (spisová služba, zákon č. 499/2004 Sb.)."""

from __future__ import annotations

from datetime import datetime

from hub import errors
from hub.models import Case
from hub.queries import cases
from hub.rules import filing
from hub.rules.access import Scope
from hub.vocabulary import ActorKind, marked
from hub.work import Actor, work

CHANGED = marked("The case has changed meanwhile. Open it again.")
NO_NUMBER = marked(
    "Write the number as the records have it, like MMH/12345/2026: letters, digits and the signs / - . , : ( ) _, at most 50."
)


class BadNumber(errors.BadInput):
    """What was typed is no number of the records; `field` says which."""

    code = "bad_number"
    message = NO_NUMBER

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


def file(scope: Scope, reference: str, number: str, spis: str, version: int, now: datetime) -> None:
    """Keep the number (číslo jednací) and the file (spisová značka) of a case; empty: it has none. Raises BadNumber, Conflict."""
    plain, of_file = _read("records_number", number), _read("records_file", spis)
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), "file a case", now) as w:
        case: Case = cases.find(w.session, scope, reference, to_change=True)
        w.session.refresh(case)
        w.about(case)
        if (case.records_number, case.records_file) == (plain, of_file):
            return  # sent twice
        if case.version != version:
            raise errors.Conflict(CHANGED)
        case.records_number, case.records_file = plain, of_file


def _read(field: str, typed: str) -> str | None:
    if not typed.strip():
        return None
    plain = filing.read(typed)
    if plain is None:
        raise BadNumber(field)
    return plain

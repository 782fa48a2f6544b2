"""What a citizen is told of a case that is answered elsewhere: with another case, by another department, by another authority."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from hub.language import full_day
from hub.models import Case, Forwarding
from hub.queries import ends, merging
from hub.rules.localtime import local
from hub.vocabulary import CaseOutcome, CaseState


def state_of(session: Session, case: Case) -> CaseState:
    """How far it is for its citizen: a case that waits for the answer to another one is not closed."""
    if case.outcome == CaseOutcome.MERGED and case.state == CaseState.CLOSED:
        link = merging.link_of(session, case)
        if link is not None and link.root.state != CaseState.CLOSED and link.root.erased_at is None:
            return CaseState.IN_PROGRESS
    return CaseState(case.state)


def of(session: Session, case: Case) -> dict[str, Any]:
    """What of this the private page shows: nothing of another citizen's words, name or number."""
    handed = ends.handed_over(session, case)
    back = None if handed else ends.taken_back(session, case)
    return {
        "together": {"waiting": state_of(session, case) == CaseState.IN_PROGRESS}
        if case.outcome == CaseOutcome.MERGED
        else None,
        "handed_over": _handing(handed) if handed else None,
        "taken_back": {**_handing(back), "note": back.note} if back and case.answered_at is None else None,
        "passed": full_day(case.passed_on) if case.passed_on else "",
    }


def _handing(one: Forwarding) -> dict[str, str]:
    return {
        "authority": one.authority,
        "contact": one.contact,
        "reason": one.reason,
        "day": full_day(local(one.forwarded_at).date()),
    }

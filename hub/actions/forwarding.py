"""Handing a case over to another authority (postoupení, § 12 of the administrative code, 500/2004), and taking that back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from hub import errors
from hub.database import table_of
from hub.models import Case, Delivery, Forwarding
from hub.queries import cases, ends
from hub.rules.access import Scope
from hub.steps import answering, deliveries, sharing
from hub.text import one_line
from hub.text import words as clean
from hub.vocabulary import SETTLED, ActorKind, CaseOutcome, CaseState, DeliveryState, Letter, Trouble, marked
from hub.work import Actor, Work, work

LONGEST_NAME = 200
LONGEST_REASON = 2000
CHANGED = marked("The case has changed meanwhile. Open it again.")
NO_AUTHORITY = marked("Write the name of the authority, at most 200 characters.")
LONG_CONTACT = marked("Write the contact in at most 200 characters.")
NO_REASON = marked("Write to the citizen why it was handed over, in at most 2000 characters.")
NO_NOTE = marked("Write to the citizen why you take it back, in at most 2000 characters.")
IN_REVIEW = marked("An answer waits for approval or for its time. Take it back first, then hand the case over.")
NOT_OPEN = marked("Only a case that waits for an answer can be handed over.")
NOT_FORWARDED = marked("This case is not with another authority.")


def forward(
    scope: Scope, reference: str, authority: str, contact: str, reason: str, version: int, now: datetime
) -> None:
    """Another authority answers; the citizen, and those of joined cases, are told. A draft stays. Raises BadInput, Conflict."""
    name, where, why = one_line(authority), one_line(contact), clean(reason)
    if not name or len(name) > LONGEST_NAME:
        raise errors.BadInput(NO_AUTHORITY)
    if len(where) > LONGEST_NAME:
        raise errors.BadInput(LONG_CONTACT)
    if not why or len(why) > LONGEST_REASON:
        raise errors.BadInput(NO_REASON)
    with work(_actor(scope), "forward a case", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.session.refresh(case)
        if case.version != version:
            raise errors.Conflict(CHANGED)
        if case.state in SETTLED:
            raise errors.Conflict(IN_REVIEW)
        if case.state not in {CaseState.NEW, CaseState.IN_PROGRESS}:
            raise errors.Conflict(NOT_OPEN)
        made = Forwarding(
            case_id=case.id,
            authority=name,
            contact=where,
            reason=why,
            state_before=case.state,
            account_id=scope.account_id,
            forwarded_at=now,
        )
        w.session.add(made)
        answering.move(case, CaseState.CLOSED)
        case.outcome = CaseOutcome.FORWARDED
        _tell(w, case, Letter.FORWARDED, now)
        w.about(case)


def take_back(scope: Scope, reference: str, note: str, version: int, now: datetime) -> None:
    """It was a mistake: the case is open again as before, with its own deadline. The citizen reads why. Raises BadInput, Conflict.

    Who has not got the letter about it yet gets none.
    """
    why = clean(note)
    if not why or len(why) > LONGEST_REASON:
        raise errors.BadInput(NO_NOTE)
    with work(_actor(scope), "take a case back", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.session.refresh(case)
        last = ends.last_forwarding(w.session, case.id)
        if case.outcome != CaseOutcome.FORWARDED or last is None:
            raise errors.Conflict(NOT_FORWARDED)
        if case.version != version:
            raise errors.Conflict(CHANGED)
        last.note, last.taken_back_at, last.taken_back_by_id = why, now, scope.account_id
        answering.move(case, CaseState.IN_PROGRESS)
        case.state = last.state_before
        if not _recall(w, case):
            deliveries.tell(w.session, case.question, Letter.TAKEN_BACK, now)
        sharing.begin(w.session, case, Letter.TAKEN_BACK, now, now)
        w.about(case)


def _tell(w: Work, case: Case, letter: Letter, now: datetime) -> None:
    deliveries.tell(w.session, case.question, letter, now)
    sharing.begin(w.session, case, letter, now, now)


def _recall(w: Work, case: Case) -> bool:
    """Take the letter back while it has not been begun; whether there was one, and none is under way."""
    w.session.flush()
    went = ends.letters_of(w.session, case.question, Letter.FORWARDED)
    waiting = [one.id for one in went if one.state in ends.NOT_BEGUN]
    table = table_of(Delivery)
    cancelled = {"state": DeliveryState.CANCELLED, "problem": Trouble.NOT_SHOWN, "claimed_until": None}
    changed = w.connection.execute(
        sa.update(table).where(table.c.id.in_(waiting), table.c.state.in_(ends.NOT_BEGUN)).values(**cancelled)
    )
    return bool(went) and changed.rowcount > 0 and went[-1].id in waiting


def _actor(scope: Scope) -> Actor:
    return Actor(ActorKind.ACCOUNT, scope.account_id)

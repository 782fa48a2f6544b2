"""Using an answer that was given before: its text joins the draft, and officials see where it comes from."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hub import errors
from hub.models import CaseNote
from hub.queries import cases, reuse
from hub.rules.access import Scope
from hub.steps import drafting
from hub.steps.drafting import Written
from hub.vocabulary import ActorKind, marked
from hub.work import Actor, work


def joined(text: str, more: str) -> str:
    """A text with another under it: nothing is ever written over."""
    return f"{text.rstrip()}\n\n{more}" if text.strip() else more


def use(scope: Scope, reference: str, written: Written, source: str, note: str, now: datetime) -> Written:
    """Add the answer of another case, or a public one, to the draft; `note` tells colleagues where it comes from.

    Returns what the form says now. Raises BadInput for an answer that is not there any more, and whatever saving raises.
    """
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), "use an answer", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.about(case)
        found = reuse.answer_of(w.session, scope, source, now)
        if found is None:
            raise errors.BadInput(marked("That answer is not there any more. Choose another one."))
        more = replace(written, text=joined(written.text, found.text)).cleaned()
        version = drafting.save(w, scope, case, more, now)
        w.session.add(CaseNote(case_id=case.id, account_id=scope.account_id, text=note, written_at=now))
        return replace(more, version=version)

"""What the page of a case shows of its ends: joined to another one, handed over, in the records; and what came before."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from hub.language import full_day, gettext, moment
from hub.models import Case, Draft
from hub.queries import ends, merging
from hub.rules.access import Scope
from hub.views import labels
from hub.vocabulary import CLOSED_AS, CaseOutcome, CaseState
from hub.vocabulary import marked as _

OUTCOMES: dict[str, str] = {
    CaseOutcome.MERGED: _("answered together with another case"),
    CaseOutcome.FORWARDED: _("handed over to another authority"),
    CaseOutcome.ELSEWHERE: _("answered in another way"),
    CaseOutcome.NOT_OURS: _("not a matter of the city"),
    CaseOutcome.NOT_SERIOUS: _("anonymous and not serious"),
    CaseOutcome.DUPLICATE: _("sent a second time by the same person"),
}
OPEN = (CaseState.NEW, CaseState.IN_PROGRESS)


def is_elsewhere(case: Case) -> bool:
    """Whether a case is answered with another one, or by another authority."""
    return case.outcome in {CaseOutcome.MERGED, CaseOutcome.FORWARDED}


def context(session: Session, scope: Scope, case: Case, draft: Draft | None) -> dict[str, Any]:
    """All of it for the templates `cases/ending*.html`."""
    return {
        "outcome": labels.label(OUTCOMES, case.outcome),
        "closed_as": [{"value": "", "label": gettext("without more words"), "selected": True}]
        + [{"value": one.value, "label": gettext(OUTCOMES[one]), "selected": False} for one in CLOSED_AS],
        "together": _together(session, scope, case),
        "main_of": _main_of(session, scope, case),
        "handed": _handed(session, case),
        "kept_draft": _kept(draft) if is_elsewhere(case) else None,
        "records": {
            "number": case.records_number,
            "file": case.records_file,
            "sender": case.sender,
            "url": _url("filing.form", case) if case.erased_at is None else None,
        },
        "ends": _ends(case),
        "earlier": _earlier(session, scope, case),
    }


def _url(endpoint: str, case: Case) -> str:
    return url_for(endpoint, reference=case.reference)


def _ends(case: Case) -> dict[str, str] | None:
    """Where an open case may be ended otherwise than by an answer; joining others to it is possible after the answer too."""
    if case.erased_at is not None or is_elsewhere(case) or case.state == CaseState.CLOSED:
        return None
    return {
        "join_url": _url("merging.form", case),
        "forward_url": _url("forwarding.form", case) if case.state in OPEN else "",
    }


def _together(session: Session, scope: Scope, case: Case) -> dict[str, Any] | None:
    """With which case this one is answered."""
    link = merging.link_of(session, case)
    if link is None:
        return None
    seen = scope.department_id in {None, link.root.department_id}
    return {
        "reference": link.root.reference,
        "url": _url("cases.one", link.root) if seen else None,
        "department": link.root.department.name,
        "who": link.linked_by.name,
        "when": moment(link.linked_at),
        "reason": link.reason,
        "answered": case.answered_at is not None,
        "undo_url": _url("merging.form", case) if case.erased_at is None else None,
    }


def _main_of(session: Session, scope: Scope, case: Case) -> dict[str, Any] | None:
    """The cases that are answered with this one: how many, and the first of them."""
    joined = merging.joined(session, case)
    if not joined.number:
        return None
    answer = merging.answer_of(session, case)
    under_way = merging.under_way(session, case)
    lacking = 0 if answer is None or under_way or is_elsewhere(case) else merging.lacking(session, case, answer)
    return {
        "number": joined.number,
        "due": full_day(joined.due_on) if joined.due_on and not is_elsewhere(case) else "",
        "answered": joined.answered,
        "first": [
            {"reference": one.reference, "url": _url("cases.one", one)}
            for one in merging.first_joined(session, scope, case)
        ],
        "under_way": under_way,
        "lacking": lacking,
        "share_url": _url("merging.form", case) + "#odpoved",
        "list_url": _url("gathering.joined", case),
    }


def _handed(session: Session, case: Case) -> dict[str, Any] | None:
    """The last handing over to another authority, whether it holds or was taken back."""
    last = ends.last_forwarding(session, case.id)
    if last is None:
        return None
    return {
        "authority": last.authority,
        "contact": last.contact,
        "reason": last.reason,
        "who": last.account.name,
        "when": moment(last.forwarded_at),
        "holds": case.outcome == CaseOutcome.FORWARDED,
        "taken_back": moment(last.taken_back_at) if last.taken_back_at else "",
        "note": last.note,
        "back_url": _url("forwarding.form", case),
    }


def _kept(draft: Draft | None) -> dict[str, str] | None:
    """The answer that was being written: it is not lost."""
    if draft is None or not draft.text:
        return None
    return {"text": draft.text, "who": draft.account.name, "when": moment(draft.saved_at)}


def _earlier(session: Session, scope: Scope, case: Case) -> dict[str, Any] | None:
    """What the same proven address sent before and after, as far as this account may see it."""
    number, cases = ends.earlier(session, scope, case)
    if not number:
        return None
    return {
        "number": number,
        "cases": [
            {
                "reference": one.reference,
                "url": _url("cases.one", one),
                "received": full_day(one.received_on),
                "state_label": labels.label(labels.CASE_STATES, one.state),
            }
            for one in cases
        ],
    }

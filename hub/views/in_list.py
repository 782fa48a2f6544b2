"""What the page of a case says of its list and of whose it is: the way to its neighbours, and to whom it may be given."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from hub import errors
from hub.actions import assigning
from hub.language import gettext
from hub.models import Case
from hub.queries import inbox
from hub.rules.access import Scope
from hub.rules.listing import View
from hub.views import listing
from hub.views.listing import FROM, VIEWS, Listing


def on_page(session: Session, scope: Scope, case: Case, today: date) -> dict[str, Any]:
    """What the page of a case says of it: to whom it may be given, who is away, and its neighbours in the list."""
    given = listing.kept()
    try:
        chosen = Listing(session, scope, given, today)
    except errors.Problem:  # the list is not there any more; the case is
        given, chosen = {}, Listing(session, scope, {}, today)
    return {"assigning": _panel(chosen, case), "in_list": _neighbours(session, scope, chosen, case, given)}


def _panel(chosen: Listing, case: Case) -> dict[str, Any]:
    there = [one for one in chosen.colleagues if one.department_id == case.department_id]
    officials = listing.givable(there, chosen.away)
    for option in officials:
        option["selected"] = option["value"] == str(case.official_id)
    is_open = case.state in assigning.OPEN
    return {
        "action_url": url_for("assigning.assign", reference=case.reference) if is_open else None,
        "version": case.version,
        "officials": officials,
        "is_given": case.official_id is not None,
        "away": chosen.away_words(case.official_id),
    }


def _neighbours(session: Session, scope: Scope, chosen: Listing, case: Case, given: dict[str, Any]) -> dict[str, Any]:
    before, after = (inbox.neighbour(session, scope, chosen.narrowed, case, back=back) for back in (True, False))
    kept = {name: text for name, text in given.items() if name != FROM}
    chips = [chip["label"] for chip in chosen.chips()]
    return {
        "label": ", ".join([gettext(VIEWS[View(chosen.filter.view)]), *chips]),
        "previous_url": _url(before, kept),
        "next_url": _url(after, kept),
        "list_url": url_for("cases.inbox", **given),
    }


def _url(reference: str | None, kept: dict[str, Any]) -> str | None:
    return url_for("cases.one", reference=reference, **kept) if reference else None

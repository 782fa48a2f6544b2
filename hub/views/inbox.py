"""What the inbox shows, and what is done with several of its cases at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session

from hub import errors
from hub.actions import assigning
from hub.database import db
from hub.language import full_day, gettext, ngettext, number
from hub.models import Account, Case, SavedView
from hub.queries import inbox, saved_views
from hub.queries.inbox import Line
from hub.rules import listing as rule
from hub.rules import personal, references
from hub.rules.access import Scope
from hub.rules.listing import View
from hub.rules.localtime import local
from hub.signin import csrf_token, signed_in
from hub.text import excerpt
from hub.views import desk, labels, listing
from hub.views.errors import attempted
from hub.views.listing import FROM, VIEWS, Listing
from hub.vocabulary import marked

blueprint = Blueprint("inbox", __name__)
MOST_AT_ONCE = 100
OF_CASES = {"cases", "answering", "assigning"}
"""Pages of one case: their links keep the list from which it was opened."""


@blueprint.app_url_defaults
def _keep_the_list(endpoint: str, values: dict[str, Any]) -> None:
    """From the page of a case, its forms and what they lead to, one comes back to the same list."""
    if not request or endpoint.partition(".")[0] not in OF_CASES or endpoint == "cases.file":
        return
    if (request.view_args or {}).get("reference") == values.get("reference", ""):
        for name, text in listing.kept().items():
            values.setdefault(name, text)


class InboxPage:
    """The context of `cases/inbox.html`."""

    def __init__(self, session: Session, scope: Scope, account: Account, today: date) -> None:
        self._session, self._scope, self._account, self._today = session, scope, account, today
        self._list = Listing(session, scope, request.args, today)

    @property
    def only_one(self) -> str:
        """The reference of the one case that a number of the records names; empty for any other list."""
        return inbox.only_one(self._session, self._scope, self._list.narrowed)

    def render(self) -> str:
        """The page."""
        chosen = self._list
        start = request.args.get(FROM, "")
        page = inbox.page(self._session, self._scope, chosen.narrowed, listing.key_of(start, chosen.narrowed))
        lines = [self._line(line, start) for line in page.lines]
        one = self._scope.department_id is not None
        return render_template(
            "cases/inbox.html",
            scope_label=self._account.department.name
            if one and self._account.department
            else gettext("All departments"),
            filters=self._filters(),
            own_views=self._own_views(),
            views_url=url_for("saved_views.listed", **chosen.arguments),
            leaves_url=url_for("leaves.listed"),
            leaves=self._leaves(),
            query=chosen.filter.words,
            fields=chosen.fields(),
            views=chosen.views(),
            is_added=chosen.filter.added,
            chips=chosen.chips(),
            all_url=url_for("cases.inbox", pohled=chosen.filter.view if chosen.filter.view != View.ALL else None),
            cases=lines,
            is_narrowed=chosen.filter.is_narrowed,
            gather_url=url_for("gathering.form", **chosen.arguments),
            next_url=self._address(listing.text_of(page.after)) if page.after else None,
            first_url=self._address() if start else None,
            bulk=self._bulk(page.lines) if any(line["value"] for line in lines) else None,
            csrf_token=csrf_token(),
        )

    def _address(self, start: str = "") -> str:
        return url_for("cases.inbox", **self._list.arguments, od=start or None)

    def _filters(self) -> list[dict[str, Any]]:
        counted = inbox.counts(self._session, self._scope, self._list.mine)
        narrowed = self._list.filter.is_narrowed
        return [
            {
                "label": gettext(VIEWS[view]),
                "url": url_for("cases.inbox", pohled=view.value),
                "current": view == self._list.filter.view and not narrowed,
                "count": _counted(counted[view]) if view in counted else None,
            }
            for view in VIEWS
            if view != View.ALL
        ]

    def _own_views(self) -> list[dict[str, Any]]:
        found = saved_views.beside(self._session, self._scope.account_id, self._account.department_id)
        return [
            {
                "label": one.name,
                "of": one.account.name if one.account_id != self._scope.account_id else "",
                "url": None if (chosen := filter_of(one)) is None or self._list.problem(chosen) else _url_of(one),
                "current": chosen == self._list.filter,
            }
            for one in found
        ]

    def _leaves(self) -> list[str]:
        """What of leaves one must know today: that one is away, or for whom one stands in."""
        me = self._scope.account_id
        own = self._list.away.get(me)
        found = [gettext("You are away: %(until)s.", until=listing.away_words(own))] if own else []
        return found + [
            gettext("You stand in for %(name)s until %(day)s.", name=one.account.name, day=full_day(one.ends_on))
            for one in self._list.away.values()
            if one.deputy_id == me
        ]

    def _line(self, line: Line, start: str) -> dict[str, Any]:
        case = line.case
        away = self._list.away_words(case.official_id) if case.official_id else ""
        return {
            "reference": case.reference,
            "value": f"{case.reference}.{case.version}" if case.state in assigning.OPEN else "",
            "url": url_for("cases.one", reference=case.reference, **self._list.arguments, od=start or None),
            "title": excerpt(personal.mask(line.text or ""), 100) or gettext("(without words)"),
            "received": full_day(case.received_on),
            "due": full_day(case.due_on),
            "due_words": labels.due_words(case, self._today),
            "urgency": labels.urgency(case, self._today),
            "state": case.state,
            "state_label": labels.label(labels.CASE_STATES, case.state),
            "department": case.department.name,
            "official": case.official.name if case.official else None,
            "away": away,
            "stands_in": case.official_id in self._list.mine and case.official_id != self._scope.account_id,
            "channel_label": labels.label(labels.CHANNELS, case.question.channel),
            "kind_label": labels.label(labels.KINDS, case.legal_kind),
            "news": _news(case),
        }

    def _bulk(self, lines: list[Line]) -> dict[str, Any]:
        open_ones = [line.case for line in lines if line.case.state in assigning.OPEN]
        return {
            "action_url": url_for("inbox.together", **self._list.arguments),
            "page": " ".join(f"{case.reference}.{case.version}" for case in open_ones),
            "count": len(open_ones),
            "officials": self._list.givable(),
            "departments": [{"value": slug, "label": name} for slug, name in self._list.departments],
        }


def _counted(found: int) -> str:
    whole = number(found)
    return f"{whole}+" if found >= inbox.MOST_COUNTED else whole


def _news(case: Case) -> str:
    """What the citizen did after the question, until it is answered; in a word or two."""
    if case.erased_at is not None:
        return gettext("erased")
    if case.erasure_asked_at is not None:
        return gettext("wishes erasure")
    if case.unpublish_asked_at is not None:
        return gettext("wishes it off the public pages")
    if case.added_at is not None and (case.answered_at is None or case.added_at > case.answered_at):
        return gettext("words added %(day)s", day=full_day(local(case.added_at).date()))
    return ""


def filter_of(view: SavedView) -> rule.Filter | None:
    """The filter that was saved; None when its words are not known any more."""
    try:
        return rule.read(view.filter, str(view.filter.get("q", "")))
    except errors.Problem:
        return None


def _url_of(view: SavedView) -> str:
    return url_for("cases.inbox", **{name: text for name, text in view.filter.items() if name in listing.KEPT})


class TooManyChosen(errors.BadInput):
    """More cases than are changed at once."""

    code = "too_many_chosen"
    message = marked("At most 100 cases are changed at once; nothing was changed. Choose fewer of them.")


def _done(act: str, count: int) -> str:
    """How many cases it was done with."""
    if act == "move":
        return ngettext("%(num)s case was moved.", "%(num)s cases were moved.", count)
    if act == "take":
        return ngettext("%(num)s case is yours now.", "%(num)s cases are yours now.", count)
    return ngettext("%(num)s case was assigned.", "%(num)s cases were assigned.", count)


@blueprint.post("/urad/vice-pripadu")
@signed_in
def together() -> str:
    """Assign, take or move several cases: each for itself, and what became of each is told."""
    act, scope = request.form.get("act", ""), desk.scope()
    change = _change(act, scope)
    chosen = request.form.getlist("case")
    if request.form.get("all"):
        chosen = [*request.form.get("page", "").split()[: MOST_AT_ONCE + 1], *chosen]
    chosen = list(dict.fromkeys(chosen))
    if len(chosen) > MOST_AT_ONCE:
        raise TooManyChosen
    if not chosen:
        raise errors.BadInput(marked("No case was chosen. Go back, tick those you mean, and press the button again."))
    told = [_changed(one, change) for one in chosen]
    done = [one for one in told if one["problem"] is None]
    problems = Counter(str(one["problem"]) for one in told if one["problem"])
    db.session.rollback()
    return render_template(
        "cases/together.html",
        summary=_done(act, len(done)),
        problems=[{"text": text, "count": count} for text, count in problems.items()],
        cases=told,
        back_url=url_for("cases.inbox", **listing.kept()),
    )


Change = Callable[[str, int], None]


def _change(act: str, scope: Scope) -> Change:
    """What is done with each case. Raises BadInput when that is not said."""
    now = desk.now()
    if act == "take":
        return lambda reference, version: assigning.assign(scope, reference, scope.account_id, version, now)
    if act == "assign":
        official = request.form.get("official", "")
        if not (official.isascii() and official.isdigit() and len(official) < 10):
            raise errors.BadInput(marked("Choose to whom the cases are given. Nothing was changed."))
        return lambda reference, version: assigning.assign(scope, reference, int(official), version, now)
    if act == "move":
        department = request.form.get("department", "")
        if not department:
            raise errors.BadInput(marked("Choose the department to which the cases are moved. Nothing was changed."))
        return lambda reference, version: assigning.move(scope, reference, department, version, now)
    raise errors.BadInput(marked("Choose what is to be done with the cases. Nothing was changed."))


def _changed(chosen: str, change: Change) -> dict[str, Any]:
    """What became of one case: a problem in words, or None."""
    text, _, version = chosen.partition(".")
    reference = references.read(text)

    def attempt() -> None:
        if reference is None or not (version.isascii() and version.isdigit() and len(version) < 10):
            raise errors.NotFound
        change(reference, int(version))

    problem = attempted(attempt)
    if problem is not None:
        db.session.rollback()
    words = None if problem is None else gettext(_MISSING if isinstance(problem, errors.NotFound) else problem.message)
    return {
        "reference": reference or excerpt(text, 12),
        "url": url_for("cases.one", reference=reference, **listing.kept()) if reference else None,
        "problem": words,
    }


_MISSING = marked("There is no such case here, or it is of another department now.")

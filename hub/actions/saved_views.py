"""Views of the inbox that somebody keeps: at most twenty, named, in their own order; a head offers one to the department."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from hub import errors
from hub.models import SavedView
from hub.queries import leaves, saved_views
from hub.rules.access import Scope
from hub.rules.listing import Filter
from hub.text import one_line
from hub.vocabulary import ActorKind, marked
from hub.work import Actor, Work, work

LONGEST_NAME = 60
TAKEN = marked("You have a view of this name already. Choose another name.")


def save(scope: Scope, name: str, chosen: Filter, now: datetime) -> None:
    """Keep a filter under a name. Raises BadInput; Conflict for a name that is taken."""
    plain = _name(name)
    with _work(scope, "save a view", now) as w:
        known = saved_views.own(w.session, scope.account_id)
        if len(known) >= saved_views.MOST:
            raise errors.Conflict(marked("You have 20 views, and that is the most. Delete one first."))
        if any(one.name == plain for one in known):
            raise errors.Conflict(TAKEN)
        last = known[-1].position + 1 if known else 0
        made = SavedView(account_id=scope.account_id, name=plain, filter=chosen.arguments(), position=last)
        w.session.add(made)
        w.session.flush()
        w.about(made)


def rename(scope: Scope, number: int, name: str, now: datetime) -> None:
    """Give a view another name. Raises BadInput, NotFound; Conflict for a name that is taken."""
    plain = _name(name)
    with _work(scope, "rename a view", now) as w:
        view = saved_views.find(w.session, scope.account_id, number)
        if any(one.name == plain and one is not view for one in saved_views.own(w.session, scope.account_id)):
            raise errors.Conflict(TAKEN)
        view.name = plain
        w.about(view)


def delete(scope: Scope, number: int, now: datetime) -> None:
    """Forget a view. Raises NotFound."""
    with _work(scope, "delete a view", now) as w:
        view = saved_views.find(w.session, scope.account_id, number)
        w.about(view)
        w.session.delete(view)


def shift(scope: Scope, number: int, now: datetime, *, up: bool) -> None:
    """Move a view one place up or down; the first and the last stay. Raises NotFound."""
    with _work(scope, "order views", now) as w:
        view = saved_views.find(w.session, scope.account_id, number)
        known = saved_views.own(w.session, scope.account_id)
        at = known.index(view)
        known.insert(max(0, at - 1) if up else at + 1, known.pop(at))
        for position, one in enumerate(known):
            one.position = position
        w.about(view)


def offer(scope: Scope, number: int, now: datetime, *, to_all: bool) -> None:
    """Offer a view to one's whole department, or no more. Raises NotFound; NotAllowed for whoever does not lead one."""
    with _work(scope, "offer a view", now) as w:
        view = saved_views.find(w.session, scope.account_id, number)
        mine = leaves.account(w.session, scope.account_id)
        if to_all and (mine is None or not leaves.leads(mine)):
            raise errors.NotAllowed(marked("A head of department offers views to it."))
        view.department_id = mine.department_id if to_all and mine is not None else None
        w.about(view)


@contextmanager
def _work(scope: Scope, act: str, now: datetime) -> Iterator[Work]:
    """One change of an account's views: two at once wait for each other, so that they do not pass the most together."""
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), act, now) as w:
        leaves.account(w.session, scope.account_id, to_change=True)
        yield w


def _name(text: str) -> str:
    plain = one_line(text)
    if not plain or len(plain) > LONGEST_NAME:
        raise errors.BadInput(marked("A view needs a name of at most 60 characters."))
    return plain

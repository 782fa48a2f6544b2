"""An official is away, and a colleague stands in."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hub import errors
from hub.models import Leave
from hub.queries import leaves
from hub.rules.access import Scope
from hub.rules.localtime import local
from hub.vocabulary import ActorKind, marked
from hub.work import Actor, work

LONGEST = timedelta(days=366)
FURTHEST = timedelta(days=730)


def enter(scope: Scope, account_id: int, deputy_id: int, starts_on: date, ends_on: date, now: datetime) -> None:
    """Say from when until when somebody is away and who stands in. Raises BadInput, NotAllowed, NotFound; Conflict when
    a leave of the same days is known.
    """
    _check(starts_on, ends_on, local(now).date())
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), "enter a leave", now) as w:
        away = leaves.account(w.session, account_id, to_change=True)
        if away is None:
            raise errors.NotFound
        if not leaves.may_arrange(scope, away):
            raise errors.NotAllowed(
                marked("Only they themselves or their head of department say that somebody is away.")
            )
        deputy = leaves.account(w.session, deputy_id)
        if deputy is None or deputy.id == away.id or away.department_id is None:
            raise errors.BadInput(marked("Choose a colleague of the same department who stands in."))
        if deputy.department_id != away.department_id:
            raise errors.BadInput(marked("Choose a colleague of the same department who stands in."))
        if leaves.overlapping(w.session, away.id, starts_on, ends_on) is not None:
            raise errors.Conflict(
                marked("In some of these days they are known to be away already. End that leave first.")
            )
        made = Leave(account_id=away.id, deputy_id=deputy.id, starts_on=starts_on, ends_on=ends_on)
        w.session.add(made)
        w.session.flush()
        w.about(made)


def end(scope: Scope, number: int, now: datetime) -> None:
    """End a leave before its time; one that has not begun is dropped. Raises NotFound, for one of others too."""
    today = local(now).date()
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), "end a leave", now) as w:
        leave = leaves.find(w.session, number)
        if not leaves.may_arrange(scope, leave.account):
            raise errors.NotFound
        w.about(leave)
        if leave.ends_on < today:
            return  # it has ended by itself
        if leave.starts_on >= today:
            w.session.delete(leave)
        else:
            leave.ends_on = today - timedelta(days=1)


def _check(starts_on: date, ends_on: date, today: date) -> None:
    if ends_on < starts_on:
        raise errors.BadInput(marked("The last day is before the first one."))
    if ends_on < today:
        raise errors.BadInput(marked("These days are over already."))
    if ends_on - starts_on > LONGEST or starts_on - today > FURTHEST:
        raise errors.BadInput(marked("A leave lasts a year at most, and begins within two years."))

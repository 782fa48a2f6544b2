"""The worker joins, or parts, the cases of a gathering, some in each transaction."""

from __future__ import annotations

from time import monotonic

from hub import queue
from hub.actions import gathering as acts
from hub.clock import WALL
from hub.database import db
from hub.models import Gathering
from hub.queries import gathering
from hub.steps.gathering import GATHER

SPELL, BREATH = 0.06, 0.02
"""Seconds of writing, and of leaving the database's writer to others after them."""


def gather(number: int) -> None:
    """Deal with all the cases of a gathering, in its official's name."""
    account_id = db.session.get_one(Gathering, number).account_id
    db.session.rollback()
    began = monotonic()
    while acts.go_on(number, account_id, WALL.now()) and not queue.is_ending():
        if monotonic() - began > SPELL:
            WALL.rest(BREATH)
            began = monotonic()


def sweep() -> None:
    """Have the worker told of every gathering that is not finished; where the queue cannot be reached, it is done here."""
    waiting = gathering.open_gatherings(db.session())
    db.session.rollback()
    for number in waiting:
        if not queue.enqueue(GATHER, number):
            gather(number)

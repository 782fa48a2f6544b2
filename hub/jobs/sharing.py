"""The worker sends on, to the citizens of joined cases, what was answered or decided about the case they are joined to."""

from __future__ import annotations

from time import monotonic

from hub import queue
from hub.actions import sharing
from hub.clock import WALL
from hub.database import db
from hub.queries import merging
from hub.steps.deliveries import DELIVER
from hub.steps.sharing import SHARE

SPELL, BREATH = 0.06, 0.005
"""Seconds of writing, and of leaving the database's writer to others after them."""


def share(sharing_id: int) -> None:
    """Share one thing with everybody it goes to, and have the letters sent."""
    began = monotonic()
    while sharing.go_on(sharing_id, WALL.now()) and not queue.is_ending():
        if monotonic() - began > SPELL:
            WALL.rest(BREATH)
            began = monotonic()
    queue.enqueue(DELIVER, 0)


def sweep() -> None:
    """Have the worker told of everything that is still to be shared; where the queue cannot be reached, it is done here."""
    waiting = merging.open_sharings(db.session())
    db.session.rollback()
    for sharing_id in waiting:
        if not queue.enqueue(SHARE, sharing_id):
            share(sharing_id)

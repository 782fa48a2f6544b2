"""The words of the notice board."""

from __future__ import annotations

from enum import StrEnum

NOTICES = "notices"
"""The topic of posted notices."""


class NoticeState(StrEnum):
    """How far a notice is. From scheduled to posted, and from posted to taken down, it is the clock that moves it."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    POSTED = "posted"
    TAKEN_DOWN = "taken_down"
    DISCARDED = "discarded"


MOVES: dict[NoticeState, frozenset[NoticeState]] = {
    NoticeState.DRAFT: frozenset({NoticeState.IN_REVIEW, NoticeState.DISCARDED}),
    NoticeState.IN_REVIEW: frozenset({NoticeState.DRAFT, NoticeState.SCHEDULED}),
    NoticeState.SCHEDULED: frozenset({NoticeState.DRAFT, NoticeState.POSTED}),
    NoticeState.POSTED: frozenset({NoticeState.TAKEN_DOWN}),
    NoticeState.TAKEN_DOWN: frozenset(),
    NoticeState.DISCARDED: frozenset(),
}
"""State → the states a notice may go to from there; the database holds it too."""

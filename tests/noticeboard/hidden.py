"""Notices in every state in which they do not hang, each with words of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from noticeboard import actions
from tests import desks
from tests.noticeboard import boards
from tests.seals import text


def draft_notice(name: str) -> str:
    made, now = boards.reference(), datetime.now(UTC)
    actions.save(desks.scope(desks.A), made, boards.written(f"Oznámení {text(name)}", f"Text {text(name)}"), now)
    return made


def waiting_notice(name: str, posts_at: datetime | None = None, now: datetime | None = None) -> str:
    what = boards.written(f"Oznámení {text(name)}", f"Text {text(name)}", posts_at=posts_at)
    return boards.in_review(what, now or datetime.now(UTC))


def scheduled_notice(name: str, days: int = 1) -> str:
    at = datetime.now(UTC) + timedelta(days=days)
    made = waiting_notice(name, at, at - timedelta(hours=2))
    actions.decide(desks.scope(desks.PRESS), made, 1, True, "", at - timedelta(hours=1))
    return made


def posted_notice(name: str, days: int = 0) -> str:
    made = scheduled_notice(name, days)
    actions.post(boards.notice(made).message_id, datetime.now(UTC) + timedelta(days=days))
    return made


def notice_that_is_over(name: str) -> str:
    return posted_notice(name, days=-40)


def ended_notice(name: str) -> str:
    made = posted_notice(name, days=-30)
    actions.end(boards.notice(made).message_id, datetime.now(UTC) - timedelta(days=3))
    return made


def notice_taken_down(name: str) -> str:
    made = posted_notice(name)
    actions.take_down(desks.scope(desks.PRESS), made, text(name), datetime.now(UTC))
    return made


def returned_notice(name: str) -> str:
    made = waiting_notice(name)
    actions.decide(desks.scope(desks.PRESS), made, 1, False, text(name), datetime.now(UTC))
    return made


def discarded_notice(name: str) -> str:
    made = draft_notice(name)
    actions.discard(desks.scope(desks.A), made, datetime.now(UTC))
    return made


NOT_HANGING: tuple[Callable[[str], str], ...] = (
    notice_that_is_over, ended_notice, draft_notice, waiting_notice, scheduled_notice, notice_taken_down, returned_notice,
    discarded_notice,
)  # fmt: skip

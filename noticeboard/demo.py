"""Notices of the demo city, through the same doors as real ones."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hub.database import db
from hub.models import Account, Department
from hub.rules.access import Scope
from hub.signin import scope_of_account
from noticeboard import actions, queries
from noticeboard.actions import LETTERS, Written
from noticeboard.periods import comes_down
from noticeboard.vocabulary import NoticeState

NOTICES = Path(__file__).parent / "demo.toml"


def fill(now: datetime) -> None:
    """Write, approve and post them, in the order in which that would have been. A second time changes nothing."""
    with NOTICES.open("rb") as file:
        notices = tomllib.load(file)["notices"]
    for number, notice in enumerate(notices):
        _fill_one(f"ukazkades{LETTERS[number]}", notice, now)


def _fill_one(reference: str, notice: dict[str, Any], now: datetime) -> None:
    session = db.session()
    posts_at = now - timedelta(days=notice["days_ago"]) if "days_ago" in notice else None
    written_at = min(posts_at or now, now) - timedelta(hours=20)
    author = _scope(notice["by"])
    if queries.known(session, author, reference) is not None:
        return
    department = session.scalar(sa.select(Department.id).where(Department.slug == notice["department"]))
    written = Written(0, notice["title"], notice["text"], department, posts_at)
    actions.save(author, reference, written, written_at, submit="approved_by" in notice or notice.get("waits", False))
    if "approved_by" not in notice:
        return
    actions.decide(_scope(notice["approved_by"]), reference, 1, True, "", written_at + timedelta(hours=2))
    found = queries.find(session, author, reference)
    if posts_at is not None and posts_at <= now and found.state == NoticeState.SCHEDULED:
        actions.post(found.message_id, posts_at)
        down = comes_down(posts_at, None)
        if down <= now:
            actions.end(found.message_id, down)


def _scope(email: str) -> Scope:
    account = db.session.scalars(sa.select(Account).where(Account.email == email)).one()
    scope = scope_of_account(account)
    if scope is None:
        raise LookupError(email)
    return scope

"""Comments of the demo city, through the same doors as real ones."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hub import cityfile, forms
from hub.actions import commenting, moderating
from hub.actions.commenting import Mark
from hub.database import db
from hub.envelopes import Commented
from hub.jobs.sample import scope_of
from hub.models import Account, Comment, Message, Origin, Revision
from hub.queries import moderation
from hub.vocabulary import CommentState, MessageKind, RoleName

COMMENTS = Path(cityfile.__file__).parent / "demo" / "comments.toml"
SOURCE = "web:demo-talk"


def fill(now: datetime) -> None:
    """Say and decide them, in the order in which that would have been. A second time changes nothing."""
    with COMMENTS.open("rb") as file:
        comments: list[dict[str, Any]] = tomllib.load(file)["comments"]
    for one in comments:
        at = now - timedelta(days=one["days_ago"])
        if "by" in one:
            _reply_for_office(one, at)
        else:
            _say(one, at)
    for one in comments:
        _end(one, now - timedelta(days=one["days_ago"]) + timedelta(hours=20))


def _say(one: dict[str, Any], at: datetime) -> None:
    said = Commented(
        source=SOURCE,
        external_id=one["id"],
        publication_id=_publication(one["under"]),
        text=one["text"],
        name=one.get("name", ""),
        replies_to=_comment(one["replies_to"]).reference if "replies_to" in one else "",
        secret_digest=commenting.digest(_secret(one)),
    )
    commenting.comment(said, at)
    for n in range(one.get("me_too", 0) if _publish(one, at) else 0):
        commenting.join_in(_comment(one["id"]).message_id, Mark(f"sample-{n}", f"sample-{n}"), at + timedelta(hours=4))


def _publish(one: dict[str, Any], at: datetime) -> bool:
    """Whether it was published just now."""
    comment = _comment(one["id"])
    if "published" not in one or comment.state != CommentState.WAITING:
        return False
    _decide(comment, "publish", "", at + timedelta(hours=3))
    return True


def _reply_for_office(one: dict[str, Any], at: datetime) -> None:
    nonce = forms.secret("sample", one["id"])
    above = _comment(one["replies_to"]).reference
    moderating.answer(scope_of(one["by"]), above, one["department"], one["text"], nonce, at)


def _end(one: dict[str, Any], at: datetime) -> None:
    """What happened to some of them later, when they had replies already."""
    if not ("hidden" in one or "withdrawn" in one):
        return
    comment = _comment(one["id"])
    if comment.state != CommentState.PUBLISHED:
        return
    if "hidden" in one:
        _decide(comment, "hide", one["hidden"], at)
    else:
        commenting.withdraw(_secret(one), comment.version, at)


def _decide(comment: Comment, verdict: str, reason: str, at: datetime) -> None:
    press = db.session.scalars(
        sa.select(Account.email).where(Account.roles.any(name=RoleName.PRESS)).order_by(Account.id)
    ).first()
    scope = scope_of(press or "")
    version = moderation.find(db.session(), scope, comment.reference).version
    moderating.decide(scope, comment.reference, version, verdict, reason, at)


def _publication(title: str) -> int:
    its = sa.select(Message.id).join(Revision, Revision.message_id == Message.id)
    return db.session.scalars(its.where(Message.kind == MessageKind.QUESTION, Revision.title == title)).one()


def _comment(name: str) -> Comment:
    its = sa.select(Comment).join(Origin, Origin.message_id == Comment.message_id)
    return db.session.scalars(its.where(Origin.source == SOURCE, Origin.external_id == name)).one()


def _secret(one: dict[str, Any]) -> str:
    return forms.secret("sample comment", one["id"])

"""Discussions as everybody reads them: the publication, its comments page by page, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from hub.models import Comment, Decision, Discussion, Message, Reaction, Revision
from hub.queries import published
from hub.queries.visibility import public_now
from hub.rules import comments as rules
from hub.rules.comments import Setting
from hub.vocabulary import CommentState, DecisionKind, DiscussionState, MessageKind, Moderation

PAGE = 20
REPLIES = 5
"""Replies that are shown with a comment before one asks for all of them."""
REPLIES_PAGE = 50

said = aliased(Revision, name="said")


@dataclass(frozen=True, slots=True)
class Publication:
    """A message that is public now at an address of its own, its title, and how it is discussed."""

    message: Message
    title: str
    setting: Setting


@dataclass(slots=True)
class Shown:
    """A comment as it is shown: its words, or (None) only that it was there, and why it is not any more."""

    comment: Comment
    words: Revision | None
    why_hidden: str = ""
    me_too: int = 0
    replies: list[Shown] = field(default_factory=list)
    has_more: bool = False


def setting_of(session: Session, publication: Message) -> Setting:
    """How a publication is discussed."""
    row = session.get(Discussion, publication.id)
    if row is None:
        return rules.by_default(publication.kind)
    return Setting(DiscussionState(row.state), Moderation(row.moderation), row.closes_on, row.version)


def publication(session: Session, slug: str, now: datetime) -> Publication | None:
    """What is public now at this address; a question only with an answer. None: nothing is."""
    answer = aliased(Message)
    answered = sa.select(answer.id).where(
        answer.conversation_id == Message.conversation_id, answer.kind == MessageKind.ANSWER, public_now(now, answer)
    )
    wanted = (
        sa.select(Message, Revision.title)
        .join(Revision, sa.and_(Revision.message_id == Message.id, Revision.n == Message.shown_n))
        .where(Message.slug == slug, Message.kind != MessageKind.COMMENT, public_now(now))
        .where(sa.or_(Message.kind != MessageKind.QUESTION, answered.exists()))
    )
    found = session.execute(wanted).first()
    return Publication(found[0], found[1] or "", setting_of(session, found[0])) if found else None


def count(session: Session, publication_id: int) -> int:
    """How many comments of a publication everybody can read: one look into an index."""
    of_it = sa.and_(Comment.publication_id == publication_id, Comment.state == CommentState.PUBLISHED)
    return session.scalar(sa.select(sa.func.count()).select_from(Comment).where(of_it)) or 0


def page(
    session: Session, publication: Publication, start: Comment | None, now: datetime
) -> tuple[list[Shown], Comment | None]:
    """A page of comments from `start` on, the newest first, each with its first replies; and where the next page begins."""
    wanted, seen, has_reply = _under(publication.message.id, now)
    wanted = wanted.where(sa.or_(seen, has_reply))
    if start is not None:
        wanted = wanted.where(Message.id <= start.message_id)
    rows = session.execute(wanted.order_by(Message.id.desc()).limit(PAGE + 1)).all()
    shown = _shown(session, rows[:PAGE])
    _add_replies(session, [one for one, row in zip(shown, rows, strict=False) if row.has_reply], now)
    return shown, rows[PAGE][0] if len(rows) > PAGE else None


def thread(session: Session, top: Comment, start: Comment | None, now: datetime) -> tuple[Shown | None, Comment | None]:
    """One comment with a page of its replies from `start` on, the oldest first; None when neither is shown to anybody."""
    its, seen, has_reply = _under(top.publication_id, now)
    rows = session.execute(its.where(Message.id == top.message_id, sa.or_(seen, has_reply))).all()
    if not rows:
        return None, None
    wanted, seen, _ = _under(top.message_id, now)
    wanted = wanted.where(_mostly(seen))
    if start is not None:
        wanted = wanted.where(Message.id >= start.message_id)
    replies = session.execute(wanted.order_by(Message.id).limit(REPLIES_PAGE + 1)).all()
    shown = _shown(session, [*rows, *replies[:REPLIES_PAGE]])
    shown[0].replies = shown[1:]
    return shown[0], replies[REPLIES_PAGE][0] if len(replies) > REPLIES_PAGE else None


Row = sa.Row[Comment, Revision, bool, bool]
Wanted = tuple[sa.Select[Comment, Revision, bool, bool], sa.ColumnElement[bool], sa.ColumnElement[bool]]


def _under(above: int | sa.BindParameter[int], now: datetime) -> Wanted:
    """Comments that reply to a message and were shown once; whether everybody reads them now, and whether a reply to them."""
    seen, has_reply = public_now(now), _has_reply(now)
    wanted = (
        sa.select(Comment, said, seen.label("is_public"), has_reply.label("has_reply"))
        .join(Message, Message.id == Comment.message_id)
        .join(said, sa.and_(said.message_id == Message.id, said.n == Message.shown_n))
        .where(Message.replies_to_id == above, Message.kind == MessageKind.COMMENT, Message.shown_n.is_not(None))
        .options(joinedload(Comment.message).joinedload(Message.department))
    )
    return wanted, seen, has_reply


def _mostly(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The same condition, said so that PostgreSQL expects nearly every row to meet it.

    Of values out of other tables it expects one of two hundred to be the one compared, each time anew: it would fetch all the
    replies there are and sort them, where the first in the order of the index fill the page.
    """
    return sa.case((condition, 1)).is_not(None)


def _has_reply(now: datetime) -> sa.ColumnElement[bool]:
    reply = aliased(Message)
    first = (
        sa.select(reply.id)
        .where(
            reply.replies_to_id == Message.id,
            reply.kind == MessageKind.COMMENT,
            reply.shown_n.is_not(None),
            _mostly(public_now(now, reply)),
        )
        .limit(1)  # with EXISTS, PostgreSQL reads every comment there is to have the answers at hand
    )
    return first.scalar_subquery().is_not(None)


def _add_replies(session: Session, above: list[Shown], now: datetime) -> None:
    """The first replies of each: however many one has, no more are read. One statement, since to make it takes the longest."""
    wanted, seen, _ = _under(sa.bindparam("above", type_=sa.BigInteger), now)
    first = wanted.where(_mostly(seen)).order_by(Message.id).limit(REPLIES + 1)
    found = [(one, session.execute(first, {"above": one.comment.message_id}).all()) for one in above]
    shown = iter(_shown(session, [row for _, rows in found for row in rows[:REPLIES]]))
    for one, rows in found:
        one.replies = [next(shown) for _ in rows[:REPLIES]]
        one.has_more = len(rows) > REPLIES


def _shown(session: Session, rows: Sequence[Row]) -> list[Shown]:
    me_too = reactions(session, [comment.message_id for comment, _, is_public, _ in rows if is_public])
    whys = _whys(session, [comment.message_id for comment, _, is_public, _ in rows if not is_public])
    return [
        Shown(comment, words, me_too=me_too.get(comment.message_id, 0))
        if is_public
        else Shown(comment, None, whys.get(comment.message_id, ""))
        for comment, words, is_public, _ in rows
    ]


def reactions(session: Session, message_ids: Sequence[int]) -> dict[int, int]:
    """Message → how many joined in."""
    if not message_ids:
        return {}
    number = sa.select(Reaction.message_id, sa.func.count()).where(Reaction.message_id.in_(message_ids))
    return dict(session.execute(number.group_by(Reaction.message_id)).all())


def _whys(session: Session, message_ids: Sequence[int]) -> dict[int, str]:
    """Message → the reason with which a moderator hid it."""
    if not message_ids:
        return {}
    hid = sa.select(Decision).where(Decision.message_id.in_(message_ids), Decision.kind == DecisionKind.HIDE)
    return {one.message_id: one.reason for one in session.scalars(hid.order_by(Decision.id))}


def by_reference(session: Session, publication: Publication, reference: str) -> Comment | None:
    """A comment of a publication by its public name, whatever its state."""
    its = sa.select(Comment).where(Comment.reference == reference, Comment.publication_id == publication.message.id)
    return session.scalar(its.options(joinedload(Comment.message)))


def is_public(session: Session, comment: Comment, now: datetime) -> bool:
    """Whether everybody can read this comment now."""
    return published.is_public(session, comment.message, now)


def top_of(session: Session, comment: Comment) -> Comment:
    """The comment under which a reply hangs; a comment on the publication itself is its own."""
    above = comment.message.replies_to_id
    if above is None or above == comment.publication_id:
        return comment
    return session.get_one(Comment, above)

"""What happens to a comment: heard once, looked at by pure rules, shown or kept waiting, revised, erased.

All that changes a comment ends with `settle`: its state is what everybody sees, and it stands in the list it waits in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from secrets import choice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import database
from hub.database import row_lock, table_of
from hub.envelopes import Commented, Receipt
from hub.models import City, Comment, Department, Message, Origin, Report, Revision
from hub.queries import cases, discussions, published
from hub.queries.discussions import setting_of
from hub.rules import comments as rules
from hub.rules.localtime import local
from hub.steps import words
from hub.text import one_line
from hub.text import words as clean
from hub.vocabulary import (
    SHOWING,
    ActorKind,
    Cause,
    CommentState,
    DecisionKind,
    DiscussionState,
    Look,
    MessageKind,
    Moderation,
    Outcome,
)
from hub.work import CITIZEN, SYSTEM, Actor

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
REFERENCE = 10
"""Letters of a comment's public name."""
OF_COMING = frozenset({"trap", "said_before", "burst"})
"""Reasons that say how a comment came, not what it says."""


def hear(session: Session, said: Commented, now: datetime) -> Receipt:
    """Record one comment. Known already: nothing happens; the same id with other words is a conflict."""
    text, name = clean(said.text), one_line(said.name)
    origin = {"source": said.source, "external_id": said.external_id, "digest": _digest(said, text, name)}
    problem = _refusal(text, name)
    if problem:
        return Receipt(said.external_id, 0, Outcome.INVALID, problem)
    _hold(session, said.publication_id, said.replies_to)
    publication = session.get_one(Message, said.publication_id)
    above = _above(session, publication, said.replies_to, now)
    problem = _out_of_place(session, publication, above, said.account_id, now)
    if problem:  # what was said while it was possible is known all the same
        return _again(session, origin) or Receipt(said.external_id, 0, Outcome.INVALID, problem)
    made = database.insert_new(session.connection(), table_of(Origin), [origin], ("source", "external_id"), ("id",))
    if not made:
        return _again(session, origin) or Receipt(said.external_id, 0, Outcome.CONFLICT, "conflict")
    comment = _keep(session, said, publication, above or publication, now)
    session.get_one(Origin, made[0][0]).message_id = comment.message_id
    actor = Actor(ActorKind.ACCOUNT, said.account_id) if said.account_id else CITIZEN
    say(session, comment, text, name, actor, now, trapped=said.trapped)
    return Receipt(said.external_id, 0, Outcome.STORED, about=comment.message_id)


def _refusal(text: str, name: str) -> str | None:
    if not one_line(text):
        return "empty"
    if len(text) > rules.LONGEST:
        return "too_long"
    return "name_too_long" if len(name) > rules.LONGEST_NAME else None


def _out_of_place(
    session: Session, publication: Message, above: Message | None, account_id: int | None, now: datetime
) -> str | None:
    setting = setting_of(session, publication)
    takes = setting.state != DiscussionState.OFF if account_id else rules.takes(setting, local(now).date())
    if not takes:
        return "closed"
    return "nothing_above" if above is None or not published.is_public(session, publication, now) else None


def _hold(session: Session, publication_id: int, reference: str) -> None:
    """Whoever closes the discussion or hides what is replied to comes before this comment, or waits until it is there.

    Comments are locked before their publication, by everybody who locks both.
    """
    if reference:
        its = sa.select(Comment).where(Comment.reference == reference, Comment.publication_id == publication_id)
        named = session.scalar(row_lock(its, shared=True))
        if named is not None and named.message.replies_to_id not in {None, publication_id}:
            above = sa.select(Comment.message_id).where(Comment.message_id == named.message.replies_to_id)
            session.execute(row_lock(above, shared=True))
    hold_setting(session, publication_id)


def hold_setting(session: Session, publication_id: int) -> None:
    """How a publication is discussed stays as it is until this transaction ends."""
    session.execute(row_lock(sa.select(Message.id).where(Message.id == publication_id), shared=True))


def _above(session: Session, publication: Message, reference: str, now: datetime) -> Message | None:
    """What a comment replies to: the publication, or the uppermost comment over the named one. None: nobody can read that."""
    if not reference:
        return publication
    its = sa.select(Comment).where(Comment.reference == reference, Comment.publication_id == publication.id)
    named = session.scalar(its)
    if named is None or not discussions.is_public(session, named, now):
        return None
    top = discussions.top_of(session, named)
    return top.message if discussions.is_public(session, top, now) else None


def _digest(said: Commented, text: str, name: str) -> str:
    whole = [said.publication_id, said.replies_to, text, name, said.department_id]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()


def _again(session: Session, origin: dict[str, str]) -> Receipt | None:
    """What became of the form that was sent before; None when it never was."""
    mine = sa.and_(Origin.source == origin["source"], Origin.external_id == origin["external_id"])
    known = session.scalar(sa.select(Origin).where(mine))
    if known is None:
        return None
    if known.digest == origin["digest"]:
        return Receipt(origin["external_id"], 0, Outcome.KNOWN, about=known.message_id)
    return Receipt(origin["external_id"], 0, Outcome.CONFLICT, "conflict", about=known.message_id)


def _keep(session: Session, said: Commented, publication: Message, above: Message, now: datetime) -> Comment:
    message = Message(
        conversation_id=publication.conversation_id,
        kind=MessageKind.COMMENT,
        department_id=said.department_id,
        entered_by_id=said.account_id,
        replies_to_id=above.id,
        channel=said.channel,
        language=said.language,
        received_at=now,
    )
    session.add(message)
    session.flush()
    comment = Comment(
        message_id=message.id,
        publication_id=publication.id,
        reference=_free_reference(session),
        secret_digest=said.secret_digest,
        state=CommentState.WAITING,
        look=Look.WAITING,
        since_at=now,
        came_at=now,
    )
    session.add(comment)
    session.flush()
    return comment


def _free_reference(session: Session) -> str:
    while True:  # of a hundred million million, the first is nearly always free
        made = "".join(choice(LETTERS) for _ in range(REFERENCE))
        if session.scalar(sa.select(Comment.message_id).where(Comment.reference == made)) is None:
            return made


def say(
    session: Session, comment: Comment, text: str, name: str, actor: Actor, now: datetime, *, trapped: bool = False
) -> None:
    """The words of a comment, first or anew. The office's appear at once; a citizen's do where a rule lets them."""
    by_office = actor.kind == ActorKind.ACCOUNT
    comment.words_digest = None if by_office else words_digest(text)
    comment.hold_reasons = [] if by_office else _reasons(session, comment, text, name, trapped, now)
    cause = Cause.AUTHOR_EDIT if comment.message.revisions else Cause.ORIGINAL
    n = words.revise(session, comment.message, text, actor, cause, now, title=name or None).n
    if by_office:
        show(session, comment, n, actor, now)
    elif _appears_at_once(session, comment):
        show(session, comment, n, SYSTEM, now, rule=rules.AFTERWARDS)
    settle(session, comment, now)


def _appears_at_once(session: Session, comment: Comment) -> bool:
    """Afterwards is for what nothing holds, and not for the words of somebody whom a moderator has refused."""
    setting = setting_of(session, comment.publication)
    trusted = comment.state in {CommentState.WAITING, CommentState.PUBLISHED}
    return setting.moderation == Moderation.AFTER and trusted and not comment.hold_reasons


def _reasons(session: Session, comment: Comment, text: str, name: str, trapped: bool, now: datetime) -> list[str]:
    """Why these words are held. How an undecided comment came (by a machine, in a burst) holds what it is changed to as well."""
    kept = [] if comment.state != CommentState.WAITING else [one for one in comment.hold_reasons if one in OF_COMING]
    lately = sa.and_(Comment.came_at > now - rules.BURST, Comment.message_id != comment.message_id)
    here = sa.and_(lately, Comment.publication_id == comment.publication_id)
    seen = rules.Seen(
        text=text,
        name=name,
        trapped=trapped,
        repeated=_was_said(session, comment, now),
        before_here=_number(session, here),
        before_everywhere=_number(session, lately),
    )
    return list(dict.fromkeys([*kept, *rules.reasons(seen, _office(session) if name else ())]))


def _number(session: Session, of: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Comment).where(of)) or 0


def _office(session: Session) -> Sequence[str]:
    """Names that are the office's."""
    departments = list(session.scalars(sa.select(Department.name)))
    return [*departments, *session.scalars(sa.select(City.name))]


def _was_said(session: Session, comment: Comment, now: datetime) -> bool:
    same = sa.and_(Comment.words_digest == comment.words_digest, Comment.message_id != comment.message_id)
    lately = sa.select(Comment.message_id).where(same, Comment.came_at > now - rules.SAME_FOR).limit(1)
    with session.no_autoflush:
        return comment.words_digest is not None and session.scalar(lately) is not None


def words_digest(text: str) -> str | None:
    """By which the same text is known whatever its capitals, accents and marks; None for one of a few words."""
    plain = rules.folded(text)
    return hashlib.sha256(plain.encode()).hexdigest() if len(plain.split()) >= rules.SAME_WORDS else None


def show(
    session: Session, comment: Comment, n: int, actor: Actor, now: datetime, rule: str | None = None, reason: str = ""
) -> None:
    """Approve these words and show them; `settle` follows."""
    words.decide(session, comment.message, n, DecisionKind.APPROVE, actor, now, reason, rule)
    words.show(session, comment.message, n, now)


def redact(session: Session, comment: Comment, text: str, name: str, actor: Actor, why: str, now: datetime) -> None:
    """Show it with fewer words; what its author wrote stays as a revision of which this is decided. `settle` follows."""
    words.decide(session, comment.message, newest(comment).n, DecisionKind.REDACT, actor, now, why)
    n = words.revise(session, comment.message, text, actor, Cause.REDACTION, now, title=name or None).n
    show(session, comment, n, actor, now)


def newest(comment: Comment) -> Revision:
    """The last words of a comment."""
    return comment.message.revisions[-1]


def settle(session: Session, comment: Comment, now: datetime) -> None:
    """Let the state, the list it waits in and the version follow what was just done; after a decision reports are settled by it."""
    session.flush()
    comment.state = _state(session, comment)
    comment.version += 1
    queue(session, comment, now)
    session.flush()


def _state(session: Session, comment: Comment) -> CommentState:
    """What became of it. Whichever clock is behind: what was shown is published, as the database holds it too."""
    message, last = comment.message, newest(comment)
    if last.erased_at is not None:
        return CommentState.ERASED
    if message.leaves_at is not None:
        return CommentState.WITHDRAWN
    decided = cases.decisions(session, message)
    shown = decided.get(message.shown_n or 0)
    if shown is not None:
        return CommentState.PUBLISHED if shown.kind in SHOWING else CommentState.HIDDEN
    return CommentState.REJECTED if decided else CommentState.WAITING


def queue(session: Session, comment: Comment, now: datetime) -> None:
    """Put it into the list where a moderator finds it, or out of all."""
    if comment.state in {CommentState.WITHDRAWN, CommentState.ERASED}:
        look, rank = None, 1
    else:
        undecided = newest(comment).n not in cases.decisions(session, comment.message)
        objects = comment.objected_at is not None and comment.heard_at is None
        look, rank = rules.look_for(undecided, comment.hold_reasons, open_reports(session, comment), objects)
    comment.look, comment.rank = look, rank
    comment.since_at = (comment.since_at or now) if look is not None else None


def open_reports(session: Session, comment: Comment) -> int:
    """How many reports no moderator has looked at."""
    of_it = sa.and_(Report.message_id == comment.message_id, Report.settled_at.is_(None))
    return session.scalar(sa.select(sa.func.count()).select_from(Report).where(of_it)) or 0


def erase(session: Session, comment: Comment, now: datetime) -> None:
    """Erase every word of a comment, wherever one stands: revisions, search, an objection, reports. Its place stays."""
    message = comment.message
    gone = {"title": None, "summary": None, "text": None, "salt": None, "erased_at": now}
    still = sa.and_(Revision.message_id == message.id, Revision.erased_at.is_(None))
    session.execute(sa.update(Revision).where(still).values(**gone))
    session.execute(sa.update(Report).where(Report.message_id == message.id).values(text=None))
    words.forget_words(session, message.id)
    comment.objection, comment.words_digest = None, None
    session.flush()
    session.refresh(message, ["revisions"])
    for revision in message.revisions:
        session.refresh(revision)

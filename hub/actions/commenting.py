"""What citizens do in discussions: comment, change and withdraw what they said, object, join in, report."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import database, errors
from hub.database import row_lock, table_of
from hub.envelopes import Commented, Receipt
from hub.models import Comment, Reaction, Report
from hub.queries import discussions
from hub.rules import comments as rules
from hub.rules.localtime import local
from hub.steps import commenting, intake, words
from hub.text import one_line
from hub.text import words as clean
from hub.vocabulary import Cause, CommentState, Outcome, ReportReason, marked
from hub.work import CITIZEN, Work, work

MOST_REVISIONS = 20

MESSAGES = {
    "empty": marked("Write your comment."),
    "too_long": marked("The comment is too long. Shorten it to at most 4,000 characters."),
    "name_too_long": marked("The name is too long. Shorten it to at most 60 characters."),
    "closed": marked("This discussion takes no more comments. Nothing was saved."),
    "nothing_above": marked("What you reply to is not public any more. Nothing was saved."),
    "conflict": marked(
        "You have sent this form before, with other words. To send these as well, press the button once more."
    ),
}

ENDED = (CommentState.WITHDRAWN, CommentState.ERASED)


@dataclass(frozen=True, slots=True)
class Mark:
    """Who joins in or reports: `voter` is a keyed digest of the network, `nonce` the name of the form. Each counts once."""

    voter: str
    nonce: str

    def row(self, comment: Comment, now: datetime) -> dict[str, object]:
        """What is kept of it; the nonce as a digest, so that nobody who reads the database can use a form."""
        nonce = hashlib.sha256(self.nonce.encode()).hexdigest()
        return {"message_id": comment.message_id, "voter": self.voter, "nonce": nonce, "made_at": now}


def comment(said: Commented, now: datetime) -> Receipt:
    """Record a comment. The same form sent twice leads to the same comment."""
    with work(CITIZEN, "comment", now, audited=False) as w:
        (receipt,) = intake.record(w.session, [said], now)
    return receipt


def of_link(session: Session, secret: str) -> Comment | None:
    """The comment a secret link opens; None for a wrong one, and for one that was forgotten."""
    its = sa.select(Comment).where(Comment.secret_digest == digest(secret))
    return session.scalar(its) if 20 <= len(secret) <= 100 else None


def digest(secret: str) -> str:
    """What of the secret of an author's link is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _to_change(w: Work, secret: str, version: int) -> Comment:
    """The author's comment, locked, as it was when its page was opened. Raises NotFound, Conflict."""
    w.session.execute(row_lock(sa.select(Comment.message_id).where(Comment.secret_digest == digest(secret))))
    found = of_link(w.session, secret)
    if found is None:
        raise errors.NotFound
    if found.version != version:
        raise errors.Conflict(marked("The comment has changed meanwhile. Look at it as it is now and try again."))
    w.about(found.message)
    return found


def edit(secret: str, version: int, text: str, name: str, now: datetime) -> None:
    """New words. What is shown stays until they are approved. Raises BadInput, TooLarge, Conflict, NotFound."""
    plain, signed = clean(text), one_line(name)
    if not one_line(plain):
        raise errors.BadInput(MESSAGES["empty"])
    if len(plain) > rules.LONGEST or len(signed) > rules.LONGEST_NAME:
        raise errors.BadInput(MESSAGES["too_long" if len(plain) > rules.LONGEST else "name_too_long"])
    with work(CITIZEN, "edit a comment", now) as w:
        found = _to_change(w, secret, version)
        commenting.hold_setting(w.session, found.publication_id)
        if not _may_edit(w.session, found, now):
            raise errors.Conflict(MESSAGES["closed"])
        last = commenting.newest(found)
        if (last.text, last.title or "") == (plain, signed):
            return
        if last.n >= MOST_REVISIONS:
            raise errors.Conflict(marked("The comment was changed too often to be changed once more."))
        commenting.say(w.session, found, plain, signed, CITIZEN, now)


def _may_edit(session: Session, found: Comment, now: datetime) -> bool:
    setting = discussions.setting_of(session, found.publication)
    return found.state not in ENDED and rules.takes(setting, local(now).date())


def withdraw(secret: str, version: int, now: datetime) -> None:
    """The author takes it back, for good. Withdrawn already: nothing happens. Raises Conflict, NotFound."""
    with work(CITIZEN, "withdraw a comment", now) as w:
        found = _to_change(w, secret, version)
        if found.state in ENDED:
            return
        words.take_away(w.session, found.message, now)
        commenting.settle(w.session, found, now)


def object_to(secret: str, version: int, text: str, now: datetime) -> None:
    """Say, once, why a rejected or hidden comment should be public after all. Raises BadInput, Conflict, NotFound."""
    plain = clean(text)
    if not plain or len(plain) > rules.LONGEST_OBJECTION:
        raise errors.BadInput(marked("Write in at most 2,000 characters why you do not agree."))
    with work(CITIZEN, "object", now) as w:
        found = _to_change(w, secret, version)
        if not may_object(found):
            raise errors.Conflict(marked("There is nothing to object to, or you have objected already."))
        found.objection, found.objected_at = plain, now
        commenting.settle(w.session, found, now)


def may_object(comment: Comment) -> bool:
    """Whether its author may say, once, that they do not agree: it is not public, or not whole."""
    is_redacted = comment.state == CommentState.PUBLISHED and comment.message.revisions[-1].cause == Cause.REDACTION
    return comment.objected_at is None and (
        is_redacted or comment.state in {CommentState.REJECTED, CommentState.HIDDEN}
    )


def join_in(message_id: int, mark: Mark, now: datetime) -> bool:
    """Me too. Returns whether it counts: one form and one network count once. Raises NotFound, Conflict."""
    with work(CITIZEN, "join in", now, audited=False) as w:
        found = _public(w.session, message_id, now)
        setting = discussions.setting_of(w.session, found.publication)
        if not rules.takes(setting, local(now).date()):
            raise errors.Conflict(marked("This discussion is closed."))
        return bool(database.insert_new(w.connection, table_of(Reaction), [mark.row(found, now)], (), ("id",)))


def report(message_id: int, mark: Mark, reason: str, text: str, now: datetime) -> None:
    """Hold a comment to be wrong; it hides nothing. Again or from the same network is no second one. Raises BadInput, NotFound."""
    plain = clean(text)
    if reason not in set(ReportReason):
        raise errors.BadInput(marked("Choose what is wrong with the comment."))
    if len(plain) > rules.LONGEST_REPORT:
        raise errors.BadInput(marked("Shorten what you write to at most 1,000 characters."))
    with work(CITIZEN, "report a comment", now, audited=False) as w:
        found = _public(w.session, message_id, now)
        row = {**mark.row(found, now), "reason": reason, "text": plain or None}
        if database.insert_new(w.connection, table_of(Report), [row], (), ("id",)):
            commenting.queue(w.session, found, now)


def _public(session: Session, message_id: int, now: datetime) -> Comment:
    session.execute(row_lock(sa.select(Comment.message_id).where(Comment.message_id == message_id)))
    found = session.get(Comment, message_id)
    if found is None or not discussions.is_public(session, found, now):
        raise errors.NotFound
    return found


def was_kept(receipt: Receipt) -> bool:
    """Whether the comment is recorded, now or before."""
    return receipt.outcome in {Outcome.STORED, Outcome.KNOWN}

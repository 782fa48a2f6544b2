"""What moderators do in discussions: publish, reject, hide, restore, redact, erase, answer for the office, open and close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from hub import database, errors
from hub.database import row_lock, table_of
from hub.envelopes import Commented, Receipt
from hub.models import Comment, Department, Discussion, Message, Report
from hub.queries import moderation
from hub.rules import comments as rules
from hub.rules.access import Scope
from hub.steps import commenting, intake, words
from hub.text import one_line
from hub.text import words as clean
from hub.vocabulary import ActorKind, DecisionKind, DiscussionState, Moderation, marked
from hub.work import Actor, Work, work

LONGEST_REASON = 300
SOURCE = "desk:diskuse"
ACTS = {
    "publish": "publish a comment",
    "reject": "reject a comment",
    "hide": "hide a comment",
    "restore": "restore a comment",
    "keep": "leave a comment",
    "redact": "redact a comment",
    "erase": "erase a comment",
}
"""Verdict → what stands in the audit log."""
WITH_REASON = frozenset({"reject", "hide", "redact", "erase"})
OF_MANY = frozenset({"publish", "reject", "hide"})
MOST_AT_ONCE = 100
CHANGED = marked("This comment was changed or decided meanwhile. Look at it as it is now.")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A comment as it may be public, and why something of it was left out."""

    text: str
    name: str
    reason: str


def decide(scope: Scope, reference: str, version: int, verdict: str, reason: str, now: datetime) -> None:
    """Decide about a comment as it was read: `version`. Raises NotAllowed, NotFound, BadInput, Conflict.

    Reports are settled by it, and an objection is heard.
    """
    _decide(scope, reference, version, verdict, _why(verdict, reason), now)


def decide_many(scope: Scope, chosen: Mapping[str, int], verdict: str, reason: str, now: datetime) -> list[str]:
    """The same about several comments, reference → version as it was read, each in its own transaction. Returns those that were
    changed or decided meanwhile, or are not there for this account: nothing happens to them. Raises NotAllowed, BadInput.
    """
    if verdict not in OF_MANY or not 0 < len(chosen) <= MOST_AT_ONCE:
        raise errors.BadInput(marked("Choose at least one comment, at most 100, and what is to happen with them."))
    why, left = _why(verdict, reason), []
    for reference, version in chosen.items():
        try:
            _decide(scope, reference, version, verdict, why, now)
        except (errors.Conflict, errors.NotFound):
            left.append(reference)
    return left


def _why(verdict: str, reason: str) -> str:
    why = one_line(reason)
    if verdict not in ACTS:
        raise errors.BadInput
    if verdict in WITH_REASON and not why:
        raise errors.BadInput(marked("Say why. The author will read it, and under a hidden comment everybody."))
    if len(why) > LONGEST_REASON:
        raise errors.BadInput(marked("The reason is too long. Say it in at most 300 characters."))
    return why


def _decide(scope: Scope, reference: str, version: int, verdict: str, why: str, now: datetime) -> None:
    with work(_actor(scope), ACTS[verdict], now) as w:
        comment = _as_read(w, scope, reference, version)
        if verdict not in moderation.verdicts(w.session, comment):
            raise errors.Conflict(CHANGED)
        _carry_out(w, scope, comment, verdict, why, now)
        _settle_reports(w, comment, now)
        commenting.settle(w.session, comment, now)


def _as_read(w: Work, scope: Scope, reference: str, version: int) -> Comment:
    comment = moderation.find(w.session, scope, reference, to_change=True)
    w.about(comment.message)
    if comment.version != version:
        raise errors.Conflict(CHANGED)
    return comment


def redact(scope: Scope, reference: str, version: int, written: Redacted, now: datetime) -> None:
    """Publish a comment without some of its words; why, its author reads. What they wrote stays for moderators.

    Raises NotAllowed, NotFound, BadInput, Conflict.
    """
    text, name, why = clean(written.text), one_line(written.name), _why("redact", written.reason)
    if not one_line(text) or len(text) > rules.LONGEST or len(name) > rules.LONGEST_NAME:
        raise errors.BadInput(
            marked("Leave something of the comment, at most 4000 characters. To leave nothing, hide it.")
        )
    with work(_actor(scope), ACTS["redact"], now) as w:
        comment = _as_read(w, scope, reference, version)
        if not moderation.may_redact(comment):
            raise errors.Conflict(CHANGED)
        last = commenting.newest(comment)
        if (text, name) == (last.text, last.title or ""):
            raise errors.BadInput(marked("Nothing was left out. Change the words, or publish the comment as it is."))
        commenting.redact(w.session, comment, text, name, _actor(scope), why, now)
        _settle_reports(w, comment, now)
        commenting.settle(w.session, comment, now)


def _carry_out(w: Work, scope: Scope, comment: Comment, verdict: str, why: str, now: datetime) -> None:
    message, last = comment.message, commenting.newest(comment).n
    if verdict == "publish":
        commenting.show(w.session, comment, last, _actor(scope), now, reason=why)
    elif verdict == "reject":
        words.decide(w.session, message, last, DecisionKind.REJECT, _actor(scope), now, why)
    elif verdict == "hide":
        words.decide(w.session, message, message.shown_n or last, DecisionKind.HIDE, _actor(scope), now, why)
    elif verdict == "restore":
        words.decide(w.session, message, message.shown_n or last, DecisionKind.RESTORE, _actor(scope), now, why)
    elif verdict == "erase":
        words.decide(w.session, message, last, DecisionKind.HIDE, _actor(scope), now, why)
        commenting.erase(w.session, comment, now)


def _settle_reports(w: Work, comment: Comment, now: datetime) -> None:
    still = sa.and_(Report.message_id == comment.message_id, Report.settled_at.is_(None))
    w.session.execute(sa.update(Report).where(still).values(settled_at=now))
    if comment.objected_at is not None and comment.heard_at is None:
        comment.heard_at = now


def answer(scope: Scope, reference: str, department: str, text: str, nonce: str, now: datetime) -> Receipt:
    """Reply for a department; it appears at once. `nonce` is of the form: sent twice, it is said once.

    Raises NotAllowed, NotFound, BadInput. The receipt says what is wrong with the words.
    """
    if not 20 <= len(nonce) <= 64:
        raise errors.BadInput
    with work(_actor(scope), "reply in a discussion", now) as w:
        above = moderation.find(w.session, scope, reference)
        w.about(above.message)
        place = _department(w, scope, department)
        said = Commented(
            source=SOURCE,
            external_id=nonce,
            publication_id=above.publication_id,
            text=text,
            replies_to=above.reference,
            account_id=scope.account_id,
            department_id=place.id,
        )
        (receipt,) = intake.record(w.session, [said], now)
    return receipt


def _department(w: Work, scope: Scope, slug: str) -> Department:
    """For whom an account may speak: its own department, or any where it sees the whole city."""
    its = sa.select(Department).where(Department.slug == one_line(slug))
    if scope.department_id is not None:
        its = sa.select(Department).where(Department.id == scope.department_id)
    found = w.session.scalar(its)
    if found is None:
        raise errors.BadInput(marked("Choose for which department you reply."))
    return found


def arrange(scope: Scope, slug: str, version: int, state: str, how: str, closes_on: date | None, now: datetime) -> None:
    """Open, close or switch off the discussion of a publication. Raises NotAllowed, NotFound, BadInput, Conflict."""
    if state not in set(DiscussionState) or how not in set(Moderation):
        raise errors.BadInput(marked("Choose from the lists."))
    with work(_actor(scope), "arrange a discussion", now) as w:
        publication = moderation.publication(w.session, scope, slug)
        w.about(publication)
        # Comments that saw the discussion as it was are there before it changes.
        w.session.execute(row_lock(sa.select(Message.id).where(Message.id == publication.id)))
        values: dict[str, object] = {"state": state, "moderation": how, "closes_on": closes_on}
        if not _arranged(w, publication, version, values):
            raise errors.Conflict(marked("Somebody else changed this meanwhile. Open it again and look."))


def _arranged(w: Work, publication: Message, version: int, values: dict[str, object]) -> bool:
    table = table_of(Discussion)
    w.session.expire_all()
    if version == 0:
        row = {"publication_id": publication.id, "version": 1, **values}
        return bool(database.insert_new(w.connection, table, [row], ("publication_id",), ("publication_id",)))
    same = sa.and_(table.c.publication_id == publication.id, table.c.version == version)
    return w.connection.execute(table.update().where(same).values(version=version + 1, **values)).rowcount == 1


def _actor(scope: Scope) -> Actor:
    if not scope.approves:
        raise errors.NotAllowed(marked("Only the press office, a head of department or an administrator moderates."))
    return Actor(ActorKind.ACCOUNT, scope.account_id)

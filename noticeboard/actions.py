"""What people and the clock do with notices. Each posting is one transaction: words shown, number given, subscribers told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from secrets import choice

from sqlalchemy.orm import Session

from hub import database, errors
from hub.database import table_of
from hub.models import Department, Message
from hub.rules.access import Scope
from hub.rules.localtime import local
from hub.steps import clockmarks, deliveries, words
from hub.text import one_line
from hub.text import words as clean
from hub.vocabulary import ActorKind, Cause, DecisionKind, MessageKind, Visibility, marked
from hub.work import SYSTEM, Actor, work
from noticeboard import queries
from noticeboard.models import Notice
from noticeboard.periods import beginning_of, comes_down, is_missed
from noticeboard.vocabulary import MOVES, NOTICES, NoticeState

LONGEST = 50_000
LONGEST_TITLE = 200
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
REFERENCE = 10
"""Letters of the address by which staff know a notice."""
PERIOD_OVER = "period_over"
"""The named rule by which the clock takes a notice down."""


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the form of a notice. `version` is that of the notice it was loaded from, 0 for a new one."""

    version: int
    title: str
    text: str
    department_id: int | None = None
    posts_at: datetime | None = None
    ends_on: date | None = None


class Changed(errors.Conflict):
    """Somebody else changed the notice meanwhile."""

    code = "notice_changed"
    title = marked("Somebody else has changed this notice")
    message = marked("The notice was changed meanwhile. Your text is still in the form; compare it and save it again.")


def new_reference() -> str:
    """An address for a notice that is yet to be written: the form carries it, so that sent twice it is kept once."""
    return "".join(choice(LETTERS) for _ in range(REFERENCE))


def save(scope: Scope, reference: str, written: Written, now: datetime, *, submit: bool = False) -> None:
    """Keep the notice as a draft, or hand it over for approval. Version 0 is of a new one.

    Raises BadInput, TooLarge, Changed, Conflict, NotFound. What is saved unchanged makes no new revision.
    """
    title, text = one_line(written.title), clean(written.text)
    if len(title) > LONGEST_TITLE or len(text) > LONGEST:
        raise errors.TooLarge(marked("The text is too long to be kept. Shorten it; nothing was saved."))
    if not title:
        raise errors.BadInput(marked("Give the notice a title."))
    if submit:
        _check(written, text, now)
    with work(_actor(scope), "submit a notice" if submit else "save a notice", now) as w:
        notice = queries.known(w.session, scope, reference)
        if notice is None and written.version == 0:
            notice = _new(w.session, scope, reference, written, now)
        elif notice is None:
            raise errors.NotFound
        w.about(notice)
        if _says(notice, written, title, text) and notice.state == (
            NoticeState.IN_REVIEW if submit else NoticeState.DRAFT
        ):
            return  # the same form, sent twice
        _must_be(notice, NoticeState.DRAFT)
        if written.version != notice.version and not _says(notice, written, title, text):
            raise Changed
        _revise(w.session, notice, written, title, text, _actor(scope), now)
        if submit:
            _move(notice, NoticeState.IN_REVIEW)


def _check(written: Written, text: str, now: datetime) -> None:
    if not text:
        raise errors.BadInput(marked("Write the text of the notice before you hand it over."))
    if written.posts_at is not None and written.posts_at <= now:
        raise errors.BadInput(marked("The time of posting has passed already. Choose a later one, or none."))
    first = local(written.posts_at or now).date()
    if written.ends_on is not None and written.ends_on <= first:
        raise errors.BadInput(marked("The notice would come down before it goes up. Choose a later day."))


def _new(session: Session, scope: Scope, reference: str, written: Written, now: datetime) -> Notice:
    if len(reference) != REFERENCE or not set(reference) <= set(LETTERS):
        raise errors.BadInput
    department_id = scope.department_id or written.department_id
    if department_id is None or session.get(Department, department_id) is None:
        raise errors.BadInput(marked("Choose the department that the notice is of."))
    conversation = words.begin(session, Visibility.PUBLIC, now)
    message = Message(
        conversation_id=conversation.id,
        kind=MessageKind.NOTICE,
        department_id=department_id,
        entered_by_id=scope.account_id,
        channel="desk",
        received_at=now,
    )
    session.add(message)
    session.flush()
    row = {"message_id": message.id, "reference": reference, "state": NoticeState.DRAFT, "version": 0}
    if not database.insert_new(session.connection(), table_of(Notice), [row], ("reference",), ("message_id",)):
        raise Changed
    return session.get_one(Notice, message.id)


def _says(notice: Notice, written: Written, title: str, text: str) -> bool:
    """Whether its newest words and plans are those of the form."""
    if not notice.message.revisions:
        return False
    last = notice.message.revisions[-1]
    said = (last.title, last.text, notice.posts_at, notice.ends_on)
    return said == (title, text, written.posts_at, written.ends_on)


def _revise(
    session: Session, notice: Notice, written: Written, title: str, text: str, actor: Actor, now: datetime
) -> None:
    message = notice.message
    if _says(notice, written, title, text):
        return
    cause = Cause.CORRECTION if message.revisions else Cause.ORIGINAL
    words.revise(session, message, text, actor, cause, now, title=title)
    notice.posts_at, notice.ends_on = written.posts_at, written.ends_on
    notice.version += 1


def decide(scope: Scope, reference: str, version: int, approve: bool, reason: str, now: datetime) -> None:
    """A second person approves the notice, so that the clock posts it, or returns it with a reason.

    `version` says what was read. Raises NotAllowed, BadInput, Changed, Conflict. Whoever wrote it may take it back too.
    """
    with work(_actor(scope), "approve a notice" if approve else "return a notice", now) as w:
        notice = queries.find(w.session, scope, reference, to_change=True)
        w.about(notice)
        _must_be(notice, NoticeState.IN_REVIEW)
        if notice.version != version:
            raise Changed
        _check_right(scope, notice, approve)
        n = notice.message.revisions[-1].n
        if not approve:
            if not clean(reason):
                raise errors.BadInput(marked("Say what should be changed, so that its author knows."))
            words.decide(w.session, notice.message, n, DecisionKind.RETURN, _actor(scope), now, clean(reason)[:2000])
            _move(notice, NoticeState.DRAFT)
            return
        notice.due_at = max(notice.posts_at or now, now)
        if notice.ends_on is not None and beginning_of(notice.ends_on) <= notice.due_at:
            raise errors.BadInput(marked("The notice would come down before it goes up. Return it for another day."))
        words.decide(w.session, notice.message, n, DecisionKind.APPROVE, _actor(scope), now)
        _move(notice, NoticeState.SCHEDULED)


def _check_right(scope: Scope, notice: Notice, approve: bool) -> None:
    own = notice.message.revisions[-1].account_id == scope.account_id
    if not scope.approves and (approve or not own):
        raise errors.NotAllowed(marked("Only a head of department, the press office or an administrator approves."))
    if approve and own:
        raise errors.NotAllowed(marked("You wrote this notice. Somebody else must approve it."))


def take_back(scope: Scope, reference: str, now: datetime) -> None:
    """A scheduled notice becomes a draft again, before the clock posts it. Raises Conflict when it hangs already."""
    with work(_actor(scope), "take a notice back", now) as w:
        notice = queries.find(w.session, scope, reference, to_change=True)
        w.about(notice)
        _must_be(notice, NoticeState.SCHEDULED)
        words.decide(w.session, notice.message, notice.message.revisions[-1].n, DecisionKind.RETURN, _actor(scope), now)
        _move(notice, NoticeState.DRAFT)
        notice.due_at = None
        notice.version += 1


def post_after_all(scope: Scope, reference: str, now: datetime) -> None:
    """Have a notice that missed its time posted now. Raises NotAllowed, and Conflict when it is not such a one."""
    with work(_actor(scope), "post a missed notice", now) as w:
        notice = queries.find(w.session, scope, reference, to_change=True)
        w.about(notice)
        if not scope.approves:
            raise errors.NotAllowed(marked("Only a head of department, the press office or an administrator approves."))
        if notice.state != NoticeState.SCHEDULED or not (notice.due_at and is_missed(notice.due_at, None, now)):
            raise errors.Conflict(marked("The notice has changed meanwhile. Open it again."))
        if notice.ends_on is not None and beginning_of(notice.ends_on) <= now:
            raise errors.Conflict(marked("Its last day has passed. Take it back and choose another."))
        notice.due_at = now


def discard(scope: Scope, reference: str, now: datetime) -> None:
    """Put a draft away for good. Raises Conflict when it is no draft any more."""
    with work(_actor(scope), "discard a notice", now) as w:
        notice = queries.find(w.session, scope, reference, to_change=True)
        w.about(notice)
        _must_be(notice, NoticeState.DRAFT)
        _move(notice, NoticeState.DISCARDED)


def take_down(scope: Scope, reference: str, reason: str, now: datetime) -> None:
    """Take a posted notice down before its time, with a reason that is kept. Raises NotAllowed, BadInput, Conflict."""
    with work(_actor(scope), "take a notice down", now) as w:
        notice = queries.find(w.session, scope, reference, to_change=True)
        w.about(notice)
        if not scope.approves:
            raise errors.NotAllowed(marked("Only a head of department, the press office or an administrator approves."))
        _must_be(notice, NoticeState.POSTED)
        if not clean(reason):
            raise errors.BadInput(marked("Say why it comes down before its time. The reason is kept."))
        _hide(w.session, notice, _actor(scope), now, reason=clean(reason)[:2000])


class NotDue(Exception):
    """Another worker was first, or the clock has gone back: nothing is to be done now."""


def post(message_id: int, now: datetime) -> None:
    """The clock posts a notice: shown, numbered, announced and dated in one commit. Raises NotDue."""
    with work(SYSTEM, "post a notice", now) as w:
        notice = _due(w.session, message_id, now, NoticeState.SCHEDULED)
        if notice.due_at is None or notice.due_at > now or is_missed(notice.due_at, notice.ends_on, now):
            raise NotDue
        w.about(notice)
        message, n = notice.message, notice.message.revisions[-1].n
        number, end = _next_number(w.session, local(now).year), comes_down(now, notice.ends_on)
        message.slug, message.leaves_at = number, end
        words.show(w.session, message, n, now)
        notice.number, notice.posted_at, notice.comes_down_at = number, now, end
        _move(notice, NoticeState.POSTED)
        deliveries.announce(w.session, message, n, NOTICES, now)


def end(message_id: int, now: datetime) -> None:
    """The clock takes a notice down whose time is over. Raises NotDue."""
    with work(SYSTEM, "take a notice down", now) as w:
        notice = _due(w.session, message_id, now, NoticeState.POSTED)
        if notice.comes_down_at is None or notice.comes_down_at > now:
            raise NotDue
        w.about(notice)
        _hide(w.session, notice, SYSTEM, now, rule=PERIOD_OVER)


def _due(session: Session, message_id: int, now: datetime, state: NoticeState) -> Notice:
    """The notice, locked, one of all at a time (so that numbers have no gap) and only by a clock that can be trusted."""
    if not clockmarks.advance(session, now):
        raise NotDue
    notice = queries.to_change(session, message_id)
    if notice is None or notice.state != state:
        raise NotDue
    return notice


def _hide(
    session: Session, notice: Notice, actor: Actor, now: datetime, reason: str = "", rule: str | None = None
) -> None:
    """No longer shown, whatever any clock says later: the decision holds, and it can be found no more."""
    message = notice.message
    words.decide(session, message, message.shown_n or 1, DecisionKind.HIDE, actor, now, reason, rule)
    words.forget_words(session, message.id)
    notice.taken_down_at = now
    _move(notice, NoticeState.TAKEN_DOWN)


def _next_number(session: Session, year: int) -> str:
    last = queries.last_number(session, year)
    return f"{year:04d}-{(int(last.partition('-')[2]) if last else 0) + 1:06d}"


def _must_be(notice: Notice, state: NoticeState) -> None:
    if notice.state != state:
        raise errors.Conflict(marked("The notice has changed meanwhile. Open it again."))


def _move(notice: Notice, to: NoticeState) -> None:
    if to not in MOVES[NoticeState(notice.state)]:
        raise errors.Conflict(marked("The notice has changed meanwhile. Open it again."))
    notice.state = to


def _actor(scope: Scope) -> Actor:
    return Actor(ActorKind.ACCOUNT, scope.account_id)

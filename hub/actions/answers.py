"""Answering a case: the draft, handing it over, approving or returning it, taking a public answer away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hub import errors
from hub.models import Case, Message
from hub.queries import cases
from hub.rules import templates
from hub.rules.access import Scope
from hub.steps import answering, correcting, drafting, words
from hub.steps.drafting import LONGEST, DraftConflict, Written
from hub.text import words as clean
from hub.vocabulary import ActorKind, CaseState, DecisionKind, marked
from hub.work import Actor, work

__all__ = ["DraftConflict", "Written", "decide", "give_theme", "save", "submit", "withdraw"]


ADDED = marked(
    "The citizen added words while you were writing. Read them on this page, then send your answer; nothing of it was lost."
)


def save(scope: Scope, reference: str, written: Written, now: datetime) -> int:
    """Keep the draft; returns its new version. Raises TooLarge, DraftConflict, and Conflict while an answer waits for approval."""
    plain = written.cleaned()
    with work(_actor(scope), "save a draft", now, audited=False) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        return drafting.save(w, scope, case, plain, now)


def submit(scope: Scope, reference: str, written: Written, now: datetime) -> CaseState:
    """Send the answer, or hand it over to a second person where the department asks for one. Returns the case's new state.

    The same answer sent twice is sent once. Raises BadInput, DraftConflict, Conflict.
    """
    plain = written.cleaned()
    with work(_actor(scope), "answer", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.about(case)
        if _was_sent(w.session, case, plain, scope):
            return CaseState(case.state)
        _check(case, plain, now)
        answering.check_here(case)
        if plain.heard is not None and len(cases.questions(w.session, case)) > plain.heard:
            raise errors.Conflict(ADDED)
        drafting.save(w, scope, case, plain, now)
        if case.state in {CaseState.ANSWERED, CaseState.CLOSED}:  # it is answered once more
            answering.move(case, CaseState.IN_PROGRESS)
        _write(w.session, case, plain, _actor(scope), now)
        if case.official_id is None:
            case.official_id = scope.account_id
        if case.department.needs_approval:
            answering.move(case, CaseState.IN_REVIEW)
        else:
            answering.set_free(w.session, case, _actor(scope), now)
        return CaseState(case.state)


def _write(session: Session, case: Case, plain: Written, actor: Actor, now: datetime) -> None:
    corrects = drafting.corrected(session, case, plain)
    if corrects is not None:
        correcting.write(session, case, corrects, plain, actor, now)
        return
    answer = answering.write_private(session, case, plain.text, actor, now, plain.publish_at)
    if plain.is_public:
        answering.write_public(session, case, answer, plain.title, plain.public_question, plain.text, actor, now)


def _was_sent(session: Session, case: Case, written: Written, scope: Scope) -> bool:
    """Whether this is the form that was sent already. The same words in a form opened since are said once more on purpose."""
    if case.state not in {CaseState.ANSWERED, CaseState.IN_REVIEW, CaseState.SCHEDULED}:
        return False
    last = drafting.corrected(session, case, written) or next(reversed(cases.answers(session, case)), None)
    if last is None:
        return False
    if case.state == CaseState.ANSWERED and written.version >= cases.fresh_version(session, case):
        return False
    newest, public = last.revisions[-1], cases.public_of(session, last)
    asked = cases.public_of(session, case.question) if public else None
    along = asked.revisions[-1] if asked else None
    was_public = along is not None and along.written_at >= newest.written_at
    published = (along.title, along.text) if along is not None and was_public else (None, None)
    writer = along.account_id if written.corrects and along is not None and was_public else newest.account_id
    return (writer, newest.text, *published) == (
        scope.account_id,
        written.text,
        *((written.title, written.public_question) if written.is_public else (None, None)),
    )


def _check(case: Case, written: Written, now: datetime) -> None:
    if not written.text:
        raise errors.BadInput(marked("Write the answer before you send it."))
    if written.is_public and not case.question.may_publish:
        raise errors.BadInput(marked("The citizen did not agree to publication. Answer privately."))
    if written.is_public and not (written.title and written.public_question):
        raise errors.BadInput(marked("A public answer needs a title and the question as it will be published."))
    for text in (written.text, written.title, written.public_question):
        missing = templates.missing(text)
        if missing:
            raise Unfilled(missing)
    if written.publish_at is not None and written.publish_at <= now:
        raise errors.BadInput(marked("The time to send it has passed already. Choose a later one, or none."))


class Unfilled(errors.BadInput):
    """A field of a template was left in the answer."""

    code = "unfilled"
    message = marked("A field of the template is not filled in yet. Write what belongs there.")

    def __init__(self, fields: list[str]) -> None:
        super().__init__()
        self.fields = fields


def decide(scope: Scope, reference: str, n: int, approve: bool, reason: str, now: datetime) -> None:
    """A second person approves the answer or returns it with a reason. Raises NotAllowed, BadInput, Conflict.

    `n` says what was read: `cases.seen` at that time. Whoever wrote the answer may take it back too.
    """
    with work(_actor(scope), "approve an answer" if approve else "return an answer", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.about(case)
        waiting = answering.waiting(w.session, case)
        if case.state != CaseState.IN_REVIEW or not waiting or cases.seen(w.session, case) != n:
            raise errors.Conflict(marked("This answer was decided or changed meanwhile. Open the case again."))
        _check_right(scope, waiting, approve)
        if not approve:
            if not clean(reason):
                raise errors.BadInput(marked("Say what should be changed, so that its author knows."))
            answering.decide(w.session, case, DecisionKind.RETURN, _actor(scope), now, clean(reason)[:LONGEST])
            answering.move(case, CaseState.IN_PROGRESS)
            return
        answering.set_free(w.session, case, _actor(scope), now)


def _check_right(scope: Scope, waiting: list[Message], approve: bool) -> None:
    own = any(message.revisions[-1].account_id == scope.account_id for message in waiting)
    if not scope.approves and (approve or not own):
        raise errors.NotAllowed(marked("Only a head of department, the press office or an administrator approves."))
    if approve and own:
        raise errors.NotAllowed(marked("You wrote this answer. Somebody else must approve it."))


def give_theme(scope: Scope, reference: str, theme: str, now: datetime) -> None:
    """Say what a case is about, for lists of public answers; empty for nothing. Raises BadInput for an unknown theme."""
    with work(_actor(scope), "give a theme", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.about(case)
        answering.give_theme(w.session, case, theme)


def withdraw(scope: Scope, reference: str, now: datetime) -> None:
    """Take the published question and answers of a case away from the public; the citizen keeps the private answer."""
    with work(_actor(scope), "withdraw a public answer", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.about(case)
        if case.state == CaseState.IN_REVIEW:
            raise errors.Conflict(marked("An answer waits for approval. Approve or return it first, then withdraw."))
        if case.state == CaseState.SCHEDULED:
            raise errors.Conflict(marked("An answer waits for its time. Cancel the plan first, then withdraw."))
        asked = cases.public_of(w.session, case.question)
        answered = [cases.public_of(w.session, answer) for answer in cases.answers(w.session, case)]
        for message in (asked, *answered):
            if message is not None and message.appears_at is not None and message.leaves_at is None:
                words.take_away(w.session, message, now)
        case.unpublish_asked_at = None


def _actor(scope: Scope) -> Actor:
    return Actor(ActorKind.ACCOUNT, scope.account_id)

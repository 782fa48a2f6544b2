"""Answering a case: the draft, handing it over, approving or returning it, taking a public answer away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub import database, errors
from hub.database import table_of
from hub.models import Case, Draft, Message
from hub.queries import cases
from hub.rules.access import Scope
from hub.steps import answering, words
from hub.text import one_line
from hub.text import words as clean
from hub.vocabulary import ActorKind, CaseState, DecisionKind, marked
from hub.work import Actor, Work, work

LONGEST = 20_000
LONGEST_TITLE = 160
LONGEST_QUESTION = 10_000


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the form of an answer. `version` is that of the draft it was loaded from, or `cases.fresh_version`.

    `theme` is the name of its theme in addresses, empty for none; None leaves it as it is.
    """

    version: int
    text: str
    is_public: bool = False
    title: str = ""
    public_question: str = ""
    theme: str | None = None

    def cleaned(self) -> Written:
        """The same, safe to store. Raises TooLarge: nothing of it is ever cut off silently."""
        plain = Written(
            self.version,
            clean(self.text),
            self.is_public,
            one_line(self.title),
            clean(self.public_question),
            self.theme,
        )
        lengths = ((plain.text, LONGEST), (plain.title, LONGEST_TITLE), (plain.public_question, LONGEST_QUESTION))
        if any(len(text) > longest for text, longest in lengths):
            raise errors.TooLarge(marked("The text is too long to be kept. Shorten it; nothing was saved."))
        return plain


class DraftConflict(errors.Conflict):
    """Somebody else saved the draft meanwhile; both texts are shown."""

    code = "draft_conflict"
    title = marked("Somebody else has written to this answer")
    message = marked("The draft was changed meanwhile. Your text was not lost: both are shown, choose what stays.")


def save(scope: Scope, reference: str, written: Written, now: datetime) -> int:
    """Keep the draft; returns its new version. Raises TooLarge, DraftConflict, and Conflict while an answer waits for approval."""
    plain = written.cleaned()
    with work(_actor(scope), "save a draft", now, audited=False) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        return _save(w, scope, case, plain, now)


def _save(w: Work, scope: Scope, case: Case, written: Written, now: datetime) -> int:
    if case.state == CaseState.IN_REVIEW:
        raise errors.Conflict(marked("The answer waits for approval and cannot be changed now."))
    values = {
        "account_id": scope.account_id,
        "text": written.text,
        "is_public": written.is_public,
        "title": written.title,
        "public_question": written.public_question,
        "saved_at": now,
    }
    drafts = table_of(Draft)
    fresh = cases.fresh_version(w.session, case)
    row = {"case_id": case.id, "version": fresh + 1, **values}
    change = {"version": drafts.c.version + 1, **values}
    same = drafts.c.version == written.version
    w.session.expire_all()
    if written.version == fresh:
        ours = bool(database.insert_new(w.connection, drafts, [row], ("case_id",), ("case_id",)))
    else:
        changed = w.connection.execute(drafts.update().where(drafts.c.case_id == case.id, same).values(**change))
        ours = changed.rowcount == 1
    kept = cases.draft(w.session, case)
    if kept is None:  # it was sent or ended meanwhile
        raise errors.Conflict(marked("The case has changed meanwhile. Open it again."))
    if not ours and not _same_words(kept, written, scope):
        raise DraftConflict
    if written.theme is not None:
        answering.give_theme(w.session, case, written.theme)
    return kept.version


def _same_words(kept: Draft, written: Written, scope: Scope) -> bool:
    """A repeat of what was saved already (its answer was lost on the way) is no conflict."""
    saved = (kept.account_id, kept.text, kept.is_public, kept.title, kept.public_question)
    return saved == (scope.account_id, written.text, written.is_public, written.title, written.public_question)


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
        _check(case, plain)
        answering.check_here(case)
        _save(w, scope, case, plain, now)
        if case.state in {CaseState.ANSWERED, CaseState.CLOSED}:  # it is answered once more
            answering.move(case, CaseState.IN_PROGRESS)
        answer = answering.write_private(w.session, case, plain.text, _actor(scope), now)
        if plain.is_public:
            answering.write_public(
                w.session, case, answer, plain.title, plain.public_question, plain.text, _actor(scope), now
            )
        if case.official_id is None:
            case.official_id = scope.account_id
        if case.department.needs_approval:
            answering.move(case, CaseState.IN_REVIEW)
        else:
            answering.set_free(w.session, case, _actor(scope), now)
            _end_draft(w.session, case)
        return CaseState(case.state)


def _was_sent(session: Session, case: Case, written: Written, scope: Scope) -> bool:
    """Whether this is the form that was sent already. The same words in a form opened since are said once more on purpose."""
    last = next(reversed(cases.answers(session, case)), None)
    if last is None or case.state not in {CaseState.ANSWERED, CaseState.IN_REVIEW}:
        return False
    if case.state == CaseState.ANSWERED and written.version >= cases.fresh_version(session, case):
        return False
    newest, public = last.revisions[-1], cases.public_of(session, last)
    asked = cases.public_of(session, case.question) if public else None
    along = asked.revisions[-1] if asked else None
    was_public = along is not None and along.written_at >= newest.written_at
    published = (along.title, along.text) if along is not None and was_public else (None, None)
    return (newest.account_id, newest.text, *published) == (
        scope.account_id,
        written.text,
        *((written.title, written.public_question) if written.is_public else (None, None)),
    )


def _check(case: Case, written: Written) -> None:
    if not written.text:
        raise errors.BadInput(marked("Write the answer before you send it."))
    if written.is_public and not case.question.may_publish:
        raise errors.BadInput(marked("The citizen did not agree to publication. Answer privately."))
    if written.is_public and not (written.title and written.public_question):
        raise errors.BadInput(marked("A public answer needs a title and the question as it will be published."))


def _end_draft(session: Session, case: Case) -> None:
    kept = cases.draft(session, case)
    if kept is not None:
        session.delete(kept)


def decide(scope: Scope, reference: str, n: int, approve: bool, reason: str, now: datetime) -> None:
    """A second person approves the answer or returns it with a reason. Raises NotAllowed, BadInput, Conflict.

    `n` says what was read: `cases.rounds` at that time. Whoever wrote the answer may take it back too.
    """
    with work(_actor(scope), "approve an answer" if approve else "return an answer", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.about(case)
        waiting = answering.waiting(w.session, case)
        if case.state != CaseState.IN_REVIEW or not waiting or cases.rounds(w.session, case) != n:
            raise errors.Conflict(marked("This answer was decided or changed meanwhile. Open the case again."))
        _check_right(scope, waiting, approve)
        if not approve:
            if not clean(reason):
                raise errors.BadInput(marked("Say what should be changed, so that its author knows."))
            answering.decide(w.session, case, DecisionKind.RETURN, _actor(scope), now, clean(reason)[:LONGEST])
            answering.move(case, CaseState.IN_PROGRESS)
            return
        answering.set_free(w.session, case, _actor(scope), now)
        _end_draft(w.session, case)


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
        asked = cases.public_of(w.session, case.question)
        answered = [cases.public_of(w.session, answer) for answer in cases.answers(w.session, case)]
        for message in (asked, *answered):
            if message is not None and message.appears_at is not None and message.leaves_at is None:
                words.take_away(w.session, message, now)


def _actor(scope: Scope) -> Actor:
    return Actor(ActorKind.ACCOUNT, scope.account_id)

"""Correcting an answer that was sent or published: new revisions of what differs. What is shown stays until they are approved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hub import errors
from hub.models import Case, Message, Revision
from hub.queries import cases, published
from hub.steps import answering, finding, words
from hub.steps.drafting import Written
from hub.vocabulary import Cause, marked
from hub.work import Actor


def live(session: Session, case: Case, answer: Message, now: datetime) -> tuple[Message, Message] | None:
    """The public question and answer made of an answer, when everybody can see both now."""
    asked, said = cases.public_of(session, case.question), cases.public_of(session, answer)
    if asked is None or said is None or said.conversation_id != asked.conversation_id:
        return None
    return (asked, said) if all(published.is_public(session, one, now) for one in (asked, said)) else None


def shown(message: Message) -> Revision:
    """The revision that is shown. Raises Conflict when none is."""
    found = [one for one in message.revisions if one.n == message.shown_n]
    if not found or found[0].text is None:
        raise errors.Conflict(marked("This answer was not sent yet, so there is nothing to correct."))
    return found[0]


def must_be_ours(case: Case, answer: Message) -> None:
    """Raises Conflict for an answer that another department gave: it is theirs to correct."""
    if answer.department_id != case.department_id:
        raise errors.Conflict(marked("Another department gave this answer. Only that department corrects it."))


def write(session: Session, case: Case, answer: Message, written: Written, actor: Actor, now: datetime) -> None:
    """Write what differs from what is shown, public words too, planned or not. Raises BadInput when nothing does; Conflict."""
    must_be_ours(case, answer)
    before = shown(answer)
    answer.publish_at = written.publish_at
    there = live(session, case, answer, now)
    changes = [(answer, before, written.text, before.title)]
    if there is not None and case.question.may_publish:
        asked, said = there
        changes += [
            (asked, shown(asked), written.public_question, written.title),
            (said, shown(said), written.text, written.title),
        ]
    done = [_revise(session, one, was, text, title, written, actor, now) for one, was, text, title in changes]
    if there is None and written.is_public:
        answering.write_public(session, case, answer, written.title, written.public_question, written.text, actor, now)
    elif not any(done):
        raise errors.BadInput(marked("Nothing was changed, so there is nothing to correct."))
    finding.add(session, case, written.text)


def _revise(
    session: Session,
    message: Message,
    before: Revision,
    text: str,
    title: str | None,
    written: Written,
    actor: Actor,
    now: datetime,
) -> bool:
    """A new revision where the words differ. Only the address of a title never changes: it is known to others."""
    if (before.text, before.title) == (text, title):
        return False
    is_markdown = before.is_markdown or (before.text != text and message.kind == "answer")
    words.revise(
        session, message, text, actor, Cause.CORRECTION, now, title, written.reason or None, is_markdown=is_markdown
    )
    message.publish_at = written.publish_at
    return True

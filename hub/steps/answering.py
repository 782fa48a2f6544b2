"""The parts of answering a case: what waits for approval, what an approval sets free, what goes out by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from secrets import choice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import errors
from hub.models import Case, Message
from hub.queries import cases, themes
from hub.steps import deliveries, finding, reusing, sharing, words
from hub.text import short_name
from hub.vocabulary import (
    ANSWERS,
    CASE_MOVES,
    AddressState,
    CaseOutcome,
    CaseState,
    Cause,
    DecisionKind,
    Letter,
    MessageKind,
    Visibility,
    marked,
)
from hub.work import Actor

SLUG_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def move(case: Case, to: CaseState) -> None:
    """Move a case to another state. Raises Conflict when there is no such move: somebody moved it meanwhile."""
    if to not in CASE_MOVES[CaseState(case.state)]:
        raise errors.Conflict(marked("The case has changed meanwhile. Open it again."))
    case.state = to
    case.outcome = None


def check_here(case: Case) -> None:
    """Raise Conflict when a case is answered elsewhere, so that no answer goes beside that one."""
    if case.outcome == CaseOutcome.MERGED:
        raise errors.Conflict(
            marked("This case is answered together with another one. Undo that first to answer it here.")
        )
    if case.outcome == CaseOutcome.FORWARDED:
        raise errors.Conflict(marked("This case is with another authority. Take it back first to answer it here."))


def write_private(
    session: Session, case: Case, text: str, actor: Actor, now: datetime, publish_at: datetime | None = None
) -> Message:
    """The answer to the citizen: a new revision of the one that was returned, or a new message. `publish_at` is its plan."""
    message = _undecided(session, case)
    if message is None:
        message = _from_the_desk(
            session, case, MessageKind.ANSWER, case.conversation_id, now, replies_to_id=case.question_id
        )
    words.revise(session, message, text, actor, Cause.ORIGINAL, now, is_markdown=True)
    message.publish_at = publish_at
    finding.add(session, case, text)
    return message


def _from_the_desk(
    session: Session, case: Case, kind: MessageKind, conversation_id: int, now: datetime, **more: object
) -> Message:
    """A message that the department of a case is going to say. Whole at once: what it is never changes after it is added."""
    made = Message(
        conversation_id=conversation_id,
        kind=kind,
        department_id=case.department_id,
        channel="desk",
        language=case.question.language,
        received_at=now,
        **more,
    )
    session.add(made)
    return made


def _undecided(session: Session, case: Case) -> Message | None:
    """The last answer, while none of its revisions was approved. Not one of a department that gave the case away."""
    last = next(reversed(cases.answers(session, case)), None)
    if last is None or last.shown_n is not None or last.department_id != case.department_id:
        return None
    return last


def write_public(
    session: Session, case: Case, answer: Message, title: str, question: str, text: str, actor: Actor, now: datetime
) -> None:
    """Question and answer as public messages derived from the private ones, without the name. Nothing is shown by this."""
    asked = cases.public_of(session, case.question)
    if asked is None or asked.leaves_at is not None or asked.department_id != case.department_id:
        public = words.begin(session, Visibility.PUBLIC, now)
        more: dict[str, object] = {"derived_from_id": case.question_id, "slug": _free_slug(session, title)}
        more["theme_id"] = case.question.theme_id
        asked = _from_the_desk(session, case, MessageKind.QUESTION, public.id, now, **more)
    words.revise(session, asked, question, actor, Cause.DERIVED, now, title=title)
    answered = cases.public_of(session, answer)
    if answered is None or answered.conversation_id != asked.conversation_id:
        more = {"derived_from_id": answer.id, "replies_to_id": asked.id, "theme_id": asked.theme_id}
        answered = _from_the_desk(session, case, MessageKind.ANSWER, asked.conversation_id, now, **more)
    words.revise(session, answered, text, actor, Cause.DERIVED, now, title=title, is_markdown=True)
    asked.publish_at = answered.publish_at = answer.publish_at


def give_theme(session: Session, case: Case, slug: str) -> None:
    """Write what a case is about to its question, and to what was published of it. Raises BadInput for an unknown theme."""
    theme = themes.by_slug(session, slug) if slug else None
    if slug and theme is None:
        raise errors.BadInput(marked("There is no such theme. Choose one from the list."))
    public = [cases.public_of(session, one) for one in (case.question, *cases.answers(session, case))]
    for message in (case.question, *public):
        if message is not None and message.theme_id != (theme.id if theme else None):
            words.give_theme(session, message, theme.id if theme else None)


def _free_slug(session: Session, title: str) -> str:
    base = short_name(title)[:64] or "odpoved"
    while True:
        slug = f"{base}-{''.join(choice(SLUG_LETTERS) for _ in range(6))}"
        if session.scalar(sa.select(Message.id).where(Message.slug == slug)) is None:
            return slug


def waiting(session: Session, case: Case) -> list[Message]:
    """What of a case waits for a decision: the private answer first, then the public question and answer, if any."""
    return [message for message in _all_of(session, case) if cases.waiting(session, message) is not None]


def _all_of(session: Session, case: Case) -> list[Message]:
    found: list[Message | None] = []
    for answer in cases.answers(session, case):
        public = cases.public_of(session, answer)
        found += [answer, cases.public_of(session, case.question) if public is not None else None, public]
    return list(dict.fromkeys(message for message in found if message is not None))


def decide(
    session: Session, case: Case, kind: DecisionKind, actor: Actor, now: datetime, reason: str = ""
) -> list[Message]:
    """Decide about everything of a case that waits. Returns what it was about."""
    decided = waiting(session, case)
    for message in decided:
        words.decide(session, message, message.revisions[-1].n, kind, actor, now, reason)
    return decided


def set_free(session: Session, case: Case, actor: Actor, now: datetime) -> None:
    """Approve what waits; it goes out at once, or waits for the time that it was planned for."""
    decided = decide(session, case, DecisionKind.APPROVE, actor, now)
    if any(message.publish_at is not None and message.publish_at > now for message in decided):
        move(case, CaseState.SCHEDULED)
    else:
        publish(session, case, decided, now)


def approved(session: Session, case: Case) -> list[Message]:
    """What of a case is approved and waits for its time: the private answer first, then the public question and answer."""
    return [m for m in _all_of(session, case) if m.shown_n != m.revisions[-1].n and cases.is_approved(session, m)]


def publish(session: Session, case: Case, messages: Sequence[Message], now: datetime) -> None:
    """Show what was approved, and send the answer to whoever asked. The case is answered; its draft has become the answer."""
    is_new = False
    for message in messages:
        n, private = message.revisions[-1].n, message.conversation_id == case.conversation_id
        if not private and not case.question.may_publish:
            continue  # the consent was taken back meanwhile
        is_first = message.shown_n is None
        words.show(session, message, n, now)
        if message.kind != MessageKind.ANSWER:
            continue
        if private:
            is_new = is_new or is_first
            _answer(session, case, message, n, now, is_first=is_first)
        elif is_first:
            deliveries.announce(session, message, n, ANSWERS, now)
    if is_new or case.answered_at:
        move(case, CaseState.ANSWERED)
        case.answered_at = case.answered_at or now
    elif case.state != CaseState.IN_PROGRESS:  # what was corrected is an older answer; words added since still wait
        move(case, CaseState.IN_PROGRESS)
    kept = cases.draft(session, case)
    if kept is not None:
        session.delete(kept)
    if is_new:
        reusing.remember(session, case)


def _answer(session: Session, case: Case, answer: Message, n: int, now: datetime, *, is_first: bool) -> None:
    """Send it to whoever asked, and begin to send a new one on to cases joined to this; a correction waits for a person there."""
    send(session, case, answer, n, now)
    if is_first:
        sharing.begin_answer(session, case, answer, n, now)


def send(session: Session, case: Case, answer: Message, n: int, now: datetime) -> None:
    """Send an answer to whoever asked."""
    asker = case.question.author
    known = [] if asker is None else asker.addresses
    active = [address for address in known if address.state == AddressState.ACTIVE]
    for address in active or known:  # all of them blocked: skipped, and seen by the official
        deliveries.queue(session, answer, n, address, Letter.ANSWER, now)

"""What happens to somebody's words: cleaned, looked at by pure rules, and kept as a message, a case and a receipt to be sent."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from secrets import token_bytes

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from hub import database, lawbook, workdays
from hub.database import table_of
from hub.envelopes import Receipt, Said
from hub.models import Address, Attachment, Case, Contact, Department, Feedback, Message, Origin
from hub.queries import cases, deadlines, sittings
from hub.rules import references, triage
from hub.rules.deadlines import received_on
from hub.rules.localtime import local
from hub.stems import stems
from hub.steps import deliveries, finding, locations, repeats, words
from hub.text import one_line
from hub.text import words as clean
from hub.vocabulary import (
    AddressState,
    CaseState,
    Cause,
    LegalKind,
    Letter,
    MessageKind,
    Outcome,
    Suspicion,
    Visibility,
)
from hub.work import CITIZEN

LONGEST = 10_000
"""Characters of one message."""

REST = "*"
"""The keyword of the department that gets what nobody else's keywords fit."""

ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"  # RFC 5321 § 4.1.2, and letters of other languages
LABEL = r"[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?"
EMAIL = re.compile(
    rf"(?=[^@]{{1,64}}@)(?!.*=\?){ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+[^\W\d_](?:[^\W_]|-){{0,61}}[^\W_]", re.DOTALL
)

AT_ONCE = timedelta(minutes=10)
"""What comes within that time from all addresses together is a burst, when it is too much."""

FURTHEST = timedelta(days=30)
"""How long before its receipt something may have been said: an outage lasts as long, a clock that says more is wrong."""


def hear(session: Session, said: Said, now: datetime) -> Receipt:
    """Record one message as a new case. Known already: nothing happens; the same id with other words is a conflict."""
    text = clean(said.text)
    problem = refusal(said, text)
    sitting = sittings.find(session, said.source, said.sitting) if said.sitting else None
    if problem or (said.sitting and sitting is None):
        return Receipt(said.external_id, 0, Outcome.INVALID, problem or "no_sitting")
    origin = known_by(session, said, text)
    if isinstance(origin, Receipt):
        return origin
    message = _keep(session, said, text, now)
    origin.message_id = message.id
    case = _open_case(session, message, text, said, now)
    if sitting is not None:
        case.department_id = sitting.department_id  # who was rated, whatever the words sound like
        session.execute(sa.update(Feedback).where(Feedback.id == sitting.id).values(words_id=message.id))
    if case.suspicion is None:  # letters in answer to spam would be spam to whoever's address stands in it
        confirm(session, message, now)
    finding.add(session, case, text)
    return Receipt(said.external_id, 0, Outcome.STORED, about=case.id)


def confirm(session: Session, message: Message, now: datetime) -> None:
    """Send a receipt to whoever wrote it and left an address; a second one is none."""
    for address in message.author.addresses if message.author is not None else []:
        deliveries.queue(session, message, 1, address, Letter.RECEIPT, now)


def refusal(said: Said, text: str) -> str | None:
    """The code of what is wrong with somebody's words, None when they can be recorded."""
    if not one_line(text):
        return "empty"
    if len(text) > LONGEST:
        return "too_long"
    if said.sender and (said.reply_channel or said.channel) == "email" and not is_email(said.sender):
        return "bad_email"
    return None


def is_email(text: str) -> bool:
    """Whether a text is one plain e-mail address, and nothing more."""
    return len(_value_of(text)) <= 254 and EMAIL.fullmatch(text) is not None


def _value_of(sender: str) -> str:
    """An address as it is kept, so that capitals make no other. Not by casefold(): it would make another domain of faß.de."""
    return sender.lower()


def _digest(said: Said, text: str) -> str:
    files = [f.digest for f in said.attached]
    whole: list[object] = [text, said.sender, said.may_publish, files, said.street, said.point]
    if said.adds_to is not None:
        whole.append(said.adds_to)
    if said.entered_by is not None:
        day = local(said.occurred_at).date().isoformat() if said.occurred_at else ""
        whole += [said.channel, day, said.signed_by, said.department, said.kind]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()


def known_by(session: Session, said: Said, text: str) -> Origin | Receipt:
    """The row that keeps these words from being recorded twice, or the receipt of those that were recorded before."""
    row = {"source": said.source, "external_id": said.external_id, "digest": _digest(said, text)}
    made = database.insert_new(session.connection(), table_of(Origin), [row], ("source", "external_id"), ("id",))
    if made:
        return session.get_one(Origin, made[0][0])
    mine = sa.and_(Origin.source == said.source, Origin.external_id == said.external_id)
    known = session.scalars(sa.select(Origin).where(mine)).one()
    of_case = sa.select(Case.id).join(Message, Message.conversation_id == Case.conversation_id)
    case_id = session.scalar(of_case.where(Message.id == known.message_id))
    if known.digest == row["digest"]:
        return Receipt(said.external_id, 0, Outcome.KNOWN, about=case_id)
    return Receipt(said.external_id, 0, Outcome.CONFLICT, "conflict", about=case_id)


def _keep(session: Session, said: Said, text: str, now: datetime) -> Message:
    message = Message(
        conversation=words.begin(session, Visibility.PRIVATE, now),
        kind=MessageKind.QUESTION,
        author=_contact(session, said, now) if said.sender else None,
        entered_by_id=said.entered_by,
        channel=said.channel,
        language=said.language,
        may_publish=said.may_publish,
        received_at=now,
        occurred_at=_occurred_at(said, now),
    )
    for position, file in enumerate(said.attached, 1):
        message.attachments.append(
            Attachment(
                position=position,
                name=file.name,
                media_type=file.media_type,
                size=file.size,
                digest=file.digest,
                key=file.key,
            )
        )
    session.add(message)
    words.revise(session, message, text, CITIZEN, Cause.ORIGINAL, now)
    locations.keep(session, message, said.street, said.point)
    return message


def _occurred_at(said: Said, now: datetime) -> datetime | None:
    """When it was said, as its sender's clock has it; a clock that is far off must not make a case overdue on arrival.

    What an official enters is no clock's: it may have come long ago.
    """
    if said.entered_by is not None:
        return said.occurred_at
    return said.occurred_at if said.occurred_at is not None and now - said.occurred_at <= FURTHEST else None


def _contact(session: Session, said: Said, now: datetime) -> Contact:
    return contact(session, said.reply_channel or said.channel, said.sender, said.language, now)


def contact(session: Session, channel: str, sender: str, language: str, now: datetime) -> Contact:
    """Whoever has this address; two addresses are never joined by what somebody wrote."""
    value = _value_of(sender)
    mine = sa.select(Address).where(Address.channel == channel, Address.value == value)
    known = session.scalar(mine)
    if known is not None:
        return known.contact
    made = Contact(language=language, first_seen_at=now)
    session.add(made)
    session.flush()
    row = {"contact_id": made.id, "channel": channel, "value": value, "state": AddressState.ACTIVE}
    if not database.insert_new(session.connection(), table_of(Address), [row], ("channel", "value"), ("id",)):
        session.delete(made)  # somebody else wrote from there in this very moment
        return session.scalars(mine).one().contact
    return made


def _signs(session: Session, stems_of_it: list[str], is_trapped: bool, now: datetime) -> triage.Signs:
    """What is known beside the words. Nobody's address is looked at: many ask from one office, library or telephone network."""
    settings = current_app.config["HUB"]
    came = cases.came_since(session, now - AT_ONCE, settings.questions_at_once)
    return triage.Signs(
        is_repeated=repeats.count(session, stems_of_it, now) >= settings.same_questions,
        in_burst=came >= settings.questions_at_once,
        is_trapped=is_trapped,
    )


def kind_of(text: str) -> LegalKind:
    """The legal kind that a text would be proposed for."""
    nowhere = triage.Table(departments={}, kinds=_kinds(), default_department="")
    return triage.decide(text, stems(text), nowhere).legal_kind


def _kinds() -> dict[LegalKind, tuple[str, ...]]:
    return {kind: _stemmed(of) for kind, of in lawbook.proposing_phrases().items()}


def _open_case(session: Session, message: Message, text: str, said: Said, now: datetime) -> Case:
    departments = list(session.scalars(sa.select(Department).order_by(Department.id)))
    found = stems(text)
    proposed = triage.decide(text, found, table_for(departments), _signs(session, found, said.is_trapped, now))
    by_slug = {department.slug: department for department in departments}
    on = received_on(message.received_at, message.occurred_at)
    kind = LegalKind(said.kind or proposed.legal_kind)
    rule, due_on = due(session, kind, on)
    case = Case(
        reference=_free_reference(session),
        conversation_id=message.conversation_id,
        question=message,
        legal_kind=kind,
        proposed_kind=LegalKind(proposed.legal_kind),
        department=by_slug[said.department or proposed.department],
        state=CaseState.NEW,
        hold_reasons=list(proposed.reasons),
        suspicion=Suspicion.SUSPECTED if proposed.suspect and said.entered_by is None else None,
        received_on=on,
        due_on=due_on,
        deadline_rule_id=rule,
        alike=repeats.digest_of(found),
        sender=said.signed_by or None,
    )
    session.add(case)
    session.flush()
    return case


def proposed(session: Session, text: str) -> triage.Triage:
    """What a text would be proposed for, before it is recorded."""
    return triage.decide(
        text, stems(text), table_for(list(session.scalars(sa.select(Department).order_by(Department.id))))
    )


def due(session: Session, kind: LegalKind, on: date) -> tuple[int, date]:
    """The rule for a kind of submission received on a day, and the day by which it must be answered."""
    rule = deadlines.rule_for(session, kind, on)
    return rule.id, deadlines.counting(rule, on, workdays.is_free).due_on


def table_for(departments: Sequence[Department]) -> triage.Table:
    """What words lead to which department and propose which legal kind, as stems."""
    rest = next((d.slug for d in departments if REST in d.keywords), departments[0].slug)
    phrases = {d.slug: _stemmed(tuple(k for k in d.keywords if k != REST)) for d in departments}
    return triage.Table(departments=phrases, kinds=_kinds(), default_department=rest)


@lru_cache(maxsize=256)
def _stemmed(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Each phrase as its stems. Remembered: it is done while others wait for the database, and phrases hardly ever change."""
    return tuple(" ".join(stems(phrase)) for phrase in phrases)


def get_ready(on: date) -> None:
    """Load what the first question needs (a calendar of some hundred milliseconds, phrases) before the database is held."""
    workdays.is_free(on)
    _kinds()


def _free_reference(session: Session) -> str:
    while True:  # of a thousand million, the first is nearly always free
        made = references.reference(list(token_bytes(references.LENGTH)))
        if session.scalar(sa.select(Case.id).where(Case.reference == made)) is None:
            return made

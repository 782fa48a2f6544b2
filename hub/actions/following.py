"""What a citizen does with the private link of their own case: add words, say where to write, have everything erased."""

from __future__ import annotations

from datetime import datetime

from hub import errors
from hub.database import db
from hub.envelopes import Receipt, Said
from hub.models import Message
from hub.queries import cases
from hub.rules import erasing as rule
from hub.rules.access import Scope
from hub.steps import adding, deliveries, erasing, hearing, intake, merging
from hub.storage import storage
from hub.text import one_line
from hub.vocabulary import ActorKind, LegalKind, Letter, marked
from hub.work import CITIZEN, Actor, work

MESSAGES = {
    "empty": marked("Please write what you want to add."),
    "too_long": marked("The message is too long. Please shorten it, or send it in two parts."),
    "too_many": marked("So many words were added to this message that there is no more room. Please write a new one."),
    "erased": marked("The words of this message were erased. Please write a new one."),
    "conflict": marked(
        "You have sent this form before, with other words. To send these as well, press the button once more."
    ),
}


def add(said: Said, now: datetime) -> Receipt:
    """Record more words to the case they belong to. The same form sent twice is recorded once."""
    hearing.get_ready(now.date())
    with work(CITIZEN, "add words", now, audited=False) as w:
        (receipt,) = intake.record(w.session, [said], now)
    return receipt


def write_to(case_id: int, email: str, language: str, now: datetime) -> None:
    """Send what comes of a case to this e-mail from now on. Raises BadInput."""
    plain = one_line(email)
    if not hearing.is_email(plain):
        raise errors.BadInput(marked("This is not one e-mail address. Write it like jana.novakova@seznam.cz."))
    with work(CITIZEN, "say where to write", now) as w:
        case = adding.to_go_on(w.session, case_id)
        if case.erased_at is not None:
            raise errors.Conflict(MESSAGES["erased"])
        w.about(case)
        contact = hearing.contact(w.session, "email", plain, language, now)
        said: list[Message] = cases.questions(w.session, case)
        for message in said:
            message.author = contact
        w.session.flush()
        for address in contact.addresses:
            deliveries.queue(w.session, case.question, 1, address, Letter.RECEIPT, now)


def unpublish(case_id: int, now: datetime) -> None:
    """The citizen takes the consent back: nothing more of the case is published, and the office is asked to take it off.

    Raises Conflict for a case whose words were erased. Wished already: nothing happens.
    """
    with work(CITIZEN, "wish to be unpublished", now) as w:
        case = adding.to_go_on(w.session, case_id)
        if case.erased_at is not None:
            raise errors.Conflict(MESSAGES["erased"])
        w.about(case)
        for message in cases.questions(w.session, case):
            message.may_publish = False
        case.unpublish_asked_at = case.unpublish_asked_at or now


def erase(case_id: int, now: datetime) -> bool:
    """Erase the words of a case, or where the office must keep its records, ask for it. Returns whether it was done.

    Done already: nothing happens.
    """
    with work(CITIZEN, "wish for erasure", now) as w:
        case = merging.locked_to_end(w.session, case_id)
        w.about(case)
        if case.erased_at is not None:
            return True
        case.erasure_asked_at = case.erasure_asked_at or now
        if not rule.at_once(LegalKind(case.legal_kind)):
            return False
        keys = erasing.erase_case(w.session, case, now)
    _delete(keys)
    return True


def erase_as_wished(scope: Scope, reference: str, now: datetime, *, is_filed: bool) -> None:
    """An official has seen to the records: the words of the case are erased. Raises BadInput; Conflict when nobody wishes it."""
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), "erase a case", now) as w:
        merging.locked_to_end(w.session, cases.find(w.session, scope, reference).id)
        case = cases.find(w.session, scope, reference, to_change=True)
        w.about(case)
        if case.erasure_asked_at is None:
            raise errors.Conflict(marked("Whoever sent this has not asked for it to be erased."))
        if not is_filed:
            raise errors.BadInput(marked("Say first that the case is in the records, or need not be."))
        keys = erasing.erase_case(w.session, case, now)
    _delete(keys)


def _delete(keys: list[str]) -> None:
    db.session.rollback()
    for key in keys:  # one that cannot be deleted now belongs to nobody, and is found by the job that looks for such
        try:
            storage().delete(key)
        except errors.Problem:
            return

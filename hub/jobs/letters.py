"""Letters written at the moment of sending: what is said in them is in the database, a secret link in them is made here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_urlsafe

from flask import current_app
from sqlalchemy.orm import Session

from hub import language, markup
from hub.actions.deliveries import Claimed
from hub.envelopes import Outgoing
from hub.jobs.confirmations import unsubscribe_url
from hub.language import gettext
from hub.models import Case, CaseTerm
from hub.queries import ends, letters, places, published, terms
from hub.queries.letters import Source
from hub.queries.publications import path_of
from hub.rules import parts
from hub.vocabulary import Cause, Letter, marked


@dataclass(frozen=True, slots=True)
class Composed:
    """A letter as its parts, those sent already left out; `link` is (case, secret) of the link it carries."""

    parts: tuple[tuple[int, Outgoing], ...]
    link: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class Written:
    """What a letter says, its text in parts; `mark` is of its words, so that no other letter ever has the same outside id.

    `topic` is what an announcement is of.
    """

    subject: str
    texts: tuple[str, ...]
    html: str
    mark: str
    topic: str | None = None


class Desk:
    """Writes the letters of one run. An announcement is written once for all who read the same language."""

    def __init__(self, session: Session, longest: int) -> None:
        self._session = session
        self._longest = longest
        self._written: dict[tuple[int, int, str], Written] = {}

    def compose(self, one: Claimed) -> Composed | None:
        """The letter of a delivery; None when its words have been erased, or what it says is not so any more."""
        reader = one.language
        key = (one.message_id, one.n, reader)
        if one.letter == Letter.ANNOUNCEMENT and key in self._written:
            return self._in_parts(one, reader, self._written[key], (), None)
        source = letters.source(self._session, one.message_id, one.n)
        if source.revision.text is None:
            return None
        if source.case is not None:
            reader = source.message.language  # who wrote from the English pages reads English, whatever came before
        if source.case is not None and not _still_holds(self._session, one.letter, source.case):
            return None
        secret = token_urlsafe(32) if source.case is not None else None
        with language.speaking(reader):
            written = self._write(one, source, secret)
        if one.letter == Letter.ANNOUNCEMENT:
            self._written[key] = written
        before = letters.sent_before(self._session, source.message.conversation_id, one.address_id, one.id)
        link = (source.case.id, secret) if source.case is not None and secret else None
        return self._in_parts(one, reader, written, before, link)

    def _write(self, one: Claimed, source: Source, secret: str | None) -> Written:
        city = places.city(self._session)
        case = source.case
        said: dict[str, object] = {
            "city": city.name if city else "Ozvěna",
            "reference": case.reference if case else None,
            "department": source.message.department.name if source.message.department else "",
            "due": language.full_day(case.due_on) if case else None,
            "basis": case.deadline_rule.basis if case else None,
            "text": markup.plain(source.revision.text, source.revision.is_markdown),
            "html": markup.said(source.revision.text, source.revision.is_markdown),
            "title": source.revision.title or "",
            "corrected": is_correction(source),
            "reason": source.revision.summary or "",
            "follow_url": f"{_site()}/sledovani/{secret}" if secret else None,
            "public_url": self._public_url(one, source),
            "ask_url": f"{_site()}/napiste-nam",
            "unsubscribe_url": f"{_site()}/odbery" if one.letter == Letter.ANNOUNCEMENT else None,
        }
        if case is not None and not said["department"]:
            said["department"] = case.department.name
        if one.letter in {Letter.EXTENSION, Letter.COMPLETION}:
            said |= _moved(terms.of_message(self._session, one.message_id))
        if case is not None and one.letter in {Letter.FORWARDED, Letter.TAKEN_BACK}:
            said |= _handing_over(self._session, one.letter, case)
        pages = current_app.jinja_env
        text = pages.get_template(f"mail/{one.letter}.txt").render(**said)
        html = pages.get_template(f"mail/{one.letter}.html").render(**said, language=language.current())
        texts = tuple(parts.split(text, self._longest))
        topic = letters.topic(self._session, one.id) if one.letter == Letter.ANNOUNCEMENT else None
        return Written(_subject(one, source), texts, html, source.revision.digest[:8], topic)

    def _public_url(self, one: Claimed, source: Source) -> str | None:
        """The public address of what a letter says, if it has one."""
        kind = current_app.extensions["hub_publications"].get(source.message.kind)
        if kind is not None:
            return f"{_site()}{path_of(kind, source.message.slug)}" if source.message.slug else None
        slug = None
        if source.case is None:
            slug = letters.public_slug(self._session, source.message)
        elif one.letter == Letter.ANSWER:
            slug = published.public_slug_of(self._session, source.case.question, datetime.now(UTC))
        return f"{_site()}/odpovedi/{slug}" if slug else None

    def _in_parts(
        self,
        one: Claimed,
        reader: str,
        written: Written,
        before: tuple[str, ...],
        link: tuple[int, str] | None,
    ) -> Composed:
        already = letters.parts_sent(self._session, one.id) if one.attempts else {}
        made = [
            Outgoing(
                delivery=f"ozvena-{one.id}-{one.copy}-{written.mark}" + (f"-{n}" if n > 1 else ""),
                address=one.address,
                text=part,
                operation=one.operation,
                subject=written.subject,
                html=written.html if len(written.texts) == 1 else "",
                language=reader,
                replies_to=before,
                unsubscribe=unsubscribe_url(one.address_id, written.topic) if written.topic else "",
            )
            for n, part in enumerate(written.texts, 1)
        ]
        rest = tuple((n, part) for n, part in enumerate(made, 1) if n not in already)
        return Composed(rest, link)


def _moved(term: CaseTerm | None) -> dict[str, object]:
    """What was done to the deadline that a letter tells of."""
    if term is None:
        raise LookupError("the letter tells of nothing that was done to a deadline")
    return {
        "before": language.full_day(term.due_before),
        "due": language.full_day(term.due_after),
        "basis": term.rule.basis,
        "answer_by": language.full_day(term.answer_by) if term.answer_by else "",
    }


def _still_holds(session: Session, letter: str, case: Case) -> bool:
    """Whether what a letter says of a case is still so at the moment of sending."""
    if letter == Letter.FORWARDED:
        return ends.handed_over(session, case) is not None
    return letter != Letter.TAKEN_BACK or ends.taken_back(session, case) is not None


def _handing_over(session: Session, letter: str, case: Case) -> dict[str, str]:
    last = ends.handed_over(session, case) if letter == Letter.FORWARDED else ends.taken_back(session, case)
    if last is None:
        return {}
    return {"authority": last.authority, "contact": last.contact, "reason": last.reason, "note": last.note}


SUBJECTS = {
    Letter.RECEIPT: marked("We have your message %(reference)s"),
    Letter.ANSWER: marked("Answer to your message %(reference)s"),
    Letter.PASSED: marked("Your message %(reference)s is with another department"),
    Letter.FORWARDED: marked("Your message %(reference)s is with another authority"),
    Letter.EXTENSION: marked("We need more time for your message %(reference)s"),
    Letter.COMPLETION: marked("Please complete your message %(reference)s"),
    Letter.TAKEN_BACK: marked("Your message %(reference)s is with us again"),
}


def is_correction(source: Source) -> bool:
    """Whether a letter says that an answer which came before was corrected."""
    return source.revision.cause == Cause.CORRECTION


def _subject(one: Claimed, source: Source) -> str:
    case = source.case
    if case is not None and one.letter == Letter.ANSWER and is_correction(source):
        return gettext("Corrected answer to your message %(reference)s", reference=case.reference)
    if case is not None and one.letter in SUBJECTS:
        return gettext(SUBJECTS[Letter(one.letter)], reference=case.reference)
    return source.revision.title or gettext("News from the city")


def _site() -> str:
    return str(current_app.config["HUB"].site)

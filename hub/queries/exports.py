"""What is kept of a case for the one who sent it, as a file of their own: JSON by English names, and what they attached."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.models import Case, Forwarding, Message
from hub.queries import cases, ends, locations, terms
from hub.storage import storage
from hub.vocabulary import MessageKind

FORMAT = "ozvena-case-1"


def of_case(session: Session, case: Case) -> bytes:
    """A ZIP of `case.json` and the files. Internal notes and drafts are not the citizen's words and are not in it."""
    questions = cases.questions(session, case)
    answers = [answer for answer in cases.answers(session, case) if answer.shown_n is not None]
    told = [one.message for one in terms.of_case(session, case)]
    said = sorted([*questions, *answers, *told], key=lambda m: (m.appears_at or m.received_at, m.id))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("case.json", _json(_about(session, case, said)))
        for message in questions:
            for file in message.attachments:
                if file.key:
                    archive.writestr(_name(file.position, file.name), storage().get(file.key))
    return made.getvalue()


def _about(session: Session, case: Case, said: list[Message]) -> dict[str, Any]:
    letters = cases.letters(session, said)
    return {
        "format": FORMAT,
        "reference": case.reference,
        "state": case.state,
        "legal_kind": case.legal_kind,
        "department": case.department.name,
        "received_on": case.received_on,
        "reopened_on": case.reopened_on,
        "due_on": case.due_on,
        "deadline_by": case.deadline_rule.basis,
        "outcome": case.outcome,
        "records_number": case.records_number,
        "records_file": case.records_file,
        "signed_by": case.sender,
        "handed_over": [_handing(one) for one in ends.forwardings(session, case.id)],
        "may_be_published": case.question.may_publish,
        "addresses": [[a.channel, a.value] for a in case.question.author.addresses] if case.question.author else [],
        "said": [_words(session, message) for message in said],
        "letters": [
            {
                "letter": one.letter,
                "to": one.address.value,
                "state": one.state,
                "queued_at": one.queued_at,
                "sent_at": one.sent_at,
            }
            for one in letters
        ],
        "erased_at": case.erased_at,
    }


def _handing(one: Forwarding) -> dict[str, Any]:
    return {
        "to": one.authority,
        "contact": one.contact,
        "reason": one.reason,
        "at": one.forwarded_at,
        "taken_back_at": one.taken_back_at,
        "note": one.note,
    }


def _words(session: Session, message: Message) -> dict[str, Any]:
    revision = next(one for one in message.revisions if one.n == (message.shown_n or 1))
    location = locations.of_message(session, message.id)
    return {
        "by": "you" if message.kind == MessageKind.QUESTION else "city",
        "department": message.department.name if message.department else None,
        "at": message.appears_at or message.received_at,
        "language": message.language,
        "text": revision.text,
        "written_as": "markdown" if revision.is_markdown else "plain text",
        "street": location.street if location else None,
        "point": [location.latitude, location.longitude] if location and location.latitude is not None else None,
        "files": [
            {"file": _name(a.position, a.name), "type": a.media_type, "size": a.size, "sha256": a.digest}
            for a in message.attachments
            if a.key
        ],
    }


def _name(position: int, name: str) -> str:
    return f"files/{position}-{name}"


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_plain) + "\n"


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)

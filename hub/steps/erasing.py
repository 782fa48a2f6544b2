"""Erasing somebody's words. What happened stays and is counted: who said what is gone.

The words of a person live in: `revisions`, `messages` (an address is made of a title), `attachments` and the files of the storage,
`decisions` (reasons given to them), `locations`, `case_notes`, `drafts`, `answered_words`, `search_entries`, `case_entries`,
`addresses`, `cases` (who signed a paper), `case_links` and `forwardings` (reasons), and as a digest in `origins` and `cases`.
Whoever adds a place adds it here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.database import table_of
from hub.models import (
    Address,
    Attachment,
    Case,
    CaseLink,
    CaseNote,
    Contact,
    Decision,
    Delivery,
    Draft,
    Forwarding,
    Location,
    Message,
    Origin,
    Revision,
    Subscription,
)
from hub.steps import answering, finding, merging, reusing, words
from hub.vocabulary import AddressState, CaseState, DeliveryState, Trouble

revisions, attachments, decisions = table_of(Revision), table_of(Attachment), table_of(Decision)
deliveries, messages, origins = table_of(Delivery), table_of(Message), table_of(Origin)
locations = table_of(Location)


def erase_case(session: Session, case: Case, now: datetime, *, public_too: bool = True) -> list[str]:
    """Erase every word of a case and end it; the public copies too, unless they may stay, as they carry no name.

    Returns the keys of files to be deleted after the commit.
    """
    merging.release(session, case, now)
    said = list(session.scalars(sa.select(Message).where(Message.conversation_id == case.conversation_id)))
    private = [message.id for message in said]
    copies = sa.select(Message).where(Message.derived_from_id.in_(private))
    public = list(session.scalars(copies)) if public_too else []
    writers = {message.author_id for message in said} - {None}
    for message in public:
        if message.shown_n is not None and message.leaves_at is None:
            words.take_away(session, message, now)
    session.execute(sa.update(CaseNote).where(CaseNote.case_id == case.id).values(text=None))
    session.execute(sa.delete(Draft).where(Draft.case_id == case.id))
    reusing.forget(session, case)
    keys = erase_messages(session, [*private, *(message.id for message in public)], now)
    for writer in writers:
        _forget_if_unused(session, writer, now)
    _end(case)
    finding.forget(session, case.id)
    case.alike = case.sender = None
    _forget_why(session, case)
    case.erased_at = now
    session.flush()
    return keys


def _forget_why(session: Session, case: Case) -> None:
    """Reasons of officials may tell what was said."""
    links, forwarded = table_of(CaseLink), table_of(Forwarding)
    about = sa.or_(links.c.case_id == case.id, links.c.main_id == case.id)
    connection = session.connection()
    connection.execute(sa.update(links).where(about).values(reason="", end_reason=""))
    connection.execute(
        sa.update(forwarded).where(forwarded.c.case_id == case.id).values(reason="", note="", contact="")
    )


def erase_messages(session: Session, ids: Sequence[int], now: datetime) -> list[str]:
    """Erase the words, files and authors of messages, and take back letters with them. Returns the keys of their files."""
    session.flush()
    connection = session.connection()
    connection.execute(sa.delete(locations).where(locations.c.message_id.in_(ids)))
    kept = sa.and_(attachments.c.message_id.in_(ids), attachments.c.key.is_not(None))
    keys = [str(key) for key in connection.scalars(sa.select(attachments.c.key).where(kept))]
    connection.execute(sa.update(attachments).where(kept).values(key=None, name=""))
    gone = {"title": None, "summary": None, "text": None, "salt": None, "erased_at": now}
    connection.execute(
        sa.update(revisions).where(revisions.c.message_id.in_(ids), revisions.c.erased_at.is_(None)).values(**gone)
    )
    reasons = sa.and_(decisions.c.message_id.in_(ids), decisions.c.reason != "")
    connection.execute(sa.update(decisions).where(reasons).values(reason=""))
    connection.execute(sa.update(origins).where(origins.c.message_id.in_(ids)).values(digest=""))
    # An address is made of a title's words.
    connection.execute(sa.update(messages).where(messages.c.id.in_(ids)).values(author_id=None, slug=None))
    _take_back(session, ids)
    session.expire_all()
    return keys


def _take_back(session: Session, ids: Sequence[int]) -> None:
    waiting = sa.or_(
        deliveries.c.state.in_([DeliveryState.QUEUED.value, DeliveryState.RETRY.value]),
        sa.and_(deliveries.c.state == DeliveryState.CLAIMED.value, deliveries.c.began_at.is_(None)),
    )
    cancelled = {"state": DeliveryState.CANCELLED, "problem": Trouble.NOT_SHOWN, "claimed_until": None}
    session.connection().execute(
        sa.update(deliveries).where(deliveries.c.message_id.in_(ids), waiting).values(**cancelled)
    )


def _forget_if_unused(session: Session, contact_id: int | None, now: datetime) -> None:
    """Erase the addresses of a contact who says nothing any more and never asked for news: consents are kept as proof."""
    said = sa.select(Message.id).where(Message.author_id == contact_id).exists()
    heard = sa.select(Subscription.id).join(Address).where(Address.contact_id == contact_id).exists()
    if session.scalar(sa.select(sa.or_(said, heard))):
        return
    for address in session.scalars(sa.select(Address).where(Address.contact_id == contact_id)):
        address.value, address.state, address.verified_at = f"erased {address.id}", AddressState.STOPPED, None
    session.get_one(Contact, contact_id).erased_at = now


def _end(case: Case) -> None:
    if case.state in {CaseState.IN_REVIEW, CaseState.SCHEDULED}:
        answering.move(case, CaseState.IN_PROGRESS)
    if case.state in {CaseState.NEW, CaseState.IN_PROGRESS}:
        answering.move(case, CaseState.CLOSED)

"""By what officials find a case: the words of everything said in it, notes too, and the department whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from hub.database import table_of
from hub.models import Case, CaseEntry, CaseNote, Message, Revision
from hub.rules import facets
from hub.stems import index_words

MOST = 500_000
"""Bytes of words kept of one case: PostgreSQL takes a million."""

entries = table_of(CaseEntry)


def add(session: Session, case: Case, text: str) -> None:
    """Let a case be found by these words too."""
    known = _known(session, case)
    if known is None:
        index(session, case)
        return
    _write(session, case, [*known, *index_words(text)])


def move(session: Session, case: Case) -> None:
    """Let the department find a case whose it is now, and no other."""
    known = _known(session, case)
    if known is None:
        index(session, case)
        return
    _write(session, case, [word for word in known if not facets.is_department(word)])


def move_all(session: Session, ids: Sequence[int], department_id: int) -> None:
    """The same for many cases at once; those that have no words to be found by yet are written by the job that does so."""
    session.flush()
    kept = sa.select(entries.c.case_id, sa.cast(entries.c.words, sa.Text)).where(entries.c.case_id.in_(ids))
    rows = [
        {"case_id": case_id, "words": " ".join([facets.of_department(department_id), *words])}
        for case_id, words in ((one, _words_of(text)) for one, text in session.execute(kept))
    ]
    if rows:
        session.connection().execute(sa.delete(entries).where(entries.c.case_id.in_([row["case_id"] for row in rows])))
        session.connection().execute(sa.insert(entries), rows)


def index(session: Session, case: Case) -> None:
    """Write the words of a case anew, from all that was said."""
    session.flush()
    later = aliased(Revision)
    newer = sa.select(later.n).where(later.message_id == Revision.message_id, later.n > Revision.n).exists()
    said = (
        sa.select(Revision.text)
        .join(Message, Message.id == Revision.message_id)
        .where(Message.conversation_id == case.conversation_id, ~newer)
        .order_by(Message.id)
    )
    noted = sa.select(CaseNote.text).where(CaseNote.case_id == case.id).order_by(CaseNote.id)
    texts = [text for wanted in (said, noted) for text in session.scalars(wanted) if text]
    _write(session, case, index_words(" ".join(texts)))


def forget(session: Session, case_id: int) -> None:
    """Remove a case from the search."""
    session.connection().execute(sa.delete(entries).where(entries.c.case_id == case_id))


def _known(session: Session, case: Case) -> list[str] | None:
    """The words of a case as they are kept; None when it has none yet. (PostgreSQL writes each of them in quotes.)"""
    session.flush()
    kept = session.scalar(sa.select(sa.cast(entries.c.words, sa.Text)).where(entries.c.case_id == case.id))
    return None if kept is None else [word.strip("'") for word in kept.split()]


def _words_of(text: str) -> list[str]:
    """What a case is found by but its department, as it is kept. (PostgreSQL writes each word in quotes.)"""
    return [word for word in (one.strip("'") for one in text.split()) if not facets.is_department(word)]


def _write(session: Session, case: Case, found_by: Iterable[str]) -> None:
    forget(session, case.id)
    if case.erased_at is not None:
        return
    kept, room = [facets.of_department(case.department_id)], MOST
    for word in dict.fromkeys(found_by):
        room -= len(word.encode()) + 1
        if room < 0:
            break
        kept.append(word)
    words = " ".join(dict.fromkeys(kept))
    session.connection().execute(sa.insert(entries), {"case_id": case.id, "words": words})

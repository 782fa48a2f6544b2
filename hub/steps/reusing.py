"""Remembering what answered questions were about, so that the office finds its answers again."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.database import table_of
from hub.models import AnsweredWords, Case
from hub.stems import telling_words

MOST = 40
"""Words of a question that are remembered: the longest."""

answered = table_of(AnsweredWords)


def remember(session: Session, case: Case) -> None:
    """Keep the telling stems of the question of a case that is answered now."""
    forms = [form for forms in telling_words(case.question.revisions[-1].text or "", MOST) for form in forms]
    forget(session, case)
    words = f" {' '.join(dict.fromkeys(forms))} "
    session.connection().execute(sa.insert(answered).values(case_id=case.id, words=words))


def forget(session: Session, case: Case) -> None:
    """Nothing of its question is remembered any more."""
    session.flush()
    session.connection().execute(sa.delete(answered).where(answered.c.case_id == case.id))

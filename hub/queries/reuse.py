"""Answers that an official may use again for a case near to theirs: of the own scope, and public ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import log

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import AnsweredWords, Case, Message, Revision
from hub.queries import published, similar
from hub.queries.cases import within
from hub.rules.access import Scope
from hub.stems import telling_words
from hub.vocabulary import MessageKind

MOST = 3
"""Of each kind."""
NEAR = 1000
"""Newest answered cases that are compared."""
WORDS = 16
FEWEST_SHARED = 2


@dataclass(frozen=True, slots=True)
class Near:
    """An answer to use again: `source` names it in forms (a reference, or the address of a public one)."""

    source: str
    question: str
    text: str
    is_markdown: bool
    reference: str | None = None
    slug: str | None = None


def near(session: Session, scope: Scope, case: Case, now: datetime) -> list[Near]:
    """At most three answered cases of the scope and three public answers of others, the nearest first."""
    text = case.question.revisions[-1].text or ""
    own = _own(session, scope, case, text)
    mine = {one.reference for one in own}
    others = []
    for item in similar.similar(session, text, now):
        origin = session.scalar(_case_of(item.slug))
        if origin is None or (origin.id != case.id and origin.reference not in mine):
            others.append(Near(item.slug, item.title, item.text, item.is_markdown, slug=item.slug))
    return [*own, *others[:MOST]]


def _case_of(slug: str) -> sa.Select[Case]:
    asked = sa.select(Message.derived_from_id).where(Message.slug == slug).scalar_subquery()
    return sa.select(Case).where(Case.question_id == asked)


def _own(session: Session, scope: Scope, case: Case, text: str) -> list[Near]:
    words = telling_words(text, WORDS)
    if not words:
        return []
    newest = (
        sa.select(AnsweredWords.case_id, AnsweredWords.words)
        .join(Case, Case.id == AnsweredWords.case_id)
        .where(within(scope), Case.id != case.id)
        .order_by(AnsweredWords.case_id.desc())
        .limit(NEAR)
    )
    rows = [(key, f" {stems} ") for key, stems in session.execute(newest)]
    scores: dict[int, tuple[float, int]] = {}
    for forms in words:
        having = [key for key, stems in rows if any(f" {form} " in stems for form in forms)]
        for key in having:
            score, shared = scores.get(key, (0.0, 0))
            scores[key] = (score + log(1 + len(rows) / len(having)), shared + 1)
    enough = min(FEWEST_SHARED, len(words))
    best = sorted((key for key in scores if scores[key][1] >= enough), key=lambda key: (-scores[key][0], -key))[:MOST]
    found = {one.id: one for one in session.scalars(sa.select(Case).where(Case.id.in_(best)))}
    texts = _answers(session, [found[key].conversation_id for key in best])
    return [
        Near(one.reference, _first_words(session, one), *texts[one.conversation_id], reference=one.reference)
        for one in (found[key] for key in best)
        if one.conversation_id in texts
    ]


def _answers(session: Session, conversations: list[int]) -> dict[int, tuple[str, bool]]:
    """Conversation → the last answer that was sent there, as it is shown now."""
    said = sa.and_(Revision.message_id == Message.id, Revision.n == Message.shown_n)
    wanted = (
        sa.select(Message.conversation_id, Revision.text, Revision.is_markdown)
        .join(Revision, said)
        .where(
            Message.conversation_id.in_(conversations), Message.kind == MessageKind.ANSWER, Revision.text.is_not(None)
        )
        .order_by(Message.id)
    )
    return {row[0]: (row[1] or "", row[2]) for row in session.execute(wanted)}


def _first_words(session: Session, case: Case) -> str:
    first = sa.select(Revision.text).where(Revision.message_id == case.question_id, Revision.n == 1)
    return session.scalar(first) or ""


def answer_of(session: Session, scope: Scope, source: str, now: datetime) -> Near | None:
    """The answer that a form names: of a case within the scope, or a public one."""
    case = session.scalar(sa.select(Case).where(Case.reference == source, within(scope)))
    if case is not None:
        text = _answers(session, [case.conversation_id]).get(case.conversation_id)
        return Near(source, "", *text, reference=source) if text else None
    page = published.by_slug(session, source, now)
    if page is None:
        return None
    said = page.answers[-1][1]
    return Near(source, "", said.text or "", said.is_markdown, slug=source)

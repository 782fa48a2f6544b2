"""The draft of an answer: kept as it is typed, by one at a time. Who saves over another is told, and no word is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import database, errors
from hub.database import table_of
from hub.models import Case, Draft, Message
from hub.queries import cases
from hub.rules.access import Scope
from hub.steps import answering
from hub.text import one_line
from hub.text import words as clean
from hub.vocabulary import CaseState, marked
from hub.work import Work

LONGEST = 20_000
LONGEST_TITLE = 160
LONGEST_QUESTION = 10_000
LONGEST_REASON = 300
UNREADABLE = -1
"""What a form says it corrects, where nobody can tell."""
GARBLED = marked(
    "The form came damaged, so nothing was saved or sent by it. Your text is here: read it through and press the button again."
)

drafts = table_of(Draft)


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the form of an answer. `version` is that of the draft it was loaded from, or `cases.fresh_version`.

    `theme` is the name of its theme in addresses, empty for none; None leaves it as it is. `corrects` is the place of the answer
    that it corrects among those of its case, from 1 (0: none, or `UNREADABLE`), `reason` what was wrong.
    `publish_at`: when it is to go out.
    `heard` is how many times the citizen had written when the form was opened; None: it does not matter.
    """

    version: int
    text: str
    is_public: bool = False
    title: str = ""
    public_question: str = ""
    theme: str | None = None
    corrects: int = 0
    reason: str = ""
    publish_at: datetime | None = None
    heard: int | None = None

    def cleaned(self) -> Written:
        """The same, safe to store. Raises TooLarge: nothing of it is ever cut off silently."""
        plain = replace(
            self,
            text=clean(self.text),
            title=one_line(self.title),
            public_question=clean(self.public_question),
            reason=one_line(self.reason),
        )
        lengths = (
            (plain.text, LONGEST),
            (plain.title, LONGEST_TITLE),
            (plain.public_question, LONGEST_QUESTION),
            (plain.reason, LONGEST_REASON),
        )
        if any(len(text) > longest for text, longest in lengths):
            raise errors.TooLarge(marked("The text is too long to be kept. Shorten it; nothing was saved."))
        return plain


class DraftConflict(errors.Conflict):
    """Somebody else saved the draft meanwhile; both texts are shown."""

    code = "draft_conflict"
    title = marked("Somebody else has written to this answer")
    message = marked("The draft was changed meanwhile. Your text was not lost: both are shown, choose what stays.")


def save(w: Work, scope: Scope, case: Case, written: Written, now: datetime) -> int:
    """Keep what was written as the draft of its case; returns its new version. Raises DraftConflict, Conflict."""
    must_be_open(case)
    corrects = corrected(w.session, case, written)
    values = {
        "account_id": scope.account_id,
        "text": written.text,
        "is_public": written.is_public,
        "title": written.title,
        "public_question": written.public_question,
        "saved_at": now,
        "corrects_id": corrects.id if corrects else None,
        "reason": written.reason,
        "publish_at": written.publish_at,
    }
    fresh = cases.fresh_version(w.session, case)
    row = {"case_id": case.id, "version": fresh + 1, **values}
    change = {"version": drafts.c.version + 1, **values}
    same = sa.and_(
        drafts.c.version == written.version, drafts.c.corrects_id.is_not_distinct_from(values["corrects_id"])
    )
    w.session.expire_all()
    if written.version == fresh:
        ours = bool(database.insert_new(w.connection, drafts, [row], ("case_id",), ("case_id",)))
    else:
        changed = w.connection.execute(drafts.update().where(drafts.c.case_id == case.id, same).values(**change))
        ours = changed.rowcount == 1
    kept = cases.draft(w.session, case)
    if kept is None:  # it was sent or ended meanwhile
        raise errors.Conflict(marked("The case has changed meanwhile. Open it again."))
    if not ours and any(getattr(kept, name) != value for name, value in values.items() if name != "saved_at"):
        raise DraftConflict  # a repeat of what was saved already (its answer was lost on the way) is no conflict
    if written.theme is not None:
        answering.give_theme(w.session, case, written.theme)
    return kept.version


def must_be_open(case: Case) -> None:
    """Raises Conflict while an answer waits for approval or for its time."""
    if case.state == CaseState.IN_REVIEW:
        raise errors.Conflict(marked("The answer waits for approval and cannot be changed now."))
    if case.state == CaseState.SCHEDULED:
        raise errors.Conflict(marked("The answer waits for its time. Cancel the plan first, then change it."))


def corrected(session: Session, case: Case, written: Written) -> Message | None:
    """The answer that what was written corrects. Raises BadInput when its form does not say, Conflict when there is no such one."""
    if not written.corrects:
        return None
    if written.corrects == UNREADABLE:
        raise errors.BadInput(GARBLED)
    answers = cases.answers(session, case)
    if written.corrects > len(answers):
        raise errors.Conflict(marked("The case has changed meanwhile. Open it again."))
    return answers[written.corrects - 1]


def begin(session: Session, case: Case, scope: Scope, values: dict[str, object], now: datetime) -> None:
    """Write a draft over what there is, under a version that no open form has."""
    row = {"account_id": scope.account_id, "saved_at": now, "publish_at": None, **values}
    kept = cases.draft(session, case)
    session.flush()
    if kept is None:
        version = cases.fresh_version(session, case) + 1
        session.connection().execute(sa.insert(drafts).values(case_id=case.id, version=version, **row))
    else:
        own = drafts.c.case_id == case.id
        session.connection().execute(sa.update(drafts).where(own).values(version=kept.version + 1, **row))
    session.expire_all()


BLANK: dict[str, object] = {
    "text": "",
    "is_public": False,
    "title": "",
    "public_question": "",
    "corrects_id": None,
    "reason": "",
}
"""A draft in which nothing stands. It keeps its version, so that a form that was open before is told."""


def is_blank(kept: Draft) -> bool:
    """Whether nothing stands in a draft."""
    return kept.corrects_id is None and not (kept.text or kept.title or kept.public_question)

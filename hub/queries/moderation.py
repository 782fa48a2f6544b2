"""Discussions as moderators see them: what waits for a look, one comment with its history, publications and their discussions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from hub.database import row_lock
from hub.errors import NotFound
from hub.models import AuditEntry, Comment, Decision, Message, Report, Revision
from hub.queries import cases
from hub.queries.visibility import public_now
from hub.rules.access import Scope
from hub.vocabulary import CommentState, Look, MessageKind

PAGE = 30
SAME = 90
"""Comments with the same words as those of a page that are read with it; what is decided about some leaves room for the rest."""
VIEWS = {
    "cekajici": Look.WAITING,
    "karantena": Look.QUARANTINE,
    "nahlasene": Look.REPORTED,
    "namitky": Look.OBJECTED,
}
"""Name of a view of the list → why what it shows waits."""

about = aliased(Message, name="about")
every = aliased(Revision)
earlier = aliased(Comment)
of_earlier = aliased(Message)
newest_n = sa.select(sa.func.max(every.n)).where(every.message_id == Comment.message_id).scalar_subquery()

Key = tuple[int, datetime, int]


@dataclass(frozen=True, slots=True)
class Line:
    """A comment that waits, its newest words, and the title of what it is said to. `same` wait with the very same words."""

    comment: Comment
    text: str
    name: str
    title: str
    reports: int
    same: Sequence[Comment] = ()


def within(scope: Scope) -> sa.ColumnElement[bool]:
    """What an account moderates: what is said to publications of its department, or of the whole city."""
    return sa.true() if scope.department_id is None else about.department_id == scope.department_id


def waiting(session: Session, scope: Scope, look: Look, after: Key | None = None) -> tuple[list[Line], Key | None]:
    """A page of what waits for this reason, the urgent and the oldest first, and the key after which the next begins."""
    order = (Comment.rank, Comment.since_at, Comment.message_id)
    is_first = sa.or_(Comment.words_digest.is_(None), sa.not_(_was_before(scope, look).exists()))
    chosen = sa.select(Comment.message_id).where(Comment.look == look, is_first)
    if scope.department_id is not None:
        chosen = chosen.join(about, about.id == Comment.publication_id).where(within(scope))
    if after is not None:
        rank, since_at, message_id = after
        chosen = chosen.where(
            _place(Comment)
            > sa.tuple_(sa.literal(rank), sa.literal(since_at, Comment.since_at.type), sa.literal(message_id))
        )
    # The page is chosen before anything is joined to it: together, PostgreSQL reads all that waits.
    of_page = chosen.order_by(*order).limit(PAGE + 1).subquery()
    wanted = (
        sa.select(Comment, Revision, _title())
        .join(of_page, of_page.c.message_id == Comment.message_id)
        .join(about, about.id == Comment.publication_id)
        .join(Revision, sa.and_(Revision.message_id == Comment.message_id, Revision.n == newest_n))
        .options(joinedload(Comment.publication), joinedload(Comment.message))
    )
    rows = session.execute(wanted.order_by(*order)).all()
    reports = _reports(session, [row[0].message_id for row in rows])
    same = _same(session, scope, look, [row[0] for row in rows[:PAGE]])
    lines = [
        Line(
            one,
            said.text or "",
            said.title or "",
            title or "",
            reports.get(one.message_id, 0),
            same.get(one.message_id, ()),
        )
        for one, said, title in rows[:PAGE]
    ]
    last = lines[-1].comment if len(rows) > PAGE else None
    return lines, (last.rank, last.since_at, last.message_id) if last is not None and last.since_at else None


def _place(comment: type[Comment]) -> sa.Tuple:
    return sa.tuple_(comment.rank, comment.since_at, comment.message_id)


def _was_before(scope: Scope, look: Look) -> sa.Select[int]:
    """A comment with the same words that stands before in the same list: the list shows the first of them for all."""
    # Not by the bare column: SQLite would go through the list up to each comment, and not to those with its words.
    in_list = sa.func.coalesce(earlier.look, "") == look
    return (
        sa.select(earlier.message_id)
        .join(of_earlier, of_earlier.id == earlier.publication_id)
        .where(earlier.words_digest == Comment.words_digest, in_list, _place(earlier) < _place(Comment))
        .where(sa.true() if scope.department_id is None else of_earlier.department_id == scope.department_id)
    )


def _same(session: Session, scope: Scope, look: Look, first: Sequence[Comment]) -> dict[int, list[Comment]]:
    """Comment → further ones with its words that wait beside it, so many as can be decided about at once."""
    by_digest = {one.words_digest: one.message_id for one in first if one.words_digest is not None}
    wanted = (
        sa.select(Comment)
        .join(about, about.id == Comment.publication_id)
        .where(Comment.words_digest.in_(by_digest), Comment.look == look, within(scope))
        .where(Comment.message_id.not_in(by_digest.values()))
        .order_by(Comment.words_digest, Comment.message_id)
        .limit(SAME)
    )
    found: dict[int, list[Comment]] = {}
    for one in session.scalars(wanted) if by_digest else ():
        found.setdefault(by_digest[one.words_digest or ""], []).append(one)
    return found


def _title() -> sa.ScalarSelect[str | None]:
    """The title of the publication as it is shown, or was."""
    titled = aliased(Revision)
    shown = sa.and_(titled.message_id == about.id, titled.n == about.shown_n)
    return sa.select(titled.title).where(shown).scalar_subquery()


def _reports(session: Session, message_ids: Collection[int]) -> dict[int, int]:
    of_these = sa.and_(Report.message_id.in_(message_ids), Report.settled_at.is_(None))
    number = sa.select(Report.message_id, sa.func.count()).where(of_these).group_by(Report.message_id)
    return dict(session.execute(number).all()) if message_ids else {}


def counts(session: Session, scope: Scope) -> dict[str, int]:
    """Reason → how many wait for it."""
    number = sa.select(Comment.look, sa.func.count()).where(Comment.look.is_not(None))
    if scope.department_id is not None:
        number = number.join(about, about.id == Comment.publication_id).where(within(scope))
    return {str(look): n for look, n in session.execute(number.group_by(Comment.look))}


def late(session: Session, scope: Scope, before: datetime) -> int:
    """How many wait since before an instant, whatever for."""
    number = sa.select(sa.func.count()).select_from(Comment).where(Comment.look.is_not(None), Comment.since_at < before)
    if scope.department_id is not None:
        number = number.join(about, about.id == Comment.publication_id).where(within(scope))
    return session.scalar(number) or 0


def urgent(session: Session, scope: Scope) -> bool:
    """Whether something was reported by several people and nobody has looked yet."""
    its = sa.select(Comment.message_id).join(about, about.id == Comment.publication_id)
    first = its.where(Comment.look == Look.REPORTED, Comment.rank == 0, within(scope)).limit(1)
    return session.scalar(first) is not None


def find(session: Session, scope: Scope, reference: str, *, to_change: bool = False) -> Comment:
    """The comment of this name; to change it, others who would wait until this is done. Raises NotFound outside the scope too."""
    if to_change:
        session.execute(row_lock(sa.select(Comment.message_id).where(Comment.reference == reference)))
    its = sa.select(Comment).join(about, about.id == Comment.publication_id)
    found = session.scalar(
        its.where(Comment.reference == reference, within(scope)).options(
            joinedload(Comment.message).selectinload(Message.revisions), joinedload(Comment.publication)
        )
    )
    if found is None:
        raise NotFound
    return found


def verdicts(session: Session, comment: Comment) -> tuple[str, ...]:
    """What may be decided about a comment as it is."""
    if comment.state == CommentState.ERASED:
        return ()
    possible = []
    decided = cases.decisions(session, comment.message)
    undecided = comment.message.revisions[-1].n not in decided
    if comment.state != CommentState.WITHDRAWN:
        if undecided or comment.state == CommentState.REJECTED:
            possible += ["publish", "reject"]
        if comment.state == CommentState.PUBLISHED:
            possible += ["hide"]
        if comment.state == CommentState.HIDDEN:
            possible += ["restore", "hide"]
        if comment.state == CommentState.PUBLISHED and comment.look == Look.REPORTED and not undecided:
            possible += ["keep"]
    return (*possible, "erase")


def may_redact(comment: Comment) -> bool:
    """Whether some of its words can be left out: of a citizen's comment that still has its words."""
    return comment.state not in {CommentState.ERASED, CommentState.WITHDRAWN} and comment.message.department_id is None


def reports(session: Session, comment: Comment) -> list[Report]:
    """What was reported, the newest first, a screenful."""
    its = sa.select(Report).where(Report.message_id == comment.message_id)
    return list(session.scalars(its.order_by(Report.id.desc()).limit(50)))


def history(session: Session, comment: Comment) -> tuple[Sequence[Decision], Sequence[AuditEntry]]:
    """Every decision about it, and what was done with it, the oldest first."""
    decided = sa.select(Decision).where(Decision.message_id == comment.message_id).order_by(Decision.id)
    done = sa.and_(AuditEntry.about_table == Message.__tablename__, AuditEntry.about_id == comment.message_id)
    return (
        session.scalars(decided.options(selectinload(Decision.account))).all(),
        session.scalars(sa.select(AuditEntry).where(done).order_by(AuditEntry.id).limit(200)).all(),
    )


def publication(session: Session, scope: Scope, slug: str) -> Message:
    """What was published at this address, public now or not. Raises NotFound outside the scope too."""
    its = sa.select(about).where(about.slug == slug, about.kind != MessageKind.COMMENT, within(scope))
    found = session.scalar(its.options(selectinload(about.revisions)))
    if found is None:
        raise NotFound
    return found


def publications(
    session: Session, scope: Scope, kind: str, now: datetime, after: tuple[datetime, int] | None = None
) -> tuple[list[tuple[Message, str]], tuple[datetime, int] | None]:
    """A page of what of a kind is public now, the newest first, with titles; and the key of the next page."""
    wanted = sa.select(about, _title()).where(
        about.kind == kind, about.slug.is_not(None), public_now(now, about), within(scope)
    )
    if after is not None:
        bound = sa.tuple_(sa.literal(after[0], about.appears_at.type), sa.literal(after[1]))
        wanted = wanted.where(sa.tuple_(about.appears_at, about.id) < bound)
    rows = session.execute(wanted.order_by(about.appears_at.desc(), about.id.desc()).limit(PAGE + 1)).all()
    found = [(message, title or "") for message, title in rows[:PAGE]]
    last = found[-1][0] if len(rows) > PAGE else None
    return found, (last.appears_at, last.id) if last is not None and last.appears_at else None

"""Joining cases about the same, so that they are answered once; undoing it; sending on an answer that was written before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub import errors
from hub.models import Case
from hub.queries import cases, merging
from hub.rules import references
from hub.rules.access import Scope, may_join
from hub.steps import merging as steps
from hub.steps import sharing
from hub.text import words as clean
from hub.vocabulary import SETTLED, ActorKind, marked
from hub.work import Actor, work

LONGEST_REASON = 1000
UNKNOWN = marked("There is no such case among those that you see. Check its number.")
NO_REASON = marked("Write a reason of at most 1000 characters, so that your colleagues understand it.")
ANSWERED = marked(
    "That case is answered already. Read its answer, then tick that it may go to this citizen too; or answer this case on its own."
)
NONE_CHOSEN = marked("Tick the cases that are to be joined.")
TOO_MANY = marked("At most 100 cases are joined in one step. Join these first, then the others.")
NOT_JOINED = marked("This case is not answered together with another one.")
NOT_YOURS_TO_PART = marked("A colleague joined this case. A head, the press office or an administrator may undo it.")
NO_ANSWER = marked("There is no answer that could be sent on.")
NOT_READ = marked("Say first that you have read the answer and that it may go to the others.")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of many: how many were joined, and why others were not (reference and words)."""

    joined: int
    left: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Parted:
    """What is left of a link that was undone: how many answers its citizen got by it."""

    answers: int


def join(
    scope: Scope, reference: str, other: str, reason: str, version: int, now: datetime, *, may_share: bool = False
) -> str:
    """A case is a duplicate of another one: it is answered with that, or with the one that is joined to. Returns its reference.

    Raises BadInput; Conflict when it cannot be, in words, or when the case is not of the version that was seen.
    """
    why = _reason(reason)
    with work(_actor(scope), "join a case", now) as w:
        case = cases.find(w.session, scope, reference)
        main_id = _root(w.session, scope, other)
        both = steps.locked(w.session, [case.id, main_id])
        case, main = both[case.id], both[main_id]
        _check_fresh(case, version)
        if case.id == main.id:
            raise errors.Conflict(steps.CIRCLE if references.read(other) != case.reference else steps.ITSELF)
        own = merging.roots(w.session, [case.id, main.id])
        if main.id in own:
            raise errors.Conflict(steps.CHANGED)
        steps.check_main(main, case.department_id)
        refused = steps.refusal(scope, case, main, own.get(case.id))
        if refused:
            raise errors.Conflict(refused)
        steps.join(w.session, scope, case, main, why, now)
        _share(w.session, main, may_share, now)
        w.about(case)
        w.about(main)
        return main.reference


def join_many(
    scope: Scope, reference: str, others: Sequence[str], reason: str, now: datetime, *, may_share: bool = False
) -> Done:
    """Other cases are duplicates of this one. Those that cannot be joined stay as they are, and are told with the reason.

    Raises BadInput; Conflict when nothing can be joined to this one.
    """
    why, wanted = _reason(reason), _references(others)
    with work(_actor(scope), "join a case", now) as w:
        main_id = _root(w.session, scope, reference)
        ids = merging.ids_of(w.session, scope, wanted)
        all_of_them = steps.locked(w.session, [main_id, *ids.values()])
        main = all_of_them[main_id]
        own = merging.roots(w.session, list(all_of_them))
        if main.id in own:
            raise errors.Conflict(steps.CHANGED)
        steps.check_main(main, main.department_id)
        left: list[tuple[str, str]] = [(one, UNKNOWN) for one in wanted if one not in ids]
        for one in (all_of_them[case_id] for case_id in ids.values()):
            refused = steps.refusal(scope, one, main, own.get(one.id))
            if refused is None and one.department_id != main.department_id:
                refused = steps.MAIN_ELSEWHERE
            if refused is not None:
                left.append((one.reference, refused))
                continue
            steps.join(w.session, scope, one, main, why, now)
            w.about(one)
        joined = len(wanted) - len(left)
        if joined:
            _share(w.session, main, may_share, now)
        w.about(main)
        return Done(joined, tuple(left))


def part(scope: Scope, reference: str, reason: str, version: int, now: datetime) -> Parted:
    """The case is no duplicate after all: it stands on its own again. Raises BadInput, Conflict, NotAllowed."""
    why = _reason(reason)
    with work(_actor(scope), "part a case", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.session.refresh(case)
        link = merging.link_of(w.session, case)
        if link is None:
            raise errors.Conflict(NOT_JOINED)
        _check_fresh(case, version)
        if not may_join(scope, case.official_id) and link.linked_by_id != scope.account_id:
            raise errors.NotAllowed(NOT_YOURS_TO_PART)
        answers = len(merging.shared_with(w.session, link))
        steps.part(w.session, case, link, scope.account_id, why, now)
        w.about(case)
        return Parted(answers)


def share(scope: Scope, reference: str, n: int, has_read: bool, now: datetime) -> None:
    """Send the newest answer of a case on to all that are joined to it. `n`: `cases.rounds` of what was read. Raises Conflict."""
    with work(_actor(scope), "share an answer", now) as w:
        case = cases.find(w.session, scope, reference, to_change=True)
        w.about(case)
        answer = merging.answer_of(w.session, case)
        if answer is None or answer.shown_n is None or case.state in SETTLED:
            raise errors.Conflict(NO_ANSWER)
        if cases.rounds(w.session, case) != n:
            raise errors.Conflict(steps.CHANGED)
        if not has_read:
            raise errors.BadInput(NOT_READ)
        if not merging.under_way(w.session, case):  # sent twice, it goes once
            sharing.begin_answer(w.session, case, answer, answer.shown_n, now, ordered=True)


def _share(session: Session, main: Case, may_share: bool, now: datetime) -> None:
    """What was answered already goes to those who are joined only now, when an official says that it may."""
    if main.answered_at is None:
        return
    answer = merging.answer_of(session, main)
    if answer is None or answer.shown_n is None or not may_share:
        raise errors.BadInput(ANSWERED)
    sharing.begin_answer(session, main, answer, answer.shown_n, now, ordered=True)


def _root(session: Session, scope: Scope, typed: str) -> int:
    plain = references.read(typed)
    found = merging.ids_of(session, scope, [plain]) if plain else {}
    if not found:
        raise errors.BadInput(UNKNOWN)
    return steps.root_of(session, found[plain or ""])


def _check_fresh(case: Case, version: int) -> None:
    if case.version != version:
        raise errors.Conflict(steps.CHANGED)


def _references(typed: Sequence[str]) -> list[str]:
    read = list(dict.fromkeys(one for one in map(references.read, typed) if one))
    if not read:
        raise errors.BadInput(NONE_CHOSEN)
    if len(read) > merging.MOST:
        raise errors.BadInput(TOO_MANY)
    return read


def _reason(text: str) -> str:
    plain = clean(text)
    if not plain or len(plain) > LONGEST_REASON:
        raise errors.BadInput(NO_REASON)
    return plain


def _actor(scope: Scope) -> Actor:
    return Actor(ActorKind.ACCOUNT, scope.account_id)

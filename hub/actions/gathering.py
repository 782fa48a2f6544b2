"""Joining all the cases that a list shows to one of them, in chunks that others hardly notice; and undoing it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import errors
from hub.database import row_lock
from hub.models import Case, Gathering
from hub.queries import cases, merging
from hub.queries import gathering as queries
from hub.queries.inbox import Narrowed
from hub.rules import references
from hub.rules.access import Scope
from hub.steps import gathering as steps
from hub.steps import merging as joining
from hub.steps import sharing
from hub.text import words as clean
from hub.vocabulary import ActorKind, CaseState, Halt, marked
from hub.work import Actor, work

CHUNK = 25
"""Cases in one transaction: short enough that others hardly wait for the database's writer."""
LONGEST_REASON = 1000
UNKNOWN = marked("There is no such case among those that you see. Check its number.")
NO_REASON = marked("Write a reason of at most 1000 characters, so that your colleagues understand it.")
MORE_NOW = marked("The list has other cases now than those you saw. Look at it once more, then press the button again.")
NONE_LEFT = marked("No open case of the list is left that could be joined.")
NOT_SAID = marked(
    "That case is answered already. Read its answer, then tick that it may go to these citizens too; or choose another case."
)
RUNNING = marked("The worker still joins these cases. Undo it when all of them are done.")
NOTHING_HELD = marked("Nothing is left of it to be undone.")


def begin(
    scope: Scope,
    wanted: Narrowed | None,
    main: str,
    seen: tuple[int, int],
    reason: str,
    now: datetime,
    *,
    may_share: bool = False,
) -> tuple[str, int]:
    """Have the cases of a list (None: those with the same words as the main one) joined. Returns the reference of the main
    case and the number of the gathering.

    `seen`: the number of cases that were shown, and of the newest of them; later ones are not joined. Raises BadInput, Conflict.
    """
    why = clean(reason)
    if not why or len(why) > LONGEST_REASON:
        raise errors.BadInput(NO_REASON)
    plain = references.read(main)
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), "join many cases", now) as w:
        found = merging.ids_of(w.session, scope, [plain]) if plain else {}
        if not found:
            raise errors.BadInput(UNKNOWN)
        main_id = joining.root_of(w.session, next(iter(found.values())))
        case = joining.locked(w.session, [main_id])[main_id]
        joining.check_main(case, case.department_id)
        if case.answered_at is not None and not may_share:
            raise errors.BadInput(NOT_SAID)
        of_list = (
            queries.same_words(w.session, scope, case) if wanted is None else queries.of_list(w.session, scope, wanted)
        )
        number, last_id = seen
        ids = [one.id for one in of_list.cases if one.id <= last_id]
        if len(ids) > number:
            raise errors.Conflict(MORE_NOW)
        ids = [one for one in ids if one != case.id]
        if not ids:
            raise errors.Conflict(NONE_LEFT)
        made = steps.begin(w.session, case, scope.account_id, ids, why, now, may_share=may_share)
        w.about(case)
        return case.reference, made.id


def undo(scope: Scope, reference: str, number: int, reason: str, now: datetime) -> int:
    """Have everything parted that a gathering joined. Returns the number of what does it; a repeat the same. Raises Conflict."""
    why = clean(reason)
    if not why or len(why) > LONGEST_REASON:
        raise errors.BadInput(NO_REASON)
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), "part many cases", now) as w:
        case = cases.find(w.session, scope, reference)
        w.session.execute(row_lock(sa.select(Gathering.id).where(Gathering.id == number)))
        gathering = queries.find(w.session, case, number)
        if gathering is None or gathering.undoes_id is not None:
            raise errors.NotFound
        if gathering.finished_at is None:
            raise errors.Conflict(RUNNING)
        undoing = queries.undoing(w.session, gathering)
        if undoing is None:
            if not queries.still_joined(w.session, gathering)[0]:
                raise errors.Conflict(NOTHING_HELD)
            steps.begin_to_undo(w.session, case, gathering, scope.account_id, why, now)
            undoing = queries.undoing(w.session, gathering)
        w.about(case)
        return undoing.id if undoing else 0


def go_on(number: int, account_id: int, now: datetime) -> bool:
    """Deal with the next cases of a gathering of this account; False when none is left. A row decides which worker does it."""
    with work(Actor(ActorKind.ACCOUNT, account_id), "join a case", now) as w:
        session = w.session
        session.execute(row_lock(sa.select(Gathering.id).where(Gathering.id == number)))
        gathering = session.get_one(Gathering, number)
        session.refresh(gathering)
        main_id, is_undone = gathering.case_id, gathering.undoes_id is not None
        if gathering.finished_at is not None:
            return False
        scope = queries.scope_of_account(session, account_id)
        if scope is None:
            return _finish(gathering, now, Halt.NO_ACCOUNT)
        following = dict(queries.next_cases(session, gathering, CHUNK))
        locked = joining.locked(session, [main_id, *following])
        main = locked[main_id]
        gathering = session.get_one(Gathering, number)
        halt = None if is_undone else _halt(session, scope, main)
        if halt is not None:
            return _finish(gathering, now, halt)
        chosen = {key: case for key, case in locked.items() if key in following}
        if is_undone:
            done = steps.part_next(session, scope, gathering, following, chosen, now)
        else:
            done = steps.join_next(session, scope, gathering, main, chosen, now)
        for case in done:
            w.about(case)
        gathering.cursor = max(following, default=gathering.cursor)
        if len(following) == CHUNK:
            return True
        _share(session, gathering, main, now)
        return _finish(gathering, now)


def _halt(session: Session, scope: Scope, main: Case) -> Halt | None:
    if main.id in merging.roots(session, [main.id]):
        return Halt.MAIN_JOINED
    of_it = scope.department_id in {None, main.department_id}
    return Halt.MAIN_ENDED if main.erased_at is not None or main.state == CaseState.CLOSED or not of_it else None


def _finish(gathering: Gathering, now: datetime, halt: Halt | None = None) -> bool:
    gathering.finished_at, gathering.halt, gathering.reason = now, halt, ""
    return False


def _share(session: Session, gathering: Gathering, main: Case, now: datetime) -> None:
    """What was answered already goes to all of them, when the official said that it may."""
    answer = merging.answer_of(session, main) if gathering.may_share and main.answered_at is not None else None
    if answer is not None and answer.shown_n is not None:
        sharing.begin_answer(session, main, answer, answer.shown_n, now, ordered=True)

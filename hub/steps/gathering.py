"""Joining many cases to one in a single act: written down here, done by the worker some at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.database import table_of
from hub.models import Case, Gathered, Gathering
from hub.queries import gathering as queries
from hub.queries import merging
from hub.rules.access import Scope, may_join
from hub.steps import merging as steps
from hub.vocabulary import Fate, marked
from hub.work import later

GATHER = "gather"
"""Task of the worker: go on with a gathering."""
gathered = table_of(Gathered)
WHY = {
    Fate.GONE: marked("It is not there any more for whoever joined them: erased, or of another department."),
    Fate.ITSELF: steps.ITSELF,
    Fate.JOINED: steps.JOINED,
    Fate.ENDED: steps.DONE,
    Fate.IN_REVIEW: steps.IN_REVIEW,
    Fate.NOT_YOURS: steps.NOT_YOURS,
    Fate.LATER: steps.MAIN_LATER,
    Fate.ELSEWHERE: steps.MAIN_ELSEWHERE,
}
"""Why a case stayed as it was."""
_FATE_OF = {words: fate for fate, words in WHY.items()}


def begin(
    session: Session, main: Case, account_id: int, ids: Iterable[int], reason: str, now: datetime, *, may_share: bool
) -> Gathering:
    """Have these cases joined to a main one, as they are when their turn comes."""
    made = _add(session, main, account_id, reason, now, may_share=may_share)
    rows = [{"gathering_id": made.id, "case_id": one, "link_id": None, "fate": None} for one in ids]
    session.connection().execute(sa.insert(gathered), rows)
    return made


def begin_to_undo(session: Session, main: Case, undone: Gathering, account_id: int, reason: str, now: datetime) -> None:
    """Have everything parted again that a gathering joined and that is joined still."""
    made = _add(session, main, account_id, reason, now, undoes_id=undone.id)
    still = queries.held(undone.id).subquery()
    chosen = sa.select(sa.literal(made.id), still.c.case_id, still.c.link_id)
    session.connection().execute(sa.insert(gathered).from_select(["gathering_id", "case_id", "link_id"], chosen))


def _add(
    session: Session,
    main: Case,
    account_id: int,
    reason: str,
    now: datetime,
    *,
    may_share: bool = False,
    undoes_id: int | None = None,
) -> Gathering:
    made = Gathering(
        case_id=main.id,
        undoes_id=undoes_id,
        account_id=account_id,
        reason=reason,
        may_share=may_share,
        made_at=now,
        cursor=0,
    )
    session.add(made)
    session.flush()
    later(session, GATHER, made.id)
    return made


def join_next(
    session: Session, scope: Scope, gathering: Gathering, main: Case, locked: dict[int, Case], now: datetime
) -> list[Case]:
    """Join these cases to the main one, as far as they can be; those that were."""
    own, done = merging.roots(session, list(locked)), []
    for case in (locked[key] for key in sorted(locked) if key != main.id):
        refused = None if _is_seen(scope, case) else WHY[Fate.GONE]
        refused = refused or steps.refusal(scope, case, main, own.get(case.id))
        if refused is None and case.department_id != main.department_id:
            refused = steps.MAIN_ELSEWHERE
        link_id = None
        if refused is None:
            link_id = steps.join(session, scope, case, main, gathering.reason, now).id
            done.append(case)
        _settle(session, gathering, case.id, Fate.DONE if refused is None else _FATE_OF[refused], link_id)
    return done


def part_next(
    session: Session,
    scope: Scope,
    gathering: Gathering,
    held: dict[int, int | None],
    locked: dict[int, Case],
    now: datetime,
) -> list[Case]:
    """Part these cases again; those that were."""
    links, done = queries.links(session, [one for one in held.values() if one is not None]), []
    for key in sorted(locked):
        case, link = locked[key], links[held[key] or 0]
        fate = Fate.DONE
        if link.ended_at is not None or case.erased_at is not None or not _is_seen(scope, case):
            fate = Fate.GONE if link.ended_at is None else Fate.ENDED
        elif not may_join(scope, case.official_id) and link.linked_by_id != scope.account_id:
            fate = Fate.NOT_YOURS
        else:
            steps.part(session, case, link, scope.account_id, gathering.reason, now)
            done.append(case)
        _settle(session, gathering, key, fate, link.id)
    return done


def _is_seen(scope: Scope, case: Case) -> bool:
    return case.erased_at is None and scope.department_id in {None, case.department_id}


def _settle(session: Session, gathering: Gathering, case_id: int, fate: Fate, link_id: int | None) -> None:
    mine = sa.and_(gathered.c.gathering_id == gathering.id, gathered.c.case_id == case_id)
    session.connection().execute(sa.update(gathered).where(mine).values(fate=fate, link_id=link_id))

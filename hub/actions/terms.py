"""What an official does with a running deadline: extend it, call the citizen to complete; and an administrator, with its rules."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from hub import errors
from hub.models import Account, Case, DeadlineRule, TermRule
from hub.queries import cases
from hub.rules.access import Scope
from hub.rules.localtime import local
from hub.steps import terms
from hub.text import words as clean
from hub.vocabulary import ActorKind, RoleName, TermAct, marked
from hub.work import Actor, work

SHORTEST, LONGEST = 10, 3000
"""Characters of a reason, which the citizen reads."""

ANSWERING, MOVING = "answering", "moving"
"""Which of the two tables of rules is meant: by when to answer, or how that is moved."""


def extend(scope: Scope, reference: str, seen: str, reason: str, named: date | None, now: datetime) -> date:
    """Extend the deadline of a case; the citizen is told why. Returns its new last day.

    `seen` is the deadline that the page showed; `named` the day the office chose, where the rule leaves it open.
    Raises BadInput, Conflict (done already, or changed meanwhile), NotFound.
    """
    text, today = _reason(reason), local(now).date()
    actor = Actor(ActorKind.ACCOUNT, scope.account_id)
    with work(actor, "extend a deadline", now) as w:
        case = _as_seen(w.session, scope, reference, seen)
        rule = terms.rule_for(w.session, case, TermAct.EXTENSION, today)
        due_on = terms.until(w.session, case, rule, named)
        terms.move(w.session, case, rule, text, actor, due_on, None, now)
        w.about(case)
        return due_on


def call(scope: Scope, reference: str, seen: str, wanted: str, now: datetime) -> date:
    """Call the citizen to complete the submission; until then the deadline waits. Returns the citizen's last day.

    The deadline then runs anew from the day of the answer. Raises BadInput, Conflict, NotFound.
    """
    text, today = _reason(wanted), local(now).date()
    actor = Actor(ActorKind.ACCOUNT, scope.account_id)
    with work(actor, "call to complete", now) as w:
        case = _as_seen(w.session, scope, reference, seen)
        rule = terms.rule_for(w.session, case, TermAct.COMPLETION, today)
        by = terms.answer_by(rule, today)
        due_on = terms.due_if_completed(w.session, case, by)
        terms.move(w.session, case, rule, text, actor, due_on, by, now)
        w.about(case)
        return by


def _as_seen(session: Session, scope: Scope, reference: str, seen: str) -> Case:
    case = cases.find(session, scope, reference, to_change=True)
    if case.due_on.isoformat() != seen:
        raise errors.Conflict(marked("The deadline has changed meanwhile. Look at it again."))
    return case


def _reason(text: str) -> str:
    plain = clean(text)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise errors.BadInput(marked("Write to the citizen why, in at least 10 and at most 3000 characters."))
    return plain


def verify(account_id: int, table: str, rule_id: int, is_right: bool, now: datetime) -> None:
    """An administrator says that a rule is what the law says, or takes that back. What it says never changes by this.

    Raises NotAllowed, NotFound; Conflict when somebody said so meanwhile.
    """
    act = "verify a deadline rule" if is_right else "doubt a deadline rule"
    with work(Actor(ActorKind.ACCOUNT, account_id), act, now) as w:
        account = w.session.get(Account, account_id)
        if account is None or RoleName.ADMINISTRATOR not in {role.name for role in account.roles}:
            raise errors.NotAllowed
        rule = _rule(w.session, table, rule_id)
        if rule is None:
            raise errors.NotFound
        if rule.is_verified == is_right:
            raise errors.Conflict(marked("Somebody has said so meanwhile."))
        rule.is_verified = is_right
        rule.verified_at, rule.verified_by_id = now, account_id
        w.about(rule)


def _rule(session: Session, table: str, rule_id: int) -> DeadlineRule | TermRule | None:
    if not 0 < rule_id < 2**31:
        return None
    if table == ANSWERING:
        return session.get(DeadlineRule, rule_id)
    return session.get(TermRule, rule_id) if table == MOVING else None

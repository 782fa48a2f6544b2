"""Rules by which running deadlines are moved, what was done by them, and how the days of a case were counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from hub.models import Case, CaseTerm, DeadlineRule, TermRule
from hub.queries import deadlines
from hub.rules.deadlines import Counting, Period, Unit, extended
from hub.vocabulary import TermAct


def rules(session: Session, kind: str, on: date) -> dict[TermAct, TermRule]:
    """What may be done with the deadline of a kind of submission received on a day, and by which rule."""
    holds = sa.and_(TermRule.valid_from <= on, sa.or_(TermRule.valid_to.is_(None), TermRule.valid_to >= on))
    wanted = sa.select(TermRule).where(TermRule.legal_kind == kind, holds).order_by(TermRule.valid_from)
    return {TermAct(rule.act): rule for rule in session.scalars(wanted)}


def all_rules(session: Session) -> tuple[list[DeadlineRule], list[TermRule]]:
    """Every rule of deadlines there is or was, and every one by which they are moved; by kind, the newest first."""
    answer = sa.select(DeadlineRule).options(joinedload(DeadlineRule.verified_by))
    moving = sa.select(TermRule).options(joinedload(TermRule.verified_by))
    return (
        list(session.scalars(answer.order_by(DeadlineRule.body.desc(), DeadlineRule.valid_from.desc()))),
        list(session.scalars(moving.order_by(TermRule.act.desc(), TermRule.valid_from.desc()))),
    )


def of_case(session: Session, case: Case) -> list[CaseTerm]:
    """Everything that was done to the deadlines of a case, the oldest first."""
    wanted = sa.select(CaseTerm).where(CaseTerm.case_id == case.id).order_by(CaseTerm.id)
    whole = (joinedload(CaseTerm.rule), joinedload(CaseTerm.account), joinedload(CaseTerm.message))
    return list(session.scalars(wanted.options(*whole)))


def of_message(session: Session, message_id: int) -> CaseTerm | None:
    """What a message told the citizen of."""
    return session.scalar(sa.select(CaseTerm).where(CaseTerm.message_id == message_id))


def of_round(case: Case, terms: Sequence[CaseTerm]) -> list[CaseTerm]:
    """What moves the deadline that runs now: of its beginning and legal kind. A case opened again begins anew."""
    return [one for one in terms if one.counted_from == case.counted_from and one.rule.legal_kind == case.legal_kind]


def waiting(case: Case, terms: Sequence[CaseTerm]) -> CaseTerm | None:
    """The call to complete to which the citizen has not answered yet."""
    open_ones = [one for one in of_round(case, terms) if one.act == TermAct.COMPLETION and one.ended_on is None]
    return open_ones[-1] if open_ones else None


def counting(rule: DeadlineRule, case: Case, terms: Sequence[CaseTerm], is_free: Callable[[date], bool]) -> Counting:
    """How the deadline of a case is counted by a rule, with everything that was done to it.

    From the day on which the citizen completed what was sent, or could at the latest, it is counted anew.
    """
    made = deadlines.counting(rule, case.counted_from, is_free)
    for one in of_round(case, terms):
        if one.act == TermAct.COMPLETION:
            made = deadlines.counting(rule, one.ended_on or one.answer_by or one.counted_from, is_free)
        else:
            made = extended(made, longer(one.rule) or one.due_after, is_free)
    return made


def longer(rule: TermRule) -> Period | None:
    """How much time a rule gives; None: until a day that the office names."""
    return Period(rule.amount, Unit(rule.unit)) if rule.amount is not None and rule.unit is not None else None

"""Which deadline rule holds, and how its days were counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import DeadlineRule
from hub.rules.deadlines import Counting, Period, Unit, count
from hub.vocabulary import LegalKind

OFFICE = "office"


class NoRule(Exception):
    """No deadline rule holds on that day; `flask prepare` loads them."""


def _holds(on: date) -> sa.ColumnElement[bool]:
    return sa.and_(DeadlineRule.valid_from <= on, sa.or_(DeadlineRule.valid_to.is_(None), DeadlineRule.valid_to >= on))


def rule_for(session: Session, kind: LegalKind, on: date, body: str = OFFICE) -> DeadlineRule:
    """The rule of a kind of submission received on a day, for the body that decides it. Raises NoRule."""
    wanted = sa.select(DeadlineRule).where(DeadlineRule.legal_kind == kind, DeadlineRule.body == body, _holds(on))
    rule = session.scalar(wanted.order_by(DeadlineRule.valid_from.desc()).limit(1))
    if rule is None:
        raise NoRule(kind)
    return rule


def counting(rule: DeadlineRule, received_on: date, is_free: Callable[[date], bool]) -> Counting:
    """The days from receipt to the deadline under a rule."""
    return count(received_on, Period(rule.amount, Unit(rule.unit)), is_free)


def in_force(session: Session, on: date) -> dict[LegalKind, DeadlineRule]:
    """The rule of every kind of submission received on a day, decided by the office."""
    wanted = sa.select(DeadlineRule).where(DeadlineRule.body == OFFICE, _holds(on)).order_by(DeadlineRule.valid_from)
    of_kind = {rule.legal_kind: rule for rule in session.scalars(wanted)}
    return {kind: of_kind[kind] for kind in LegalKind if kind in of_kind}

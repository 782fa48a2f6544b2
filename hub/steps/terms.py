"""Moving the deadline of a case: its citizen is told in the same transaction, and the days are counted with it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from hub import errors, workdays
from hub.models import Case, CaseTerm, DeadlineRule, Message, TermRule
from hub.queries import cases, deadlines, terms
from hub.rules.deadlines import Counting, Period, count, extended
from hub.rules.localtime import local
from hub.steps import deliveries, finding, words
from hub.vocabulary import (
    AddressState,
    CaseState,
    Cause,
    DecisionKind,
    LegalKind,
    Letter,
    MessageKind,
    Suspicion,
    TermAct,
    marked,
)
from hub.work import Actor

OPEN = frozenset(state.value for state in cases.OPEN)
LATEST = timedelta(days=366)
"""How far beyond the deadline a day may be that the office names: more is a slip of the pen."""


def rule_for(session: Session, case: Case, act: TermAct, today: date) -> TermRule:
    """The rule by which this may be done with the deadline of a case today.

    Raises BadInput where the law knows no such thing or it is too late, Conflict when it was done already.
    """
    if case.state not in OPEN or case.answered_at is not None:
        raise errors.Conflict(marked("The case is answered or closed, and no deadline runs in it."))
    if case.state == CaseState.NEW and case.suspicion == Suspicion.SUSPECTED:
        raise errors.Conflict(marked("Say first whether the case is spam."))
    rule = terms.rules(session, case.legal_kind, case.counted_from).get(act)
    if rule is None:
        raise errors.BadInput(marked("The law does not let this be done with the deadline of such a submission."))
    done = terms.of_round(case, terms.of_case(session, case))
    if terms.waiting(case, done) is not None:
        raise errors.Conflict(marked("The citizen was called to complete the submission. Wait for the answer."))
    if rule.most is not None and sum(one.act == act for one in done) >= rule.most:
        raise errors.Conflict(marked("This was done already, and the law does not let it be done again."))
    if today > case.due_on:
        raise errors.BadInput(marked("The deadline has passed, and this can only be done before that."))
    if rule.within is not None and today > case.counted_from + timedelta(days=rule.within):
        raise errors.BadInput(
            marked("It is too late for that: the law says within how many days of receipt it is done.")
        )
    return rule


def until(session: Session, case: Case, rule: TermRule, named: date | None) -> date:
    """The last day of a deadline when it is extended by a rule. Raises BadInput for a day that cannot be."""
    longer: Period | date | None = terms.longer(rule) or named
    if longer is None:
        raise errors.BadInput(marked("Choose the day by which you will answer."))
    if isinstance(longer, date) and not case.due_on < longer <= case.due_on + LATEST:
        raise errors.BadInput(marked("Choose a day after the present deadline, at most a year after it."))
    return extended(counting(session, case), longer, workdays.is_free).due_on


def answer_by(rule: TermRule, today: date) -> date:
    """The citizen's last day to complete a submission, when called today."""
    period = terms.longer(rule)
    if period is None:
        raise ValueError(rule.id)  # the database knows no such rule
    return count(today, period, workdays.is_free).due_on


def due_if_completed(session: Session, case: Case, on: date) -> date:
    """The last day of the deadline of a case when its citizen completes the submission on a day."""
    rule = session.get_one(DeadlineRule, case.deadline_rule_id)
    return deadlines.counting(rule, on, workdays.is_free).due_on


def counting(session: Session, case: Case) -> Counting:
    """How the deadline of a case is counted now, with everything that was done to it."""
    rule = session.get_one(DeadlineRule, case.deadline_rule_id)
    return terms.counting(rule, case, terms.of_case(session, case), workdays.is_free)


def move(
    session: Session, case: Case, rule: TermRule, text: str, actor: Actor, due_on: date, by: date | None, now: datetime
) -> CaseTerm:
    """Move the deadline, and tell the citizen by letter and on the private page."""
    message = _say(session, case, text, actor, now)
    made = CaseTerm(
        case_id=case.id,
        rule=rule,
        act=rule.act,
        message_id=message.id,
        account_id=actor.id,
        made_at=now,
        counted_from=case.counted_from,
        due_before=case.due_on,
        due_after=due_on,
        answer_by=by,
    )
    session.add(made)
    case.due_on = due_on
    session.flush()
    asker = case.question.author
    known = [] if asker is None else asker.addresses
    for address in [one for one in known if one.state == AddressState.ACTIVE] or known:
        deliveries.queue(session, message, 1, address, Letter(rule.act), now)
    return made


def _say(session: Session, case: Case, text: str, actor: Actor, now: datetime) -> Message:
    message = Message(
        conversation_id=case.conversation_id,
        kind=MessageKind.UPDATE,
        department_id=case.department_id,
        replies_to_id=case.question_id,
        channel="desk",
        language=case.question.language,
        received_at=now,
    )
    session.add(message)
    words.revise(session, message, text, actor, Cause.ORIGINAL, now)
    words.decide(session, message, 1, DecisionKind.APPROVE, actor, now)
    words.show(session, message, 1, now)
    finding.add(session, case, text)
    return message


def completed(session: Session, case: Case, now: datetime) -> None:
    """The citizen added words: a call to complete ends by them, and the deadline is counted anew from that day."""
    known = terms.of_case(session, case)
    for one in known:
        if one.act == TermAct.COMPLETION and one.ended_on is None:
            one.ended_on = local(now).date()
    session.flush()
    if case.state in OPEN and terms.of_round(case, known):
        case.due_on = counting(session, case).due_on


def count_anew(session: Session, case: Case, kind: LegalKind, rule: DeadlineRule) -> None:
    """Give a case another legal kind: by its rule the deadline is counted, with what was done to it as that kind."""
    case.legal_kind, case.deadline_rule_id = kind, rule.id
    case.due_on = counting(session, case).due_on

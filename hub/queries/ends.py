"""Cases that were handed over, cases by their number in the records, and what the same proven address sent before."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from hub.models import Address, Case, Delivery, Forwarding, Message, Origin
from hub.queries import merging
from hub.queries.cases import within
from hub.rules.access import Scope
from hub.vocabulary import CaseOutcome, DeliveryState, Letter

FIRST = 10
NOT_BEGUN = (DeliveryState.QUEUED.value, DeliveryState.RETRY.value)


def forwardings(session: Session, case_id: int) -> list[Forwarding]:
    """How often a case was handed over, the oldest first."""
    wanted = sa.select(Forwarding).where(Forwarding.case_id == case_id).order_by(Forwarding.id)
    return list(session.scalars(wanted.options(joinedload(Forwarding.account))))


def last_forwarding(session: Session, case_id: int) -> Forwarding | None:
    """The last handing over of a case, whether it was taken back or not."""
    wanted = sa.select(Forwarding).where(Forwarding.case_id == case_id).order_by(Forwarding.id.desc())
    return session.scalar(wanted.limit(1))


def main_of(session: Session, case: Case) -> Case:
    """The case with which one is answered: itself, when it stands on its own."""
    link = merging.link_of(session, case)
    return case if link is None else link.root


def handed_over(session: Session, case: Case) -> Forwarding | None:
    """The handing over that holds now, of a case or of the one with which it is answered."""
    main = main_of(session, case)
    return last_forwarding(session, main.id) if main.outcome == CaseOutcome.FORWARDED else None


def taken_back(session: Session, case: Case) -> Forwarding | None:
    """The handing over that was the last and was taken back, of a case or of the one with which it is answered."""
    last = last_forwarding(session, main_of(session, case).id)
    return last if last is not None and last.taken_back_at is not None else None


def entered_as(session: Session, account_id: int, name: str) -> Case | None:
    """The case that an account entered by the form of this name."""
    wanted = sa.select(Case).join(Message, Message.id == Case.question_id).join(Origin, Origin.message_id == Message.id)
    sources = ("paper:urad", "phone:urad", "in_person:urad")
    return session.scalar(
        wanted.where(Origin.external_id == name, Origin.source.in_(sources), Message.entered_by_id == account_id)
    )


def letters_of(session: Session, message: Message, letter: Letter) -> list[Delivery]:
    """What was sent of one kind about a message."""
    wanted = sa.select(Delivery).where(Delivery.message_id == message.id, Delivery.letter == letter)
    return list(session.scalars(wanted.order_by(Delivery.id)))


def with_receipt_gone(session: Session, questions: Sequence[int]) -> list[int]:
    """Which of these questions have a receipt that does not wait any more: it named the department as it was."""
    receipt = sa.and_(Delivery.message_id.in_(questions), Delivery.letter == Letter.RECEIPT)
    waits = sa.func.max(sa.case((Delivery.state.in_(NOT_BEGUN), 1), else_=0))
    wanted = sa.select(Delivery.message_id).where(receipt).group_by(Delivery.message_id).having(waits == 0)
    return list(session.scalars(wanted.order_by(Delivery.message_id)))


def _earlier(scope: Scope, case: Case) -> sa.ColumnElement[bool]:
    """Other cases of whoever has proven an address, as an account may see them."""
    proven = sa.exists().where(Address.contact_id == Message.author_id, Address.verified_at.is_not(None))
    return sa.and_(
        Message.author_id == case.question.author_id,
        proven,
        Case.id != case.id,
        within(scope),
        Case.erased_at.is_(None),
    )


def earlier(session: Session, scope: Scope, case: Case) -> tuple[int, Sequence[Case]]:
    """What came with the same proven address: how many cases, and the newest of them. Never by an address nobody has proven."""
    if case.question.author_id is None:
        return 0, []
    of_question = sa.select(Case).join(Message, Message.id == Case.question_id).where(_earlier(scope, case))
    number = session.scalar(sa.select(sa.func.count()).select_from(of_question.with_only_columns(Case.id).subquery()))
    if not number:
        return 0, []
    return number, session.scalars(of_question.order_by(Case.id.desc()).limit(FIRST)).all()

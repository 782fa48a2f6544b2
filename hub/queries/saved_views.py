"""Views of the inbox that somebody saved."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from hub.errors import NotFound
from hub.models import SavedView

MOST = 20
"""Views of one account."""
MOST_OFFERED = 20
"""Views of colleagues shown beside one's own."""


def own(session: Session, account_id: int) -> list[SavedView]:
    """Those of an account, in its order."""
    wanted = sa.select(SavedView).where(SavedView.account_id == account_id)
    return list(session.scalars(wanted.order_by(SavedView.position, SavedView.id)))


def beside(session: Session, account_id: int, department_id: int | None) -> list[SavedView]:
    """One's own, in their order, and then those that a colleague offers to the whole department."""
    offered = sa.and_(SavedView.department_id == department_id, SavedView.department_id.is_not(None))
    wanted = sa.select(SavedView).where(sa.or_(SavedView.account_id == account_id, offered))
    others = SavedView.account_id != account_id
    ordered = wanted.order_by(others, SavedView.position, SavedView.id).limit(MOST + MOST_OFFERED)
    return list(session.scalars(ordered.options(joinedload(SavedView.account))))


def find(session: Session, account_id: int, number: int) -> SavedView:
    """One of an account's own. Raises NotFound."""
    found = session.scalar(sa.select(SavedView).where(SavedView.id == number, SavedView.account_id == account_id))
    if found is None:
        raise NotFound
    return found

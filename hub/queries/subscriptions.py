"""What an address listens to."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import Subscription, Topic


def heard(session: Session, address_id: int) -> list[str]:
    """The codes of the topics of which this address gets news."""
    wanted = sa.select(Topic.code).join(Subscription, Subscription.topic_id == Topic.id)
    its = wanted.where(Subscription.address_id == address_id, Subscription.ended_at.is_(None))
    return list(session.scalars(its.order_by(Topic.id)))

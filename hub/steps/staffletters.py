"""Letters to administrators about things that rooms look after; their words are made at the moment of sending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.database import table_of
from hub.models import Account, Role, StaffLetter
from hub.rules.localtime import local
from hub.steps.deliveries import DELIVER
from hub.vocabulary import RoleName, StaffLetterKind
from hub.work import later


def tell_administrators(session: Session, about: Sequence[tuple[int, int]], now: datetime) -> None:
    """Queue a letter to each active administrator about pairs of an alert and whether it is over (1)."""
    who = sa.select(Account.id).join(Account.roles).where(Role.name == RoleName.ADMINISTRATOR, Account.active)
    rows = [
        {
            "account_id": account_id,
            "kind": StaffLetterKind.ALERT,
            "day_on": local(now).date(),
            "cases": [list(pair) for pair in about],
            "queued_at": now,
            "next_at": now,
            "attempts": 0,
        }
        for account_id in session.scalars(who.order_by(Account.id))
    ]
    if rows:
        session.connection().execute(sa.insert(table_of(StaffLetter)), rows)
        later(session, DELIVER)

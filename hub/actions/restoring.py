"""After a restore: nothing that was waiting in the backup goes out by itself, since it may have gone since then."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from hub.database import table_of
from hub.models import Delivery, OptIn, StaffLetter
from hub.vocabulary import DeliveryState, Trouble
from hub.work import SYSTEM, work

deliveries = table_of(Delivery)
opt_ins = table_of(OptIn)
office = table_of(StaffLetter)
WAITING = (DeliveryState.QUEUED.value, DeliveryState.RETRY.value, DeliveryState.CLAIMED.value)


def hold_back(now: datetime) -> int:
    """Make every letter that waits unknown, for people to decide; returns how many. Announcements have all theirs by now."""
    with work(SYSTEM, "restore a backup", now) as w:
        held = {"state": DeliveryState.UNKNOWN, "problem": Trouble.RESTORED, "claimed_until": None}
        changed = w.connection.execute(sa.update(deliveries).where(deliveries.c.state.in_(WAITING)).values(**held))
        w.connection.execute(sa.update(opt_ins).where(opt_ins.c.began_at.is_(None)).values(began_at=now))
        w.connection.execute(sa.update(office).where(office.c.began_at.is_(None)).values(began_at=now))
        return int(changed.rowcount)

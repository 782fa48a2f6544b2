"""How often the same words come: counted by day under a digest of their stems, so that small changes make no other text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub import database
from hub.database import table_of
from hub.models import Repeat
from hub.rules.localtime import local

DAYS = 7
"""How long the same words count as the same; then their digests are deleted."""
FEWEST_WORDS = 4
"""Shorter texts (thanks, a greeting) are the same by chance."""

repeats = table_of(Repeat)


def digest_of(stems: Sequence[str]) -> str | None:
    """The digest under which a text with these stems is the same as another; None for short ones."""
    return hashlib.sha256(" ".join(stems).encode()).hexdigest() if len(stems) >= FEWEST_WORDS else None


def count(session: Session, stems: Sequence[str], now: datetime) -> int:
    """Count a text with these stems; returns how often it came within a week, this time included."""
    digest = digest_of(stems)
    if digest is None:
        return 1
    today = local(now).date()
    database.upsert_sum(session.connection(), repeats, [{"digest": digest, "heard_on": today, "count": 1}], ("count",))
    lately = sa.and_(repeats.c.digest == digest, repeats.c.heard_on > today - timedelta(days=DAYS))
    return session.scalar(sa.select(sa.func.sum(repeats.c.count)).where(lately)) or 1

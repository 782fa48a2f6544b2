"""Secret links by which citizens follow their cases: at least 128 bits of chance, kept only as a digest, ending by themselves."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub import database
from hub.database import table_of
from hub.models import Case, FollowLink

LIFE = timedelta(days=3 * 365)
"""How long a link leads to its case."""


def keep(session: Session, case_id: int, secret: str, now: datetime) -> None:
    """Let this secret open the case from now on."""
    row = {"digest": digest(secret), "case_id": case_id, "made_at": now, "expires_at": now + LIFE}
    database.insert_new(session.connection(), table_of(FollowLink), [row], ("digest",), ("digest",))


def digest(secret: str) -> str:
    """What of a secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def followed(session: Session, secret: str, now: datetime) -> Case | None:
    """The case a secret opens; None for a wrong or expired one."""
    link = session.get(FollowLink, digest(secret)) if 20 <= len(secret) <= 100 else None
    return session.get(Case, link.case_id) if link is not None and link.expires_at > now else None

"""Whether the hub is well, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.models import City


def health(session: Session, checks: Iterable[Callable[[], Mapping[str, bool]]]) -> dict[str, bool]:
    """Part → is it well; `checks` are what the rooms say of themselves."""
    parts = {"database": _answers(session)}
    for check in checks:
        parts.update(check())
    return parts


def _answers(session: Session) -> bool:
    try:
        session.scalar(sa.select(City.id))
    except SQLAlchemyError:
        session.rollback()
        return False
    return True

"""The themes of public answers."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from hub.models import Theme


def themes(session: Session) -> list[Theme]:
    """All of them, in the order of the city's file."""
    return list(session.scalars(sa.select(Theme).order_by(Theme.position, Theme.id)))


def by_slug(session: Session, slug: str) -> Theme | None:
    """The theme of this name, whatever stands in it."""
    return next((theme for theme in themes(session) if theme.slug == slug), None)

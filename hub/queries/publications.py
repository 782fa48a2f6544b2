"""What rooms publish, told without knowing them: the newest of a kind that are public now, and their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from hub.models import Message, Revision
from hub.queries.visibility import public_now
from hub.vocabulary import MessageKind, marked


@dataclass(frozen=True, slots=True)
class PublicationKind:
    """A kind of message that a room publishes, under an address of its own.

    `path` is that address with `{slug}` in it; `heading` is an English text, for translation, that stands over such
    publications wherever the hub shows the newest.
    """

    kind: MessageKind
    heading: str
    path: str

    @property
    def name(self) -> str:
        """What it is called in addresses: the first part of its own."""
        return self.path.strip("/").partition("/")[0]


ANSWER = PublicationKind(MessageKind.ANSWER, marked("Answers of the city"), "/odpovedi/{slug}")
"""How the hub's own publications are told: an answer stands at the address of its question."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One that is public now, until `leaves_at` (None: for good). `path` has no language and no site before it."""

    kind: PublicationKind
    title: str
    path: str
    department: str
    appears_at: datetime
    leaves_at: datetime | None


Kinds = Mapping[str, PublicationKind]
"""Kind of message → how it is published."""


def latest(session: Session, kinds: Iterable[PublicationKind], now: datetime, most: int) -> list[Publication]:
    """The newest publications of these kinds together, the newest first."""
    known = {kind.kind.value: kind for kind in kinds}
    shown = sa.and_(Revision.message_id == Message.id, Revision.n == Message.shown_n)
    wanted = (
        sa.select(Message, Revision.title)
        .join(Revision, shown)
        .where(Message.kind.in_(known), Message.slug.is_not(None), public_now(now))
        .order_by(Message.appears_at.desc(), Message.id.desc())
        .options(selectinload(Message.department))
    )
    rows = session.execute(wanted.limit(most)).all() if known else []
    return [_publication(known[message.kind], message, title) for message, title in rows]


def _publication(kind: PublicationKind, message: Message, title: str | None) -> Publication:
    return Publication(
        kind,
        title or "",
        path_of(kind, message.slug or ""),
        message.department.name if message.department else "",
        message.appears_at or message.received_at,
        message.leaves_at,
    )


def path_of(kind: PublicationKind, slug: str) -> str:
    """The public address of one publication."""
    return kind.path.replace("{slug}", slug)

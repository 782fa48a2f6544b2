"""A channel that keeps everything in this process: for tests, and for trying the hub out without any outside service.

It is product code: it really keeps what it is given and really refuses what a real channel would refuse.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hub.channel import Forged, Limits, Refused
from hub.envelopes import Edited, Incoming, Outgoing, Said, Webhook

SECRET_HEADER = "x-memory-secret"  # noqa: S105 (the name of a header)


LIMITS = Limits(characters=4096, per_second=1000, per_address_per_second=1000)


@dataclass
class MemoryChannel:
    """Addresses are any words; those in `blocked` refuse. Sent parts stand in `sent`, under the ids that `send` returned."""

    secret: str
    name: str = "memory"
    limits: Limits = LIMITS
    blocked: set[str] = field(default_factory=set)
    sent: dict[str, Outgoing] = field(default_factory=dict)

    def verify(self, webhook: Webhook) -> tuple[str, str]:
        """The source and event id of a webhook that carries the secret. Raises Forged."""
        given = webhook.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self.secret.encode()):
            raise Forged
        try:
            event = json.loads(webhook.body)
            return f"{self.name}:{event['room']}", str(event["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise Forged from error

    def parse(self, payload: Mapping[str, object]) -> list[Incoming]:
        """What one stored event says; an event of an unknown kind says nothing."""
        source, event_id = f"{self.name}:{payload['room']}", str(payload["id"])
        text = str(payload.get("text", ""))
        if payload.get("kind") == "said":
            return [Said(source, event_id, str(payload["from"]), text)]
        if payload.get("kind") == "edited":
            return [Edited(source, str(payload["of"]), text)]
        return []

    def send(self, outgoing: Outgoing) -> str:
        """Keep the part (or edit or delete one kept before). Raises Refused for a blocked address."""
        if outgoing.address in self.blocked:
            raise Refused("blocked")
        if len(outgoing.text) > self.limits.characters:
            raise ValueError("the core must split what a channel cannot carry")
        sent_as = outgoing.sent_as or f"{outgoing.delivery}.{len(self.sent) + 1}"
        if outgoing.operation == "delete":
            self.sent.pop(sent_as, None)
        else:
            self.sent[sent_as] = outgoing
        return sent_as

    def close(self) -> None:
        """Nothing is held open."""


class MemorySettings(Protocol):
    """What the channel reads of the hub's settings."""

    secret_key: str


def make(settings: MemorySettings) -> MemoryChannel:
    """The channel these settings ask for; without a secret key its word is `memory`."""
    return MemoryChannel(secret=settings.secret_key or "memory")

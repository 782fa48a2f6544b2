"""What an adapter must offer to be a channel. A channel is one file that parses and sends, and imports only the hub's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from hub.envelopes import Incoming, Outgoing, Webhook


class Forged(Exception):
    """The webhook does not carry the secret it must."""


class Later(Exception):
    """The other side asks to come again; nothing was sent."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(f"retry after {after.total_seconds():.0f} s")
        self.after = after


class Refused(Exception):
    """The address will not take it; nothing was sent and a repeat will not help.

    `address_state` is what the address is from now on: blocked, invalid, or still active when only the content was refused.
    """

    def __init__(self, address_state: str) -> None:
        super().__init__(address_state)
        self.address_state = address_state


class Unreachable(Exception):
    """The other side cannot be reached at all now; nothing was sent, and nothing can be sent to anybody for a while."""


class Uncertain(Exception):
    """Nobody knows whether it was sent (the answer was lost); it must never be blindly repeated."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can carry: characters of one part, parts a second in all and to one address."""

    characters: int
    per_second: float
    per_address_per_second: float


class Channel(Protocol):
    """One road in and out, made from settings. `send` takes one part at a time and returns the other side's id of it."""

    name: str
    limits: Limits

    def verify(self, webhook: Webhook) -> tuple[str, str]:
        """Check the secret, in the request; return (source, event id). Raises Forged."""
        ...

    def parse(self, payload: Mapping[str, object]) -> list[Incoming]:
        """Read one stored event, in the worker. A list, never a generator: errors must be raised here."""
        ...

    def send(self, outgoing: Outgoing) -> str:
        """Send one part and return its outside id. Raises Later, Refused, Unreachable or Uncertain."""
        ...

    def close(self) -> None:
        """Let go of what is held open: there is nothing more to send now."""
        ...

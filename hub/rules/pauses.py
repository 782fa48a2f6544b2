"""How long to wait before something is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

SHORTEST = timedelta(seconds=10)
LONGEST = timedelta(hours=1)
LONGEST_OF_CHANNEL = timedelta(minutes=10)
GIVE_UP = timedelta(days=5)
"""How long a letter is tried; as long as mail servers do (RFC 5321 § 4.5.4.1: at least 4–5 days)."""


def of_letter(attempts: int) -> timedelta:
    """The wait after the so-many-th attempt that the other side refused for the time being: doubled each time, to an hour."""
    return min(LONGEST, SHORTEST * _doubled(attempts))


def of_channel(failures: int) -> timedelta:
    """The wait of a whole channel that cannot be reached, after so many failures in a row: doubled, to ten minutes."""
    return min(LONGEST_OF_CHANNEL, SHORTEST * _doubled(failures))


def _doubled(times: int) -> int:
    return 1 << min(times, 12)


def too_late(queued_at: datetime, now: datetime) -> bool:
    """Whether a letter has been tried for long enough."""
    return now - queued_at > GIVE_UP

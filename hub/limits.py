"""Ceilings on how often something may be asked, kept in memory or, beyond one process, in Redis or Valkey.

The library `limits` does the counting. Where its storage cannot be reached, the request passes and a warning is logged:
a citizen's tap must not be lost because a helper is down.
"""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, current_app
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from hub.errors import TooMany

log = structlog.get_logger()

PATIENCE = 0.5
"""Seconds a citizen waits for a store that does not answer; without them for ever."""


def init_app(app: Flask, url: str) -> None:
    """Connect the app to where its limits are kept."""
    options: dict[str, Any] = {} if url.startswith("memory://") else {"wrap_exceptions": True}
    if url.startswith(("redis", "valkey")):
        options |= {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    app.extensions["hub_limits"] = FixedWindowRateLimiter(storage_from_string(url, **options))


def spend(what: str, whose: str, per_minute: int, cost: int = 1) -> None:
    """Take `cost` of `per_minute` in this minute. Raises TooMany when they are used up. `whose` is never logged."""
    limiter: FixedWindowRateLimiter = current_app.extensions["hub_limits"]
    try:
        allowed = limiter.hit(RateLimitItemPerMinute(per_minute), what, whose, cost=cost)
    except StorageError:
        log.warning("rate limits cannot be kept", what=what)
        return
    if not allowed:
        raise TooMany

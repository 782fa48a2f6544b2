"""Files of a form on their way into the storage; those of what is not recorded after all go again."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, suppress

from hub import errors
from hub.envelopes import Attached
from hub.rules import uploads
from hub.storage import storage


def put(one: uploads.Accepted, content: bytes, unless_recorded: ExitStack) -> Attached:
    """Keep a file; it is removed when `unless_recorded` is closed."""
    key = storage().put(content)
    unless_recorded.callback(_discard, key)
    return Attached(one.name, one.kind.media_type, len(content), hashlib.sha256(content).hexdigest(), key)


def _discard(key: str) -> None:
    with suppress(errors.Problem):  # a file that cannot be removed now is found by the job that looks for such
        storage().delete(key)

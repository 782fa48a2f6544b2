"""Words to find cases by, for those of a time before they were kept."""

from __future__ import annotations

from datetime import datetime

from hub.queries import inbox
from hub.steps import finding
from hub.work import SYSTEM, work


def index(most: int, now: datetime) -> int:
    """Let at most so many cases be found that were not yet; returns how many. What was found already stays as it is."""
    with work(SYSTEM, "index cases", now, audited=False) as w:
        found = inbox.unfound(w.session, most)
        for case in found:
            finding.index(w.session, case)
        return len(found)

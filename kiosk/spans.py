"""Spans of time in words, as long as somebody reads at a glance: 45 s, 12 min, 5 h, 3 days."""

from __future__ import annotations

from datetime import timedelta

from hub.language import gettext, ngettext

NOW = timedelta(seconds=90)
DAYS = timedelta(hours=48)
"""From so long on, days are counted."""


def long(span: timedelta, *, in_days: bool = True) -> str:
    """How long something is or has lasted: 12 min. Office hours are never put together into days (`in_days`)."""
    seconds = max(span, timedelta()).total_seconds()
    if seconds < 90:
        return gettext("%(number)s s", number=round(seconds))
    if seconds < 90 * 60:
        return gettext("%(number)s min", number=round(seconds / 60))
    if span < DAYS or not in_days:
        return gettext("%(number)s h", number=round(seconds / 3600))
    return ngettext("%(num)s day", "%(num)s days", span.days)


def ago(span: timedelta) -> str:
    """How long ago something was: 12 min ago."""
    if span < NOW:
        return gettext("just now")
    if span < DAYS:
        return gettext("%(span)s ago", span=long(span))
    return ngettext("%(num)s day ago", "%(num)s days ago", span.days)

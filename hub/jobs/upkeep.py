"""What keeps the database quick."""

from __future__ import annotations

from datetime import datetime, time

from hub.database import db, refresh_statistics
from hub.jobs.timetable import Job


def statistics(_now: datetime) -> None:
    """Let the database see how its rows are spread now, so that it chooses the right indexes."""
    db.session.remove()
    refresh_statistics(db.engine)


JOBS = (Job("refresh-statistics", time(2, 10), statistics),)

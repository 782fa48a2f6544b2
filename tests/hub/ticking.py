"""`python -m tests.hub.ticking GO NOW`: a worker that waits for a file, runs what is due and prints what it ran."""

from __future__ import annotations

import sys
from datetime import datetime, time
from pathlib import Path
from threading import Event

from hub.app import create_app
from hub.jobs.timetable import Job, tick

JOBS = [Job(f"job-{n}", time(2, 30), lambda now: None) for n in range(20)]


def main() -> None:
    """Be ready, wait, run."""
    go, now = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    with create_app().app_context():
        print("ready", flush=True)
        while not go.exists():
            Event().wait(0.005)
        print(*tick(JOBS, now), flush=True)


if __name__ == "__main__":
    main()

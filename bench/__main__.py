"""`python -m bench` measures everything and rewrites docs/benchmarks.md; `python -m bench tap start` prints these parts.

`--quick` is a smoke run: small data, few rounds; its figures mean nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import datetime

from bench import announcing, clocks, figures, footprint, inbox, killing, kiosk, reading, servers, storm, talking, taps
from bench.report import PAGE, Section, page
from bench.serving import Bench, real_disk
from hub.rules.localtime import PRAGUE
from tests.services.postgres import open_postgres

PARTS: dict[str, Callable[[Bench], Section]] = {
    "tap": taps.single,
    "batch": taps.batches,
    "log": taps.log_level,
    "figures": figures.flatness,
    "answers": reading.answers,
    "discussion": talking.discussion,
    "inbox": inbox.inbox,
    "storm": storm.storm,
    "dispatch": announcing.dispatch,
    "mail": announcing.mail,
    "kills": killing.kills,
    "clocks": clocks.clocks,
    "kiosk": kiosk.kiosk,
    "memory": footprint.memory,
    "start": footprint.start,
    "server": servers.choice,
}


def main() -> int:
    """Measure; 1 when a goal is missed in a run that is not a smoke run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="NAME", help=f"one of: {', '.join(PARTS)}; none: all of them")
    parser.add_argument("--quick", action="store_true", help="a smoke run; its figures mean nothing")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    sections = []
    with real_disk() as folder, open_postgres(fsync=True, parent=folder.parent) as postgres:
        bench = Bench(postgres, folder, quick=asked.quick)
        for name in asked.parts or PARTS:
            print(f"{name} …", file=sys.stderr, flush=True)
            sections.append(PARTS[name](bench))
            print(sections[-1].markdown() + "\n", flush=True)
    if not asked.parts and not asked.quick:
        PAGE.write_text(page(sections, datetime.now(PRAGUE).date()), encoding="utf-8")
    return 0 if asked.quick or all(goal.met for section in sections for goal in section.goals) else 1


if __name__ == "__main__":
    sys.exit(main())

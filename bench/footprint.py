"""What the hub takes before anybody uses it: memory at rest, and the time from `make run` to the first page."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from bench.numbers import spread
from bench.report import Goal, Section, Table
from bench.serving import Bench, get, hub_server
from tests.running import TREE, environment, free_port

MOST_MIB = 200
MOST_SECONDS = 6.0
VIEWS = ("/", "/kiosk/ridicske-prukazy", "/en/", "/uk/kiosk/ridicske-prukazy", "/urad/prihlaseni", "/zdravi")


def memory(bench: Bench) -> Section:
    """Resident and proportional memory of web and work at rest."""
    rows, goals = [], []
    for town in bench.towns("memory"):
        with hub_server(town) as web:
            for view in VIEWS * 3:
                assert get(web.port, view), view
            command = [sys.executable, "-m", "flask", "work"]
            url = "" if town.engine == "SQLite" else town.url
            work = subprocess.Popen(command, cwd=TREE, env=environment(url, town.folder), stderr=subprocess.DEVNULL)
            time.sleep(2 if bench.quick else 6)  # nothing tells when it has come to rest
            master, *workers = web.processes()
            measured = {
                "web: gunicorn's master": [master],
                "web: gunicorn's worker": workers,
                "work": [work.pid],
            }
            sizes = {name: _sizes(pids) for name, pids in measured.items()}
            work.terminate()
            work.wait(20)
        for name, (resident, shared) in sizes.items():
            rows.append((f"{town.engine}, {name}", f"{resident:.0f}", f"{shared:.0f}"))
        for name in ("web: gunicorn's worker", "work"):
            got = sizes[name][0]
            goals.append(Goal(f"{town.engine}, {name}: at most {MOST_MIB} MiB resident", f"{got:.0f}", got <= MOST_MIB))
    how = (
        "Resident set (RSS) and proportional share (PSS, memory shared with other processes counted by its part), from"
        f" `/proc`, after {len(VIEWS) * 3} page views in Czech, English and Ukrainian, at rest."
    )
    return Section("Memory", how, [Table(("process", "RSS MiB", "PSS MiB"), rows)], goals)


def _sizes(pids: list[int]) -> tuple[float, float]:
    sums = {"Rss": 0, "Pss": 0}
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in sums:
                sums[name] += int(rest.split()[0])
    return sums["Rss"] / 1024, sums["Pss"] / 1024


def start(bench: Bench) -> Section:
    """The first start makes the demo city; each later one finds it."""
    folder = bench.folder / "demo"
    folder.mkdir()
    first = _start(folder)
    later = [_start(folder) for _ in range(1 if bench.quick else 5)]
    how = (
        "`python -m hub.serve` in demo mode, as `make run` starts it (the environment is there already), until the front"
        " page answers. The first start migrates an empty folder and fills it with the demo city's taps."
    )
    rows = [("first start, s", f"{first:.1f}"), ("second and later, s", spread(later, 1))]
    usual = median(later)
    goal = Goal(f"second start: at most {MOST_SECONDS:.0f} s", f"{usual:.1f} s", usual <= MOST_SECONDS)
    return Section("Start", how, [Table(("start", "seconds to the first page"), rows)], [goal])


def _start(folder: Path) -> float:
    port = free_port()
    more = {"HUB_MODE": "demo", "HUB_PORT": str(port)}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "hub.serve"],
        cwd=TREE,
        env=environment("", folder, more),
        stdout=subprocess.DEVNULL,
    )
    try:
        while not get(port, "/"):
            assert process.poll() is None, "hub.serve ended by itself"
            assert time.perf_counter() - began < 180, "no page in three minutes"
            time.sleep(0.02)
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(40)

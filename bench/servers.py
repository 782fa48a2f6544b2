"""The choice of the web server: the same taps under gunicorn as shipped and under granian, where that is installed."""

from __future__ import annotations

import importlib.util

from bench.load import Answer
from bench.numbers import interleave, ratios, spread
from bench.report import Section, Table
from bench.serving import PRODUCTION, THREADS, Bench, Server, Town, hub_server
from bench.taps import load

GRANIAN = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", "{port}", "--workers", "1"]


def choice(bench: Bench) -> Section:
    """Both servers in turn, one process with the same number of threads."""
    how = "The same taps under gunicorn (gthread) as shipped and under granian, one process and 8 threads each."
    if importlib.util.find_spec("granian") is None:
        return Section("Web server", how, notes=["Skipped: granian is not installed (it is not among our libraries)."])
    rows = []
    for town, other in zip(bench.towns("gunicorn"), bench.towns("granian"), strict=True):
        with hub_server(town) as ours, _granian(other) as theirs:
            for clients in (8, 32):
                runs = [load(theirs, "tap", clients, bench), load(ours, "tap", clients, bench)]
                results = [[answer for answer, _ in one] for one in interleave(2 if bench.quick else 5, runs)]
                rows.append(_row(f"{town.engine}, {clients}", results))
    head = ("engine, clients", "gunicorn: requests/s", "granian: requests/s", "granian / gunicorn", "p99 ms of both")
    return Section("Web server", how, [Table(head, rows)])


def _row(name: str, results: list[list[Answer]]) -> tuple[str, ...]:
    theirs, ours = ([answer.requests_s for answer in answers] for answers in results)
    slow = [spread([answer.p99 for answer in answers]) for answers in reversed(results)]
    return (name, spread(ours), spread(theirs), spread(ratios(theirs, ours), 2), "; ".join(slow))


def _granian(town: Town) -> Server:
    url = "" if town.engine == "SQLite" else town.url
    command = [*GRANIAN, "--blocking-threads", str(THREADS), "--no-access-log", "hub.wsgi:app"]
    return Server(command, PRODUCTION, town.folder, url)

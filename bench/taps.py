"""The durable tap over HTTP, against the hand-tuned minimum under the same server; and the batch against the single tap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from bench.load import Answer, Order, run
from bench.numbers import interleave, ratios, spread
from bench.report import Goal, Section, Table
from bench.serving import PLACES, Bench, Server, Town, hub_server, minimal_server, rows_in

LEAST = {"SQLite": 0.5, "PostgreSQL": 0.35}
"""How much of the minimum's rate a tap must reach."""
BATCH_LEAST = 10
"""How many times more rows a second a batch must bring than single taps."""

Measured = tuple[Answer, float]
"""What the clients saw, and the processor milliseconds the server spent for a request"""


def single(bench: Bench) -> Section:
    """A tap of ours and a row of the minimum, in turn, from 8 and from 32 clients."""
    tables, goals = [], []
    for town in bench.towns("taps"):
        rows, goal = _one_engine(bench, town)
        tables += rows
        goals += goal
    head = ("engine, clients", "app", "requests/s", "p50 ms", "p99 ms", "CPU ms a request", "ratio of rates")
    how = (
        "`POST /kiosk/<place>/dotek`: JSON checked, sitting, rating and hourly count in one commit, counted against its"
        " ceiling, one line of log (info, to a file); over the eight places of the demo city. The minimum"
        " (`bench/minimal.py`) is a Flask app tuned by hand that reads JSON, inserts one row with a unique id by"
        " SQLAlchemy Core and commits: no checks, counts, limits, log or headers. Both under gunicorn as shipped"
        f" (one process, 8 threads), same engine settings, every commit durable (SQLite: WAL, synchronous=FULL,"
        f" BEGIN IMMEDIATE; PostgreSQL: {_durability(bench)}). Clients are a process of their own with keep-alive"
        " connections; they share the machine's cores with the server. Afterwards the rows in the tables are counted:"
        " as many as were acknowledged."
    )
    return Section("Tap", how, [Table(head, tables)], goals)


def _one_engine(bench: Bench, town: Town) -> tuple[list[Sequence[str]], list[Goal]]:
    url = bench.empty(town.engine, "minimal")
    rows: list[Sequence[str]] = []
    goals: list[Goal] = []
    stored = [0, 0]
    with hub_server(town) as hub, minimal_server(url, bench.folder) as least:
        for clients in (8,) if bench.quick else (8, 32):
            runs = [load(hub, "tap", clients, bench), load(least, "minimal", clients, bench)]
            results = interleave(2 if bench.quick else 5, runs)
            for index, answers in enumerate(results):
                stored[index] += sum(answer.acknowledged for answer, _ in answers)
            rows += _rows(f"{town.engine}, {clients}", results)
            goals.append(_goal(town.engine, clients, results))
    kept = [rows_in(town.url, "feedback"), rows_in(url, "minimal_rows")]
    agree = Goal(f"{town.engine}: rows kept = taps acknowledged", f"{kept[0]:,} = {stored[0]:,}", kept == stored)
    return rows, [*goals, agree]


def load(server: Server, shape: str, clients: int, bench: Bench) -> Callable[[], Measured]:
    """A run of clients against a server, to be called when its turn comes."""
    order = Order(server.port, shape, PLACES, clients, 0.5 if bench.quick else 3.0, warm=0.2 if bench.quick else 0.5)

    def measured() -> Measured:
        before = server.cpu_seconds()
        answer = run(order)
        assert not answer.refused, f"refused: {answer.refused}"
        each = (server.cpu_seconds() - before) * 1000 / (answer.acknowledged / (order.size if shape == "batch" else 1))
        return answer, each

    return measured


def _rows(label: str, results: Sequence[Sequence[Measured]]) -> list[Sequence[str]]:
    ours, least = ([answer.requests_s for answer, _ in answers] for answers in results)
    ratio = (spread(ratios(ours, least), 2), "1")
    return [
        (
            label,
            name,
            spread([answer.requests_s for answer, _ in answers]),
            spread([answer.p50 for answer, _ in answers], 1),
            spread([answer.p99 for answer, _ in answers], 1),
            spread([cpu for _, cpu in answers], 2),
            beside,
        )
        for name, answers, beside in zip(("Ozvěna", "minimum"), results, ratio, strict=True)
    ]


def _goal(engine: str, clients: int, results: Sequence[Sequence[Measured]]) -> Goal:
    ours, least = ([answer.requests_s for answer, _ in answers] for answers in results)
    ratio = median(ratios(ours, least))
    text = f"{engine}, {clients} clients: at least {LEAST[engine]} of the minimum's rate"
    return Goal(text, f"{ratio:.2f}", ratio >= LEAST[engine])


def batches(bench: Bench) -> Section:
    """200 taps in one request against one tap a request, from the same number of clients."""
    clients, rows, goals = 8, [], []
    for town in bench.towns("batches"):
        with hub_server(town) as hub:
            runs = [load(hub, "batch", clients, bench), load(hub, "tap", clients, bench)]
            results = interleave(2 if bench.quick else 5, runs)
        rates = [[answer.rows_s for answer, _ in answers] for answers in results]
        times = median(ratios(*rates))
        rows.append((town.engine, spread(rates[1]), spread(rates[0]), spread(ratios(*rates), 1)))
        goals.append(Goal(f"{town.engine}: at least {BATCH_LEAST} times", f"{times:.1f} times", times >= BATCH_LEAST))
        sent = sum(answer.acknowledged for answers in results for answer, _ in answers)
        kept = rows_in(town.url, "feedback")
        goals.append(Goal(f"{town.engine}: rows kept = taps acknowledged", f"{kept:,} = {sent:,}", kept == sent))
    how = (
        "`POST /kiosk/<place>/davka` with 200 presses (what a touch screen kept while it was offline) in one commit, a"
        f" receipt for each; against single taps as above; {clients} clients each."
    )
    head = ("engine", "single: rows/s", "batch: rows/s", "times")
    return Section("Batch", how, [Table(head, rows)], goals)


def log_level(bench: Bench) -> Section:
    """What the line of log costs: the same taps with HUB_LOG_LEVEL=warning."""
    rows = []
    for town in bench.towns("logs"):
        with hub_server(town, HUB_LOG_LEVEL="warning") as quiet, hub_server(town) as usual:
            runs = [load(quiet, "tap", 8, bench), load(usual, "tap", 8, bench)]
            results = interleave(2 if bench.quick else 5, runs)
        rates = [[answer.requests_s for answer, _ in answers] for answers in results]
        rows.append((town.engine, spread(ratios(*rates), 2)))
    how = "The same taps (8 clients) with `HUB_LOG_LEVEL=warning`, which leaves out the line for each request."
    return Section("Log", how, [Table(("engine", "rate with warning / with info"), rows)])


def _durability(bench: Bench) -> str:
    shown = [f"{name} {bench.postgres_setting(name)}" for name in ("fsync", "synchronous_commit")]
    return ", ".join(shown)

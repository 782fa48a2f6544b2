"""Clients that tap as fast as they are answered, in a process of their own: `python -m bench.load '{…}'`.

Each client is a thread with one keep-alive connection. The result is one line of JSON on standard output.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from threading import Barrier, Thread
from uuid import uuid4

from bench.numbers import percentile

TREE = Path(__file__).parent.parent
GOOD = {200, 201}
LEVELS = (1, 2, 3, 4, 5)
SHARES = (5, 8, 12, 33, 42)
"""How often each level is pressed, as in the demo city."""


@dataclass(frozen=True)
class Order:
    """What to send: `shape` is tap, batch or minimal; a batch carries `size` presses. The first `warm` seconds do not count."""

    port: int
    shape: str
    places: tuple[str, ...]
    clients: int
    seconds: float
    warm: float = 0.5
    size: int = 200


@dataclass(frozen=True)
class Answer:
    """What came of it: rows that were acknowledged (warming up too), and the rate and latencies (ms) after warming up."""

    acknowledged: int
    refused: dict[str, int]
    requests_s: float
    rows_s: float
    p50: float
    p99: float


def run(order: Order) -> Answer:
    """Send the load from a process of its own and return what it saw."""
    command = [sys.executable, "-m", "bench.load", json.dumps(asdict(order))]
    done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=True)
    return Answer(**json.loads(done.stdout))


class Client(Thread):
    """One client: sends until the end, and remembers when each answer came and how long it took."""

    def __init__(self, order: Order, number: int, start: Barrier) -> None:
        super().__init__(daemon=True)
        self._order, self._start, self._random = order, start, Random(number)
        self.answers: list[tuple[float, float]] = []
        self.acknowledged = 0
        self.refused: Counter[str] = Counter()

    def run(self) -> None:
        """Send one request after another."""
        connection = http.client.HTTPConnection("127.0.0.1", self._order.port, timeout=60)
        connection.connect()
        self._start.wait()
        end = time.perf_counter() + self._order.warm + self._order.seconds
        while (began := time.perf_counter()) < end:
            path, body, rows = self._request()
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read()
            self.answers.append((began, time.perf_counter() - began))
            good = self._stored(response.status, text)
            self.acknowledged += good
            if good < rows:
                self.refused[str(response.status)] += rows - good
        connection.close()

    def _request(self) -> tuple[str, bytes, int]:
        order, slug = self._order, self._random.choice(self._order.places)
        if order.shape == "minimal":
            said = {"id": str(uuid4()), "place": slug, "level": self._level()}
            return "/dotek", json.dumps(said).encode(), 1
        if order.shape == "tap":
            return f"/kiosk/{slug}/dotek", json.dumps(self._press()).encode(), 1
        presses = [self._press() for _ in range(order.size)]
        return f"/kiosk/{slug}/davka", json.dumps({"presses": presses}).encode(), order.size

    def _press(self) -> dict[str, object]:
        ratings = {"visit": self._level()}
        return {"id": str(uuid4()), "rev": 0, "questionnaire": "kiosk@2", "language": "cs", "ratings": ratings}

    def _level(self) -> int:
        return self._random.choices(LEVELS, SHARES)[0]

    def _stored(self, status: int, text: bytes) -> int:
        if status not in GOOD:
            return 0
        if self._order.shape != "batch":
            return 1
        return sum(receipt["outcome"] == "stored" for receipt in json.loads(text)["receipts"])


def send(order: Order) -> Answer:
    """Send the load from threads of this process."""
    start = Barrier(order.clients + 1)
    clients = [Client(order, number, start) for number in range(order.clients)]
    for client in clients:
        client.start()
    start.wait()
    began = time.perf_counter() + order.warm
    for client in clients:
        client.join()
    counted = [took for client in clients for at, took in client.answers if at >= began]
    last = max(at + took for client in clients for at, took in client.answers)
    rate = len(counted) / (last - began)
    return Answer(
        acknowledged=sum(client.acknowledged for client in clients),
        refused=dict(sum((client.refused for client in clients), Counter())),
        requests_s=rate,
        rows_s=rate * (order.size if order.shape == "batch" else 1),
        p50=percentile(counted, 50) * 1000,
        p99=percentile(counted, 99) * 1000,
    )


if __name__ == "__main__":
    print(json.dumps(asdict(send(Order(**json.loads(sys.argv[1]))))))

"""Many senders at once: `python -m tests.crowd` reads a plan, says that it is ready, waits for the word and sends.

A process of its own, with nothing but the standard library, so that the crowd starts fast and its threads truly compete.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Sequence
from threading import Barrier, Thread
from typing import Any

from tests.running import TREE

Sent = dict[str, Any]
"""path, body (what was sent), status, answer (the JSON that came back)"""


def send_at_once(ports: Sequence[int], plans: Sequence[Sequence[tuple[str, Any]]], processes: int = 4) -> list[Sent]:
    """Let one thread for each plan send its (path, body) in order, spread over processes and servers, all from one moment on."""
    parts = [plans[n::processes] for n in range(processes)]
    crowd = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.crowd"], cwd=TREE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in parts
    ]
    for sender, part in zip(crowd, parts, strict=True):
        assert sender.stdin
        print(json.dumps({"ports": ports, "plans": part}), file=sender.stdin, flush=True)
    for sender in crowd:
        assert sender.stdout
        assert sender.stdout.readline() == "ready\n"
    for sender in crowd:
        assert sender.stdin
        print("go", file=sender.stdin, flush=True)
    sent: list[Sent] = []
    for sender in crowd:
        output, _ = sender.communicate(timeout=120)
        assert sender.returncode == 0
        sent += json.loads(output)
    return sent


def _send(port: int, plan: list[tuple[str, Any]], start: Barrier, sent: list[Sent]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.connect()
    start.wait()
    for path, body in plan:
        connection.request("POST", path, json.dumps(body), {"Host": "localhost", "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        sent.append({"path": path, "body": body, "status": answer.status, "answer": json.loads(text)})
    connection.close()


def main() -> None:
    """One process of the crowd."""
    task = json.loads(sys.stdin.readline())
    ports, plans = task["ports"], task["plans"]
    sent: list[Sent] = []
    start = Barrier(len(plans) + 1)
    threads = [Thread(target=_send, args=(ports[n % len(ports)], plan, start, sent)) for n, plan in enumerate(plans)]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.readline()
    start.wait()
    for thread in threads:
        thread.join()
    assert len(sent) == sum(len(plan) for plan in plans)
    print(json.dumps(sent))


if __name__ == "__main__":
    main()

"""Processes of ours that start warm: forked from one that has imported the house already.

A command or a server of ours spends most of its start on imports. Tests start some hundreds of them, so one process for each
pytest worker imports everything once, makes no app, opens nothing, and forks for each start. What runs then is a process of
its own: it has its own environment, folder, session and files, and it can be killed. `tests/test_start.py` and
`tests/test_serve.py` start from nothing.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

TREE = Path(__file__).parent.parent
LONGEST = 256 * 1024
"""Bytes of a request: arguments and environment."""
OURS = ("hub", "kiosk", "noticeboard", "channels")
FROM_NOTHING = {"hub.wsgi", "hub.serve"}
"""Modules that do something when they are imported, or that start others."""
OTHERS = (
    "alembic.command",
    "flask.cli",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "logging.config",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
)


class Process:
    """One started process, as `subprocess.Popen` shows it."""

    def __init__(self, status: IO[bytes]) -> None:
        self._status = status
        self.pid = int(status.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._read(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        code = self._read(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def _read(self, patience: float | None) -> int | None:
        if self.returncode is None and select.select([self._status], [], [], patience)[0]:
            self.returncode = int(self._status.readline())
            self._status.close()
        return self.returncode


Started = Process | subprocess.Popen[bytes]


def start(arguments: Sequence[str], environment: Mapping[str, str], out: int, error: int | None = None) -> Started:
    """Start `python -m arguments` in the tree in a session of its own; it reads nothing, and writes to these file descriptors.

    From nothing where a room is switched off: what is not imported is not known, and here everything is.
    """
    if "HUB_ROOMS" in environment:
        cold = [sys.executable, "-m", *arguments]
        with open(os.devnull, "rb") as nothing:
            return subprocess.Popen(
                cold,
                cwd=TREE,
                env=dict(environment),
                stdin=nothing,
                stdout=out,
                stderr=out if error is None else error,
                start_new_session=True,
            )
    return _ask(arguments, environment, out, error)


def _ask(arguments: Sequence[str], environment: Mapping[str, str], out: int, error: int | None = None) -> Process:
    order = {"arguments": [*arguments], "environment": dict(environment)}
    reading, writing = os.pipe()
    with open(os.devnull, "rb") as nothing:
        given = array.array("i", [nothing.fileno(), out, out if error is None else error, writing])
        _source().sendmsg([json.dumps(order).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, given)])
    os.close(writing)
    return Process(os.fdopen(reading, "rb", buffering=0))


@cache
def _source() -> socket.socket:
    """The line to the process that forks; it ends, with all that it started, when this one does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.warm", str(theirs.fileno())],
        cwd=TREE,
        pass_fds=[theirs.fileno()],
        start_new_session=True,
    )
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def main() -> None:
    """Import everything, then fork for whoever asks, until the other end is closed."""
    line = socket.socket(fileno=int(sys.argv[1]))
    for name in (*OTHERS, *_modules()):
        importlib.import_module(name)
    assert threading.active_count() == 1, "a process with threads must not fork"
    gc.collect()
    gc.freeze()
    for order, files in _orders(line):
        _become(order, files)
        return


def _modules() -> Iterator[str]:
    for package in OURS:
        for found in pkgutil.walk_packages([str(TREE / package)], f"{package}."):
            if found.name not in FROM_NOTHING:
                yield found.name


def _orders(line: socket.socket) -> Iterator[tuple[dict[str, object], list[int]]]:
    """Fork for each order; yields it in the child only."""
    running: dict[int, int] = {}
    woken, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    while True:
        ready = select.select([line, woken], [], [])[0]
        if woken in ready:
            woken.recv(4096)
            _tell(running)
        if line not in ready:
            continue
        words, given, _, _ = socket.recv_fds(line, LONGEST, 4)
        if not words:
            break
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for ours in (line, woken, wakes):
                ours.close()
            for status in (given[3], *running.values()):
                os.close(status)
            yield json.loads(words), given[:3]
            return
        running[pid] = given[3]
        os.write(given[3], f"{pid}\n".encode())
        for one in given[:3]:
            os.close(one)
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _tell(running: dict[int, int]) -> None:
    """Say of each process that has ended how it did."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        told = running.pop(pid)
        with contextlib.suppress(BrokenPipeError):
            os.write(told, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os.close(told)


def _become(order: dict[str, object], files: list[int]) -> None:
    """Be the process that was asked for, in its session, with its environment and files."""
    arguments, environment = order["arguments"], order["environment"]
    assert isinstance(arguments, list)
    assert isinstance(environment, dict)
    os.setsid()
    for place, given in enumerate(files):
        os.dup2(given, place)
        os.close(given)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

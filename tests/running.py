"""Real processes for tests: migrations, and a web server as in production."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile

from tests import warm

TREE = Path(__file__).parent.parent
Finished = subprocess.CompletedProcess[str]


def environment(url: str, folder: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a process of ours in tests: nothing of the caller's HUB_ settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    ours = {"HUB_MODE": "test", "HUB_DATABASE_URL": url, "HUB_DATA_DIR": str(folder), "HUB_TAPS_PER_MINUTE": "1000000"}
    return {**kept, **ours, **(more or {})}


def finished(arguments: Sequence[str], environment: Mapping[str, str], patience: float | None = None) -> Finished:
    """Run `python -m arguments` to its end; the caller looks at the exit code. `patience` in seconds."""
    with TemporaryFile() as out, TemporaryFile() as error:
        process = warm.start(arguments, environment, out.fileno(), error.fileno())
        code = process.wait(patience)
        said = []
        for file in (out, error):
            file.seek(0)
            said.append(file.read().decode("utf-8"))
    return subprocess.CompletedProcess(arguments, code, *said)


def flask(url: str, folder: Path, *arguments: str, **more: str) -> Finished:
    """Run a command of the administrator; the caller looks at the exit code."""
    return finished(["flask", *arguments], environment(url, folder, more))


def migrate(url: str, folder: Path, revision: str = "head") -> None:
    """Bring a database to a revision."""
    done = flask(url, folder, "db", "upgrade", revision)
    assert done.returncode == 0, done.stderr


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Worker:
    """`flask work` on a database."""

    def __init__(self, url: str, folder: Path, more: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment(url, folder, more)
        self.start()

    def start(self) -> None:
        """Start it (again)."""
        with (self._folder / "work.log").open("ab") as log:
            self._process = warm.start(["flask", "work"], self._environment, log.fileno())

    def log(self) -> str:
        """Everything it wrote."""
        return (self._folder / "work.log").read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End it as an administrator would, and wait until it is gone."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(30)

    def kill(self) -> None:
        """End it without a warning, as a power cut would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(20)


class Server:
    """Gunicorn serving the hub on a database; `address` is its root."""

    def __init__(self, url: str, folder: Path, more: Mapping[str, str], threads: int = 8) -> None:
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"
        self._log = (folder / f"web-{self.port}.log").open("w+b")
        self._environment = environment(url, folder, more)
        gunicorn = ["gunicorn", "--config", "gunicorn.conf.py", "--threads", str(threads)]
        self._command = [*gunicorn, "--bind", f"127.0.0.1:{self.port}", "hub.wsgi:app"]
        self.restart()

    def restart(self) -> None:
        """Start it (again) on the same port, and wait until it answers."""
        self._process = warm.start(self._command, self._environment, self._log.fileno())
        self._wait()

    @property
    def pid(self) -> int:
        """The process number of the server's master."""
        return self._process.pid

    def log(self) -> str:
        """Everything the server wrote."""
        self._log.flush()
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End it and wait until it is gone."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)
        self._log.close()

    def kill(self) -> None:
        """End it without a warning, as a power cut would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(20)

    def _wait(self) -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            assert self._process.poll() is None, self.log()
            connection = http.client.HTTPConnection("localhost", self.port, timeout=5)
            try:
                connection.request("GET", "/zdravi")
                connection.getresponse().read()
            except OSError:
                continue
            else:
                return
            finally:
                connection.close()
        raise AssertionError(f"the server did not answer in 30 s\n{self.log()}")

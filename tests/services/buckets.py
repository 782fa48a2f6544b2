"""An S3-compatible server on a real socket: moto, which keeps its buckets in memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from secrets import token_hex
from types import TracebackType
from typing import Self

STARTING = 30


class BucketServer:
    """`moto` as a process of its own; it may be killed and started again, empty, on the same port."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.start()

    def start(self) -> None:
        """Start it (again) and wait until it answers."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(self._port)],
            env={**os.environ, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + STARTING
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        """Kill it, as a power cut would."""
        self._process.kill()
        self._process.wait(20)

    def make(self, bucket: str = "") -> str:
        """Make a bucket; returns its address as HUB_FILES_URL takes it."""
        bucket = bucket or f"b{token_hex(6)}"
        at = f"127.0.0.1:{self._port}/{bucket}"
        urllib.request.urlopen(urllib.request.Request(f"http://{at}", method="PUT"), timeout=20).close()
        return f"s3+http://klic:tajn%2Fost@{at}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

"""A reverse proxy for tests that gives each connection to the next node in turn, as a balancer without stickiness does."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from threading import Thread


class Balancer:
    """Listens on `address`; `given` counts the connections each node got."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self.address = f"http://localhost:{self.port}"
        self.given = dict.fromkeys(self._ports, 0)
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        for n in count():
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            port = self._ports[n % len(self._ports)]
            try:
                node = socket.create_connection(("127.0.0.1", port), timeout=30)
            except OSError:
                client.close()
                continue
            self.given[port] += 1
            Thread(target=_join, args=(client, node), daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


def _join(client: socket.socket, node: socket.socket) -> None:
    """Carry what both say until one of them has ended."""
    with client, node:
        back = Thread(target=_copy, args=(node, client), daemon=True)
        back.start()
        _copy(client, node)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def balanced(ports: Sequence[int]) -> Iterator[Balancer]:
    """A balancer before these ports."""
    made = Balancer(ports)
    try:
        yield made
    finally:
        made.close()

"""A small SMTP server to send to: `python -m bench.sink FOLDER` says its port, then keeps each letter as a file.

A letter is written and fsynced before its 250, as a mail server must that takes the responsibility for it (RFC 5321 § 6.1).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Thread

TREE = Path(__file__).parent.parent
REPLIES = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
    b"QUIT": b"221 bye\r\n",
    b"DATA": b"354 go on\r\n",
}
numbers = count(1)


@contextmanager
def running(folder: Path) -> Iterator[int]:
    """A sink in a process of its own; gives its port."""
    folder.mkdir()
    command = [sys.executable, "-m", "bench.sink", str(folder)]
    process = subprocess.Popen(command, cwd=TREE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def _keep(folder: Path, data: bytes) -> None:
    descriptor = os.open(folder / f"{next(numbers)}.eml", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(descriptor, data)
    os.fsync(descriptor)
    os.close(descriptor)


def _talk(client: socket.socket, folder: Path) -> None:
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with client, client.makefile("rb", 65536) as lines:
        client.sendall(b"220 sink\r\n")
        for line in lines:
            verb = line[:4].upper().strip()
            client.sendall(REPLIES.get(verb, b"250 ok\r\n"))
            if verb == b"QUIT":
                return
            if verb == b"DATA":
                letter = []
                for part in lines:
                    if part == b".\r\n":
                        break
                    letter.append(part)
                _keep(folder, b"".join(letter))
                client.sendall(b"250 kept\r\n")


def main() -> None:
    """Listen until ended."""
    folder = Path(sys.argv[1])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            client, _ = listener.accept()
            Thread(target=_talk, args=(client, folder), daemon=True).start()


if __name__ == "__main__":
    main()

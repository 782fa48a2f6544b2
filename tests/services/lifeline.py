"""Cleans up after a server even when the process that started it is killed.

A small shell waits on a pipe of which only we hold the other end. When we close it,
or die in any way, the shell ends the server of the pid file and removes its directory.
"""

import os
import subprocess
from pathlib import Path

# Both servers remove their pid file as the last thing they do. The pid alone would not
# tell: in a container without an init process an ended server stays as a zombie.
_SCRIPT = """
read -r _
turns=600
if [ -s "$2" ] && read -r pid <"$2" && kill -s "$1" "$pid" 2>/dev/null
then while [ -e "$2" ] && [ "$turns" -gt 0 ]; do turns=$((turns - 1)); sleep 0.05; done
fi
rm -rf -- "$3"
"""


class Lifeline:
    """One watching shell for one server directory."""

    def __init__(self, directory: Path, pid_file: Path, signal: str) -> None:
        # A session of its own: Ctrl-C in the terminal must not end the watcher first.
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT, "lifeline", signal, str(pid_file), str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.defpath},
            start_new_session=True,
        )

    def let_go(self) -> None:
        """End the server, if it still runs, and remove its directory."""
        self._shell.communicate()

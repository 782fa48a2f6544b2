"""`python -m hub.serve`, what `make run` starts: it says where to look, keeps what was said, and leaves no process behind."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.presses import press_json
from tests.running import TREE, environment, free_port, migrate
from tests.visitors import ask, page_after_sign_in

TAP = "/kiosk/ridicske-prukazy/dotek"
END = 20
"""Seconds in which a process must have ended."""


class Foreground:
    """The one foreground command, in a session of its own as in a terminal; everything it printed, and its descendants."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.port = free_port()
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hub.serve"],
            cwd=TREE,
            env=environment("", folder, {"HUB_MODE": mode, "HUB_PORT": str(self.port), "PYTHONUNBUFFERED": "1"}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said = ""
        self.family: dict[int, str] = {}
        self._handles: list[int] = []

    @property
    def pid(self) -> int:
        return self._process.pid

    def until(self, words: str) -> None:
        """Read on until it says these words; then remember its descendants."""
        assert self._process.stdout
        while words not in self.said:
            line = self._process.stdout.readline()
            assert line, f"it ended without saying {words!r}:\n{self.said}"
            self.said += line
        self.family = descendants(self.pid)
        self._handles = [os.pidfd_open(pid) for pid in self.family]

    def one(self, word: str) -> int:
        """The first descendant with this word in its command."""
        return min(pid for pid, command in self.family.items() if word in command)

    def ended(self) -> int:
        """Wait for the end of it and of every descendant; its exit code."""
        code = self._process.wait(END)
        assert self._process.stdout
        self.said += self._process.stdout.read()
        for handle in self._handles:
            assert select.select([handle], [], [], END)[0], f"left behind: {self.family}"
        return code

    def close(self) -> None:
        """End whatever a failed test left."""
        for pid in [*descendants(self.pid), *self.family, self.pid] if self._process.poll() is None else self.family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        for handle in self._handles:
            os.close(handle)


def descendants(root: int) -> dict[int, str]:
    """Process number → command line of everything below a process."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
    found: dict[int, str] = {}
    level = [root]
    while level:
        level = [pid for pid, parent in parents.items() if parent in level]
        for pid in level:
            try:
                found[pid] = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
    return found


@pytest.fixture
def foreground(tmp_path: Path) -> Iterator[Callable[..., Foreground]]:
    started: list[Foreground] = []

    def start(mode: str = "test") -> Foreground:
        if mode != "demo":  # whose database is its administrator's to migrate
            folder = tmp_path / "data"
            folder.mkdir(exist_ok=True)
            migrate(f"sqlite:///{folder / 'hub.db'}", folder)
        started.append(Foreground(tmp_path / "data", mode))
        return started[-1]

    yield start
    for one in started:
        one.close()


def rows(folder: Path) -> dict[str, int]:
    """How many rows each table has."""
    engine = sa.create_engine(f"sqlite:///{folder / 'hub.db'}", poolclass=NullPool)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return {name: connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}  # noqa: S608


def test_the_demo_starts_shows_itself_and_keeps_its_data_over_a_restart(foreground: Callable[..., Foreground]) -> None:
    first = foreground("demo")
    first.until("Ctrl-C")
    for words in (
        f"http://localhost:{first.port}/",
        "/kiosk/ridicske-prukazy",
        "/urad/pripady",
        "/urad/spokojenost",
        "its mail in",
        str(first.folder),
    ):
        assert words in first.said
    found = re.search(r"with password +(\S+)", first.said)
    assert found
    emails = re.findall(r"\S+@havirov\.example", first.said)
    assert len(emails) == 6
    for email in emails:
        assert "Odhlásit" in page_after_sign_in(first, email, found[1])
    tap = press_json(questionnaire="kiosk@2")
    assert [ask(first, "POST", TAP, tap).status for _ in range(2)] == [201, 200]
    assert "gunicorn" in " ".join(first.family.values())
    assert "flask work" in " ".join(first.family.values())
    os.kill(first.pid, signal.SIGTERM)
    assert first.ended() == 0
    assert "has stopped" in first.said
    assert "Traceback" not in first.said
    before = rows(first.folder)
    assert before["feedback"] > 1000

    second = foreground("demo")
    second.until("Ctrl-C")
    assert found[1] in second.said
    page = ask(second, "GET", "/")
    assert page.status == 200
    assert "Řidičské průkazy".encode() in page.body
    assert ask(second, "POST", TAP, tap).status == 200
    assert {**rows(second.folder), "job_runs": 0, "audit_entries": 0} == {**before, "job_runs": 0, "audit_entries": 0}
    os.killpg(second.pid, signal.SIGINT)
    assert second.ended() == 0
    assert "Traceback" not in second.said


@pytest.mark.parametrize("child", ["web", "work"])
def test_when_one_child_is_killed_the_command_ends_and_names_it(
    foreground: Callable[..., Foreground], child: str
) -> None:
    running = foreground()
    running.until("Ctrl-C")
    os.kill(running.one("gunicorn" if child == "web" else "flask work"), signal.SIGKILL)
    assert running.ended() == 1
    assert f"{child} ended by itself" in running.said
    assert "Traceback" not in running.said
    with pytest.raises(ConnectionRefusedError):
        ask(running, "GET", "/zdravi")


def test_nothing_is_left_when_the_command_itself_is_killed(foreground: Callable[..., Foreground]) -> None:
    running = foreground()
    running.until("Ctrl-C")
    os.kill(running.pid, signal.SIGKILL)
    assert running.ended() == -signal.SIGKILL


def test_a_closed_terminal_ends_it(foreground: Callable[..., Foreground]) -> None:
    running = foreground()
    running.until("Ctrl-C")
    os.kill(running.pid, signal.SIGHUP)
    assert running.ended() == 0

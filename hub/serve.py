"""`python -m hub.serve`: web and work under one foreground command. Ends both on INT or TERM, and when one of them dies.

With HUB_MODE=demo (what `make run` sets) it first migrates, founds the demo city when the database is empty, and
prints where to look and how to sign in.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

from config import BadSettings, Settings

PATIENCE = 20
"""Seconds a child has to end by itself."""


def main() -> int:
    """Run until told to stop; 0 when told, 1 when a child died, 2 when it could not start."""
    try:
        settings = Settings.of_environment()
        settings.check()
        _check_port(settings)
    except BadSettings as error:
        print(f"Ozvěna does not start: {error}", file=sys.stderr)
        return 2
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    if settings.mode == "demo":
        environment.setdefault("HUB_LOG_LEVEL", "warning")
        environment["HUB_DEMO_PASSWORD"] = _demo_password(settings)
    if _prepare(settings, environment):
        return 2
    return _run(settings, environment)


def _check_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind, settings.port))
        except OSError as error:
            raise BadSettings(
                f"{settings.bind}:{settings.port} cannot be listened on ({error.strerror}). Choose another: HUB_PORT=8001"
            ) from error


def _demo_password(settings: Settings) -> str:
    """The password of the sample accounts: as set, else made once and kept beside the database."""
    if settings.demo_password:
        return settings.demo_password
    path = settings.data_dir / "demo-password.txt"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _prepare(settings: Settings, environment: dict[str, str]) -> int:
    steps = [["db", "upgrade"]] + ([["demo"]] if settings.mode == "demo" else [])
    for step in steps:
        command = [sys.executable, "-m", "flask", *step]
        done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            reason = done.stderr.strip()
            if not reason.startswith("Error: "):  # not one line of ours
                reason = f"`flask {' '.join(step)}` failed.\n{reason}"
            print(f"Ozvěna does not start: {reason.removeprefix('Error: ')}", file=sys.stderr)
            return done.returncode
    return 0


def _run(settings: Settings, environment: dict[str, str]) -> int:
    stopping = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())
    children = {
        # Sessions of their own: Ctrl-C reaches the parent alone, which then ends them in order.
        name: subprocess.Popen(command, env=environment, start_new_session=True)
        for name, command in _commands(settings).items()
    }
    announced = False
    died = None
    while not stopping.wait(0.2):
        died = next((name for name, child in children.items() if child.poll() is not None), None)
        if died:
            break
        if not announced and _listens(settings):
            announced = True
            _announce(settings, environment)
    _end(children)
    if died:
        print(
            f"{died} ended by itself (exit code {children[died].returncode}); the other was stopped.", file=sys.stderr
        )
        return 1
    print("Ozvěna has stopped.")
    return 0


def _commands(settings: Settings) -> dict[str, list[str]]:
    web = ["--bind", f"{settings.bind}:{settings.port}", "--threads", str(settings.threads), "--log-level", "warning"]
    return {
        "web": [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", *web, "hub.wsgi:app"],
        "work": [sys.executable, "-m", "flask", "work"],
    }


def _end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + PATIENCE
    for child in children.values():
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _listens(settings: Settings) -> bool:
    try:
        socket.create_connection((settings.bind, settings.port), timeout=0.5).close()
    except OSError:
        return False
    return True


def _announce(settings: Settings, environment: dict[str, str]) -> None:
    at = f"http://localhost:{settings.port}"
    print(f"\nOzvěna runs at {at}/\n")
    if settings.mode == "demo":
        print(f"  a touch screen    {at}/kiosk/ridicske-prukazy\n  its figures       {at}/urad/spokojenost\n")
        print("  sign in as        spravce@havirov.example  (administrator, sees the whole city)")
        print("                    doprava@havirov.example  (head of a department, sees its own)")
        print(f"  with password     {environment['HUB_DEMO_PASSWORD']}\n")
        print(f"  data in           {Path(settings.data_dir)}")
    print("  stop with         Ctrl-C\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())

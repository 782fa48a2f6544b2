"""`python -m hub.serve`: web and work under one foreground command. Ends both on INT, TERM or HUP, and when one of them dies.

With HUB_MODE=demo (what `make run` sets) it first migrates, founds the demo city when the database is empty, and
prints where to look and how to sign in. A real city's database is migrated by its administrator, after a backup.
"""

from __future__ import annotations

import ctypes
import errno
import http.client
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
from hub import cityfile

PATIENCE = 20
"""Seconds a child has to end by itself."""

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DEMO_CITY = Path(__file__).parent / "demo" / "havirov.toml"
PR_SET_PDEATHSIG = 1


def main() -> int:
    """Run until told to stop; 0 when told, 1 when a child died, 2 when it could not start."""
    os.umask(0o077)  # what is written holds hashes of passwords
    for name in STOPPING:
        signal.signal(name, signal.default_int_handler)
    try:
        settings = Settings.of_environment()
        settings.check()
        _check_port(settings)
        environment = _environment(settings)
        if _prepare(environment):
            return 2
    except BadSettings as error:
        print(f"Ozvěna does not start: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Ozvěna has stopped before it was ready; nothing is lost.")
        return 0
    return _run(settings, environment)


def _check_port(settings: Settings) -> None:
    where = f"{settings.bind}:{settings.port}"
    with socket.socket(_family(settings)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind, settings.port))
        except OSError as error:
            hint = "Choose another: HUB_PORT=8001" if error.errno == errno.EADDRINUSE else "See HUB_BIND and HUB_PORT."
            raise BadSettings(f"{where} cannot be listened on ({error.strerror}). {hint}") from error


def _family(settings: Settings) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in settings.bind else socket.AF_INET


def _environment(settings: Settings) -> dict[str, str]:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    if settings.mode == "demo":
        environment.setdefault("HUB_LOG_LEVEL", "warning")
        environment["HUB_DEMO_PASSWORD"] = _demo_password(settings)
    return environment


def _demo_password(settings: Settings) -> str:
    """The password of the sample accounts: as set, else made once and kept beside the database."""
    if settings.demo_password:
        return settings.demo_password
    path = settings.data_dir / "demo-password.txt"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _prepare(environment: dict[str, str]) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "prepare"], env=environment, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        reason = done.stderr.strip()
        if not reason.startswith("Error: "):  # not one line of ours
            reason = f"`flask prepare` failed.\n{reason}"
        print(f"Ozvěna does not start: {reason.removeprefix('Error: ')}", file=sys.stderr)
    return done.returncode


def _run(settings: Settings, environment: dict[str, str]) -> int:
    stopping = Event()
    for name in STOPPING:
        signal.signal(name, lambda *_: stopping.set())
    children = {
        # Sessions of their own: Ctrl-C reaches the parent alone, which then ends them in order.
        name: subprocess.Popen(command, env=environment, start_new_session=True, preexec_fn=_end_with_parent)
        for name, command in _commands(settings).items()
    }
    announced = False
    died = None
    while not stopping.wait(0.2):
        died = next((name for name, child in children.items() if child.poll() is not None), None)
        if died:
            break
        if not announced and _answers(settings):
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


def _end_with_parent() -> None:
    """In the child: ask Linux for a TERM when the parent is gone, however it went."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _commands(settings: Settings) -> dict[str, list[str]]:
    host = f"[{settings.bind}]" if _family(settings) is socket.AF_INET6 else settings.bind
    web = ["--bind", f"{host}:{settings.port}", "--threads", str(settings.threads)]
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


def _answers(settings: Settings) -> bool:
    """Whether the web answers; that its port is open says nothing of the app behind it."""
    connection = http.client.HTTPConnection(settings.bind, settings.port, timeout=2)
    try:
        connection.request("GET", "/zdravi")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def _announce(settings: Settings, environment: dict[str, str]) -> None:
    at = f"http://localhost:{settings.port}"
    print(f"\nOzvěna runs at {at}/\n")
    if settings.mode == "demo":
        city = cityfile.read(DEMO_CITY)
        for address in city.look_at:
            print(f"  look at           {at}{address}")
        widest = max(len(account.email) for account in city.accounts)
        for account in city.accounts:
            print(f"  sign in as        {account.email:<{widest}}  {account.name}")
        print(f"  with password     {environment['HUB_DEMO_PASSWORD']}\n")
        print(f"  data in           {settings.data_dir}")
        if not settings.mail_url:
            print(f"  its mail in       {settings.data_dir / 'mail'}")
    print("  stop with         Ctrl-C\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""The hub refuses to start on what would lose data or open it to strangers: one line of reason, an exit code that is not 0."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest

from config import BadSettings, Settings
from hub.app import _secret_of, create_app
from tests.conftest import test_settings
from tests.running import TREE, environment, finished, free_port

GOOD_SECRET = "q8Zt-5WcXn2Rk7Lb0Vy4Gd9Hs3Mj6Pf1"
SERVE = ("hub.serve",)
WEB = ("gunicorn", "--config", "gunicorn.conf.py", "--bind", "127.0.0.1:0", "hub.wsgi:app")
RECOUNT = ("flask", "recount")
WORK = ("flask", "work")

WEAK = {
    "missing": "",
    "short": GOOD_SECRET[:31],
    "one letter": "a" * 60,
    "few letters": "abcdefgh" * 8,
    "a well-known word": "development-3f9a8b7c6d5e4f3a2b1c0d9e",
    "a well-known word in capitals": "My-PASSWORD-3f9a8b7c6d5e4f3a2b1c0d9e",
    "spaces": " " * 64,
}

WRONG_NUMBERS = {
    "HUB_PORT": ("abc", "", "0", "65536", "80.5", "٨٠٨٠x", "9" * 5000),
    "HUB_THREADS": ("0", "65", "-1"),
    "HUB_PROXIES": ("-1", "6", "one"),
    "HUB_BUSY_TIMEOUT": ("0", "-1", "nan", "inf", "long"),
    "HUB_SMALL_GROUP": ("2", "11"),
    "HUB_EXACT_TIME_DAYS": ("0", "91"),
    "HUB_TAPS_PER_MINUTE": ("0", "1e999"),
    "HUB_HTTPS": ("perhaps",),
    "HUB_MODE": ("prod", "PRODUCTION "),
    "HUB_LOG_LEVEL": ("loud",),
}


def run(folder: Path, *command: str, url: str = "", **settings: str) -> tuple[int, list[str]]:
    """Start a process of ours that is expected to end; its exit code, and what it said apart from gunicorn's own lines."""
    more = {"HUB_PORT": str(free_port()), **settings}
    ours = environment(url, folder, more)
    if command == SERVE:  # which starts the others: from nothing, as a person does
        cold = [sys.executable, "-m", *command]
        done = subprocess.run(cold, cwd=TREE, env=ours, capture_output=True, text=True, timeout=60, check=False)
    else:
        done = finished(command, ours, 60)
    said = [line for line in done.stderr.splitlines() if line and not line.startswith("[")]
    return done.returncode, [line for line in said if '"logger": "gunicorn' not in line]


def assert_refuses(answer: tuple[int, list[str]], *words: str) -> None:
    code, lines = answer
    assert code not in {0, -15, -9}
    assert len(lines) == 1, "\n".join(lines)
    for word in words:
        assert word in lines[0]


@pytest.mark.parametrize("secret", WEAK.values(), ids=WEAK)
def test_production_refuses_a_missing_or_weak_secret(tmp_path: Path, secret: str) -> None:
    with pytest.raises(BadSettings, match="HUB_SECRET_KEY") as refusal:
        create_app(test_settings(mode="production", secret_key=secret, data_dir=tmp_path))
    assert "\n" not in str(refusal.value)
    assert not secret.strip() or secret not in str(refusal.value)


def test_the_control_production_with_a_good_secret_is_made(tmp_path: Path) -> None:
    app = create_app(test_settings(mode="production", secret_key=GOOD_SECRET, data_dir=tmp_path))
    assert app.config["SECRET_KEY"] == GOOD_SECRET
    assert not app.testing
    assert not (tmp_path / "secret.txt").exists()


@pytest.mark.parametrize("command", [SERVE, WEB, RECOUNT], ids=["serve", "web", "command"])
def test_every_process_of_production_refuses_a_weak_secret_in_one_line(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    weak = "changeme-" * 6
    answer = run(tmp_path, *command, HUB_MODE="production", HUB_SECRET_KEY=weak)
    assert_refuses(answer, "HUB_SECRET_KEY", "Make one with")
    assert weak not in answer[1][0]


@pytest.mark.parametrize("value", ["1", "true", "yes", "on"])
def test_production_refuses_debug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FLASK_DEBUG", value)
    with pytest.raises(BadSettings, match="FLASK_DEBUG"):
        create_app(test_settings(mode="production", secret_key=GOOD_SECRET, data_dir=tmp_path))


@pytest.mark.parametrize("value", ["", "0", "false", "no"])
def test_debug_that_is_off_hinders_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FLASK_DEBUG", value)
    assert not create_app(test_settings(mode="production", secret_key=GOOD_SECRET, data_dir=tmp_path)).debug


def test_the_web_server_refuses_debug_in_production(tmp_path: Path) -> None:
    answer = run(tmp_path, *WEB, HUB_MODE="production", HUB_SECRET_KEY=GOOD_SECRET, FLASK_DEBUG="1")
    assert_refuses(answer, "FLASK_DEBUG")


def in_the_way(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("not a folder")
    return tmp_path / "file"


@pytest.mark.parametrize("folder", ["a file", "below a file", "a read-only file system", "a device"])
def test_a_data_folder_that_cannot_be_written_is_refused(tmp_path: Path, folder: str) -> None:
    place = {
        "a file": in_the_way(tmp_path),
        "below a file": in_the_way(tmp_path) / "data",
        "a read-only file system": Path("/proc/ozvena"),
        "a device": Path("/dev/null"),
    }[folder]
    with pytest.raises(BadSettings, match=r"HUB_DATA_DIR.*cannot be written") as refusal:
        create_app(test_settings(data_dir=place))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("command", [SERVE, WEB], ids=["serve", "web"])
def test_a_file_in_place_of_the_data_folder_stops_the_start(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert_refuses(run(in_the_way(tmp_path), *command), "HUB_DATA_DIR", "cannot be written")


@pytest.mark.parametrize("command", [WEB, WORK], ids=["web", "work"])
def test_a_database_behind_its_migrations_stops_the_start(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert_refuses(run(tmp_path, *command), "migration", "flask db upgrade")


def test_a_port_in_use_stops_the_start_and_names_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = run(tmp_path, *SERVE, HUB_PORT=str(port))
    assert_refuses(answer, str(port), "HUB_PORT")
    assert not (tmp_path / "hub.db").exists()


@pytest.mark.parametrize("name", ["nic", "hub", "channels", "config", "os.path", "..", "a b", "kiosk.views"])
def test_an_unknown_room_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadSettings, match="HUB_ROOMS"):
        create_app(test_settings(data_dir=tmp_path, rooms=("kiosk", name)))


def test_an_unknown_room_stops_the_start(tmp_path: Path) -> None:
    assert_refuses(run(tmp_path, *SERVE, HUB_ROOMS="kiosk,kioks"), "HUB_ROOMS", "'kioks'")


def test_a_room_named_twice_is_there_once(tmp_path: Path) -> None:
    assert len(create_app(test_settings(data_dir=tmp_path, rooms=("kiosk", "kiosk"))).extensions["hub_rooms"]) == 1


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG_NUMBERS.items() for value in values]
)
def test_a_malformed_setting_is_named_in_one_line_without_its_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=f"^{name}: ") as refusal:
        Settings.of_environment()
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("command", [SERVE, WEB, RECOUNT], ids=["serve", "web", "command"])
def test_several_malformed_settings_are_named_in_one_line_without_secrets(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    wrong = {"HUB_THREADS": "tajny-klic-omylem-zde", "HUB_PROXIES": "9", "HUB_SECRET_KEY": GOOD_SECRET}
    answer = run(tmp_path, *command, **wrong)
    assert_refuses(answer, "HUB_THREADS", "HUB_PROXIES")
    assert "tajny" not in answer[1][0]
    assert GOOD_SECRET not in answer[1][0]


def test_processes_that_start_at_once_get_the_same_secret(tmp_path: Path) -> None:
    def start(folder: Path, together: Barrier, secrets: list[str]) -> None:
        together.wait()
        secrets.append(_secret_of(folder))

    for n in range(50):
        folder, together, secrets = tmp_path / str(n), Barrier(8), list[str]()
        folder.mkdir()
        threads = [Thread(target=start, args=(folder, together, secrets)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(secrets)) == 1
        assert len(secrets[0]) > 40
        assert (folder / "secret.txt").stat().st_mode & 0o077 == 0

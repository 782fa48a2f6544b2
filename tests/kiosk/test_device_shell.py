"""The shell of the paired touch screen: the same for everybody, small, complete, and known by its version."""

from __future__ import annotations

import gzip
import json
import re
from hashlib import sha256

import pytest
from flask import Flask

from hub.vocabulary import KIOSK_LANGUAGES
from kiosk import shell
from kiosk.device_texts import TEXTS, texts

PAGE = "/kiosk/zarizeni/"
LARGEST = 100_000


def parts(house: Flask) -> dict[str, str]:
    """Address → digest of everything the service worker keeps."""
    script = house.test_client().get(f"{PAGE}sw.js").get_data(as_text=True)
    found = re.search(r"^const PARTS = (.*);$", script, re.MULTILINE)
    assert found
    kept: dict[str, str] = json.loads(found[1])
    return kept


def test_the_shell_is_the_same_for_everybody_and_sets_no_cookie(light: Flask) -> None:
    one, other = (light.test_client().get(PAGE, headers={"Accept-Language": code}) for code in ("de", "cs"))
    assert one.data == other.data
    assert "Set-Cookie" not in one.headers
    assert light.test_client().get(PAGE, headers={"If-None-Match": one.headers["ETag"]}).status_code == 304
    policy = one.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "worker-src 'self'" in policy
    assert "unsafe" not in policy
    assert light.test_client().get("/de" + PAGE).headers["Location"] == PAGE


def test_the_worker_keeps_every_part_of_the_shell_and_nothing_that_is_not_served_so(light: Flask) -> None:
    client = light.test_client()
    kept = parts(light)
    for address, digest in kept.items():
        assert sha256(client.get(address, buffered=True).data).hexdigest() == digest, address
    asked = set()
    for address in kept:
        text = client.get(address, buffered=True).get_data(as_text=True)
        if address == PAGE:
            asked |= set(re.findall(r'(?:href|src)="(/[^"]+)"', text))
        else:
            asked |= {f"/static/kiosk/device/{name}" for name in re.findall(r"from '\./([\w.]+)'", text)}
            asked |= {f"/static/kiosk/{name}" for name in re.findall(r"from '\.\./([\w.]+)'", text)}
    assert asked <= kept.keys()
    assert kept.keys() - asked == {PAGE}


def test_the_whole_shell_is_under_a_hundred_kilobytes(light: Flask) -> None:
    client = light.test_client()
    bodies = [client.get(address, buffered=True).data for address in [*parts(light), f"{PAGE}sw.js"]]
    assert sum(map(len, bodies)) < LARGEST
    assert sum(len(gzip.compress(body)) for body in bodies) < LARGEST / 2


def test_any_change_of_the_shell_is_another_version(light: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def version() -> str:
        found = re.search(rb'data-version="([0-9a-f]{16})"', light.test_client().get(PAGE).data)
        assert found
        return found[1].decode()

    before = version()
    worker = light.test_client().get(f"{PAGE}sw.js").headers["ETag"]
    files = list(shell._files())
    monkeypatch.setattr(shell, "_files", lambda: iter([*files[:-1], (files[-1][0], files[-1][1] + b"\n")]))
    shell.forget()
    try:
        assert version() != before
        assert light.test_client().get(f"{PAGE}sw.js").headers["ETag"] != worker
    finally:
        shell.forget()


def test_every_word_of_the_screens_is_there_in_every_language() -> None:
    asked: set[str] = set()
    for path in (shell.FOLDER / "device").glob("*.js"):
        asked |= set(re.findall(r"\bt\('(\w+)'", path.read_text(encoding="utf-8")))
    assert asked <= TEXTS.keys()


def test_texts_come_in_the_languages_asked_for(light: Flask) -> None:
    with light.test_request_context():
        said = texts(KIOSK_LANGUAGES)
    assert list(said) == list(KIOSK_LANGUAGES)
    for code, words in said.items():
        assert words.keys() == TEXTS.keys()
        if code != "en":
            same = {key for key in words if words[key] == said["en"][key]}
            assert same <= {"contrast"}, code
        for key, text in words.items():
            assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", TEXTS[key]), (code, key)

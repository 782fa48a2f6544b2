"""Ceilings: kept for all processes together, not evaded by a header, and never the reason why a tap is lost."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import visitors
from tests.factories import PASSWORD
from tests.presses import press_json
from tests.running import Server
from tests.services.require import or_missing
from tests.services.valkey import ValkeyServer
from tests.visitors import SIGN_IN, TAP, Answer, ask, assert_refused, csrf, everything, sign_in

ELSEWHERE = "/kiosk/davky/dotek"


@pytest.fixture
def own_valkey() -> Iterator[ValkeyServer]:
    """A Valkey of this test alone, which it may stop."""
    with or_missing("valkey"):
        server = ValkeyServer()
    with server:
        yield server


@pytest.fixture
def open_house(migrated_sqlite: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Flask]]:
    """Open an app with a city under some settings."""
    opened: list[Flask] = []

    def one(**settings: object) -> Flask:
        opened.append(visitors.open_house(visitors.fresh_database(request, "sqlite", tmp_path), tmp_path, **settings))
        return opened[-1]

    yield one
    for app in opened:
        visitors.close_house(app)


def within_one_minute(attempt: Callable[[], list[Answer]]) -> list[Answer]:
    """Do something until it fell within one window of the limits, which is a minute of the clock."""
    while True:
        began = time.time() // 60
        answers = attempt()
        if time.time() // 60 == began:
            return answers


def test_two_web_processes_share_one_ceiling(
    own_valkey: ValkeyServer,
    migrated_sqlite: Path,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    serve: Callable[..., Server],
) -> None:
    url = visitors.fresh_database(request, "sqlite", tmp_path)
    app = visitors.open_house(url, tmp_path)
    settings = {"HUB_LIMITS_URL": own_valkey.url, "HUB_TAPS_PER_MINUTE": "10"}
    servers = [serve(url, **settings), serve(url, **settings)]
    answers = within_one_minute(lambda: [ask(servers[n % 2], "POST", TAP, press_json()) for n in range(24)])
    statuses = [answer.status for answer in answers]
    assert (statuses.count(201), statuses.count(429)) == (10, 14)
    refused = answers[-1]
    assert refused.json()["error"] == "too_many"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["X-Request-Id"] == refused.json()["request_id"]
    assert len(everything(app)["feedback"]) % 10 == 0
    assert ask(servers[0], "POST", ELSEWHERE, press_json()).status == 201
    visitors.close_house(app)


def test_without_the_store_of_limits_taps_pass_and_with_it_back_the_ceiling_holds(
    own_valkey: ValkeyServer, open_house: Callable[..., Flask]
) -> None:
    app = open_house(limits_url=own_valkey.url, taps_per_minute=2)
    client = app.test_client()

    def statuses() -> list[int]:
        return [client.post(TAP, json=press_json()).status_code for _ in range(5)]

    assert 429 in statuses()
    own_valkey.stop()
    began = time.monotonic()
    assert statuses() == [201] * 5
    assert sign_in(client).status_code == 302
    assert time.monotonic() - began < 10
    own_valkey.start()
    assert 429 in statuses()


@pytest.mark.timeout(60)
def test_a_store_of_limits_that_hangs_holds_up_no_tap_for_long(
    own_valkey: ValkeyServer, open_house: Callable[..., Flask]
) -> None:
    client = open_house(limits_url=own_valkey.url, taps_per_minute=2).test_client()
    assert client.post(TAP, json=press_json()).status_code == 201
    pid = int((own_valkey.directory / "pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert client.post(TAP, json=press_json()).status_code == 201
        assert time.monotonic() - began < 5
    finally:
        os.kill(pid, signal.SIGCONT)


def test_the_hub_starts_while_the_store_of_limits_is_down(open_house: Callable[..., Flask]) -> None:
    client = open_house(limits_url="redis://127.0.0.1:1/0").test_client()
    assert client.post(TAP, json=press_json()).status_code == 201


FORGED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP")


@pytest.mark.parametrize("header", FORGED)
def test_a_rotated_header_does_not_evade_the_limit_of_sign_ins(open_house: Callable[..., Flask], header: str) -> None:
    app = open_house(sign_ins_per_minute=3)
    client = app.test_client()
    form = {"email": "", "password": "", "csrf_token": csrf(client)}
    answers = [
        client.post(SIGN_IN, data={**form, "email": f"kdosi{n}@mesto.example"}, headers={header: f"10.0.0.{n}"})
        for n in range(7)  # more than two windows of the clock let through
    ]
    assert_refused(answers[-1], 429)
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[0].status_code == 200
    assert client.post(TAP, json=press_json()).status_code == 201


def test_one_account_is_limited_from_all_addresses_together(open_house: Callable[..., Flask]) -> None:
    client = open_house(sign_ins_per_minute=3, proxies=1).test_client()
    form = {"password": "wrong", "csrf_token": csrf(client)}
    spellings = ("doprava@mesto.example", " Doprava@Mesto.Example", "DOPRAVA@MESTO.EXAMPLE ")
    answers = [
        client.post(SIGN_IN, data={**form, "email": spellings[n % 3]}, headers={"X-Forwarded-For": f"10.0.0.{n}"})
        for n in range(31)  # ten addresses at full speed
    ]
    assert answers[0].status_code == 200
    assert_refused(answers[-1], 429)
    other = {"email": "spravce@mesto.example", "password": PASSWORD, "csrf_token": form["csrf_token"]}
    assert client.post(SIGN_IN, data=other, headers={"X-Forwarded-For": "10.0.1.1"}).status_code == 302


def test_taps_are_limited_by_place_and_never_by_address(open_house: Callable[..., Flask]) -> None:
    client = open_house(taps_per_minute=2).test_client()
    here = [client.post(TAP, json=press_json(), headers={"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(5)]
    assert_refused(here[-1], 429, "too_many")
    assert client.post(ELSEWHERE, json=press_json()).status_code == 201


def test_a_batch_counts_as_many_taps_as_it_carries(open_house: Callable[..., Flask]) -> None:
    client = open_house(taps_per_minute=10).test_client()
    batches = [client.post("/kiosk/ridici/davka", json={"presses": [press_json() for _ in range(6)]}) for _ in range(3)]
    assert batches[0].status_code == 200
    assert_refused(batches[2], 429, "too_many")  # at most one in each of two minutes of the clock
    too_many = {"presses": [press_json() for _ in range(11)]}
    assert_refused(client.post("/kiosk/davky/davka", json=too_many), 429, "too_many")

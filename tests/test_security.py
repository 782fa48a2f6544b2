"""Headers, cookies, rights and logs, over every route there is: the tables are compared with url_map, so none is forgotten."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.signin import AREA
from tests import visitors
from tests.factories import PASSWORD
from tests.presses import press_json
from tests.running import Server
from tests.visitors import (
    SIGN_IN,
    TAP,
    House,
    address,
    addresses,
    ask,
    everything,
    hidden_fields,
    page_after_sign_in,
    signed_in,
)

OF_DEVICE = ("", "/kod", "/nastaveni", "/navod", "/odpojit", "/ozvena-kiosk.service", "/presun", "/vyradit")
DEVICES = ("", "/novy", *(f"/<ref>{end}" for end in OF_DEVICE))
"""Ends of the addresses of kiosks."""

PUBLIC, SIGNING_IN, STAFF = "public", "signing in", "staff"

ROUTES = {
    "/": PUBLIC,
    "/healthz": PUBLIC,
    "/metrics": PUBLIC,
    "/readyz": PUBLIC,
    "/zdravi": PUBLIC,
    "/favicon.ico": PUBLIC,
    "/static/<path:filename>": PUBLIC,
    "/static/kiosk/<path:filename>": PUBLIC,
    **dict.fromkeys(("/kiosk/zarizeni/", "/kiosk/zarizeni/sw.js"), PUBLIC),
    **dict.fromkeys(
        (f"/kiosk/zarizeni/v1/{end}" for end in ("parovani", "nastaveni", "tep", "doteky", "karty")), PUBLIC
    ),
    "/napiste-nam": PUBLIC,
    "/napiste-nam/mapa": PUBLIC,
    "/napiste-nam/podobne": PUBLIC,
    "/odpovedi": PUBLIC,
    "/odpovedi/<slug>": PUBLIC,
    "/soukromi": PUBLIC,
    "/pristupnost": PUBLIC,
    "/robots.txt": PUBLIC,
    "/sitemap.xml": PUBLIC,
    "/vzhled-<mark>.css": PUBLIC,
    "/znak-<mark>.png": PUBLIC,
    "/odpovedi.atom": PUBLIC,
    "/odpovedi.json": PUBLIC,
    "/hledat": PUBLIC,
    "/pomohlo/<slug>": PUBLIC,
    "/pomohlo/zivotni-situace/<slug>": PUBLIC,
    "/pomohlo/<slug>/slova": PUBLIC,
    "/pomohlo/zivotni-situace/<slug>/slova": PUBLIC,
    "/diskuse/<slug>": PUBLIC,
    "/diskuse/<slug>/<reference>": PUBLIC,
    "/diskuse/<slug>/<reference>/nahlaseni": PUBLIC,
    "/diskuse/<slug>/pridavam-se": PUBLIC,
    "/muj-prispevek/<secret>": PUBLIC,
    "/sledovani/<secret>": PUBLIC,
    "/sledovani/<secret>/doplneni": PUBLIC,
    "/sledovani/<secret>/email": PUBLIC,
    "/sledovani/<secret>/kopie": PUBLIC,
    "/sledovani/<secret>/stazeni": PUBLIC,
    "/sledovani/<secret>/vymazani": PUBLIC,
    "/kontakty": PUBLIC,
    "/kontakty/<slug>": PUBLIC,
    "/kontakty/portrety/<digest>": PUBLIC,
    "/kontakty/zivotni-situace/<slug>": PUBLIC,
    "/odbery": PUBLIC,
    "/odbery/nastaveni/<token>": PUBLIC,
    "/odbery/potvrzeni/<secret>": PUBLIC,
    "/odbery/zrusit/<token>": PUBLIC,
    "/uredni-deska": PUBLIC,
    "/uredni-deska/<number>": PUBLIC,
    "/kiosk/<slug>": PUBLIC,
    "/kiosk/<slug>/duvod": PUBLIC,
    "/kiosk/<slug>/zmenit": PUBLIC,
    "/kiosk/<slug>/dekujeme": PUBLIC,
    "/kiosk/<slug>/zpravy": PUBLIC,
    "/kiosk/<slug>/dotek": PUBLIC,
    "/kiosk/<slug>/davka": PUBLIC,
    "/urad/prihlaseni": SIGNING_IN,
    "/urad/odhlaseni": SIGNING_IN,
    "/urad/fs-static/<path:filename>": SIGNING_IN,
    "/urad": STAFF,
    "/urad/diskuse": STAFF,
    "/urad/diskuse/<reference>": STAFF,
    "/urad/diskuse/<reference>/zacerneni": STAFF,
    "/urad/diskuse/<reference>/odpoved": STAFF,
    "/urad/diskuse/zverejneni": STAFF,
    "/urad/diskuse/zverejneni/<slug>": STAFF,
    "/urad/kontakty": STAFF,
    "/urad/kontakty/nova-situace": STAFF,
    "/urad/kontakty/novy-urednik": STAFF,
    "/urad/kontakty/odbor/<slug>": STAFF,
    "/urad/kontakty/urednik/<reference>": STAFF,
    "/urad/kontakty/urednik/<reference>/smazani": STAFF,
    "/urad/kontakty/zivotni-situace/<slug>": STAFF,
    "/urad/nepritomnost": STAFF,
    "/urad/nepritomnost/<int:number>/konec": STAFF,
    "/urad/lhuty": STAFF,
    "/urad/lhuty/overeni": STAFF,
    "/urad/lhuty/prehled": STAFF,
    "/urad/lhuty/prehled.csv": STAFF,
    "/urad/kalendar": STAFF,
    "/urad/nastaveni": STAFF,
    "/urad/nastaveni/souhrn": STAFF,
    "/urad/nastaveni/kalendar": STAFF,
    "/kalendar/<secret>.ics": PUBLIC,
    "/urad/odesilani": STAFF,
    "/urad/odesilani/<int:number>": STAFF,
    "/urad/pripady": STAFF,
    "/urad/vice-pripadu": STAFF,
    "/urad/pripady/pohledy": STAFF,
    "/urad/pripady/pohledy/<int:number>": STAFF,
    "/urad/pripady/<reference>": STAFF,
    "/urad/pripady/hledani": STAFF,
    "/urad/pripady/nova": STAFF,
    "/urad/pripady/nova/<token>": STAFF,
    "/urad/pripady/<reference>/postoupeni": STAFF,
    "/urad/pripady/<reference>/postoupeni/zpet": STAFF,
    "/urad/pripady/<reference>/spis": STAFF,
    "/urad/pripady/<reference>/spojeni": STAFF,
    "/urad/pripady/<reference>/spojeni/dalsi": STAFF,
    "/urad/pripady/<reference>/spojeni/poslat": STAFF,
    "/urad/pripady/<reference>/spojeni/zpet": STAFF,
    "/urad/pripady/<reference>/spojeni/seznam": STAFF,
    "/urad/pripady/<reference>/spojeni/hromadne/<int:number>": STAFF,
    "/urad/spojit": STAFF,
    "/urad/pripady/<reference>/koncept": STAFF,
    "/urad/pripady/<reference>/odpoved": STAFF,
    "/urad/pripady/<reference>/oprava": STAFF,
    "/urad/pripady/<reference>/plan": STAFF,
    "/urad/pripady/<reference>/ponechani": STAFF,
    "/urad/pripady/<reference>/sablona": STAFF,
    "/urad/nahled": STAFF,
    "/urad/vlozeni": STAFF,
    "/urad/sablony": STAFF,
    "/urad/sablony/<reference>": STAFF,
    "/urad/sablony/nova": STAFF,
    "/urad/pripady/<reference>/podezreni": STAFF,
    "/urad/pripady/<reference>/poznamka": STAFF,
    "/urad/pripady/<reference>/prevzeti": STAFF,
    "/urad/pripady/<reference>/pridel": STAFF,
    "/urad/pripady/<reference>/prilohy/<int:position>": STAFF,
    "/urad/pripady/<reference>/prodlouzeni": STAFF,
    "/urad/pripady/<reference>/vyzva": STAFF,
    "/urad/pripady/<reference>/schvaleni": STAFF,
    "/urad/pripady/<reference>/stazeni": STAFF,
    "/urad/pripady/<reference>/tema": STAFF,
    "/urad/pripady/<reference>/uzavreni": STAFF,
    "/urad/pripady/<reference>/vymazani": STAFF,
    "/urad/pripady/<reference>/zarazeni": STAFF,
    **dict.fromkeys((f"/urad/kiosky{end}" for end in DEVICES), STAFF),
    "/urad/uredni-deska": STAFF,
    "/urad/uredni-deska/<reference>": STAFF,
    "/urad/uredni-deska/<reference>/krok": STAFF,
    "/urad/uredni-deska/<reference>/schvaleni": STAFF,
    "/urad/nove-oznameni": STAFF,
    "/urad/spokojenost": STAFF,
    "/urad/spokojenost.csv": STAFF,
}
"""Who may ask for what. A new route needs its row here."""

KNOWN_SEE = {
    "/urad/odesilani": {200, 403},
    **{one: {200, 403} for one in ("/urad/kiosky", "/urad/kiosky/novy")},
    **{f"/urad/kiosky/<ref>{end}": {403, 404, 405} for end in OF_DEVICE},
    "/urad/sablony/<reference>": {404},
    "/urad/kontakty/odbor/<slug>": {404},
    "/urad/kontakty/urednik/<reference>": {404},
    "/urad/kontakty/zivotni-situace/<slug>": {404},
    "/urad/pripady/<reference>": {404},
    "/urad/pripady/nova/<token>": {404},
    "/urad/pripady/<reference>/postoupeni": {404},
    "/urad/pripady/<reference>/spis": {404},
    "/urad/pripady/<reference>/spojeni": {404},
    "/urad/pripady/<reference>/spojeni/seznam": {404},
    "/urad/pripady/<reference>/spojeni/hromadne/<int:number>": {404},
    "/urad/diskuse/<reference>": {404},
    "/urad/diskuse/zverejneni/<slug>": {404},
    "/urad/uredni-deska/<reference>": {404},
    "/urad/pripady/<reference>/prilohy/<int:position>": {404},
}
"""What staff see where it is not simply a page: a head does not see all letters, and there is nothing of that name."""

SAME_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}

SHELL = "/kiosk/zarizeni/"

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
}


@pytest.fixture(scope="module")
def house(houses: House) -> Flask:
    return houses("sqlite")


@pytest.fixture(scope="module")
def readers(house: Flask) -> dict[str, FlaskClient]:
    """Who asks: a stranger and two members of staff."""
    return {
        "anonymous": house.test_client(),
        "administrator": signed_in(house),
        "head": signed_in(house, "doprava@mesto.example"),
    }


def assert_headers(answer: TestResponse, path: str) -> None:
    assert {name: answer.headers.get(name) for name in SAME_EVERYWHERE} == SAME_EVERYWHERE
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-Id"])
    assert "Server" not in answer.headers
    if answer.mimetype == "text/html":
        assert_policy(answer)
    if path.startswith(AREA) or answer.request.method == "POST":
        assert answer.headers["Cache-Control"] == "no-store"


def assert_policy(answer: TestResponse) -> None:
    parts = [part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";")]
    policy = {name: value for name, _, value in parts}
    script = policy.pop("script-src")
    if answer.request.path == SHELL:  # the same bytes for everybody, which lie on a disk for weeks: no nonce
        assert script == "'self'"
        wanted = {"style-src": "'self'", "connect-src": "'self'", "worker-src": "'self'", "frame-ancestors": "'none'"}
        assert policy.items() >= {"default-src": "'none'", **wanted}.items()
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        return
    assert policy == POLICY
    nonce = re.fullmatch(r"'nonce-([\w-]{20,})'", script)
    assert nonce
    page = answer.get_data(as_text=True)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    for tag in re.findall(r"<script[^>]*>", page):
        assert f'nonce="{nonce[1]}"' in tag
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    for source in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert source.startswith(("/", "#", "?")) and not source.startswith("//"), source  # noqa: PT018


def test_the_table_of_rights_has_a_row_for_every_route_and_no_other(house: Flask) -> None:
    assert {rule.rule for rule in house.url_map.iter_rules()} == set(ROUTES)
    for rule, who in ROUTES.items():
        assert rule.startswith(AREA) == (who != PUBLIC)


def test_every_answer_carries_the_security_headers(
    readers: dict[str, FlaskClient], house: Flask, subtests: pytest.Subtests
) -> None:
    missing = ["/nic", "/urad/nic", "/kiosk/nikde", "/static/nic.css"]
    for who, client in readers.items():
        for prefix in ("", "/en"):
            for path in [*addresses(house), *missing]:
                with subtests.test(who, path=prefix + path):
                    assert_headers(client.get(prefix + path, buffered=True), path)
        for path in addresses(house, "POST"):
            with subtests.test(who, path=path, method="POST"):
                assert_headers(client.post(path, buffered=True), path)


def test_a_nonce_is_used_once(house: Flask) -> None:
    client = house.test_client()
    policies = {client.get("/").headers["Content-Security-Policy"] for _ in range(5)}
    assert len(policies) == 5


def test_public_pages_set_no_cookie_and_do_not_vary_by_one(
    readers: dict[str, FlaskClient], house: Flask, subtests: pytest.Subtests
) -> None:
    paths = [path for path in addresses(house) if not path.startswith(AREA)]
    assert len(paths) > 5
    for who, client in readers.items():
        for path in [*paths, "/nic", "/kiosk/nikde", "/en/", "/uk/kiosk/ridici"]:
            with subtests.test(who, path=path):
                answer = client.get(path, buffered=True)
                assert "Set-Cookie" not in answer.headers
                assert "cookie" not in answer.headers.get("Vary", "").lower()
    form = hidden_fields(house.test_client().get("/kiosk/ridici").get_data(as_text=True))
    for answer in (
        house.test_client().post("/kiosk/ridici", data={**form, "visit": "5"}),
        house.test_client().post(TAP, json=press_json()),
    ):
        assert answer.status_code in {201, 303}
        assert "Set-Cookie" not in answer.headers


def test_a_public_page_is_the_same_for_staff_as_for_strangers(readers: dict[str, FlaskClient]) -> None:
    def page(client: FlaskClient) -> str:
        return re.sub(r"nonce-?[\w=\"-]+", "", client.get("/").get_data(as_text=True))

    assert len({page(client) for client in readers.values()}) == 1


def test_every_staff_route_needs_a_sign_in(
    readers: dict[str, FlaskClient], house: Flask, subtests: pytest.Subtests
) -> None:
    staff = [rule for rule in house.url_map.iter_rules() if ROUTES[rule.rule] == STAFF]
    for rule in staff:
        path = address(rule)
        to_read = any("GET" in (one.methods or set()) for one in staff if one.rule == rule.rule)
        for prefix in ("", "/en", "/uk"):
            with subtests.test(prefix + path):
                answer = readers["anonymous"].get(prefix + path)
                assert answer.status_code == (302 if to_read else 405)
                assert not to_read or f"{prefix}{SIGN_IN}" in answer.headers["Location"]
                assert readers["anonymous"].post(prefix + path).status_code in {400, 401, 405}
                for known in ("administrator", "head"):
                    answer = readers[known].get(prefix + path)
                    assert answer.status_code in KNOWN_SEE.get(rule.rule, {200, 302} if to_read else {405})
                    assert SIGN_IN not in str(answer.headers.get("Location"))


def test_a_forged_cookie_signs_nobody_in(house: Flask, subtests: pytest.Subtests) -> None:
    client = signed_in(house)
    cookie = client.get_cookie("urad")
    assert cookie
    body, stamp, signature = cookie.value.rsplit(".", 2)
    for forged in (
        "x",
        "",
        f"{body}.{stamp}.{signature[::-1]}",
        f"{body[::-1]}.{stamp}.{signature}",
        "e30.e30.e30",
        "\xff",
    ):
        with subtests.test(forged[:10]):
            answer = house.test_client(use_cookies=False).get("/urad/spokojenost", headers={"Cookie": f"urad={forged}"})
            assert answer.status_code == 302
    kept = house.test_client(use_cookies=False).get("/urad/spokojenost", headers={"Cookie": f"urad={cookie.value}"})
    assert kept.status_code == 200


@pytest.mark.parametrize("who", ["anonymous", "administrator"])
def test_asking_changes_nothing(readers: dict[str, FlaskClient], house: Flask, who: str) -> None:
    before = everything(house)
    for path in addresses(house):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert readers[who].open(path, method=method, buffered=True).status_code < 500
    assert everything(house) == before


def test_over_https_the_browser_is_told_to_stay_there(houses: House) -> None:
    secure = houses("sqlite", https=True, proxies=1)
    for path in ("/", "/nic", "/urad/spokojenost", "/zdravi"):
        answer = secure.test_client().get(path, base_url="https://localhost")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


CANARY = "kanarek"


def canary(place: str) -> str:
    return f"{CANARY}-{place}-7b1f"


@pytest.fixture
def talkative(request: pytest.FixtureRequest, tmp_path: Path, serve: Callable[..., Server]) -> tuple[Server, Path]:
    """A real server that logs all it ever would, and its database."""
    url = visitors.fresh_database(request, "sqlite", tmp_path)
    visitors.close_house(visitors.open_house(url, tmp_path))
    return serve(url, HUB_LOG_LEVEL="debug", HUB_PROXIES="1"), tmp_path / "hub.db"


def raw(server: Server, text: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(text.encode("latin-1"))
        while connection.recv(65536):
            pass


def test_no_word_of_a_visitor_reaches_the_log(talkative: tuple[Server, Path]) -> None:
    server, file = talkative
    told = {
        "User-Agent": canary("agent"),
        "Referer": f"http://x/{canary('referer')}",
        "Cookie": f"urad={canary('cookie')}; remember_token={canary('remember')}",
        "X-Forwarded-For": "203.0.113.77",
        "Authorization": f"Bearer {canary('bearer')}",
    }
    for path in ("/", f"/{canary('path')}", f"/kiosk/{canary('slug')}", f"/kiosk/ridici?s={canary('query')}",
                 f"/kiosk/ridici/duvod?s={canary('state')}", f"/urad/spokojenost?misto={canary('place')}",
                 f"/urad/prihlaseni?next=/{canary('next')}", f"/%0d%0a{canary('line')}"):  # fmt: skip
        ask(server, "GET", path, **told)
    for body in (press_json(id=canary("id")), press_json(language=canary("language")), {canary("key"): canary("value")},
                 press_json(ratings={canary("question"): 1}), press_json(questionnaire=canary("questionnaire"))):  # fmt: skip
        ask(server, "POST", TAP, body, **told)
        ask(server, "POST", "/kiosk/ridici/davka", {"presses": [body]}, **told)
        ask(server, "POST", f"/kiosk/{canary('slug')}/dotek", body, **told)
    form = "&".join(f"{name}={canary(name)}" for name in ("email", "password", "csrf_token", "token"))
    kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\nConnection: close\r\n\r\n{form}"
    for path in ("/urad/prihlaseni", "/kiosk/ridici", "/urad/odhlaseni"):
        raw(server, f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{kind}")
    raw(server, f"GET /{canary('line')} HTTP/9.9\r\nHost: localhost\r\n\r\n")
    raw(server, f"GET / HTTP/1.1\r\nHost: localhost\r\n{canary('header')}\r\n\r\n")
    raw(server, f"{canary('METHOD')} / HTTP/1.1\r\nHost: {canary('host')}\r\nConnection: close\r\n\r\n")
    for email, password in (("spravce@mesto.example", canary("password")), (f"{CANARY}@mesto.example", PASSWORD)):
        assert 'role="alert"' in page_after_sign_in(server, email, password)
    assert "Odhlásit" in page_after_sign_in(server, "spravce@mesto.example", PASSWORD)
    tap = press_json()
    with closing(sqlite3.connect(file)) as other:
        other.execute("ALTER TABLE feedback RENAME TO away")  # the error of the database then quotes the whole INSERT
        assert ask(server, "POST", TAP, tap, **told).status == 503
    log = server.log()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {line["route"] for line in lines if line["event"] == "request"} >= {
        None,
        "/",
        "/kiosk/<slug>/dotek",
        "/urad/prihlaseni",
    }
    assert [line["kind"] for line in lines if line["event"] == "unexpected"] == ["OperationalError"]
    for word in (CANARY, "203.0.113.77", str(tap["id"]), "mesto.example", PASSWORD, "INSERT"):
        assert word not in log
    assert "127.0.0.1" not in log.replace(f"127.0.0.1:{server.port}", "")

"""Forms that are forged, old, of another page or of another site, foreign hosts and wrong methods."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from hub import forms
from kiosk.screens import form_name
from tests import visitors
from tests.factories import PASSWORD
from tests.presses import press_json
from tests.visitors import SIGN_IN, TAP, House, addresses, assert_refused, csrf, nothing_else_stored, signed_in

FORM = "/kiosk/ridici"
WEEK = 7 * 24 * 3600


def token(app: Flask, name: str = form_name("ridici")) -> str:
    with app.app_context():
        return forms.token(name)


def aged(app: Flask, seconds: int, secret: str | None = None) -> str:
    """A token of this form that was signed so many seconds ago."""

    class Then(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - seconds

    key = secret or app.config["SECRET_KEY"]
    return str(URLSafeTimedSerializer(key, salt=f"form:{form_name('ridici')}", signer=Then).dumps(None))


def filled(app: Flask, **changes: object) -> dict[str, object]:
    """The form of a touch screen without scripts, filled in well but for the changes."""
    good = {
        "token": token(app),
        "id": str(uuid4()),
        "rev": "0",
        "questionnaire": "kiosk@2",
        "language": "cs",
        "visit": "5",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def test_the_control_the_form_as_it_is_gets_stored(house: Flask) -> None:
    good = filled(house)
    for _ in range(2):
        answer = house.test_client().post(FORM, data=good)
        assert answer.status_code == 303
        assert "/kiosk/ridici/duvod?s=" in answer.headers["Location"]
    rows = [row for row in visitors.everything(house)["feedback"] if row[2] == good["id"]]
    assert len(rows) == 1


def test_the_form_a_browser_gets_is_one_that_is_taken(light: Flask) -> None:
    page = light.test_client().get(FORM).get_data(as_text=True)
    fields = visitors.hidden_fields(page)
    assert light.test_client().post(FORM, data={**fields, "visit": "4"}).status_code == 303


def test_a_form_without_a_fresh_token_of_its_own_is_refused(house: Flask, subtests: pytest.Subtests) -> None:
    body, _, signature = token(house).rpartition(".")
    tokens = {
        "none": None,
        "empty": "",
        "junk": "x.y.z",
        "10 kB": "a" * 10_000,
        "NUL": "\0",
        "forged": f"{body}.{signature[::-1]}",
        "signed by another secret": aged(house, 0, "somebody else's secret, long enough"),
        "of another place": token(house, form_name("davky")),
        "of another form": token(house, "sitting:ridici"),
        "a week and a minute old": aged(house, WEEK + 60),
        "ten years old": aged(house, 520 * WEEK),
        "of the future": aged(house, -3600),
    }
    with nothing_else_stored(house) as good_tap:
        for what, bad in tokens.items():
            with subtests.test(what):
                assert_refused(house.test_client().post(FORM, data=filled(house, token=bad)), 400, "form_expired")
            good_tap()


def test_a_form_of_yesterday_is_still_good(light: Flask) -> None:
    assert light.test_client().post(FORM, data=filled(light, token=aged(light, WEEK - 60))).status_code == 303


BAD_FIELDS: dict[str, dict[str, object]] = {
    "no id": {"id": None},
    "an empty id": {"id": ""},
    "a UUID of version 7": {"id": "0192f0c4-8e2a-7b3c-9d4e-5f6071829304"},
    "NUL in the id": {"id": f"{uuid4()}\0"},
    "a surrogate in the id": {"id": "\udcff".encode("utf-8", "surrogateescape")},
    "no face": {"visit": None},
    "an empty face": {"visit": ""},
    "face 0": {"visit": "0"},
    "face 6": {"visit": "6"},
    "face -1": {"visit": "-1"},
    "face 10**30": {"visit": "1" + "0" * 30},
    "face in Arabic digits": {"visit": "٣"},
    "face with a zero-width space": {"visit": "5\u200b"},
    "face true": {"visit": "true"},
    "a reason of seven": {"reason": "7"},
    "revision -1": {"rev": "-1"},
    "revision 100": {"rev": "100"},
    "an empty revision": {"rev": ""},
    "an unknown questionnaire": {"questionnaire": "jiny@1"},
    "no questionnaire": {"questionnaire": None},
    "an unknown language": {"language": "xx"},
    "a control character in the language": {"language": "cs\x1b"},
}


def test_a_form_with_a_bad_field_is_refused_by_a_page(house: Flask, subtests: pytest.Subtests) -> None:
    with nothing_else_stored(house) as good_tap:
        for what, change in BAD_FIELDS.items():
            with subtests.test(what):
                assert_refused(house.test_client().post(FORM, data=filled(house, **change)), 400, "bad_input")
            good_tap()


def test_a_form_too_large_or_with_too_many_parts_is_refused(light: Flask, subtests: pytest.Subtests) -> None:
    many = {f"field{n}": "x" for n in range(150)}
    with nothing_else_stored(light) as good_tap:
        for what, change, kind in (
            ("2 MB", {"more": "x" * 2_000_000}, "application/x-www-form-urlencoded"),
            ("20 kB", {"more": "x" * 20_000}, "application/x-www-form-urlencoded"),
            ("150 parts", many, "multipart/form-data"),
        ):
            with subtests.test(what):
                answer = light.test_client().post(FORM, data={**filled(light), **change}, content_type=kind)
                assert_refused(answer, 413, "too_large")
            good_tap()


def test_the_sitting_in_the_address_cannot_be_made_up(light: Flask, subtests: pytest.Subtests) -> None:
    for state in ("", "x", "\0", token(light), token(light, "sitting:davky"), token(light, "sitting:ridici")):
        for page in ("duvod", "zmenit"):
            with subtests.test(page, state=state[:12]):
                assert_refused(light.test_client().get(f"{FORM}/{page}", query_string={"s": state}), 400)


FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://["},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost@evil.example"},
    {"Origin": "http://localhost:8000"},
    {"Origin": "localhost"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "anything"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
)


def test_what_a_page_of_another_site_sends_is_refused(light: Flask, subtests: pytest.Subtests) -> None:
    client = light.test_client()
    with nothing_else_stored(light) as good_tap:
        for headers in FOREIGN:
            with subtests.test(str(headers)):
                assert_refused(client.post(FORM, data=filled(light), headers=headers), 403, "foreign_origin")
                assert_refused(client.post(TAP, json=press_json(), headers=headers), 403, "foreign_origin")
                batch = client.post("/kiosk/ridici/davka", json={"presses": [press_json()]}, headers=headers)
                assert_refused(batch, 403, "foreign_origin")
            good_tap()


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_what_our_own_page_sends_is_taken(light: Flask, headers: dict[str, str]) -> None:
    assert light.test_client().post(TAP, json=press_json(), headers=headers).status_code == 201
    assert light.test_client().post(FORM, data=filled(light), headers=headers).status_code == 303


EVIL = "evil.example"


def test_a_foreign_host_is_refused_on_every_route(light: Flask, subtests: pytest.Subtests) -> None:
    clients = {"anonymous": light.test_client(), "signed in": signed_in(light)}
    with nothing_else_stored(light):
        for who, client in clients.items():
            for method in ("GET", "POST"):
                for address in [*addresses(light, method), "/there-is-nothing", "//evil.example/"]:
                    with subtests.test(who, method=method, address=address):
                        answer = client.open(address, method=method, base_url=f"http://{EVIL}")
                        assert_refused(answer, 400)
                        assert EVIL not in answer.get_data(as_text=True).replace(address, "")
                        assert EVIL not in str(answer.headers.get("Location"))


@pytest.mark.parametrize(
    "host", ["", "a b", "[::1", "localhost.evil.example", "localhost@evil.example", "\xff", "a" * 300]
)
def test_a_host_that_is_none_is_refused(light: Flask, host: str) -> None:
    client = light.test_client(use_cookies=False)
    assert_refused(client.get("/", headers={"Host": host}), 400)
    assert_refused(client.post(TAP, json=press_json(), headers={"Host": host}), 400, "bad_request")


def test_what_a_stranger_says_of_a_proxy_is_not_believed(light: Flask, subtests: pytest.Subtests) -> None:
    client = signed_in(light)
    told = {
        "X-Forwarded-Host": EVIL,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": f"/{EVIL}",
        "Forwarded": f"host={EVIL}",
    }
    for address in addresses(light):
        with subtests.test(address):
            plain, evil = client.get(address, buffered=True), client.get(address, headers=told, buffered=True)
            assert evil.status_code == plain.status_code
            assert EVIL not in evil.get_data(as_text=True)
            assert evil.headers.get("Location") == plain.headers.get("Location")


def test_behind_one_trusted_proxy_a_foreign_forwarded_host_is_refused_too(
    houses: House, subtests: pytest.Subtests
) -> None:
    behind = houses("sqlite", proxies=1)
    for address in addresses(behind):
        with subtests.test(address):
            assert_refused(behind.test_client().get(address, headers={"X-Forwarded-Host": EVIL}), 400)
    assert behind.test_client().get("/", headers={"X-Forwarded-Host": "localhost"}).status_code == 200


def methods(app: Flask, address: str) -> set[str]:
    """What may be asked of an address by any rule that fits it."""
    allowed: set[str] = set(app.url_map.bind("localhost").allowed_methods(address))
    return allowed & {"GET", "POST"}


def test_a_wrong_method_says_which_ones_there_are(light: Flask, subtests: pytest.Subtests) -> None:
    client = signed_in(light)
    with nothing_else_stored(light):
        for address in sorted({*addresses(light), *addresses(light, "POST")}):
            known = methods(light, address)
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - known:
                with subtests.test(address, method=method):
                    answer = client.open(address, method=method)
                    assert_refused(answer, 405, "wrong_method")
                    allowed = set(answer.headers["Allow"].split(", "))
                    assert allowed == known | {"OPTIONS"} | ({"HEAD"} if "GET" in known else set())


def sign_in_with(client: FlaskClient, email: object, password: object) -> None:
    """Nobody is signed in by this, and the form is shown again."""
    answer = client.post(SIGN_IN, data={"email": email, "password": password, "csrf_token": csrf(client)})
    assert answer.status_code == 200
    assert '<html lang="cs"' in answer.get_data(as_text=True)
    assert client.get("/urad/spokojenost").status_code == 302


def test_hostile_words_in_the_sign_in_form_sign_nobody_in(house: Flask, subtests: pytest.Subtests) -> None:
    known = "spravce@mesto.example"
    pairs = [("", ""), ("\0", "\0"), (known, "\0"), (f"{known}\0", PASSWORD), (known, f"{PASSWORD}\0"), (known, "x" * 30_000),
             ("x" * 30_000, "x"), ("' OR 1=1 --", "x"), (f"{known}\r\nBcc: x@y.cz", PASSWORD), (known, "\u200b"),
             (b"\xff\xfe", b"\xff"), ("a@" + "b" * 70 + ".cz", "x"), ("\u202e@\u202e", "x")]  # fmt: skip
    with nothing_else_stored(house) as good_tap:
        for email, password in pairs:
            with subtests.test(repr(email)[:20]):
                sign_in_with(house.test_client(), email, password)
            good_tap()


@pytest.mark.parametrize("body", [b"[1,2]", b'"x"', b"{", b'{"email":5,"password":[1]}', b"5", b"null"])
def test_json_at_the_sign_in_is_refused(light: Flask, body: bytes) -> None:
    assert_refused(light.test_client().post(SIGN_IN, data=body, content_type="application/json"), 400)


MONTHS = ("9999-12", "0000-00", "1999-12", "2026-13", "%00", "2026-1%C2%B2", "9" * 5000, "2026-11%0a", "-11", "x")


def test_a_month_that_is_none_is_refused(light: Flask, subtests: pytest.Subtests) -> None:
    client = signed_in(light)
    for month in MONTHS:
        for page in ("/urad/spokojenost", "/urad/spokojenost.csv"):
            with subtests.test(page, month=month[:12]):
                assert_refused(client.get(f"{page}?mesic={month}"), 400)


def test_figures_of_an_unknown_place_are_not_found(light: Flask, subtests: pytest.Subtests) -> None:
    client = signed_in(light)
    for query in ("misto=%00", "misto=nic", "odbor=%ff", "odbor=" + "a" * 3000, "misto=%3Cscript%3E"):
        with subtests.test(query[:20]):
            answer = client.get(f"/urad/spokojenost?{query}")
            assert_refused(answer, 404)
            assert "<script>" not in answer.get_data(as_text=True)

"""Signing in and out, and what each account may see."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.database import db
from hub.models import Account, AuditEntry
from kiosk import actions
from tests import visitors
from tests.factories import PASSWORD
from tests.presses import press
from tests.visitors import SIGN_IN, House, assert_refused, csrf, everything, sign_in, signed_in

FIGURES = "/urad/spokojenost"
CSV = "/urad/spokojenost.csv"
SIGN_OUT = "/urad/odhlaseni"


def sees_figures(client: FlaskClient) -> bool:
    return client.get(FIGURES).status_code == 200


def entries(app: Flask) -> list[tuple[object, ...]]:
    """(actor kind, actor, act, about table, about id) of every sign-in in the audit log."""
    with app.app_context():
        rows = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "sign in").order_by(AuditEntry.id))
        return [(row.actor_kind, row.actor_id, row.act, row.about_table, row.about_id) for row in rows]


def account_id(app: Flask, email: str) -> int:
    with app.app_context():
        return db.session.scalars(sa.select(Account.id).where(Account.email == email)).one()


def test_the_right_password_signs_in_and_leaves_one_entry_in_the_audit_log(house: Flask) -> None:
    before = entries(house)
    client = house.test_client()
    assert not sees_figures(client)
    answer = sign_in(client, "doprava@mesto.example")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/urad")
    assert sees_figures(client)
    who = account_id(house, "doprava@mesto.example")
    assert entries(house)[len(before) :] == [("account", who, "sign in", "accounts", who)]


def test_the_address_may_be_written_in_capitals(light: Flask) -> None:
    client = light.test_client()
    assert sign_in(client, "Spravce@Mesto.Example").status_code == 302
    assert sees_figures(client)


def test_a_failed_sign_in_does_not_tell_which_part_was_wrong(house: Flask) -> None:
    before = everything(house)

    def page(email: str, password: str) -> str:
        client = house.test_client()
        answer = sign_in(client, email, password)
        assert answer.status_code == 200
        assert not sees_figures(client)
        text = answer.get_data(as_text=True).replace(email, "")
        assert 'role="alert"' in text
        return re.sub(r'value="[^"]*"|nonce-?[\w=\"-]+', "", text)

    wrong_password = page("spravce@mesto.example", "neco-jineho-docela")
    assert page("nikdo@mesto.example", "neco-jineho-docela") == wrong_password
    assert page("spravce@mesto.example", "x") == wrong_password
    assert everything(house) == before


FOREIGN_NEXT = (
    "//evil.example",
    "////evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://localhost@evil.example",
    "\0//evil.example",
)


@pytest.mark.parametrize("target", FOREIGN_NEXT)
def test_the_sign_in_leads_nowhere_else(light: Flask, target: str) -> None:
    for place in ("query", "form"):
        client = light.test_client()
        form = {"email": "spravce@mesto.example", "password": PASSWORD, "csrf_token": csrf(client)}
        query = {"next": target} if place == "query" else {}
        answer = client.post(
            SIGN_IN, data={**form, **({"next": target} if place == "form" else {})}, query_string=query
        )
        assert_stays_here(answer)
        assert_stays_here(client.get(SIGN_IN, query_string={"next": target}))


def assert_stays_here(answer: TestResponse) -> None:
    """No redirect, or one that stays on this host, also for browsers that take a backslash for a slash."""
    location = answer.headers.get("Location")
    assert answer.status_code == (302 if location else 200)
    target = urljoin(f"http://localhost{SIGN_IN}", (location or "").replace("\\", "/"))
    assert urlsplit(target)[:2] == ("http", "localhost"), location


def test_the_sign_in_leads_back_to_where_one_was_going(light: Flask) -> None:
    client = light.test_client()
    wanted = f"{FIGURES}?mesic=2026-10"
    address = client.get(wanted).headers["Location"]
    form = {"email": "spravce@mesto.example", "password": PASSWORD, "csrf_token": csrf(client, address)}
    assert client.post(address, data=form).headers["Location"] == wanted


def test_signing_out_needs_a_post_with_its_token(light: Flask) -> None:
    client = signed_in(light)
    assert_refused(client.get(SIGN_OUT), 405, "wrong_method")
    for data in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": csrf(light.test_client())}):
        assert_refused(client.post(SIGN_OUT, data=data), 400, "form_expired")
    assert_refused(client.post(SIGN_OUT, json={"csrf_token": csrf(client, FIGURES)}), 400, "form_expired")
    assert sees_figures(client)
    answer = client.post(SIGN_OUT, data={"csrf_token": csrf(client, FIGURES)})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert not sees_figures(client)


def test_a_sign_in_without_the_token_of_its_form_is_refused(light: Flask) -> None:
    form = {"email": "spravce@mesto.example", "password": PASSWORD}
    for more in ({}, {"csrf_token": "x"}, {"csrf_token": csrf(light.test_client())}):
        client = light.test_client()
        assert_refused(client.post(SIGN_IN, data={**form, **more}), 400, "form_expired")
        assert not sees_figures(client)
    assert_refused(light.test_client().post(SIGN_IN, json=form), 400, "form_expired")


def cookies(answer: TestResponse) -> dict[str, set[str]]:
    """Cookie name → its attributes in lower case."""
    found = {}
    for header in answer.headers.getlist("Set-Cookie"):
        pair, *attributes = header.split("; ")
        found[pair.partition("=")[0]] = {attribute.lower() for attribute in attributes}
    return found


def test_the_cookies_of_staff_are_closed_to_scripts_and_other_sites(light: Flask) -> None:
    client = light.test_client()
    set_now = cookies(sign_in(client, remember="y"))
    assert set_now.keys() == {"urad", "remember_token"}
    for attributes in set_now.values():
        assert {"httponly", "samesite=lax", "path=/"} <= attributes
    assert not any(attribute.startswith("expires") for attribute in set_now["urad"])


def test_over_https_the_cookies_stay_there_and_on_this_host(houses: House) -> None:
    secure = houses("sqlite", https=True)
    client = secure.test_client()
    with_tls = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/"}}
    token = visitors.hidden_fields(client.get(SIGN_IN, base_url="https://localhost").get_data(as_text=True))[
        "csrf_token"
    ]
    form = {"email": "spravce@mesto.example", "password": PASSWORD, "csrf_token": token, "remember": "y"}
    set_now = cookies(client.post(SIGN_IN, data=form, **with_tls))
    assert "__Host-urad" in set_now
    for attributes in set_now.values():
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)


def test_an_account_that_is_switched_off_is_out_at_the_next_request(houses: House) -> None:
    app = houses("sqlite", small_group=4)  # a house of its own
    client = signed_in(app, "doprava@mesto.example")
    assert sees_figures(client)
    with app.app_context():
        db.session.execute(sa.update(Account).where(Account.email == "doprava@mesto.example").values(active=False))
        db.session.commit()
    assert not sees_figures(client)
    assert sign_in(app.test_client(), "doprava@mesto.example").status_code == 200


@pytest.fixture(scope="module")
def rated(houses: House) -> Flask:
    """A house in which citizens rated a place of each department this month."""
    app = houses("sqlite", exact_time_days=30)
    now = datetime.now(UTC)
    with app.app_context():
        for slug, level in (("ridici", 5), ("vozidla", 2), ("davky", 1)):
            actions.record(slug, [press(level) for _ in range(20)], now)
    return app


OWN = ("", "misto=ridici", "misto=vozidla&tabulka=dny", "odbor=dopravy&tabulka=hodiny", "tabulka=dny")
OTHERS = ("misto=davky", "odbor=socialni", "misto=davky&tabulka=dny", "odbor=socialni&mesic=2026-01")


def test_a_head_sees_the_own_departments_places_only(rated: Flask, subtests: pytest.Subtests) -> None:
    head, whole = signed_in(rated, "doprava@mesto.example"), signed_in(rated)
    for query in OWN:
        for page in (FIGURES, CSV):
            with subtests.test(page, query=query):
                shown = head.get(f"{page}?{query}")
                assert shown.status_code == 200
                assert "Sociální" not in shown.get_data(as_text=True)
                assert "davky" not in shown.get_data(as_text=True)
    for page in (FIGURES, CSV):
        assert "Řidičské průkazy" in head.get(page).get_data(as_text=True)
        assert "Sociální dávky" in whole.get(page).get_data(as_text=True)


def test_another_departments_figures_are_not_found_by_a_head(rated: Flask, subtests: pytest.Subtests) -> None:
    head, whole = signed_in(rated, "doprava@mesto.example"), signed_in(rated)
    for query in OTHERS:
        for page in (FIGURES, CSV):
            with subtests.test(page, query=query):
                assert_refused(head.get(f"{page}?{query}"), 404)
                assert whole.get(f"{page}?{query}").status_code == 200

    def refusal(slug: str) -> str:
        page = head.get(f"{FIGURES}?misto={slug}").get_data(as_text=True)
        return re.sub(rf'{slug}|[0-9a-f]{{16}}|value="[^"]*"', "", page)

    assert refusal("davky") == refusal("nikde")


def test_the_sums_of_a_head_are_those_of_the_own_department(rated: Flask) -> None:
    def ratings(email: str) -> int:
        text = signed_in(rated, email).get(f"{CSV}?tabulka=dny").get_data(as_text=True)
        return sum(int(cells[1]) for line in text.splitlines()[1:] if (cells := re.split("[;,]", line))[1].isdigit())

    assert ratings("doprava@mesto.example") == 40
    assert ratings("spravce@mesto.example") == 60


@pytest.mark.parametrize("role", ["head", "official"])
def test_an_account_of_no_department_sees_no_figures(houses: House, role: str) -> None:
    app = houses("sqlite", small_group=5, exact_time_days=15)
    with app.app_context():
        db.session.execute(sa.text("UPDATE accounts SET department_id = NULL WHERE email = 'doprava@mesto.example'"))
        db.session.execute(
            sa.text(
                "UPDATE account_roles SET role_id = (SELECT id FROM roles WHERE name = :role)"
                " WHERE account_id = (SELECT id FROM accounts WHERE email = 'doprava@mesto.example')"
            ),
            {"role": role},
        )
        db.session.commit()
    client = signed_in(app, "doprava@mesto.example")
    for page in (FIGURES, CSV, f"{FIGURES}?misto=ridici"):
        assert_refused(client.get(page), 403)

"""Citizens who ask and officials who answer, in tests: a city with several departments, and what each does in its pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hub.actions import answers, asking
from hub.actions import cases as acts
from hub.actions.answers import Written
from hub.app import create_app
from hub.database import db
from hub.envelopes import Attached, Said
from hub.models import Account, Case
from hub.queries import published as published_queries
from hub.rules.access import Scope, scope_of
from tests import visitors
from tests.conftest import NOW, test_settings
from tests.factories import found_city

A = "a.doprava@mesto.example"
B = "b.doprava@mesto.example"
HEAD = "doprava@mesto.example"
SOCIAL = "socialni@mesto.example"
OFFICE = "kancelar@mesto.example"
OFFICE_HEAD = "vedeni.kancelare@mesto.example"
PRESS = "tisk@mesto.example"
ADMINISTRATOR = "spravce@mesto.example"

TOWN: dict[str, object] = {
    "departments": [
        {"slug": "dopravy", "name": "Odbor dopravy", "keywords": ["*"]},
        {"slug": "socialni", "name": "Odbor sociálních věcí"},
        {"slug": "kancelar", "name": "Kancelář primátora", "needs_approval": True},
    ],
    "accounts": [
        {"email": ADMINISTRATOR, "name": "Správa aplikace", "role": "administrator"},
        {"email": PRESS, "name": "Tiskové oddělení", "role": "press"},
        {"email": HEAD, "name": "Vedení dopravy", "role": "head", "department": "dopravy"},
        {"email": A, "name": "Referent A", "role": "official", "department": "dopravy"},
        {"email": B, "name": "Referent B", "role": "official", "department": "dopravy"},
        {"email": SOCIAL, "name": "Sociální pracovnice", "role": "official", "department": "socialni"},
        {"email": OFFICE, "name": "Referent kanceláře", "role": "official", "department": "kancelar"},
        {"email": OFFICE_HEAD, "name": "Vedení kanceláře", "role": "head", "department": "kancelar"},
    ],
    "themes": [
        {"slug": "doprava", "name": {"cs": "Doprava", "en": "Traffic", "uk": "Транспорт"}},
        {"slug": "odpady", "name": {"cs": "Odpady", "en": "Waste", "uk": "Відходи"}},
    ],
}
"""One department asks for approval by a second person, two do not. `dopravy` gets whatever fits nobody."""

Towns = Callable[[str], Flask]
numbers = count(1)
secrets: dict[str, str] = {}


def towns(request: pytest.FixtureRequest, folder: Path) -> Iterator[Towns]:
    """For a fixture of a module: engine → the app with this city, made once, with no context pushed."""
    made: dict[str, Flask] = {}

    def town(engine: str) -> Flask:
        if engine not in made:
            home = folder / engine
            home.mkdir()
            url = visitors.fresh_database(request, engine, home)
            made[engine] = open_town(url, home)
        return made[engine]

    yield town
    for app in made.values():
        visitors.close_house(app)


def open_town(url: str, folder: Path, **settings: object) -> Flask:
    """The app on a migrated, empty database, with this city founded in it."""
    app = opened(url, folder, **settings)
    with app.app_context():
        found_city(NOW, **TOWN)
    return app


def opened(url: str, folder: Path, **settings: object) -> Flask:
    """The app on a database as it is."""
    values = {"sign_ins_per_minute": 10**6, "busy_timeout": 10.0, **settings}
    return create_app(test_settings(database_url=url, data_dir=folder, **values))


def asked(
    app: Flask,
    text: str = "Kdy opravíte lampu v Dlouhé ulici?",
    email: str = "jana.novakova@seznam.example",
    consent: bool = True,
    department: str = "dopravy",
    now: datetime | None = None,
    attached: tuple[Attached, ...] = (),
) -> str:
    """A citizen asks, and an administrator gives the case to the department; the reference. No e-mail: none is left."""
    at = now or datetime.now(UTC)
    secret = f"tajny-odkaz-{uuid4().hex}"
    said = Said(
        "web:napiste-nam",
        f"dotaz-{next(numbers)}-{uuid4().hex}",
        email,
        text,
        reply_channel="email",
        may_publish=consent,
        attached=attached,
    )
    with app.app_context():
        receipt = asking.ask(said, secret, at).receipt
        case = db.session.get(Case, receipt.about)
        assert case is not None, receipt
        reference, kind, there = case.reference, case.legal_kind, case.department.slug
        if there != department:
            acts.classify(scope(ADMINISTRATOR), reference, department, kind, at)
    secrets[reference] = secret
    return reference


def scope(email: str) -> Scope:
    """The scope of an account of the present app's city."""
    account = db.session.scalars(sa.select(Account).where(Account.email == email)).one()
    found = scope_of(account.id, account.department_id, [role.name for role in account.roles])
    assert found is not None
    return found


def follow_page(app: Flask, reference: str) -> str:
    """The private page of a case that `asked` made, as its citizen sees it."""
    answer = app.test_client().get(f"/sledovani/{secrets[reference]}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def public_page(app: Flask, path: str = "/odpovedi", **query: str) -> str:
    """A page as a stranger sees it."""
    answer = app.test_client().get(path, query_string=query or None)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def case_of(session: Session, reference: str) -> Case:
    """The row of a case."""
    return session.scalars(sa.select(Case).where(Case.reference == reference)).one()


def form_of(page: str, action: str) -> dict[str, str]:
    """What stands in the form that is sent to an address ending like this: name → value (of radios, the checked one)."""
    found = re.search(rf'<form\b[^>]*action="[^"]*/{action}".*?</form>', page, re.DOTALL)
    assert found, f"no form for {action}"
    fields = {}
    for tag in re.findall(r"<input\b[^>]*>", found[0]):
        one = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if one.get("type") != "radio" or re.search(r"\bchecked\b", tag):
            fields[one["name"]] = unescape(one.get("value", ""))
    for name, text in re.findall(r'<textarea\b[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', found[0], re.DOTALL):
        fields[name] = unescape(text)
    for name, options in re.findall(r'<select\b[^>]*name="(\w+)"[^>]*>(.*?)</select>', found[0], re.DOTALL):
        fields[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    return fields


def next_page(page: str) -> str:
    """The address of the page after this one; empty when it is the last."""
    found = re.search(r'rel="next" href="([^"]+)"', page)
    return unescape(found[1]) if found else ""


class Desk:
    """An official at the desk: a client in which this account has signed in."""

    def __init__(self, app: Flask, email: str) -> None:
        self.app = app
        self.email = email
        self.client = visitors.signed_in(app, email)

    def inbox(self, **query: str) -> str:
        """A page of the inbox."""
        answer = self.client.get("/urad/pripady", query_string=query)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def page(self, reference: str, status: int = 200) -> str:
        """The page of a case."""
        answer = self.client.get(address(reference))
        assert answer.status_code == status
        return answer.get_data(as_text=True)

    def form(self, reference: str, action: str) -> dict[str, str]:
        """What stands in a form of the page of a case now."""
        return form_of(self.page(reference), action)

    def post(self, reference: str, action: str, data: dict[str, str], **more: Any) -> TestResponse:
        """Send a form of a case as it is given."""
        return self.client.post(address(reference, action), data=data, **more)

    def written(
        self, reference: str, text: str, public: bool = False, title: str = "", question: str = "", step: str = "submit"
    ) -> dict[str, str]:
        """The form of the answer, opened now and filled in."""
        own = {"text": text, "public": str(int(public)), "title": title, "public_question": question, "step": step}
        return {**self.form(reference, "odpoved"), **own}

    def send(
        self, reference: str, text: str, public: bool = False, title: str = "", question: str = "", step: str = "submit"
    ) -> TestResponse:
        """Open the case, write the answer and send it (or only save it)."""
        return self.post(reference, "odpoved", self.written(reference, text, public, title, question, step))

    def autosave(self, reference: str, data: dict[str, str]) -> TestResponse:
        """What the script of the page does while one types."""
        return self.post(reference, "koncept", data, headers={"Accept": "application/json"})

    def decide(self, reference: str, verdict: str, reason: str = "") -> TestResponse:
        """Open the case and approve or return what waits."""
        form = self.form(reference, "schvaleni")
        return self.post(reference, "schvaleni", {**form, "verdict": verdict, "reason": reason})

    def take(self, reference: str) -> TestResponse:
        """Take the case."""
        return self.post(reference, "prevzeti", self.form(reference, "prevzeti"))

    def classify(self, reference: str, **changes: str) -> TestResponse:
        """Give the case another `department` or `kind`."""
        return self.post(reference, "zarazeni", {**self.form(reference, "zarazeni"), **changes})

    def note(self, reference: str, text: str) -> TestResponse:
        """Write an internal note."""
        return self.post(reference, "poznamka", {**self.form(reference, "poznamka"), "note": text})

    def withdraw(self, reference: str) -> TestResponse:
        """Take the public answer away."""
        return self.post(reference, "stazeni", self.form(reference, "stazeni"))

    def publish(self, reference: str, text: str, title: str = "Lampa", question: str = "Kdy opravíte lampu?") -> str:
        """Answer publicly; the address of the public page."""
        answer = self.send(reference, text, True, title, question)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        found = re.findall(r'href="(/odpovedi/[^"]+)"', self.page(reference))
        assert found, "it is not public"
        return str(found[-1])


def address(reference: str, action: str = "") -> str:
    """The address of a case, or of one of its forms."""
    return f"/urad/pripady/{reference}/{action}".rstrip("/")


def published(
    app: Flask,
    text: str,
    title: str = "Lampa",
    question: str = "Kdy ji opravíte?",
    who: str = A,
    theme: str | None = None,
    **more: Any,
) -> tuple[str, str]:
    """A question that was asked and publicly answered by an official; its reference and the address of its page."""
    reference = asked(app, question, **more)
    with app.app_context():
        written = Written(0, text, True, title, question, theme)
        answers.submit(scope(who), reference, written, more.get("now") or datetime.now(UTC))
        slug = published_queries.public_slug_of(
            db.session(), case_of(db.session(), reference).question, datetime.now(UTC)
        )
    assert slug
    return reference, f"/odpovedi/{slug}"

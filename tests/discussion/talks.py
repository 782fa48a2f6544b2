"""How people talk under a publication in tests: open the page, fill in a form, send it, follow the link of one's own."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.actions import commenting, moderating
from hub.database import db
from hub.models import Comment
from hub.queries import moderation
from tests import desks
from tests.questions import stranger

WORDS = "Děkuji za odpověď, lampa opravdu svítí."
OWN = "/muj-prispevek/"


def discussed(app: Flask, title: str = "Lampa v Dlouhé") -> str:
    """A published answer, which anybody may discuss; its slug."""
    return desks.published(app, "Opravíme ji zítra.", title)[1].rpartition("/")[2]


def page(app: Flask, slug: str, path: str = "", **query: str) -> str:
    """A page of a discussion as a stranger sees it."""
    return desks.public_page(app, f"/diskuse/{slug}{path}", **query)


def form(client: FlaskClient, path: str, action: str) -> dict[str, str]:
    """The fields of a form of a page."""
    return desks.form_of(client.get(path).get_data(as_text=True), action)


def send(
    client: FlaskClient,
    slug: str,
    text: str = WORDS,
    name: str = "",
    replies_to: str = "",
    token: str | None = None,
    address: str | None = None,
    prefix: str = "",
    **more: str,
) -> TestResponse:
    """Open the page (of a comment, to reply to it), fill the form in and send it, from an address nobody has used."""
    path = f"{prefix}/diskuse/{slug}" + (f"/{replies_to}" if replies_to else "")
    token = form(client, path, slug)["token"] if token is None else token
    data = {"token": token, "text": text, "name": name, "replies_to": replies_to, **more}
    return client.post(f"{prefix}/diskuse/{slug}", data=data, environ_overrides={"REMOTE_ADDR": address or stranger()})


def said(app: Flask, slug: str, text: str = WORDS, name: str = "", replies_to: str = "", **more: str) -> str:
    """Comment, whatever becomes of it; the address of its author's own page."""
    answer = send(app.test_client(), slug, text, name, replies_to, **more)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    location = answer.headers["Location"].partition("?")[0]
    assert location.startswith(OWN)
    return location


def kept(own: str) -> Comment:
    """The row of the comment of this page. For use within an app context."""
    return db.session.scalars(sa.select(Comment).where(Comment.secret_digest == digest(own))).one()


def kept_by(of: str) -> Comment:
    """The row of the comment of this public name. For use within an app context."""
    return db.session.scalars(sa.select(Comment).where(Comment.reference == of)).one()


def digest(own: str) -> str:
    return commenting.digest(own.removeprefix(OWN))


def reference(app: Flask, own: str) -> str:
    """The public name of the comment of this page."""
    with app.app_context():
        return kept(own).reference


def kept_state(app: Flask, own: str) -> str:
    """What became of a comment."""
    with app.app_context():
        return kept(own).state


def decide(app: Flask, of: str, verdict: str, reason: str = "", who: str = desks.PRESS) -> None:
    """A moderator decides about a comment as it is now."""
    with app.app_context():
        scope = desks.scope(who)
        version = moderation.find(db.session(), scope, of).version
        moderating.decide(scope, of, version, verdict, reason, datetime.now(UTC))
        db.session.remove()


def published(app: Flask, slug: str, text: str = WORDS, name: str = "", replies_to: str = "") -> tuple[str, str]:
    """Comment, and have it published; the address of its author's page and its public name."""
    own = said(app, slug, text, name, replies_to)
    of = reference(app, own)
    decide(app, of, "publish")
    return own, of


def of_office(app: Flask, above: str, text: str, who: str = desks.PRESS, department: str = "dopravy") -> None:
    """The office replies."""
    with app.app_context():
        receipt = moderating.answer(desks.scope(who), above, department, text, uuid4().hex, datetime.now(UTC))
        assert commenting.was_kept(receipt), receipt
        db.session.remove()


def arrange(app: Flask, slug: str, state: str = "open", how: str = "before", closes_on: str = "") -> None:
    """A moderator says how a publication is discussed."""
    desk = desks.Desk(app, desks.PRESS)
    path = f"/urad/diskuse/zverejneni/{slug}"
    fields = desks.form_of(desk.client.get(path).get_data(as_text=True), slug)
    data = {**fields, "state": state, "moderation": how, "closes_on": closes_on}
    answer = desk.client.post(path, data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)


def own_page(app: Flask, own: str) -> str:
    """The author's own page."""
    answer = app.test_client().get(own)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def change(app: Flask, own: str, step: str, token: str | None = None, **fields: str) -> TestResponse:
    """Do something on the author's own page, as it is now unless a token is given."""
    if token is None:
        found = re.search(r'name="token" value="([^"]+)"', own_page(app, own))
        token = unescape(found[1]) if found else ""
    return app.test_client().post(own, data={"token": token, "step": step, **fields})


def join(app: Flask, slug: str, of: str, address: str) -> str:
    """Press "me too" on a page opened now; what the page then says."""
    client = app.test_client()
    found = re.search(r'id="join".*?name="token" value="([^"]+)"', page(app, slug), re.DOTALL)
    assert found
    answer = client.post(
        f"/diskuse/{slug}/pridavam-se",
        data={"token": found[1], "comment": of},
        environ_overrides={"REMOTE_ADDR": address},
        follow_redirects=True,
    )
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def report(
    app: Flask, slug: str, of: str, reason: str = "insult", words: str = "", address: str | None = None
) -> TestResponse:
    """Open the form by which a comment is reported, and send it, from an address nobody has used."""
    client, path = app.test_client(), f"/diskuse/{slug}/{of}/nahlaseni"
    token = form(client, path, "nahlaseni")["token"]
    data = {"token": token, "reason": reason, "text": words}
    return client.post(path, data=data, environ_overrides={"REMOTE_ADDR": address or stranger()})

"""A moderator leaves words out, decides about many at once, and sees what waits too long."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hub.database import db
from hub.models import Comment, Revision
from hub.rules.comments import promised_since
from hub.workdays import is_free
from tests import desks
from tests.discussion import talks

CALL_ME = "Zavolejte mi na 777 123 456, lampa nesvítí."
SHORT = "Lampa nesvítí."
SPAM = "Levné půjčky bez registru volejte hned"


def redact(app: Flask, of: str, text: str = SHORT, reason: str = "Telefon sem nepatří.", **more: str) -> TestResponse:
    """Send the form that leaves words out, as it is on the page of the comment."""
    client = desks.Desk(app, desks.PRESS).client
    fields = desks.form_of(client.get(f"/urad/diskuse/{of}").get_data(as_text=True), "zacerneni")
    return client.post(f"/urad/diskuse/{of}/zacerneni", data={**fields, "text": text, "reason": reason, **more})


def waiting(app: Flask, view: str = "cekajici", who: str = desks.PRESS) -> str:
    return desks.Desk(app, who).client.get(f"/urad/diskuse?pohled={view}").get_data(as_text=True)


def values(page: str, words: str) -> list[str]:
    """What the boxes beside comments with these words send."""
    found = re.findall(r'name="comment" value="([^"]+)"[^>]*><label[^>]*><span[^>]*>[^<]*?: ([^<]*)', page)
    return [value for value, text in found if unescape(text).startswith(words)]


def decide(app: Flask, chosen: list[str], verdict: str, reason: str = "", view: str = "cekajici") -> TestResponse:
    client = desks.Desk(app, desks.PRESS).client
    token = desks.form_of(
        client.get(f"/urad/diskuse?pohled={view}").get_data(as_text=True), r"urad/diskuse\?pohled=[a-z]+"
    )
    data = {"csrf_token": token["csrf_token"], "comment": chosen, "verdict": verdict, "reason": reason}
    return client.post(f"/urad/diskuse?pohled={view}", data=data)


def test_left_out_words_are_seen_by_moderators_only_and_their_author_reads_why(town: Flask) -> None:
    slug = talks.discussed(town)
    own = talks.said(town, slug, CALL_ME, "Karel")
    of = talks.reference(town, own)
    offered = desks.Desk(town, desks.PRESS).client.get(f"/urad/diskuse/{of}").get_data(as_text=True)
    field = re.search(r'<textarea id="f-redacted"[^>]*>\n([^<]*)', offered)
    assert field
    assert "777" not in field[1]
    assert redact(town, of).status_code == 303
    public = talks.page(town, slug)
    assert SHORT in public
    assert "správce některá slova vynechal" in public
    assert "777" not in public
    assert "777" in desks.Desk(town, desks.PRESS).client.get(f"/urad/diskuse/{of}").get_data(as_text=True)
    author = talks.own_page(town, own)
    assert "Telefon sem nepatří." in author
    assert SHORT in author
    assert talks.change(town, own, "object", objection="Telefon je můj.").status_code == 303
    assert of in waiting(town, "namitky")


def test_words_left_out_are_erased_with_the_comment(light_town: Flask) -> None:
    slug = talks.discussed(light_town)
    of = talks.reference(light_town, talks.said(light_town, slug, CALL_ME))
    redact(light_town, of)
    talks.decide(light_town, of, "erase", "Autor si to přeje.")
    with light_town.app_context():
        message = sa.select(Comment.message_id).where(Comment.reference == of).scalar_subquery()
        texts = db.session.scalars(sa.select(Revision.text).where(Revision.message_id == message)).all()
        assert texts == [None, None]


@pytest.mark.parametrize(
    ("text", "reason", "says"),
    [
        (CALL_ME, "Důvod.", "Nic jste nevynechali."),
        ("  ", "Důvod.", "Něco z příspěvku nechte"),
        ("a" * 4001, "Důvod.", "Něco z příspěvku nechte"),
        (SHORT, "", "Napište proč."),
    ],
)
def test_what_cannot_be_left_out_is_given_back(light_town: Flask, text: str, reason: str, says: str) -> None:
    slug = talks.discussed(light_town)
    of = talks.reference(light_town, talks.said(light_town, slug, CALL_ME))
    refused = redact(light_town, of, text, reason)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 400
    assert says in page
    assert text.strip() in page
    assert SHORT not in talks.page(light_town, slug)


def test_what_changed_meanwhile_is_not_overwritten(light_town: Flask) -> None:
    slug = talks.discussed(light_town)
    own = talks.said(light_town, slug, CALL_ME)
    of = talks.reference(light_town, own)
    assert redact(light_town, of, version="0").status_code == 409
    talks.change(light_town, own, "withdraw")
    page = desks.Desk(light_town, desks.PRESS).client.get(f"/urad/diskuse/{of}").get_data(as_text=True)
    assert "zacerneni" not in page


def test_the_same_words_stand_once_in_the_list_and_are_decided_together(town: Flask) -> None:
    slug = talks.discussed(town)
    owns = [talks.said(town, slug, SPAM) for _ in range(4)]
    first, later = waiting(town), waiting(town, "karantena")
    assert len(values(first, SPAM)) == 1
    (same,) = values(later, SPAM)
    assert same.count("+") == 2
    assert "a 2 další se stejnými slovy" in later
    done = decide(town, [same], "reject", "Je to reklama.", view="karantena")
    assert done.status_code == 303
    assert values(waiting(town, "karantena"), SPAM) == []
    assert [talks.kept_state(town, own) for own in owns] == ["waiting", "rejected", "rejected", "rejected"]


def test_of_many_the_ones_that_changed_stay_as_they_are(light_town: Flask) -> None:
    slug = talks.discussed(light_town)
    owns = [talks.said(light_town, slug, f"Děkuji za odpověď, díl {n} je {word}") for n, word in enumerate("ABC")]
    chosen = [value for value in values(waiting(light_town), "Děkuji za odpověď, díl") if value]
    talks.change(light_town, owns[1], "withdraw")
    client = desks.Desk(light_town, desks.PRESS).client
    token = desks.form_of(client.get("/urad/diskuse").get_data(as_text=True), r"urad/diskuse\?pohled=[a-z]+")[
        "csrf_token"
    ]
    data = {"csrf_token": token, "comment": chosen, "verdict": "publish"}
    after = client.post("/urad/diskuse?pohled=cekajici", data=data, follow_redirects=True).get_data(as_text=True)
    assert "1 příspěvek se mezitím změnil" in after
    assert [talks.kept_state(light_town, own) for own in owns] == ["published", "withdrawn", "published"]


@pytest.mark.parametrize(
    ("chosen", "verdict", "reason"),
    [([], "publish", ""), (["x.1"], "erase", "Proč."), (["x.1"], "reject", ""), (["x.jedna"], "publish", ""),
     ([f"x{n}.1" for n in range(101)], "publish", "")],
)  # fmt: skip
def test_a_choice_that_cannot_be_is_refused(light_town: Flask, chosen: list[str], verdict: str, reason: str) -> None:
    slug = talks.discussed(light_town)
    talks.said(light_town, slug, "Něco čeká, aby byl seznam.")
    refused = decide(light_town, chosen, verdict, reason)
    assert refused.status_code == 400
    assert 'role="alert"' in refused.get_data(as_text=True)


def test_a_head_decides_only_about_what_belongs_to_the_department(town: Flask) -> None:
    slug = talks.discussed(town)
    own = talks.said(town, slug, "O chodníku v Dlouhé ulici.")
    (mine,) = values(waiting(town), "O chodníku v Dlouhé")
    other = desks.Desk(town, desks.OFFICE_HEAD).client
    page = other.get("/urad/diskuse").get_data(as_text=True)
    assert "O chodníku v Dlouhé" not in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    data = {"csrf_token": token[1] if token else "", "comment": [mine], "verdict": "publish"}
    other.post("/urad/diskuse?pohled=cekajici", data=data)
    assert talks.kept_state(town, own) == "waiting"


def test_what_waits_longer_than_promised_is_told(town: Flask) -> None:
    slug = talks.discussed(town)
    own = talks.said(town, slug, "Čekám už dlouho na zveřejnění.")
    before = waiting(town)
    with town.app_context():
        long_ago = sa.update(Comment).where(Comment.reference == talks.kept(own).reference)
        db.session.execute(long_ago.values(since_at=datetime.now(UTC) - timedelta(days=30)))
        db.session.commit()
    told = re.search(r"(\d+) příspěv\w+ ček\w+ déle", waiting(town))
    assert told
    was = re.search(r"(\d+) příspěv\w+ ček\w+ déle", before)
    assert int(told[1]) == (int(was[1]) if was else 0) + 1


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2026, 11, 18), date(2026, 11, 13)),  # Wednesday after a holiday: Friday
        (date(2026, 11, 16), date(2026, 11, 12)),  # Monday: Thursday
        (date(2026, 12, 28), date(2026, 12, 22)),  # over Christmas
    ],
)
def test_the_promise_counts_working_days(today: date, since: date) -> None:
    assert promised_since(today, is_free) == since

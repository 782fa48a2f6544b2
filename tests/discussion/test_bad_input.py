"""What comes in wrong: forged and foreign forms, odd texts, comments where there is nothing to comment on. Nothing is recorded."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.models import Comment, Reaction, Report
from tests import desks
from tests.discussion import talks
from tests.questions import stranger

KEPT = "Slova, která se nesmějí ztratit <i>nikdy</i>."


def rows(app: Flask) -> tuple[int, ...]:
    with app.app_context():
        found = tuple(
            db.session.scalar(sa.select(sa.func.count()).select_from(k)) or 0 for k in (Comment, Reaction, Report)
        )
        db.session.remove()
    return found


@pytest.mark.parametrize("token", ["", "x", "Im5lY28i.abc.def", "\x00", "é" * 50])
def test_a_forged_form_records_nothing_and_gives_the_words_back(light_town: Flask, token: str) -> None:
    slug, client = talks.discussed(light_town), light_town.test_client()
    before = rows(light_town)
    answer = talks.send(client, slug, KEPT, "Jana", token=token)
    assert answer.status_code == 400
    assert "Slova, která se nesmějí ztratit &lt;i&gt;nikdy&lt;/i&gt;." in answer.get_data(as_text=True)
    assert rows(light_town) == before


def test_the_token_of_another_form_is_no_token(light_town: Flask) -> None:
    slug, client = talks.discussed(light_town), light_town.test_client()
    other = desks.form_of(client.get("/napiste-nam").get_data(as_text=True), "napiste-nam")["token"]
    assert talks.send(client, slug, KEPT, token=other).status_code == 400


def test_a_form_of_another_site_is_refused(light_town: Flask) -> None:
    slug, client = talks.discussed(light_town), light_town.test_client()
    _, of = talks.published(light_town, slug)
    own, before = talks.said(light_town, slug, "Můj vlastní příspěvek."), rows(light_town)
    for path in (f"/diskuse/{slug}", f"/diskuse/{slug}/pridavam-se", f"/diskuse/{slug}/{of}/nahlaseni", own):
        foreign = client.post(path, data={"text": KEPT}, headers={"Origin": "https://jinde.example"})
        assert foreign.status_code == 403, path
    assert rows(light_town) == before


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("", "", "Napište svůj příspěvek."),
        (" \n\t ", "", "Napište svůj příspěvek."),
        ("\u200b\u2060\ufeff", "", "Napište svůj příspěvek."),
        ("x" * 4001, "", "Zkraťte ho nejvýše na 4 000 znaků."),
        ("Dobrý den.", "J" * 61, "Zkraťte ho nejvýše na 60 znaků."),
    ],
)
def test_what_cannot_be_taken_is_told_at_its_field(light_town: Flask, text: str, name: str, says: str) -> None:
    slug, before = talks.discussed(light_town), rows(light_town)
    answer = talks.send(light_town.test_client(), slug, text, name)
    page = answer.get_data(as_text=True).replace("\u00a0", " ")
    assert answer.status_code == 400
    assert page.count(says) == 2, "once above the form, once at the field"
    assert 'aria-invalid="true"' in page
    assert rows(light_town) == before


@pytest.mark.parametrize(
    "text",
    [
        "👍👍",
        "<script>alert(1)</script>",
        "javascript:alert(1)",
        "a\x00b\ud800c",
        "\u202eobráceně",
        "z̸̢̛" * 300,
        "{{ 7*7 }} %s %(a)s",
    ],
)
def test_odd_texts_are_kept_and_shown_as_text(light_town: Flask, text: str) -> None:
    slug = talks.discussed(light_town)
    sent = text.encode("utf-8", "replace").decode()
    own = talks.said(light_town, slug, sent, "<b>Jana</b>\u202e\nz\x00 Dlouhé")
    talks.decide(light_town, talks.reference(light_town, own), "publish")
    page = talks.page(light_town, slug)
    assert "<script>alert" not in page
    assert "<b>Jana" not in page
    assert 'href="javascript' not in page
    assert "&lt;b&gt;Jana&lt;/b&gt; z Dlouhé" in page


def test_one_cannot_reply_to_what_nobody_reads(light_town: Flask) -> None:
    slug, client = talks.discussed(light_town), light_town.test_client()
    waiting = talks.reference(light_town, talks.said(light_town, slug, "Čekající příspěvek."))
    _, hidden = talks.published(light_town, slug, "Bude skrytý příspěvek.")
    _, below = talks.published(light_town, slug, "Reakce pod skrytým.", replies_to=hidden)
    talks.decide(light_town, hidden, "hide", "Napadá někoho.")
    other = talks.published(light_town, talks.discussed(light_town, "Jiná"), "Pod jinou odpovědí.")[1]
    before = rows(light_town)
    for above in (waiting, hidden, below, other, "nikdynebyl", "x" * 500, "'; --"):
        token = talks.form(client, f"/diskuse/{slug}", slug)["token"]
        data = {"token": token, "text": KEPT, "replies_to": above}
        answer = client.post(f"/diskuse/{slug}", data=data, environ_overrides={"REMOTE_ADDR": stranger()})
        assert answer.status_code == 409, above
        assert "Slova, která se nesmějí ztratit" in answer.get_data(as_text=True)
    assert rows(light_town) == before


def test_nobody_joins_in_or_reports_what_nobody_reads(light_town: Flask) -> None:
    slug, client = talks.discussed(light_town), light_town.test_client()
    _, seen = talks.published(light_town, slug, "Vidět je jen tohle.")
    waiting = talks.reference(light_town, talks.said(light_town, slug, "Tohle vidět není."))
    page = talks.page(light_town, slug)
    join = page.partition('id="join"')[2].partition('value="')[2].partition('"')[0]
    form = talks.form(client, f"/diskuse/{slug}/{seen}/nahlaseni", "nahlaseni")
    before = rows(light_town)
    for of in (waiting, "nikdynebyl", "", "%00", "é"):
        assert client.post(f"/diskuse/{slug}/pridavam-se", data={"token": join, "comment": of}).status_code == 404, of
        assert client.get(f"/diskuse/{slug}/{of or 'x'}/nahlaseni").status_code == 404
    reported = client.post(f"/diskuse/{slug}/{waiting}/nahlaseni", data={"token": form["token"], "reason": "insult"})
    assert reported.status_code == 404
    for bad in ({"reason": ""}, {"reason": "libi se mi"}, {"reason": "other", "text": "x" * 1001}, {"token": "x"}):
        data = {"token": form["token"], "reason": "other", "text": KEPT, **bad}
        answer = client.post(f"/diskuse/{slug}/{seen}/nahlaseni", data=data)
        assert answer.status_code == 400, bad
        assert "text" in bad or "Slova, která se nesmějí ztratit" in answer.get_data(as_text=True)
    assert (
        client.get(f"/diskuse/{slug}/pridavam-se").status_code == 404
    )  # no comment of that name: asking changes nothing
    assert rows(light_town) == before


def test_there_is_no_discussion_where_there_is_no_publication(light_town: Flask) -> None:
    client = light_town.test_client()
    for slug in ("nikdy-nebyla", "%00", "é", "x" * 200, "..", "a b"):
        assert client.get(f"/diskuse/{slug}").status_code == 404, slug
        assert client.post(f"/diskuse/{slug}", data={"token": "x"}).status_code == 404, slug


def test_an_address_changed_by_hand_is_told(light_town: Flask) -> None:
    slug = talks.discussed(light_town)
    client = light_town.test_client()
    for start, status in (("x y", 400), ("é", 400), ("x" * 17, 400), ("nikdynebyl", 404)):
        assert client.get(f"/diskuse/{slug}", query_string={"od": start}).status_code == status, start


def test_a_text_beyond_all_measure_is_told_and_not_read(light_town: Flask) -> None:
    answer = talks.send(light_town.test_client(), talks.discussed(light_town), "x" * 200_000)
    assert answer.status_code == 413
    assert "Vraťte se v prohlížeči zpět" in answer.get_data(as_text=True)

"""Moderators: what waits and why, decisions with their reasons, reports, the office's reply, and who may do what."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from hub import errors
from hub.database import db
from hub.models import Decision
from hub.queries import moderation
from tests import desks, visitors
from tests.desks import Desk
from tests.discussion import talks


def listed(desk: Desk, view: str) -> str:
    answer = desk.client.get("/urad/diskuse", query_string={"pohled": view})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def opened(desk: Desk, of: str) -> str:
    answer = desk.client.get(f"/urad/diskuse/{of}")
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def send(desk: Desk, of: str, verdict: str, reason: str = "", **more: str) -> TestResponse:
    fields = desks.form_of(opened(desk, of), of)
    return desk.client.post(f"/urad/diskuse/{of}", data={**fields, "verdict": verdict, "reason": reason, **more})


def test_what_waits_is_listed_and_published_by_one_press(town: Flask) -> None:
    slug, desk = talks.discussed(town), Desk(town, desks.PRESS)
    of = talks.reference(town, talks.said(town, slug, "Čekám na vás.", "Jana"))
    assert "Čekám na vás." in listed(desk, "cekajici")
    assert send(desk, of, "publish").status_code == 303
    assert "Čekám na vás." not in listed(desk, "cekajici")
    assert "Čekám na vás." in talks.page(town, slug)
    history = opened(desk, of)
    assert "Tiskové oddělení" in history.partition('id="history"')[2]


@pytest.mark.parametrize(
    ("text", "name", "more", "why"),
    [
        ("https://a.cz https://b.cz https://c.cz", "", {}, "Obsahuje mnoho odkazů."),
        ("Podívejte se na https://vyhra.casino", "", {}, "Obsahuje odkazy na neobvyklé adresy."),
        ("Volejte mi na 777 123 456.", "", {}, "osobní údaje"),
        ("Píšu jako stroj.", "", {"web": "x"}, "skryté pole"),
        ("Jsme úřad.", "Odbor dopravy", {}, "splést s úřadem"),
        ("Jsme úřad.", "Magistrát města", {}, "splést s úřadem"),
        ("Jsme úřad.", "Аdmin", {}, "splést s úřadem"),  # a Cyrillic letter
    ],
)
def test_what_is_odd_is_in_quarantine_with_its_reason(
    light_town: Flask, text: str, name: str, more: dict[str, str], why: str
) -> None:
    slug, desk = talks.discussed(light_town), Desk(light_town, desks.PRESS)
    of = talks.reference(light_town, talks.said(light_town, slug, text, name, **more))
    page = listed(desk, "karantena")
    assert of in page
    assert why in page
    assert of not in listed(desk, "cekajici")
    assert text not in unescape(talks.page(light_town, slug))


def test_the_same_text_again_is_held_under_another_publication_too(town: Flask) -> None:
    desk = Desk(town, desks.PRESS)
    talks.said(town, talks.discussed(town), "Kupte si u nás levné boty.")
    of = talks.reference(town, talks.said(town, talks.discussed(town, "Jiná"), "KUPTE si u nás   levné boty!!!"))
    assert of in listed(desk, "karantena")
    assert "Stejný text tu někdo v posledních dnech napsal." in listed(desk, "karantena")


def test_a_burst_from_many_addresses_is_held_and_nothing_is_lost(town: Flask) -> None:
    slug, desk = talks.discussed(town), Desk(town, desks.PRESS)
    for n in range(14):
        talks.said(town, slug, f"Zpráva z mnoha adres číslo {n}.")
    assert "Přišlo mnoho příspěvků najednou." in listed(desk, "karantena")
    waiting = len(re.findall(r'class="trouble-title"', listed(desk, "cekajici")))
    held = len(re.findall(r'class="trouble-title"', listed(desk, "karantena")))
    assert (waiting, held) == (10, 4)


def test_a_changed_text_does_not_slip_out_of_quarantine_where_comments_are_read_afterwards(town: Flask) -> None:
    slug = talks.discussed(town)
    talks.arrange(town, slug, how="after")
    own = talks.said(town, slug, "Píšu jako stroj.", web="x")
    assert talks.change(town, own, "edit", text="Teď už jako člověk.").status_code == 303
    assert "Teď už jako člověk." not in talks.page(town, slug)


def test_a_reason_is_asked_for_and_the_words_of_it_come_back(light_town: Flask) -> None:
    slug, desk = talks.discussed(light_town), Desk(light_town, desks.PRESS)
    of = talks.reference(light_town, talks.said(light_town, slug))
    assert send(desk, of, "reject").status_code == 400
    answer = send(desk, of, "reject", "x" * 301)
    assert answer.status_code == 400
    assert "x" * 301 in answer.get_data(as_text=True)
    assert send(desk, of, "approve").status_code == 400
    assert send(desk, of, "restore").status_code == 409


def test_hiding_and_restoring_works_again_and_again(town: Flask) -> None:
    slug = talks.discussed(town)
    _, of = talks.published(town, slug, "Tam a zpět.")
    for n in range(3):
        talks.decide(town, of, "hide", f"Důvod {n}.")
        assert "Tam a zpět." not in talks.page(town, slug)
        assert "Zatím žádné příspěvky" in talks.page(town, slug)
        talks.decide(town, of, "restore")
        assert "Tam a zpět." in talks.page(town, slug)


def test_a_hidden_comment_keeps_its_replies_and_says_why(town: Flask) -> None:
    slug = talks.discussed(town)
    _, of = talks.published(town, slug, "Urážka souseda.")
    talks.published(town, slug, "Slušná reakce.", replies_to=of)
    talks.decide(town, of, "hide", "Napadá souseda.")
    for page in (talks.page(town, slug), talks.page(town, slug, f"/{of}")):
        assert "Urážka souseda." not in page
        assert "Příspěvek skryl správce diskuse. Důvod: Napadá souseda." in page
        assert "Slušná reakce." in page
    assert re.search(r"1\s+příspěvek", talks.page(town, slug))


def test_of_two_decisions_about_one_state_the_second_is_a_conflict(town: Flask) -> None:
    slug, desk = talks.discussed(town), Desk(town, desks.PRESS)
    own = talks.said(town, slug)
    of = talks.reference(town, own)
    before = desks.form_of(opened(desk, of), of)
    talks.change(town, own, "edit", text="Mezitím jsem to změnil.")
    late = desk.client.post(f"/urad/diskuse/{of}", data={**before, "verdict": "publish"})
    assert late.status_code == 409
    assert "Mezitím jsem to změnil." in late.get_data(as_text=True)
    assert "Mezitím jsem to změnil." not in talks.page(town, slug)


def test_two_moderators_at_once_decide_once(town: Flask) -> None:
    slug = talks.discussed(town)
    of = talks.reference(town, talks.said(town, slug))

    def decide(who: str) -> str:
        try:
            talks.decide(town, of, "publish", who=who)
        except errors.Conflict:
            return "conflict"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, (desks.PRESS, desks.ADMINISTRATOR))) in (["conflict", "done"], ["done", "done"])
    with town.app_context():
        comment = talks.kept_by(of)
        assert db.session.query(Decision).filter_by(message_id=comment.message_id).count() == 1
        db.session.remove()


def test_three_reports_put_a_comment_first_and_hide_nothing(town: Flask) -> None:
    slug, desk = talks.discussed(town), Desk(town, desks.PRESS)
    _, quiet = talks.published(town, slug, "Klidný příspěvek.")
    _, loud = talks.published(town, slug, "Sporný příspěvek.")
    assert talks.report(town, slug, quiet).status_code == 303
    for _ in range(3):
        assert talks.report(town, slug, loud, address="192.0.2.9").status_code == 303  # one network is one report
    assert "Některý příspěvek nahlásilo více lidí" not in listed(desk, "cekajici")
    for _ in range(2):
        talks.report(town, slug, loud, "unlawful", "Je to proti zákonu.")
    assert "Některý příspěvek nahlásilo více lidí" in listed(desk, "cekajici")
    page = listed(desk, "nahlasene")
    assert page.index(loud) < page.index(quiet)
    assert "Sporný příspěvek." in talks.page(town, slug)
    assert "Je to proti zákonu." in opened(desk, loud)
    assert send(desk, loud, "keep").status_code == 303
    assert loud not in listed(desk, "nahlasene")
    assert "Sporný příspěvek." in talks.page(town, slug)


def test_the_office_replies_from_the_page_of_a_comment_once(town: Flask) -> None:
    slug, desk = talks.discussed(town), Desk(town, desks.HEAD)
    _, of = talks.published(town, slug)
    fields = desks.form_of(opened(desk, of), "odpoved")
    for _ in range(2):
        answer = desk.client.post(f"/urad/diskuse/{of}/odpoved", data={**fields, "text": "Píšeme za odbor."})
        assert answer.status_code == 303
    assert talks.page(town, slug).count("Píšeme za odbor.") == 1
    other = desk.client.post(f"/urad/diskuse/{of}/odpoved", data={**fields, "text": "Jiná slova."})
    assert other.status_code == 409
    assert "Jiná slova." in other.get_data(as_text=True)
    assert desk.client.post(f"/urad/diskuse/{of}/odpoved", data={**fields, "text": " "}).status_code == 400


def test_only_moderators_moderate_and_heads_only_their_own(town: Flask) -> None:
    slug = talks.discussed(town)
    of = talks.reference(town, talks.said(town, slug))
    assert Desk(town, desks.HEAD).client.get(f"/urad/diskuse/{of}").status_code == 200
    assert Desk(town, desks.OFFICE_HEAD).client.get(f"/urad/diskuse/{of}").status_code == 404
    assert Desk(town, desks.OFFICE_HEAD).client.get(f"/urad/diskuse/zverejneni/{slug}").status_code == 404
    official = Desk(town, desks.A)
    for path in (
        "/urad/diskuse",
        f"/urad/diskuse/{of}",
        "/urad/diskuse/zverejneni",
        f"/urad/diskuse/zverejneni/{slug}",
    ):
        assert official.client.get(path).status_code == 403
    token = visitors.csrf(official.client, "/urad/pripady")
    posted = official.client.post(
        f"/urad/diskuse/{of}", data={"csrf_token": token, "version": "2", "verdict": "publish"}
    )
    assert posted.status_code == 403
    assert "Zatím žádné příspěvky" in talks.page(town, slug)


def test_a_setting_changed_meanwhile_is_a_conflict(light_town: Flask) -> None:
    slug, desk = talks.discussed(light_town), Desk(light_town, desks.PRESS)
    path = f"/urad/diskuse/zverejneni/{slug}"
    fields = desks.form_of(desk.client.get(path).get_data(as_text=True), slug)
    talks.arrange(light_town, slug, "closed")
    assert desk.client.post(path, data={**fields, "state": "off", "moderation": "after"}).status_code == 409
    for day in ("zítra", "2026-02-31", "0001-01-01", "9999-12-31"):
        bad = {**fields, "version": "1", "state": "open", "moderation": "before", "closes_on": day}
        assert desk.client.post(path, data=bad).status_code == 400, day


def test_the_list_is_paged_by_key(light_town: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    slug, desk = talks.discussed(light_town), Desk(light_town, desks.PRESS)
    for n in range(5):
        talks.said(light_town, slug, f"Stránkovaný příspěvek {n}.")
    monkeypatch.setattr(moderation, "PAGE", 2)
    pages, path = 0, "/urad/diskuse?pohled=cekajici"
    seen: list[str] = []
    while path:
        page = desk.client.get(path).get_data(as_text=True)
        seen += re.findall(r'/urad/diskuse/([a-z0-9]{10})"><strong>', page)
        path, pages = desks.next_page(page), pages + 1
    assert pages > 2
    assert len(seen) == len(set(seen)) >= 5
    for bad in ("x", "1_2", "1_nan_3", "1_99999999999999_3"):
        assert desk.client.get(f"/urad/diskuse?od={bad}").status_code == 400, bad


@pytest.mark.parametrize("gone", ["hidden", "withdrawn", "off"])
def test_a_report_of_what_is_gone_meanwhile_gives_the_words_back(light_town: Flask, gone: str) -> None:
    slug = talks.discussed(light_town)
    own, of = talks.published(light_town, slug, f"Tohle je příspěvek {gone}.")
    client, path = light_town.test_client(), f"/diskuse/{slug}/{of}/nahlaseni"
    token = talks.form(client, path, "nahlaseni")["token"]
    if gone == "hidden":
        talks.decide(light_town, of, "hide", "Uráží.")
    elif gone == "withdrawn":
        talks.change(light_town, own, "withdraw")
    else:
        talks.arrange(light_town, slug, "off")
    answer = client.post(path, data={"token": token, "reason": "insult", "text": "Tohle <b>jsem</b> napsal."})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "Tento příspěvek už tu není" in page
    assert "Tohle &lt;b&gt;jsem&lt;/b&gt; napsal." in page
    assert f"Tohle je příspěvek {gone}." not in page
    assert (f'href="/diskuse/{slug}"' in page) is (gone != "off")

"""A comment: said by anybody, read by a moderator first, public then; replies, the office's words, me too."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.models import Comment, Origin, Reaction
from tests import desks
from tests.discussion import talks
from tests.noticeboard import boards
from tests.noticeboard.hidden import posted_notice


def test_a_comment_waits_for_a_moderator_and_is_public_then(town: Flask) -> None:
    slug = talks.discussed(town)
    own = talks.said(town, slug, "Svítí, díky <b>moc</b>!", "Jana z Dlouhé")
    assert "Jana z Dlouhé" not in talks.page(town, slug)
    assert "Zatím žádné příspěvky" in talks.page(town, slug)
    talks.decide(town, talks.reference(town, own), "publish")
    page = talks.page(town, slug)
    assert "Jana z Dlouhé" in page
    assert "Svítí, díky &lt;b&gt;moc&lt;/b&gt;!" in page
    assert re.search(r"1\s+příspěvek", page)
    assert "1 příspěvek" in desks.public_page(town, f"/odpovedi/{slug}")


def test_the_page_sets_no_cookie_and_is_kept_by_nobody(light_town: Flask) -> None:
    slug = talks.discussed(light_town)
    answer = light_town.test_client().get(f"/diskuse/{slug}")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_replies_have_two_levels(town: Flask) -> None:
    slug = talks.discussed(town)
    _, first = talks.published(town, slug, "První příspěvek.")
    _, reply = talks.published(town, slug, "Odpověď na první.", replies_to=first)
    token = talks.form(town.test_client(), f"/diskuse/{slug}/{first}", slug)["token"]
    deeper = town.test_client().post(
        f"/diskuse/{slug}", data={"token": token, "text": "Odpověď na odpověď na první.", "replies_to": reply}
    )
    assert deeper.status_code == 303
    with town.app_context():
        below = talks.kept(deeper.headers["Location"].partition("?")[0])
        above = db.session.scalars(sa.select(Comment).where(Comment.reference == first)).one()
        assert below.message.replies_to_id == above.message_id
        db.session.remove()


def test_the_same_form_twice_is_one_comment(town: Flask) -> None:
    slug, client = talks.discussed(town), town.test_client()
    token = talks.form(client, f"/diskuse/{slug}", slug)["token"]
    places = {talks.send(client, slug, token=token).headers["Location"] for _ in range(3)}
    assert len(places) == 1
    with town.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Comment)) == 1
        db.session.remove()


def test_the_same_form_with_other_words_is_a_conflict_and_the_words_come_back(light_town: Flask) -> None:
    slug, client = talks.discussed(light_town), light_town.test_client()
    token = talks.form(client, f"/diskuse/{slug}", slug)["token"]
    assert talks.send(client, slug, token=token).status_code == 303
    answer = talks.send(client, slug, "Něco úplně jiného, co nesmí zmizet.", token=token)
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "Něco úplně jiného, co nesmí zmizet." in page
    again = desks.form_of(page, slug)
    assert talks.send(client, slug, again["text"], token=again["token"]).status_code == 303


def test_two_hundred_parallel_uses_of_one_form_are_one_comment_and_one_reaction(town: Flask) -> None:
    slug = talks.discussed(town)
    _, first = talks.published(town, slug)
    page = talks.page(town, slug)
    token = desks.form_of(page, slug)["token"]
    join = re.search(r'id="join".*?name="token" value="([^"]+)"', page, re.DOTALL)
    assert join

    def use(n: int) -> tuple[int, int]:
        client = town.test_client()
        sent = talks.send(client, slug, "Říkám to jen jednou.", token=token, address=f"10.1.{n // 250}.{n % 250 + 1}")
        joined = client.post(
            f"/diskuse/{slug}/pridavam-se",
            data={"token": join[1], "comment": first},
            environ_overrides={"REMOTE_ADDR": f"10.2.{n // 250}.{n % 250 + 1}"},
        )
        return sent.status_code, joined.status_code

    with ThreadPoolExecutor(8) as pool:
        codes = set(pool.map(use, range(200)))
    assert codes <= {(303, 303), (503, 303), (303, 503), (503, 503)}
    assert (303, 303) in codes
    with town.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Comment)) == 2
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Reaction)) == 1
        asked = sa.select(sa.func.count()).select_from(Origin).where(Origin.source == "web:diskuse")
        assert db.session.scalar(asked) == 2
        db.session.remove()


def test_me_too_counts_once_for_a_network(town: Flask) -> None:
    slug = talks.discussed(town)
    _, first = talks.published(town, slug)
    _, second = talks.published(town, slug, "Druhý příspěvek k věci.")
    assert "Započítáno" in talks.join(town, slug, first, "192.0.2.7")
    assert "už jste započítáni" in talks.join(town, slug, first, "192.0.2.7")
    assert "Započítáno" in talks.join(town, slug, second, "192.0.2.7")
    assert "Započítáno" in talks.join(town, slug, first, "2001:db8:1:2::1")
    assert "už jste započítáni" in talks.join(town, slug, first, "2001:db8:1:2:ffff::9")
    with town.app_context():
        rows = db.session.scalars(sa.select(Reaction)).all()
        assert len(rows) == 3
        assert not any("192.0.2.7" in f"{row.voter}{row.nonce}" for row in rows)
        db.session.remove()
    assert re.search(r"tolikrát: </span>2</span>", talks.page(town, slug))


def test_the_office_is_told_by_words(town: Flask) -> None:
    slug = talks.discussed(town)
    _, first = talks.published(town, slug, name="Jana")
    talks.of_office(town, first, "Děkujeme za zprávu.")
    page = talks.page(town, slug)
    office = re.search(r'<article class="comment comment-office".*?</article>', page, re.DOTALL)
    assert office
    assert '<span class="tag tag-office">Úřad</span> Odbor dopravy' in office[0]
    assert "Děkujeme za zprávu." in office[0]


def test_a_comment_that_nothing_holds_appears_at_once_where_it_is_read_afterwards(town: Flask) -> None:
    slug = talks.discussed(town)
    talks.arrange(town, slug, how="after")
    talks.said(town, slug, "Tohle je vidět hned.")
    talks.said(town, slug, "Volejte mi na 777 123 456, prosím.")
    page = talks.page(town, slug)
    assert "Tohle je vidět hned." in page
    assert "777 123 456" not in page


def test_a_discussion_closes_after_its_last_day(town: Flask) -> None:
    slug = talks.discussed(town)
    talks.published(town, slug)
    token = talks.form(town.test_client(), f"/diskuse/{slug}", slug)["token"]
    talks.arrange(town, slug, closes_on="2026-01-31")
    page = talks.page(town, slug)
    assert "Diskuse je uzavřena" in page
    assert talks.WORDS in page
    assert "<textarea" not in page
    late = talks.send(town.test_client(), slug, "Přišel jsem pozdě.", token=token)
    assert late.status_code == 409
    assert "Přišel jsem pozdě." in late.get_data(as_text=True)


def test_a_notice_is_discussed_when_somebody_switches_it_on(town: Flask) -> None:
    with town.app_context():
        number = boards.notice(posted_notice("uzavirka")).number or ""
        db.session.remove()
    notice = f"/uredni-deska/{number}"
    assert town.test_client().get(f"/diskuse/{number}").status_code == 404
    assert "/diskuse/" not in desks.public_page(town, notice)
    talks.arrange(town, number)
    assert "Napsat první příspěvek" in desks.public_page(town, notice)
    talks.published(town, number, "Kudy povede objížďka?")
    assert f'href="{notice}"' in talks.page(town, number)
    assert "1 příspěvek" in desks.public_page(town, notice)


def test_a_discussion_that_is_off_is_not_there(town: Flask) -> None:
    slug = talks.discussed(town)
    talks.published(town, slug)
    token = talks.form(town.test_client(), f"/diskuse/{slug}", slug)["token"]
    talks.arrange(town, slug, "off")
    assert town.test_client().get(f"/diskuse/{slug}").status_code == 404
    assert "/diskuse/" not in desks.public_page(town, f"/odpovedi/{slug}")
    late = talks.send(town.test_client(), slug, "Moje slova se nesmějí ztratit.", token=token)
    assert late.status_code == 404
    assert "Moje slova se nesmějí ztratit." in late.get_data(as_text=True)
    talks.arrange(town, slug, "open")
    assert talks.WORDS in talks.page(town, slug)

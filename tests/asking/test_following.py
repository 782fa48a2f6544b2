"""The private page of a question: who has its link sees how it goes on, in three languages; nobody else sees anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.actions import answers
from hub.actions.answers import Written
from hub.database import db
from hub.language import full_day
from hub.models import Account, FollowLink
from hub.rules.access import scope_of
from hub.steps import links
from tests.asking.looks import case_of, due_after
from tests.questions import (
    FOLLOW,
    FORM,
    MAIL,
    QUESTION,
    ask,
    followed,
    link_of,
    nothing_stored,
    open_form,
    problems_of,
    reference_of,
)
from tests.visitors import assert_refused, everything


class TestFollowing:
    def test_no_cookie_is_set_or_needed(self, client: FlaskClient) -> None:
        sent = ask(client)
        pages = [client.get(FORM), sent, client.get(sent.headers["Location"]), client.get(link_of(sent))]
        assert [page.status_code for page in pages] == [200, 303, 200, 200]
        assert all("Set-Cookie" not in page.headers for page in pages)

    def test_the_page_says_what_was_written_where_it_is_and_by_when_it_is_answered(self, client: FlaskClient) -> None:
        page = followed(client, ask(client, QUESTION + "\n\nDíky, https://mesto.cz/lampy", "jana@seznam.cz"))
        today, last = due_after(30)
        for words in (
            "Dobrý den,<br>v Dlouhé ulici už týden nesvítí lampa.",
            '<a href="https://mesto.cz/lampy"',
            "Odbor sociálních věcí",
            "vnitřní pravidlo města",
            full_day(today),
            full_day(today + timedelta(days=1)),
            full_day(last),
            "j…@seznam.cz",
            'aria-current="step"',
        ):
            assert words in page, words
        assert "jana@seznam.cz" not in page

    def test_only_right_after_sending_it_thanks(self, client: FlaskClient) -> None:
        sent = ask(client)
        assert "done-panel" in followed(client, sent)
        later = client.get(link_of(sent)).get_data(as_text=True)
        assert "done-panel" not in later
        assert link_of(sent) in later

    def test_no_robot_cache_or_other_site_learns_of_the_page(self, client: FlaskClient) -> None:
        page = client.get(link_of(ask(client, "https://jinde.cz")))
        assert page.headers["Cache-Control"] == "no-store"
        assert "noindex" in page.headers["X-Robots-Tag"]
        text = page.get_data(as_text=True)
        assert '<meta name="referrer" content="same-origin">' in text
        assert re.search(r'<a href="https://jinde.cz" rel="[^"]*noreferrer[^"]*">', text)

    def test_later_the_answer_stands_there(self, house: Flask, client: FlaskClient) -> None:
        sent = ask(client, "Kdy bude opraven semafor?", "ceka@seznam.cz")
        reference = reference_of(followed(client, sent))
        with house.app_context():
            account = db.session.scalars(sa.select(Account).where(Account.email == "doprava@mesto.example")).one()
            scope = scope_of(account.id, account.department_id, [role.name for role in account.roles])
            assert scope is not None
            answers.submit(scope, reference, Written(0, "Opravíme ho v úterý."), datetime.now(UTC))
        page = client.get(link_of(sent)).get_data(as_text=True)
        assert "Opravíme ho v úterý." in page
        assert "voice-city" in page
        assert "zbývá" not in page
        assert "Kdy bude opraven semafor?" in page

    def test_only_a_digest_of_the_secret_is_in_the_database(self, house: Flask, client: FlaskClient) -> None:
        secret = link_of(ask(client, email="tajne@seznam.cz")).rpartition("/")[2]
        assert len(secret) == 43
        rows = everything(house)
        assert secret not in repr(rows)
        assert links.digest(secret) in {row[0] for row in rows["follow_links"]}

    def test_a_reference_alone_shows_nothing(self, house: Flask, client: FlaskClient) -> None:
        reference = reference_of(followed(client, ask(client, "Tajná otázka na semafor")))
        plain = reference.replace("-", "")
        for one in (reference, plain, reference.lower()):
            for path in (FOLLOW, "/odpovedi/", "/napiste-nam/", "/urad/pripady/"):
                answer = client.get(path + one)
                assert answer.status_code in {302, 404}
                assert "Tajná otázka" not in answer.get_data(as_text=True)

    def test_a_link_that_is_none_is_not_found_and_tells_nothing(
        self, house: Flask, client: FlaskClient, subtests: pytest.Subtests
    ) -> None:
        secret = link_of(ask(client, "Tajná otázka na semafor")).rpartition("/")[2]
        with house.app_context():
            digest = links.digest(secret)
        swapped = secret[:-2] + ("A" if secret[-2] != "A" else "B") + secret[-1]
        wrong = {
            "cut": secret[:-1],
            "much cut": secret[:10],
            "longer": f"{secret}A",
            "in capitals": secret.upper(),
            "one character changed": swapped,
            "its digest": digest,
            "very long": "a" * 3000,
            "NUL": f"{secret}%00",
            "not UTF-8": "%ff" * 30,
            "a surrogate": "%ed%a0%80" * 10,
            "SQL": "'%20OR%20'1'='1'%20--%20aaaaaaaaaaaa",
        }
        plain = said_by(client.get(FOLLOW + "x" * 43))
        with nothing_stored(house):
            for what, one in wrong.items():
                with subtests.test(what):
                    answer = client.get(FOLLOW + one)
                    assert_refused(answer, 404)
                    assert said_by(answer) == plain
        assert client.get(FOLLOW + secret).status_code == 200

    def test_a_link_of_another_city_is_none_here(self, houses: Callable[..., Flask], client: FlaskClient) -> None:
        elsewhere = houses("sqlite", questions_per_minute=1000, **MAIL).test_client()
        foreign = link_of(ask(elsewhere))
        assert elsewhere.get(foreign).status_code == 200
        assert_refused(client.get(foreign), 404)

    def test_an_expired_link_is_none_any_more(self, house: Flask, client: FlaskClient) -> None:
        link = link_of(ask(client))
        digest = links.digest(link.rpartition("/")[2])
        with house.app_context():
            mine = sa.update(FollowLink).where(FollowLink.digest == digest)
            db.session.execute(mine.values(expires_at=datetime.now(UTC) + timedelta(minutes=5)))
            db.session.commit()
            assert client.get(link).status_code == 200
            db.session.execute(mine.values(expires_at=datetime.now(UTC)))
            db.session.commit()
        assert_refused(client.get(link), 404)


def said_by(answer: TestResponse) -> str:
    """What a page says, without what differs on each: the number of the request, and its address in other languages."""
    return answer.get_data(as_text=True).partition("<main")[2].replace(answer.headers["X-Request-Id"], "")


@pytest.mark.parametrize(
    ("prefix", "language", "kind"), [("", "cs", "message"), ("/en", "en", "complaint"), ("/uk", "uk", "complaint")]
)
def test_the_way_can_be_gone_in_every_language_of_the_city(
    house: Flask, client: FlaskClient, prefix: str, language: str, kind: str
) -> None:
    page = client.get(prefix + FORM).get_data(as_text=True)
    assert f'<html lang="{language}"' in page
    assert language != "en" or "Write to us" in page
    text = {"cs": "Dobrý den, lampa", "en": "I complain about the lamp", "uk": "Скарга на лампу"}[language]
    sent = ask(client, text, prefix=prefix)
    assert link_of(sent).startswith(f"{prefix}{FOLLOW}")
    after = followed(client, sent)
    assert f'<html lang="{language}"' in after
    assert text in after
    with house.app_context():
        case = case_of(reference_of(after))
        assert (case.question.language, case.proposed_kind) == (language, kind)


def test_in_a_language_of_touch_screens_alone_nothing_can_be_asked(light: Flask) -> None:
    client = light.test_client()
    token = open_form(client)["token"]
    with nothing_stored(light):
        assert client.get(f"/pl{FORM}").status_code == 302
        assert ask(client, prefix="/pl", token=token).status_code == 404


def test_where_no_mail_goes_out_no_address_is_asked_for(houses: Callable[..., Flask]) -> None:
    without = houses("sqlite", questions_per_minute=1000).test_client()
    page = without.get(FORM).get_data(as_text=True)
    assert 'name="email"' not in page
    assert reference_of(followed(without, ask(without)))
    refused = ask(without, email="není adresa").get_data(as_text=True)
    assert len(problems_of(refused)) == 1
    assert 'href="#f-email"' not in refused

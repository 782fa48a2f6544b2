"""The author's own page: what became of a comment in plain words, and changing it, taking it back, objecting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.pool import NullPool

from hub.actions import forgetting
from hub.database import db
from hub.models import AuditEntry, Comment, Reaction, Report, Revision
from tests import desks, visitors
from tests.discussion import talks


@pytest.fixture
def engine() -> str:
    """One is enough for pages and forms; other files of this folder try both."""
    return "sqlite"


def test_it_says_in_plain_words_what_became_of_it(town: Flask) -> None:
    slug = talks.discussed(town)
    own = talks.said(town, slug)
    assert "Čeká: správce diskuse ho ještě nečetl." in talks.own_page(town, own)
    of = talks.reference(town, own)
    talks.decide(town, of, "publish")
    page = talks.own_page(town, own)
    assert "Je zveřejněný, může si ho přečíst každý." in page
    assert f"/diskuse/{slug}/{of}#k-{of}" in page
    talks.decide(town, of, "hide", "Napadá souseda.")
    page = talks.own_page(town, own)
    assert "Správce diskuse příspěvek skryl." in page
    assert "Napadá souseda." in page


def test_a_change_waits_and_the_earlier_words_stay(town: Flask) -> None:
    slug = talks.discussed(town)
    own, of = talks.published(town, slug, "Původní slova.")
    assert talks.change(town, own, "edit", text="Opravená slova.", name="Jana").status_code == 303
    assert "Původní slova." in talks.page(town, slug)
    assert "Opravená slova." not in talks.page(town, slug)
    assert "Vaše úprava čeká na správce diskuse." in talks.own_page(town, own)
    talks.decide(town, of, "publish")
    page = talks.page(town, slug)
    assert "Opravená slova." in page
    assert "Původní slova." not in page
    assert "upraveno autorem" in page


def test_a_rejected_change_leaves_the_earlier_words(town: Flask) -> None:
    slug = talks.discussed(town)
    own, of = talks.published(town, slug, "Původní slova.")
    talks.change(town, own, "edit", text="Urážlivá slova.")
    talks.decide(town, of, "reject", "Uráží.")
    assert "Původní slova." in talks.page(town, slug)
    page = talks.own_page(town, own)
    assert "Úprava nebyla přijata. Důvod: Uráží." in " ".join(page.split())
    assert "Je zveřejněný" in page


def test_the_same_words_are_no_change(town: Flask) -> None:
    slug = talks.discussed(town)
    own, _ = talks.published(town, slug, "Pořád totéž.")
    assert talks.change(town, own, "edit", text="Pořád totéž.").status_code == 303
    with town.app_context():
        comment = talks.kept(own)
        assert [one.n for one in comment.message.revisions] == [1]
        assert comment.look is None
        db.session.remove()


def test_a_page_opened_before_a_decision_changes_nothing_and_the_words_come_back(town: Flask) -> None:
    slug = talks.discussed(town)
    own = talks.said(town, slug)
    token = desks.form_of(talks.own_page(town, own), own.rpartition("/")[2])["token"]
    talks.decide(town, talks.reference(town, own), "publish")
    answer = talks.change(town, own, "edit", token=token, text="Slova, která se nesmějí ztratit.")
    assert answer.status_code == 409
    assert "Slova, která se nesmějí ztratit." in answer.get_data(as_text=True)


def test_a_locked_database_gives_words_back_and_says_when_to_try_again(
    founded: Callable[[str, Path], str], tmp_path: Path
) -> None:
    url = founded("sqlite", tmp_path)
    app = desks.opened(url, tmp_path, busy_timeout=0.2)
    slug = talks.discussed(app)
    own, of = talks.published(app, slug)
    token = desks.form_of(talks.own_page(app, own), own.rpartition("/")[2])["token"]
    words = "Slova, která se nesmějí ztratit."
    with sa.create_engine(url, poolclass=NullPool).connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        refused = [talks.change(app, own, "edit", token=token, text=words), talks.report(app, slug, of, words=words)]
    visitors.close_house(app)
    for answer in refused:
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert words in answer.get_data(as_text=True)


def test_its_private_address_is_not_what_the_page_tells_others_to_share(light_town: Flask) -> None:
    own = talks.said(light_town, talks.discussed(light_town))
    assert "og:url" not in talks.own_page(light_town, own)


def test_what_is_taken_back_leaves_a_note_and_its_replies(town: Flask) -> None:
    slug = talks.discussed(town)
    own, of = talks.published(town, slug, "Tohle vezmu zpět.")
    talks.published(town, slug, "Reakce, která zůstane.", replies_to=of)
    assert talks.change(town, own, "withdraw").status_code == 303
    page = talks.page(town, slug)
    assert "Tohle vezmu zpět." not in page
    assert "Příspěvek vzal autor zpět." in page
    assert "Reakce, která zůstane." in page
    assert "Vzali jste ho zpět." in talks.own_page(town, own)
    assert talks.change(town, own, "edit", token="x", text="Přece jen.").status_code == 400


def test_one_may_object_once_and_is_heard(town: Flask) -> None:
    slug = talks.discussed(town)
    own = talks.said(town, slug, "Příspěvek k věci.")
    of = talks.reference(town, own)
    talks.decide(town, of, "reject", "Netýká se věci.")
    assert talks.change(town, own, "object", objection="Týká, čtěte pozorně.").status_code == 303
    page = talks.own_page(town, own)
    assert 'name="objection"' not in page
    assert talks.change(town, own, "object", objection="Ještě jednou.").status_code == 409
    desk = desks.Desk(town, desks.PRESS)
    assert of in desk.client.get("/urad/diskuse?pohled=namitky").get_data(as_text=True)
    assert "Týká, čtěte pozorně." in desk.client.get(f"/urad/diskuse/{of}").get_data(as_text=True)
    talks.decide(town, of, "publish")
    assert "Příspěvek k věci." in talks.page(town, slug)
    assert "výsledek je uveden výše" in talks.own_page(town, own)


def test_a_wrong_link_is_like_one_that_never_was(light_town: Flask) -> None:
    for secret in ("x", "a" * 43, "../urad", "%00" * 20, "é" * 30):
        assert light_town.test_client().get(f"/muj-prispevek/{secret}").status_code == 404
    posted = light_town.test_client().post(f"/muj-prispevek/{'a' * 43}", data={"step": "withdraw"})
    assert posted.status_code == 404


def test_of_the_secret_only_a_digest_is_kept(town: Flask) -> None:
    own = talks.said(town, talks.discussed(town))
    secret = own.removeprefix(talks.OWN)
    assert len(secret) >= 43
    with town.app_context():
        assert talks.kept(own).secret_digest != secret
        assert secret not in repr(db.session.execute(sa.select(AuditEntry.__table__)).all())
        db.session.remove()


def test_erased_words_are_nowhere(town: Flask) -> None:
    slug = talks.discussed(town)
    own, of = talks.published(town, slug, "Moje tajemství.", "Jana Tajná")
    talks.published(town, slug, "Reakce zůstává.", replies_to=of)
    talks.report(town, slug, of, words="Je tam tajemství.")
    talks.change(town, own, "edit", text="Moje jiné tajemství.")
    talks.decide(town, of, "erase", "Osobní údaje.")
    page = talks.page(town, slug)
    assert "Příspěvek byl vymazán." in page
    assert "Reakce zůstává." in page
    assert "Text příspěvku byl vymazán." in talks.own_page(town, own)
    with town.app_context():
        comment = talks.kept(own)
        words = db.session.execute(
            sa.select(Revision.text, Revision.title).where(Revision.message_id == comment.message_id)
        )
        assert set(words) == {(None, None)}
        assert db.session.scalars(sa.select(Report.text)).all() == [None]
        assert (comment.words_digest, comment.objection, comment.look) == (None, None, None)
        db.session.remove()


def test_what_tells_people_apart_is_forgotten_and_what_counts_stays(town: Flask) -> None:
    slug = talks.discussed(town)
    own, of = talks.published(town, slug)
    talks.join(town, slug, of, "192.0.2.7")
    talks.report(town, slug, of)
    with town.app_context():
        later = datetime.now(UTC) + timedelta(days=31)
        assert forgetting.marks(100, later) == 2
        assert forgetting.marks(100, later) == 0
        assert forgetting.traces(100, later) == 1
        assert forgetting.traces(100, later) == 0
        for kind in (Reaction, Report):
            assert db.session.execute(sa.select(kind.voter, kind.nonce)).all() == [(None, None)]
        assert db.session.scalars(sa.select(Comment.words_digest)).all() == [None]
        forgetting.traces(100, later + timedelta(days=3 * 365))
        db.session.remove()
    assert "tolikrát: </span>1</span>" in talks.page(town, slug)
    assert town.test_client().get(own).status_code == 404

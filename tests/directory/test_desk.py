"""Staff write the directory: each what they may, nobody over another without being told, and no word is lost."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from hub import errors
from hub.actions import directory as acts
from hub.actions.directory import Changed
from hub.database import db
from hub.models import AuditEntry, Guide, Official
from hub.rules.directory import OfficialCard, Wrong
from hub.steps.directory import new_reference
from hub.storage import storage
from tests import desks
from tests.conftest import NOW
from tests.directory import cards
from tests.directory.cards import SLUG
from tests.directory.staff import GUIDES, Staff, file, stranger


@pytest.fixture
def engine() -> str:
    """One is enough for pages and forms; other files of this folder try both."""
    return "postgres"


OFFICE = "/urad/kontakty/odbor/dopravy"


def official_url() -> str:
    return f"/urad/kontakty/urednik/{db.session.scalars(sa.select(Official.reference)).one()}"


def test_the_administrator_and_press_see_all_and_others_their_department(town: Flask) -> None:
    everything = Staff(town, desks.PRESS).page("/urad/kontakty")
    assert "Odbor sociálních věcí" in everything
    assert cards.CZECH.title in everything
    own = Staff(town, desks.OFFICE_HEAD).page("/urad/kontakty")
    assert "Kancelář primátora" in own
    assert "Odbor dopravy" not in own
    assert cards.CZECH.title not in own


def test_an_official_reads_and_writes_nothing(town: Flask) -> None:
    somebody = Staff(town, desks.A)
    assert "píší vedoucí odborů" in somebody.page("/urad/kontakty")
    for path in (
        OFFICE,
        official_url(),
        f"{GUIDES}/{SLUG}",
        "/urad/kontakty/novy-urednik",
        "/urad/kontakty/nova-situace",
    ):
        somebody.page(path, 403)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', somebody.page("/urad/kontakty"))[0]
    before = cards.official_of(official_url().rpartition("/")[2]).version
    for path in (
        OFFICE,
        official_url(),
        f"{official_url()}/smazani",
        f"{GUIDES}/{SLUG}",
        "/urad/kontakty/nova-situace",
    ):
        assert somebody.ask(path, {"csrf_token": token, "version": "1", "title": "Moje"}).status_code == 403
    assert cards.official_of(official_url().rpartition("/")[2]).version == before


def test_a_head_writes_the_own_department_alone(town: Flask) -> None:
    other = Staff(town, desks.OFFICE_HEAD)
    for path in (OFFICE, official_url(), f"{GUIDES}/{SLUG}"):
        other.page(path, 404)
    head = desks.scope(desks.OFFICE_HEAD)
    with pytest.raises(errors.NotFound):
        acts.save_office(head, "dopravy", 1, cards.OFFICE, NOW)
    with pytest.raises(errors.NotFound):
        acts.save_guide(head, SLUG, 1, "kancelar", cards.GUIDE, NOW)
    with pytest.raises(errors.NotFound):
        acts.save_guide(desks.scope(desks.HEAD), SLUG, 1, "kancelar", cards.GUIDE, NOW)
    with pytest.raises(errors.NotFound):
        acts.save_official(head, new_reference(), 0, "dopravy", cards.OFFICIAL, NOW)
    acts.save_office(head, "kancelar", 0, cards.OFFICE, NOW)
    assert Staff(town, desks.OFFICE_HEAD).page("/urad/kontakty/odbor/kancelar")


def test_hours_that_are_written_are_read_back(town: Flask) -> None:
    head = Staff(town, desks.HEAD)
    assert head.form(OFFICE)["mon"] == "8:00–11:30, 12:30–17:00"
    assert head.send(OFFICE, mon="8-12", fri="7.30 - 11", phone="+420 596 803 100").status_code == 303
    assert "Uloženo." in head.page(OFFICE)
    form = head.form(OFFICE)
    assert (form["mon"], form["wed"], form["fri"], form["version"]) == ("8:00–12:00", "8:00–17:00", "7:30–11:00", "2")
    assert "7:30–11:00" in stranger(town, "/kontakty/dopravy").get_data(as_text=True)


def test_what_is_saved_unchanged_changes_nothing(town: Flask) -> None:
    head = Staff(town, desks.HEAD)
    for path in (OFFICE, official_url(), f"{GUIDES}/{SLUG}"):
        version = head.form(path)["version"]
        assert head.send(path).status_code == 303
        assert head.form(path)["version"] == version


def test_who_saves_over_another_is_told_and_keeps_the_words(town: Flask) -> None:
    mine, theirs = Staff(town, desks.HEAD), Staff(town, desks.PRESS)
    for path, name in ((OFFICE, "address"), (official_url(), "agenda"), (f"{GUIDES}/{SLUG}", "fee_cs")):
        form = mine.form(path)
        assert theirs.send(path, **{name: "Jejich slova"}).status_code == 303
        answer = mine.ask(path, {**form, name: "Moje slova"})
        assert answer.status_code == 409
        page = answer.get_data(as_text=True)
        assert "Moje slova" in page
        assert "Co mezitím uložil někdo jiný" in page
        assert "Jejich slova" in page.partition("<form class")[0] + page
        again = {**form, name: "Moje slova", "version": desks.form_of(page, path.rpartition("/")[2])["version"]}
        assert mine.ask(path, again).status_code == 303  # on purpose now
        assert "Moje slova" in mine.page(path)


def test_of_two_who_begin_the_same_office_the_second_is_told(town: Flask) -> None:
    acts.save_office(desks.scope(desks.PRESS), "socialni", 0, cards.OFFICE, NOW)
    with pytest.raises(Changed):
        acts.save_office(desks.scope(desks.ADMINISTRATOR), "socialni", 0, replace(cards.OFFICE, phone="112"), NOW)


def test_a_new_official_sent_twice_is_there_once(town: Flask) -> None:
    press = Staff(town, desks.PRESS)
    page = press.page("/urad/kontakty/novy-urednik?odbor=socialni")
    url = re.findall(r'action="(/urad/kontakty/urednik/[^"]+)"', page)[0]
    form = press.form("/urad/kontakty/novy-urednik?odbor=socialni", 'urednik/[^"]+')
    assert form["department"] == "socialni"
    for _ in range(2):
        assert press.ask(url, {**form, "title": "Opatrovnictví", "position": "5"}).status_code == 303
    assert press.ask(url, {**form, "title": "Něco jiného"}).status_code == 409
    assert list(db.session.scalars(sa.select(Official.title).where(Official.title != "Řidičské průkazy"))) == [
        "Opatrovnictví"
    ]


def test_a_new_guide_sent_twice_is_there_once_and_keeps_its_address(town: Flask) -> None:
    press = Staff(town, desks.PRESS)
    form = {
        **press.form("/urad/kontakty/nova-situace"),
        "title_cs": "Poplatek za psa",
        "summary_cs": "Pro držitele.",
        "steps_cs": "Zaplaťte.",
    }
    for _ in range(2):
        answer = press.ask("/urad/kontakty/nova-situace", form)
        assert answer.headers["Location"].endswith("/zivotni-situace/poplatek-za-psa")
    other = press.ask("/urad/kontakty/nova-situace", {**form, "steps_cs": "Jinak."})
    assert other.status_code == 400
    assert "Návod s tímto názvem už je" in other.get_data(as_text=True)
    assert "Jinak." in other.get_data(as_text=True)
    url = f"{GUIDES}/poplatek-za-psa"
    assert press.send(url, title_cs="Poplatek ze psů").status_code == 303
    assert "Poplatek ze psů" in press.page(url)


def test_a_guide_is_verified_by_the_office_of_who_says_so(town: Flask) -> None:
    head, url = Staff(town, desks.HEAD), f"{GUIDES}/{SLUG}"
    assert head.form(url)["verified"] == "no"
    assert f'href="/en{url}"' in head.page(url)
    assert head.send(url, verified="today").status_code == 303
    assert cards.guide_of(SLUG).verified_by == "Vedení dopravy"
    assert Staff(town, desks.PRESS).send(url, fee_cs="300 Kč").status_code == 303
    assert (cards.guide_of(SLUG).verified_by, cards.guide_of(SLUG).verified_on is None) == ("Vedení dopravy", False)
    assert head.send(url, verified="no").status_code == 303
    assert cards.guide_of(SLUG).verified_on is None


def test_a_translation_that_is_emptied_goes(town: Flask) -> None:
    head, url = Staff(town, desks.HEAD), f"{GUIDES}/{SLUG}"
    emptied = dict.fromkeys(
        (f"{part}_en" for part in ("title", "summary", "steps", "documents", "fee", "duration")), ""
    )
    assert head.send(url, **emptied).status_code == 303
    assert [text.language for text in cards.guide_of(SLUG).texts] == ["cs"]
    part = head.send(url, title_en="Only a title")
    assert part.status_code == 400
    assert part.get_data(as_text=True).count("překlad musí také") >= 4
    assert "Only a title" in part.get_data(as_text=True)


def test_a_guide_is_hidden_and_shown_again(town: Flask) -> None:
    head, url = Staff(town, desks.HEAD), f"{GUIDES}/{SLUG}"
    assert head.send(url, is_shown=None).status_code == 303
    assert stranger(town, f"/kontakty/zivotni-situace/{SLUG}").status_code == 404
    assert head.send(url, is_shown="1").status_code == 303
    assert stranger(town, f"/kontakty/zivotni-situace/{SLUG}").status_code == 200


def test_a_portrait_is_made_anew_small_and_without_its_notes(town: Flask) -> None:
    head, url = Staff(town, desks.HEAD), official_url()
    for kind, name in (("JPEG", "foto.jpg"), ("PNG", "foto.png")):
        photo = cards.photo(kind, 600, "Doma u Vzorových")
        assert head.send(url, portrait=file(photo, name)).status_code == 303
        official = cards.official_of(url.rpartition("/")[2])
        kept = storage().get(official.portrait_key or "")
        assert "Doma u Vzorových".encode() not in kept
        assert max(Image.open(io.BytesIO(kept)).size) == 480
        shown = stranger(town, f"/kontakty/portrety/{official.portrait_digest}")
        assert (shown.data, shown.mimetype) == (kept, official.portrait_type)
    assert head.send(url, drop_portrait="1").status_code == 303
    assert cards.official_of(url.rpartition("/")[2]).portrait_key is None


def test_an_official_who_left_is_forgotten(town: Flask) -> None:
    head, url = Staff(town, desks.HEAD), official_url()
    stale = head.form(url, "smazani")
    assert head.send(url, agenda="Nově něco jiného").status_code == 303
    assert head.ask(f"{url}/smazani", stale).status_code == 409
    assert head.send(url, "smazani", f"{url}/smazani").status_code == 303
    db.session.rollback()
    assert list(db.session.scalars(sa.select(Official))) == []
    head.page(url, 404)
    assert "Vzorová" not in str(list(db.session.execute(sa.select(AuditEntry))))


def test_what_is_done_is_audited_without_its_words(town: Flask) -> None:
    acts_done = set(db.session.scalars(sa.select(AuditEntry.act)))
    assert {"save an office", "save an official", "save a guide"} <= acts_done
    about = set(
        db.session.execute(
            sa.select(AuditEntry.about_table, AuditEntry.about_id).where(AuditEntry.act == "save a guide")
        )
    )
    assert about == {("guides", db.session.scalars(sa.select(Guide.id)).one())}


def test_no_more_fits_on_a_page_than_somebody_reads(quick: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "MOST_GUIDES", 2)
    monkeypatch.setattr(acts, "MOST_OFFICIALS", 2)
    cards.titled("Druhý návod")
    cards.official(OfficialCard("Druhá"))
    with pytest.raises(errors.BadInput, match="as many guides"):
        cards.titled("Třetí návod")
    with pytest.raises(errors.BadInput, match="as many officials"):
        cards.official(OfficialCard("Třetí"))


def test_a_title_without_letters_makes_no_address(quick: Flask) -> None:
    with pytest.raises(Wrong):
        cards.titled("???")

"""The lists of the inbox: narrowed, searched, kept on the way to a case and back, and saved under a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.actions import following
from hub.actions import saved_views as acts
from hub.database import db
from hub.errors import Conflict
from hub.jobs.finding import index_cases
from hub.models import CaseEntry, SavedView
from hub.queries import inbox, saved_views
from hub.queries.inbox import Narrowed
from hub.rules import references as references_rule
from hub.rules.listing import Filter
from tests import desks
from tests.desk.conftest import DeskOf
from tests.desk.looks import references
from tests.desks import ADMINISTRATOR, HEAD, OFFICE, PRESS, SOCIAL, A, B, Desk, address, asked, case_of, public_page
from tests.visitors import assert_refused, csrf

INBOX = "/urad/pripady"


def found(desk: Desk, **query: str) -> set[str]:
    return set(references(desk.inbox(**query)))


def number(app: Flask, email: str) -> str:
    with app.app_context():
        return str(desks.scope(email).account_id)


# Narrowing


def test_each_filter_keeps_what_fits_and_several_keep_what_fits_all(town: Flask, staff: DeskOf) -> None:
    old = datetime.now(UTC) - timedelta(days=60)
    before = datetime.now(UTC) - timedelta(days=25)  # so that they stand before those of other tests
    late, fresh, social = asked(town, now=old), asked(town, now=before), asked(town, department="socialni")
    complaint, mine = asked(town, now=before), asked(town, now=before)
    staff(A).classify(complaint, kind="complaint")
    staff(A).take(mine)
    ours = {late, fresh, complaint, mine, social}

    def kept(who: str = A, **query: str) -> set[str]:
        return found(staff(who), **query) & ours

    assert kept(ADMINISTRATOR, utvar="socialni") == {social}
    assert kept(druh="complaint") == {complaint}
    assert kept(resi="ja") == {mine}
    assert kept(resi=number(town, A)) == {mine}
    assert kept(B, resi="nikdo") == {late, fresh, complaint}
    assert kept(stav="in_progress") == {mine}
    assert kept(lhuta="po-lhute") == {late}
    assert kept(lhuta="dnes") == set()
    assert kept(kanal="web") == ours - {social}
    assert kept(kanal="email") == set()
    assert kept(doplneno="ano") == set()
    assert kept(druh="complaint", resi="nikdo") == {complaint}
    assert kept(druh="complaint", resi="ja") == set()
    assert kept(A, utvar="socialni") == set()
    assert kept(pohled="vse") == ours - {social}


def test_a_chip_takes_one_filter_away(light: Flask, desk: DeskOf) -> None:
    reference = asked(light, now=datetime.now(UTC) - timedelta(days=28))
    page = desk(A).inbox(druh="petition", resi="nikdo")
    links = [
        unescape(one) for one in re.findall(r'href="([^"]+)"', page.partition('class="chips"')[2].partition("</ul>")[0])
    ]
    assert reference not in references(page)
    assert links[:2] == [f"{INBOX}?pohled=otevrene&druh=petition", f"{INBOX}?pohled=otevrene&resi=nikdo"]
    assert reference in desk(A).client.get(links[1]).get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"pohled": "vsechno"}, 404),
        ({"utvar": "nikde"}, 404),
        ({"utvar": "x" * 5000}, 404),
        ({"resi": "999999"}, 404),
        ({"resi": "9" * 40}, 404),
        ({"resi": "\u0661"}, 404),
        ({"tema": "nic"}, 404),
        ({"druh": "love"}, 400),
        ({"stav": "'; --"}, 400),
        ({"kanal": "posel"}, 400),
        ({"lhuta": "zitra"}, 400),
        ({"doplneno": "snad"}, 400),
        ({"q": "lampa", "od": "2026-11-18_1"}, 400),
        ({"q": "lampa", "od": "9" * 40}, 400),
    ],
)
def test_what_the_inbox_is_not_narrowed_by_is_refused_clearly(desk: DeskOf, query: dict[str, str], status: int) -> None:
    assert_refused(desk(A).client.get(INBOX, query_string=query), status)


def test_an_official_of_another_department_is_unknown_to_who_does_not_see_it(light: Flask, desk: DeskOf) -> None:
    elsewhere = number(light, SOCIAL)
    assert_refused(desk(A).client.get(INBOX, query_string={"resi": elsewhere}), 404)
    assert desk(PRESS).client.get(INBOX, query_string={"resi": elsewhere}).status_code == 200


def test_a_page_costs_the_same_number_of_statements_and_finds_what_lies_far(
    town: Flask, staff: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FIRST", 2)
    monkeypatch.setattr(inbox, "LOOK", 4)
    monkeypatch.setattr(inbox, "PAGE", 2)
    made = [asked(town, "Vzdálený případ") for _ in range(9)]
    staff(A).classify(made[-1], kind="gdpr")
    with town.app_context():
        scope, wanted = desks.scope(A), Narrowed(kind="gdpr")
        numbers, seen, key, pages = set[int](), [], None, 0
        while pages == 0 or key is not None:
            with counted() as statements:
                page = inbox.page(db.session(), scope, wanted, key)
            numbers.add(len(statements))
            seen += [line.case.reference for line in page.lines]
            key, pages = page.after, pages + 1
    assert made[-1] in seen
    assert len(seen) == len(set(seen))
    assert pages > 2
    assert numbers == {3}  # among few, among more, and where to go on


class counted:  # noqa: N801
    """The statements that are executed meanwhile."""

    def __enter__(self) -> list[str]:
        self.seen: list[str] = []
        self._note: Callable[..., None] = lambda _c, _cursor, statement, *_more: self.seen.append(statement)
        sa.event.listen(db.engine, "before_cursor_execute", self._note)
        return self.seen

    def __exit__(self, *_: Any) -> None:
        sa.event.remove(db.engine, "before_cursor_execute", self._note)


# Searching


def test_a_case_is_found_by_everything_said_in_it_whatever_the_ending_or_accent(town: Flask, staff: DeskOf) -> None:
    reference = asked(town, "Nesvítí žirafí lucerna.", email="zirafa@seznam.example")
    staff(A).note(reference, "Volala paní Krejčová z Pampeliškové.")
    staff(A).send(reference, "Opravíme ji společně s tučňákem.")
    for words in ("žirafí", "zirafi lucerny", "PAMPELIŠKOVÁ", "tučňák", reference, reference.replace("-", "").lower()):
        assert found(staff(A), q=words) == {reference}, words
    assert reference in found(staff(A), q="zirafa@seznam.example")
    assert found(staff(A), q="irafa@seznam.example") == set()
    assert found(staff(A), q="lucerna tramvaj") == set()
    assert found(staff(A), q="tučňák", pohled="vyrizene") == {reference}
    assert found(staff(A), q="tučňák", pohled="otevrene") == set()
    assert found(staff(A), q=reference, pohled="otevrene") == {reference}  # whoever types it means it
    for words in ("žirafí", reference, "zirafa@seznam.example"):
        assert found(staff(SOCIAL), q=words) == set()
        assert reference in found(staff(PRESS), q=words)
    for path in ("/hledat", "/odpovedi", "/kontakty"):
        assert "Nesvítí" not in public_page(town, path, q="žirafí lucerna")


def test_a_word_that_could_be_a_reference_is_a_word(light: Flask, desk: DeskOf) -> None:
    assert references_rule.read("brankec")
    reference = asked(light, "Místní brankec.")
    assert found(desk(A), q="brankec") == {reference}


def test_another_department_finds_a_case_once_it_has_it_and_the_first_no_more(town: Flask, staff: DeskOf) -> None:
    reference = asked(town, "Stěhovavý kolibřík.")
    staff(A).classify(reference, department="socialni")
    assert found(staff(SOCIAL), q="kolibřík") == {reference}
    assert found(staff(A), q="kolibřík") == set()


def test_an_erased_case_is_found_by_nothing(town: Flask, staff: DeskOf) -> None:
    reference = asked(town, "Tajemný mravenečník.", email="mravenec@seznam.example")
    assert found(staff(A), q="mravenečník") == {reference}
    with town.app_context():
        case = case_of(db.session(), reference)
        following.erase(case.id, datetime.now(UTC))
        assert db.session.get(CaseEntry, case.id) is None
    for words in ("mravenečník", "mravenec@seznam.example"):
        assert found(staff(A), q=words) == set()


def kept_words(app: Flask, reference: str) -> list[str]:
    with app.app_context():
        case = case_of(db.session(), reference)
        return sorted(db.session.get_one(CaseEntry, case.id).words.split())


def test_cases_of_a_time_before_the_search_are_indexed_once(town: Flask, staff: DeskOf) -> None:
    reference = asked(town, "Pradávný mamut.")
    staff(A).note(reference, "Srstnatý nosorožec.")
    before = kept_words(town, reference)
    with town.app_context():
        with db.engine.begin() as connection:
            connection.execute(sa.delete(CaseEntry))
        assert found(staff(A), q="mamut") == set()
        assert index_cases(datetime.now(UTC)) > 0
        assert index_cases(datetime.now(UTC)) == 0
    assert kept_words(town, reference) == before
    assert found(staff(A), q="nosorožci") == {reference}


ODD = (
    *(
        "'",
        '"',
        "*",
        "(",
        "a OR b",
        "NEAR(a b)",
        "^x",
        "-",
        "&|!:*",
        "\\",
        "%",
        "\u200b",
        "@",
        "a@b",
        "\U0001f600",
        "1",
    ),
    *("ž" * 5000, "a " * 300, "K7M-3PX-9", "ždepartment1", "search_index"),
)


def test_odd_words_are_searched_without_harm(town: Flask, staff: DeskOf) -> None:
    for words in ODD:
        assert staff(A).client.get(INBOX, query_string={"q": words}).status_code == 200, words
        assert staff(PRESS).client.get(INBOX, query_string={"q": words, "utvar": "dopravy"}).status_code == 200, words


# From the list to a case and back


def test_the_page_of_a_case_leads_through_its_list(light: Flask, desk: DeskOf) -> None:
    days = [datetime.now(UTC) - timedelta(days=n) for n in (20, 15, 10)]
    first, other, last = asked(light, now=days[0]), asked(light, now=days[1]), asked(light, now=days[2])
    for reference in (first, last):
        desk(A).classify(reference, kind="petition")
    page = desk(A).client.get(f"{address(first)}?druh=petition").get_data(as_text=True)
    after = re.search(r'rel="next" href="([^"]+)"', page)
    assert after
    assert after[1] == f"{address(last)}?druh=petition"
    page = desk(A).client.get(after[1]).get_data(as_text=True)
    assert f'rel="prev" href="{address(first)}?druh=petition"' in page
    assert f'href="{INBOX}?druh=petition"' in page
    assert other not in page
    form = {"note": "Poznámka", "csrf_token": csrf(desk(A).client, INBOX)}
    answer = desk(A).client.post(f"{address(last)}/poznamka?druh=petition", data=form)
    assert answer.headers["Location"] == f"{address(last)}?druh=petition"


def test_a_case_opens_though_its_list_is_no_more(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    assert desk(A).client.get(f"{address(reference)}?utvar=zruseny").status_code == 200


def test_a_page_of_the_inbox_and_of_a_case_is_light(light: Flask, desk: DeskOf) -> None:
    made = [
        asked(
            light,
            "Kdy opravíte rozbitou dlažbu na náměstí, kde denně zakopávají lidé s kočárky? " * 4,
            department="kancelar",
        )
        for _ in range(50)
    ]
    page = desk(OFFICE).inbox(pohled="otevrene", resi="nikdo")
    assert len(references(page)) == 50
    assert len(page.encode()) < 60_000
    assert len(desk(OFFICE).page(made[0]).encode()) < 60_000


# Saved views


def views_form(desk: Desk, **more: str) -> dict[str, str]:
    return {"csrf_token": csrf(desk.client, INBOX), **more}


def save(desk: Desk, name: str, query: str = "druh=petition") -> Any:
    return desk.client.post(f"{INBOX}/pohledy?{query}", data=views_form(desk, name=name))


def own(app: Flask, email: str) -> list[SavedView]:
    with app.app_context():
        return saved_views.own(db.session(), desks.scope(email).account_id)


def change(desk: Desk, view: SavedView, step: str, **more: str) -> Any:
    return desk.client.post(f"{INBOX}/pohledy/{view.id}", data=views_form(desk, step=step, **more))


def test_a_view_is_saved_renamed_ordered_and_deleted(light: Flask, desk: DeskOf) -> None:
    assert save(desk(B), "Petice").headers["Location"] == f"{INBOX}?pohled=otevrene&druh=petition"
    save(desk(B), "Po lhůtě", "lhuta=po-lhute&pohled=moje")
    assert 'href="/urad/pripady?pohled=moje&amp;lhuta=po-lhute"' in desk(B).inbox()
    assert save(desk(B), "Petice").status_code == 409
    assert save(desk(B), "  ").status_code == 400
    assert save(desk(B), "x" * 61).status_code == 400
    first, second = own(light, B)
    assert change(desk(B), second, "up").status_code == 303
    assert [one.name for one in own(light, B)] == ["Po lhůtě", "Petice"]
    assert change(desk(B), first, "rename", name="Po lhůtě").status_code == 409
    assert change(desk(B), first, "rename", name="Všechny petice").status_code == 303
    assert "Všechny petice" in desk(B).inbox()
    assert "Všechny petice" not in desk(A).inbox()
    assert_refused(change(desk(A), first, "delete"), 404)
    assert change(desk(B), first, "blow").status_code == 400
    assert change(desk(B), first, "delete").status_code == 303
    assert [one.name for one in own(light, B)] == ["Po lhůtě"]


def test_a_head_offers_a_view_to_the_whole_department_and_nobody_else_does(light: Flask, desk: DeskOf) -> None:
    save(desk(HEAD), "Ranní porada", "resi=nikdo")
    save(desk(SOCIAL), "Jen moje", "resi=nikdo")
    (offered,) = own(light, HEAD)
    assert change(desk(HEAD), offered, "offer").status_code == 303
    assert "Ranní porada" in desk(A).inbox()
    assert "Ranní porada" not in desk(SOCIAL).inbox()
    assert_refused(change(desk(SOCIAL), own(light, SOCIAL)[0], "offer"), 403)
    change(desk(HEAD), offered, "keep")
    assert "Ranní porada" not in desk(A).inbox()


def test_the_twenty_first_view_is_refused(town: Flask) -> None:
    with town.app_context():
        scope = desks.scope(OFFICE)
        for n in range(saved_views.MOST):
            acts.save(scope, f"Pohled {n}", Filter(kind="petition"), datetime.now(UTC))
        with pytest.raises(Conflict):
            acts.save(scope, "Ještě jeden", Filter(kind="petition"), datetime.now(UTC))


def test_a_view_of_what_is_no_longer_there_says_so_and_leads_nowhere(light: Flask, desk: DeskOf) -> None:
    with light.app_context():
        scope = desks.scope(PRESS)
        acts.save(scope, "Zrušený odbor", Filter(department="zruseny"), datetime.now(UTC))
        acts.save(scope, "Odešla", Filter(official="99999"), datetime.now(UTC))
    page = desk(PRESS).inbox()
    assert page.count("ptá se na něco, co už neexistuje") == 2
    assert "utvar=zruseny" not in page
    assert desk(PRESS).client.get(f"{INBOX}/pohledy").get_data(as_text=True).count("které už neexistuje") == 2

"""Cases about the same are joined, answered once, and parted again as they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask

from hub.database import db
from tests.desk.conftest import DeskOf
from tests.desk.joined import WHY, answers_of, join, page_of, part, work
from tests.desk.looks import state
from tests.desks import HEAD, PRESS, SOCIAL, A, B, asked, case_of, follow_page, form_of

NOW = datetime.now(UTC)


def two(app: Flask, **more: str) -> tuple[str, str]:
    """The first of two cases about the same, and the other, each with its citizen."""
    first = asked(
        app, "Lampa v Dlouhé nesvítí, bydlím v Dlouhé 5, Nováková.", "jana@seznam.example", now=NOW - timedelta(days=10)
    )
    return first, asked(app, "V Dlouhé je tma.", "petr@seznam.example")


def test_an_answer_goes_once_to_each_citizen_of_joined_cases_without_the_words_of_the_other(
    town: Flask, staff: DeskOf, words: str
) -> None:
    main, other = two(town)
    assert join(staff(A), other, main).status_code == 303
    assert state(town, other) == "closed"
    waiting = follow_page(town, other)
    assert "Vaše zpráva se vyřizuje spolu s jinou" in waiting
    assert "Uzavřeno bez odpovědi" not in waiting
    assert "> vyřízeno<" not in waiting
    assert ">vyřízeno<" not in waiting
    assert WHY not in waiting
    staff(A).send(main, words)
    work(town)
    work(town)
    assert answers_of(town, main) == [(words, "jana@seznam.example")]
    assert answers_of(town, other) == [(words, "petr@seznam.example")]
    page = follow_page(town, other)
    assert words in page
    assert "Nováková" not in page
    assert main not in page
    assert "Zatím tu není odpověď" not in page
    assert state(town, other) == "answered"


def test_parting_brings_both_cases_back_with_their_own_deadlines_and_drafts(light: Flask, desk: DeskOf) -> None:
    main, other = two(light)
    desk(A).send(other, "Rozepsaná odpověď.", step="save")
    with light.app_context():
        before = {one: (case_of(db.session(), one).state, case_of(db.session(), one).due_on) for one in (main, other)}
    join(desk(A), other, main)
    assert "Rozepsaná odpověď." in desk(A).page(other)
    assert other in desk(A).page(main)
    assert part(desk(A), other).status_code == 303
    with light.app_context():
        after = {one: (case_of(db.session(), one).state, case_of(db.session(), one).due_on) for one in (main, other)}
    assert after == before
    assert desk(A).form(other, "odpoved")["text"] == "Rozepsaná odpověď."
    desk(A).send(main, "Opraveno.")
    work(light)
    assert answers_of(light, other) == []


def test_parting_after_the_answer_says_what_remains(light: Flask, desk: DeskOf) -> None:
    main, other = two(light)
    join(desk(A), other, main)
    desk(A).send(main, "Opravíme ji zítra.")
    work(light)
    done = part(desk(A), other)
    page = desk(A).client.get(done.location).get_data(as_text=True)
    assert "nejde vzít zpět" in page
    assert state(light, other) == "in_progress"
    assert "Opravíme ji zítra." in follow_page(light, other)
    desk(A).send(other, "Vaše lampa je jiná, opravíme ji pozítří.")
    assert len(answers_of(light, other)) == 2
    assert len(answers_of(light, main)) == 1


def test_a_chain_leads_to_its_root_and_comes_apart_again(town: Flask, staff: DeskOf, words: str) -> None:
    desk = staff(A)
    first, second = two(town)
    third = asked(town, "Zase ta lampa.", "eva@seznam.example")
    assert join(desk, third, second).status_code == 303
    assert join(desk, second, first).status_code == 303
    assert first in page_of(desk, third, "spojeni")
    fourth = asked(town, "A ještě jednou ta lampa.", "karel@seznam.example")
    assert join(desk, fourth, third).status_code == 303  # leads to the first
    assert first in page_of(desk, fourth, "spojeni")
    assert join(desk, first, third).status_code == 409  # a circle
    assert part(desk, second).status_code == 303
    assert second in page_of(desk, third, "spojeni")
    assert first in page_of(desk, fourth, "spojeni")
    desk.send(second, words)
    work(town)
    assert answers_of(town, third) == [(words, "eva@seznam.example")]
    assert answers_of(town, fourth) == []


def test_what_cannot_be_joined_is_told_in_words_and_the_form_keeps_its_own(light: Flask, desk: DeskOf) -> None:
    main, other = two(light)
    elsewhere = asked(light, "Dávky mi nepřišly.", department="socialni")
    closed = asked(light, "Reklama.")
    token = desk(A).form(closed, "poznamka")["csrf_token"]
    desk(A).post(closed, "uzavreni", {"csrf_token": token, "reason": "Reklama."})
    for typed, status, told in (
        (other, 409, "sám se sebou"),
        ("", 400, "není"),
        ("K7M-3PX-0", 400, "není"),
        ("<script>", 400, "není"),
        (elsewhere, 400, "není"),
        (closed, 409, "uzavřený"),
    ):
        answer = join(desk(A), other, typed, reason="Moje důvody.")
        page = answer.get_data(as_text=True)
        assert answer.status_code == status, typed
        assert told in page, typed
        assert "Moje důvody." in page
        assert "<script>alert" not in page
    assert join(desk(PRESS), other, elsewhere).status_code == 409
    assert join(desk(A), other, main, reason=" ").status_code == 400
    assert join(desk(A), other, main, version="0").status_code == 409
    assert join(desk(A), other, main, version="x").status_code == 409
    assert state(light, other) == "new"
    form = form_of(page_of(desk(A), other, "spojeni"), "spojeni")
    twice = {**form, "other": main, "reason": WHY}
    assert desk(A).post(other, "spojeni", twice).status_code == 303
    assert desk(A).post(other, "spojeni", twice).status_code == 409
    assert join_of_main(desk, main, other) == 409


def join_of_main(desk: DeskOf, main: str, other: str) -> int:
    """Joining the main case to one that is joined to it."""
    return join(desk(A), main, other).status_code


def test_who_sees_another_department_only_cannot_join_or_look(light: Flask, desk: DeskOf) -> None:
    main, other = two(light)
    page_of(desk(SOCIAL), other, "spojeni", 404)
    token = form_of(page_of(desk(A), other, "spojeni"), "spojeni")
    for action in ("spojeni", "spojeni/dalsi", "spojeni/zpet", "spojeni/poslat"):
        own = desk(SOCIAL).page(asked(light, "Dávky.", department="socialni"))
        csrf = own.partition('name="csrf_token" value="')[2].partition('"')[0]
        data = {**token, "csrf_token": csrf, "other": main, "reason": WHY, "case": main, "many_reason": WHY}
        assert desk(SOCIAL).post(other, action, data).status_code in {400, 404}, action
    assert state(light, other) == "new"


def test_a_case_of_a_colleague_is_joined_by_a_head(light: Flask, desk: DeskOf) -> None:
    main, other = two(light)
    desk(B).take(other)
    assert join(desk(A), other, main).status_code == 409
    assert join(desk(HEAD), other, main).status_code == 303
    assert part(desk(A), other).status_code == 403
    assert part(desk(B), other).status_code == 303
    assert state(light, other) == "in_progress"


def test_the_case_that_must_be_answered_first_stays_the_main_one(light: Flask, desk: DeskOf) -> None:
    main, other = two(light)
    answer = join(desk(A), main, other)
    assert answer.status_code == 409
    assert "dříve" in answer.get_data(as_text=True)


def test_an_answer_that_is_there_goes_along_only_when_somebody_read_it(light: Flask, desk: DeskOf) -> None:
    main, other = two(light)
    desk(A).send(main, "Paní Nováková, hotovo.")
    assert join(desk(A), other, main).status_code == 400
    assert state(light, other) == "new"
    assert join(desk(A), other, main, may_share="1").status_code == 303
    work(light)
    assert answers_of(light, other) == [("Paní Nováková, hotovo.", "petr@seznam.example")]


def test_a_joined_case_is_not_answered_beside_the_other_and_no_word_is_lost(light: Flask, desk: DeskOf) -> None:
    main, other = two(light)
    written = desk(A).written(other, "Píšu právě odpověď.")
    join(desk(A), other, main)
    assert desk(A).autosave(other, written).status_code == 200
    refused = desk(A).post(other, "odpoved", {**written, "version": "1"})
    assert refused.status_code == 409
    assert "Píšu právě odpověď." in refused.get_data(as_text=True)
    assert answers_of(light, other) == []
    assert "Píšu právě odpověď." in desk(A).page(other)


def test_words_that_a_citizen_adds_open_the_joined_case_as_one_of_its_own(light: Flask, desk: DeskOf) -> None:
    main, other = two(light)
    join(desk(A), other, main)
    add_words(light, other, "A navíc je tam díra.")
    assert state(light, other) == "new"
    desk(A).send(main, "Opraveno.")
    work(light)
    assert answers_of(light, other) == []


def add_words(app: Flask, reference: str, text: str) -> None:
    """Its citizen adds words on the private page."""
    from tests.desks import secrets

    client = app.test_client()
    path = f"/sledovani/{secrets[reference]}"
    form = form_of(client.get(path).get_data(as_text=True), "doplneni")
    assert client.post(f"{path}/doplneni", data={**form, "text": text}).status_code == 303


def test_when_the_words_of_the_main_case_are_erased_the_next_one_takes_its_place(town: Flask, staff: DeskOf) -> None:
    from tests.desks import secrets

    desk = staff(A)
    main, other = two(town)
    third = asked(town, "Pořád nesvítí.", "eva@seznam.example")
    join(desk, other, main)
    join(desk, third, main)
    assert town.test_client().post(f"/sledovani/{secrets[main]}/vymazani").status_code == 303
    assert state(town, other) == "new"
    assert state(town, third) == "closed"
    desk.send(other, "Opraveno.")
    work(town)
    assert answers_of(town, third) == [("Opraveno.", "eva@seznam.example")]


def test_a_further_answer_goes_on_only_when_it_is_sent_on(light: Flask, desk: DeskOf) -> None:
    main, other = two(light)
    join(desk(A), other, main)
    desk(A).send(main, "Opravíme ji.")
    work(light)
    desk(A).send(main, "A vaše účtenka, paní Nováková, je tu.")
    work(light)
    assert len(answers_of(light, other)) == 1
    form = form_of(page_of(desk(A), main, "spojeni"), "spojeni/poslat")
    unread = {name: value for name, value in form.items() if name != "has_read"}
    assert desk(A).post(main, "spojeni/poslat", unread).status_code == 400
    assert desk(A).post(main, "spojeni/poslat", {**form, "n": "1"}).status_code == 409
    assert desk(A).post(main, "spojeni/poslat", form).status_code == 303
    desk(A).post(main, "spojeni/poslat", form)
    work(light)
    assert len(answers_of(light, other)) == 2

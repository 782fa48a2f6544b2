"""A storm: hundreds of citizens write the same, an official joins them in one act, answers once, and can undo it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import count

import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.jobs import gathering as job
from hub.models import Gathering
from hub.queries import gathering, merging
from tests import visitors
from tests.desk.conftest import DeskOf
from tests.desk.joined import WHY, answers_of, work
from tests.desk.looks import state
from tests.desk.test_closing import close
from tests.desks import SOCIAL, A, B, Desk, address, asked, case_of, form_of

storms = count(1)


def storm(app: Flask, number: int) -> tuple[str, list[str]]:
    """A word that all of them have, and so many cases of the same hour; no two with the same words."""
    name = f"bouřka{chr(96 + next(storms)) * 5}"
    now = datetime.now(UTC)
    texts = [f"Po události {name} leží strom číslo {n} přes cestu u domu {n * 7}." for n in range(number)]
    return name, [asked(app, text, f"{name[6:]}{n}@seznam.example", now=now) for n, text in enumerate(texts)]


def run(app: Flask) -> None:
    """What the worker does with everything that is to be joined or parted."""
    with app.app_context():
        for one in gathering.open_gatherings(db.session()):
            db.session.rollback()
            job.gather(one)
        db.session.remove()


def form(desk: Desk, **query: str) -> dict[str, str]:
    """What stands in the form over a list."""
    page = desk.client.get("/urad/spojit", query_string=query).get_data(as_text=True)
    return {**form_of(page, r"urad/spojit\?[^\"]*"), "reason": WHY}


def gather(desk: Desk, name: str, **more: str) -> str:
    """Join all the cases of a storm; the address of the page that tells how far it is."""
    answer = desk.client.post("/urad/spojit", query_string={"q": name}, data={**form(desk, q=name), **more})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def text_of(desk: Desk, path: str, status: int = 200) -> str:
    """The words of a page."""
    answer = desk.client.get(path)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.get_data(as_text=True))).replace("\xa0", " ")


def holding(app: Flask, main: str) -> int:
    with app.app_context():
        return merging.joined(db.session(), case_of(db.session(), main)).number


def test_a_storm_is_joined_in_one_act_answered_once_and_undone(town: Flask, staff: DeskOf, words: str) -> None:
    name, cases = storm(town, 31)
    main, *others = cases
    desk = staff(A)
    with town.app_context():
        case_of(db.session(), others[3]).suspicion = "suspected"
        db.session.commit()
    assert "/urad/spojit?q=" in desk.inbox(q=name)
    listed = desk.client.get("/urad/spojit", query_string={"q": name, "pohled": "otevrene"}).get_data(as_text=True)
    assert "Spojilo by se 30" in listed.replace("\xa0", " ")
    assert "stranou čeká" in listed
    path = gather(desk, name)
    assert "0 z 30" in text_of(desk, path)
    assert holding(town, main) == 0
    run(town)
    assert "30 případů bylo spojeno" in text_of(desk, path)
    assert holding(town, main) == 30
    late = asked(town, f"A po události {name} leží ještě jeden.", "pozde@seznam.example")
    desk.send(main, words)
    work(town)
    prefix = name[6:]
    assert [answers_of(town, one) for one in others] == [[(words, f"{prefix}{n}@seznam.example")] for n in range(1, 31)]
    assert answers_of(town, late) == []

    page = desk.client.get(path).get_data(as_text=True)
    assert "30 z nich už má odpověď" in text_of(desk, path)
    undo = {**form_of(page, r"hromadne/\d+"), "end_reason": "Byla to jiná bouřka."}
    back = desk.client.post(path, data=undo).headers["Location"]
    again = desk.client.post(path, data=undo).headers["Location"]
    assert back == again
    run(town)
    assert "30 případů zase stojí samostatně" in text_of(desk, back)
    assert holding(town, main) == 0
    assert {state(town, one) for one in others} == {"in_progress"}


def test_what_cannot_be_joined_stays_and_is_told_and_what_came_later_is_not_touched(light: Flask, desk: DeskOf) -> None:
    name, cases = storm(light, 8)
    main = cases[0]
    desk(B).take(cases[1])
    filled = form(desk(A), q=name)
    late = asked(light, f"Po události {name} leží strom i tady.", "pozdeji@seznam.example")
    answer = desk(A).client.post("/urad/spojit", query_string={"q": name}, data=filled)
    assert close(desk(A), cases[2], "Vyřešeno na místě.") == 303
    run(light)
    told = text_of(desk(A), answer.headers["Location"])
    assert "5 případů bylo spojeno" in told
    assert "kolega" in told
    assert {one: state(light, one) for one in (cases[1], cases[3], late)} == {
        cases[1]: "in_progress", cases[3]: "closed", late: "new",
    }  # fmt: skip
    assert holding(light, main) == 5
    with light.app_context():
        assert {one.reason for one in db.session.scalars(sa.select(Gathering))} == {""}


def test_the_list_may_be_the_same_words_too(light: Flask, desk: DeskOf) -> None:
    text = "Kdy už konečně odstraníte tu spadlou břízu z chodníku u pošty?"
    main, *others = [asked(light, text, f"briza{n}@seznam.example") for n in range(4)]
    page = desk(A).client.get(f"/urad/spojit?k={main}&stejna=ano").get_data(as_text=True)
    answer = desk(A).client.post(
        f"/urad/spojit?k={main}&stejna=ano", data={**form_of(page, r"urad/spojit\?[^\"]*"), "reason": WHY}
    )
    assert answer.status_code == 303
    run(light)
    assert [state(light, one) for one in others] == ["closed"] * 3


def test_bad_forms_are_told_and_join_nothing(light: Flask, desk: DeskOf) -> None:
    name, cases = storm(light, 3)
    elsewhere = asked(light, department="socialni")
    good = form(desk(A), q=name)
    for bad, status in (
        ({"reason": ""}, 400), ({"reason": "x" * 1001}, 400), ({"main": "nesmysl"}, 400), ({"main": elsewhere}, 400),
        ({"number": "1"}, 409), ({"number": "-5"}, 409), ({"newest": "x"}, 409), ({"newest": "0"}, 409),
    ):  # fmt: skip
        answer = desk(A).client.post("/urad/spojit", query_string={"q": name}, data={**good, **bad})
        assert answer.status_code == status, bad
        assert bad.get("reason", WHY)[:900] in answer.get_data(as_text=True)
    assert desk(A).client.get("/urad/spojit?pohled=nic").status_code == 404
    assert desk(A).client.get("/urad/spojit?q=nictakoveho").status_code == 200
    foreign = desk(SOCIAL).client.post("/urad/spojit", query_string={"q": name}, data={**good, "main": cases[0]})
    assert foreign.status_code == 400
    run(light)
    assert [state(light, one) for one in cases] == ["new"] * 3


def test_a_gathering_stops_when_its_main_case_ends_or_its_account_is_blocked(light: Flask, desk: DeskOf) -> None:
    name, cases = storm(light, 3)
    path = gather(desk(A), name)
    assert close(desk(A), cases[0], "Vyřešeno na místě.") == 303
    run(light)
    assert "Hlavní případ skončil" in text_of(desk(A), path)
    assert state(light, cases[1]) == "new"
    foreign = desk(SOCIAL).client
    assert foreign.get(path).status_code == 404
    assert foreign.get(address(cases[0], "spojeni/seznam")).status_code == 404
    assert (
        foreign.post(path, data={"csrf_token": visitors.csrf(foreign, "/urad/pripady"), "end_reason": WHY}).status_code
        == 404
    )


def test_a_case_with_many_joined_asks_as_often_and_shows_them_page_by_page(light: Flask, desk: DeskOf) -> None:
    sizes = (3, 60)
    mains = []
    for size in sizes:
        name, cases = storm(light, size)
        gather(desk(A), name)
        run(light)
        mains.append(cases[0])

    def asks(path: str) -> Counter[str]:
        counted: Counter[str] = Counter()

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            counted[statement] += 1

        with light.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        assert desk(A).client.get(path).status_code == 200
        sa.event.remove(engine, "before_cursor_execute", note)
        return counted

    for action in ("", "spojeni/seznam", "spojeni"):
        few, many = (f"{address(main, action) if action else address(main)}?q=nikdo-nepsal" for main in mains)
        asks(few)
        one, other = asks(few), asks(many)
        assert (one - other, other - one) == (Counter(), Counter()), action
    first = desk(A).client.get(address(mains[1], "spojeni/seznam")).get_data(as_text=True)
    assert first.count('class="under"') == gathering.PAGE
    second = desk(A).client.get(re.findall(r'rel="next" href="([^"]+)"', first)[0]).get_data(as_text=True)
    assert second.count('class="under"') == 59 - gathering.PAGE

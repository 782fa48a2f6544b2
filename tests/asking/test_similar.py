"""While somebody writes, similar answers are offered, by a button or by the script; nothing is kept of what was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from hub.actions import answers
from hub.database import db
from hub.queries.similar import similar
from tests import desks
from tests.desks import A, Towns, published
from tests.questions import ask, nothing_stored, stranger, words_of
from tests.visitors import assert_refused

LAMP, LAMP_TOO = "Kdy se rozsvítí lampa na Dlouhé?", "Lampa u školy"
BIN, PARKING = "Popelnice v Krátké ulici", "Parkování u nemocnice"
ANSWERED = (
    ("Lampu na ulici Dlouhá opravíme, porucha je v kabelu veřejného osvětlení.", LAMP),
    ("Lampa před školou má novou žárovku.", LAMP_TOO),
    ("Popelnice se vyvážejí každé pondělí, kontejnery v pátek.", BIN),
    ("Parkoviště u nemocnice je zdarma dvě hodiny, ulice kolem jsou pro rezidenty.", PARKING),
)


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    yield from desks.towns(request, tmp_path_factory.mktemp("towns"))


@pytest.fixture(scope="module")
def filled() -> set[int]:
    return set()


@pytest.fixture
def town(towns: Towns, engine: str, filled: set[int]) -> Flask:
    app = towns(engine)
    if id(app) not in filled:
        filled.add(id(app))
        for text, title in ANSWERED:
            published(app, text, title)
    return app


def offered(page: str) -> list[str]:
    part = page.partition('<ul class="similar">')[2].partition("</ul>")[0]
    return [re.sub("<[^>]*>.*", "", one) for one in re.findall(r"<a [^>]*>(.*?)</a>", part, re.DOTALL)]


def titles(app: Flask, text: str) -> list[str]:
    with app.app_context():
        return [item.title for item in similar(db.session(), text, datetime.now(UTC))]


def looked(app: Flask, text: str, address: str | None = None) -> str:
    """What the script of the page asks for."""
    answer = app.test_client(use_cookies=False).post(
        "/napiste-nam/podobne", data={"text": text}, environ_overrides={"REMOTE_ADDR": address or stranger()}
    )
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dobrý den, na Dlouhé ulici nesvítí lampy veřejného osvětlení.", [LAMP]),
        ("nesviti lampa dlouha", [LAMP]),  # without diacritics, another order
        ("Popelnici a kontejner nikdo nevyvezl!", [BIN]),
        ("Kde se dá u nemocnice zaparkovat na parkovišti?", [PARKING]),
        ("Dobrý den, děkuji a prosím o odpověď.", []),
        ("Chtěl bych založit včelín.", []),
        ("", []),
        ("?!", []),
        ("a" * 10_000, []),
        ('" OR 1=1 -- NEAR(lampa dlouhá)', [LAMP]),
    ],
)
def test_answers_with_the_telling_words_are_found(town: Flask, text: str, expected: list[str]) -> None:
    assert titles(town, text)[: len(expected)] == expected
    assert expected or titles(town, text) == []


def test_one_word_that_is_shared_of_several_is_not_enough(town: Flask) -> None:
    assert titles(town, "Zapojení lampa do stodoly mého strýce") == []
    assert set(titles(town, "lampa")) == {LAMP, LAMP_TOO}


def test_at_most_five_are_offered(towns: Towns) -> None:
    app = towns("sqlite")
    for n in range(7):
        published(app, f"Koloběžky smějí na náměstí jen krokem, část {n}.", f"Koloběžky {n}")
    assert titles(app, "Koloběžky na náměstí") == [f"Koloběžky {n}" for n in (6, 5, 4, 3, 2)]


def test_what_is_not_public_any_more_is_not_offered(town: Flask) -> None:
    reference, _ = published(town, "Vodojem Zelenka bude natřen na fialovo.", "Vodojem Zelenka")
    assert titles(town, "vodojem zelenka fialovo") == ["Vodojem Zelenka"]
    with town.app_context():
        answers.withdraw(desks.scope(A), reference, datetime.now(UTC))
    assert titles(town, "vodojem zelenka fialovo") == []


def test_what_was_never_published_is_not_offered(town: Flask) -> None:
    desks.asked(town, "Tajná skříňka pana Nováka v suterénu")
    assert titles(town, "Tajná skříňka pana Nováka v suterénu") == []


def test_a_button_offers_them_without_scripts_and_loses_nothing(town: Flask) -> None:
    text = "Lampa na Dlouhé nesvítí"
    with nothing_stored(town):
        answer = ask(town.test_client(use_cookies=False), text, "a@b.cz", consent=True, step="look")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert offered(page) == [LAMP]
    assert words_of(page) == text
    assert re.search(r'<input id="f-consent"[^>]* checked>', page)
    assert re.search(r'href="/odpovedi/kdy-se-rozsviti-lampa-na-dlouhe-[^"]+" target="_blank" rel="noopener"', page)


def test_the_button_says_when_there_is_nothing(town: Flask) -> None:
    page = ask(town.test_client(), "Chtěl bych založit včelín.", step="look").get_data(as_text=True)
    assert offered(page) == []
    assert "Podobnou odpověď jsme nenašli" in page


def test_the_script_gets_a_part_of_the_page_and_nothing_is_kept(town: Flask, capfd: pytest.CaptureFixture[str]) -> None:
    with nothing_stored(town):
        part = looked(town, "Lampa na Dlouhé <script>alert(1)</script> znamenitě")
    assert offered(part) == [LAMP]
    assert "<html" not in part
    assert "znamenitě" not in part + "".join(capfd.readouterr())


def test_what_it_seems_to_be_by_law_is_said_with_its_deadline(town: Flask) -> None:
    part = looked(town, "Podávám stížnost na úředníka.").replace("\xa0", " ")
    assert "stížnost" in part
    assert "60 dn" in part
    assert "§ 175" in part
    assert "§" not in looked(town, "Lampa na Dlouhé nesvítí.")


def test_the_form_says_by_when_an_official_must_answer_by_the_rules_there_are(town: Flask) -> None:
    page = town.test_client().get("/napiste-nam").get_data(as_text=True).replace("\xa0", " ")
    assert "úředník" in page
    assert "30 dn" in page
    assert "vnitřní pravidlo města" in page
    assert "§ 14 odst. 5" in page


def test_looking_has_a_ceiling_for_each_address(town: Flask) -> None:
    for _ in range(30):
        looked(town, "lampa", "10.99.0.1")
    refused = town.test_client().post(
        "/napiste-nam/podobne", data={"text": "lampa"}, environ_overrides={"REMOTE_ADDR": "10.99.0.1"}
    )
    assert_refused(refused, 429)
    again = ask(town.test_client(), "Moje slova", address="10.99.0.1", step="look")
    assert (again.status_code, words_of(again.get_data(as_text=True))) == (429, "Moje slova")
    assert ask(town.test_client(), "Moje slova", address="10.99.0.1").status_code == 303


def test_another_site_does_not_look(town: Flask) -> None:
    answer = town.test_client().post(
        "/napiste-nam/podobne", data={"text": "lampa"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert_refused(answer, 403)
    large = town.test_client().post("/napiste-nam/podobne", data={"text": "x" * 300_000})
    assert_refused(large, 413)


def test_how_fresh_an_answer_is_decides_between_equals(towns: Towns) -> None:
    app = towns("sqlite")
    for days, title in ((9, "Starší"), (1, "Novější")):
        published(app, "Kašna Tritón teče od jara.", title, now=datetime.now(UTC) - timedelta(days=days))
    assert titles(app, "kašna tritón") == ["Novější", "Starší"]

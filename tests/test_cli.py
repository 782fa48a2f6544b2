"""Commands of the administrator: they do what they say, tell what is wrong in plain words, and leave nothing half-done."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from hub.actions import cities
from hub.cityfile import read
from hub.cli import DEMO_CITY
from hub.database import db
from hub.models import (
    Account,
    AuditEntry,
    City,
    CityMap,
    Count,
    Department,
    Feedback,
    Question,
    Questionnaire,
    Rating,
    Street,
    Touchpoint,
)
from kiosk import actions
from kiosk.demo import fill
from tests.conftest import NOW
from tests.factories import found_city
from tests.presses import press
from tests.running import flask

GOOD = """
name = "Havířov"
departments = [
  { slug = "dopravy", name = "Odbor dopravy" },
  { slug = "stavebni", name = "Stavební úřad", needs_approval = true },
]

[[touchpoints]]
slug = "ridici"
name = "Řidičské průkazy"
department = "dopravy"
place = "1. patro"

[[accounts]]
email = "Spravce@mesto.example"
name = "Správa aplikace"
role = "administrator"

[[accounts]]
email = "doprava@mesto.example"
name = "Vedení dopravy"
role = "head"
department = "dopravy"
"""


def run(app: Flask, *arguments: str, answers: str | None = None, **environment: str) -> Result:
    """Run a command in this process, as typed by somebody."""
    db.session.remove()
    result = app.test_cli_runner().invoke(args=arguments, input=answers, env=environment)
    db.session.remove()
    return result


def everything() -> dict[str, int]:
    """How many rows every table has that has any."""
    counts = {t.name: db.session.scalar(sa.select(sa.func.count()).select_from(t)) for t in db.metadata.sorted_tables}
    return {name: n for name, n in counts.items() if n}


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    path = tmp_path / "mesto.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_city_is_founded_from_a_file(app: Flask, toml: Path) -> None:
    done = run(app, "new-city", str(toml), "--password", "dlouhe-heslo-mesta")
    assert (done.exit_code, done.exception) == (0, None)
    assert "Havířov: 2 departments, 1 places, 2 accounts." in done.output
    assert "Spravce@mesto.example (administrator)" in done.output
    assert "dlouhe-heslo-mesta" not in done.output
    city = db.session.scalars(sa.select(City)).one()
    assert (city.name, city.is_sample) == ("Havířov", False)
    rows = db.session.execute(
        sa.select(Department.slug, Department.name, Department.needs_approval).order_by(Department.slug)
    )
    assert [tuple(row) for row in rows] == [("dopravy", "Odbor dopravy", False), ("stavebni", "Stavební úřad", True)]
    place = db.session.scalars(sa.select(Touchpoint).where(Touchpoint.kind == "kiosk")).one()
    assert (place.slug, place.place, place.department.slug) == ("ridici", "1. patro", "dopravy")
    people = db.session.scalars(sa.select(Account).order_by(Account.email)).all()
    assert [(a.email, [role.name for role in a.roles]) for a in people] == [
        ("doprava@mesto.example", ["head"]),
        ("spravce@mesto.example", ["administrator"]),
    ]
    assert all(a.password and a.password.startswith("$argon2") for a in people)
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.act, entry.about_table, entry.about_id) == ("found the city", "city", 1)


def test_a_founded_city_takes_taps_at_once(app: Flask, toml: Path) -> None:
    assert run(app, "new-city", str(toml)).exit_code == 0
    actions.record_one("ridici", press(5, 1), NOW)
    assert sum(db.session.scalars(sa.select(Count.counted))) == 2


def test_where_no_password_is_given_one_is_made_and_printed(app: Flask, toml: Path) -> None:
    done = run(app, "new-city", str(toml), HUB_FIRST_PASSWORD="")
    assert done.exit_code == 0
    printed = done.output.rpartition("password of all: ")[2].strip()
    assert len(printed) >= 16


def test_a_city_is_founded_by_answering_questions(app: Flask) -> None:
    answers = [
        "Havířov", "spravce@mesto.example",
        "Odbor dopravy", "y",
        "Odbor dopravy",
        "Stavební úřad", "n",
        "",
    ]  # fmt: skip
    done = run(app, "new-city", answers="\n".join(answers) + "\n")
    assert (done.exit_code, done.exception) == (0, None)
    assert "Havířov: 2 departments, 1 places, 1 accounts." in done.output
    assert [
        tuple(row) for row in db.session.execute(sa.select(Department.slug, Department.name).order_by(Department.slug))
    ] == [
        ("odbor-dopravy", "Odbor dopravy"),
        ("stavebni-urad", "Stavební úřad"),
    ]
    assert set(db.session.scalars(sa.select(Touchpoint.slug))) == {"odbor-dopravy", "web"}
    assert list(db.session.scalars(sa.select(Account.email))) == ["spravce@mesto.example"]


@pytest.mark.parametrize(
    "answers",
    [
        [],
        ["Havířov"],
        ["Havířov", "spravce@mesto.example", "dopravy Odbor dopravy"],
        ["Havířov", "spravce@mesto.example", ""],
        ["Havířov", "není adresa", "dopravy Odbor dopravy", "y", ""],
        ["\u200b\u2060", "spravce@mesto.example", "dopravy A", "y", ""],
    ],
    ids=[
        "none",
        "ends-early",
        "ends-in-the-list",
        "no-department",
        "no-address",
        "invisible",
    ],
)
def test_answers_that_can_not_be_used_leave_nothing(app: Flask, answers: list[str]) -> None:
    done = run(app, "new-city", answers="".join(f"{answer}\n" for answer in answers))
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert "The answers cannot be used" in done.output or "Aborted" in done.output
    assert everything() == {}


QUESTIONNAIRE = """
[questionnaire]
code = "vlastni"
version = 3

[[questionnaire.questions]]
code = "visit"
kind = "scale"
scale = "faces2@1"
text = { cs = "Jak to šlo?" }
levels = [{ cs = "Špatně" }, { cs = "Dobře" }]
"""


def test_a_city_may_bring_a_questionnaire_of_its_own(app: Flask, toml: Path) -> None:
    toml.write_text(GOOD + QUESTIONNAIRE, encoding="utf-8")
    assert run(app, "new-city", str(toml)).exit_code == 0
    made = db.session.scalars(sa.select(Questionnaire).where(Questionnaire.code != "helped")).one()
    assert (made.code, made.version, made.published_at is not None) == ("vlastni", 3, True)
    assert [(q.code, len(q.levels)) for q in db.session.scalars(sa.select(Question))] == [("visit", 2), ("helped", 3)]


def _with(old: str, new: str) -> str:
    assert old in GOOD + QUESTIONNAIRE
    return (GOOD + QUESTIONNAIRE).replace(old, new)


TWO_QUESTIONS = QUESTIONNAIRE + QUESTIONNAIRE[QUESTIONNAIRE.index("[[questionnaire.questions]]") :]

BAD: dict[str, tuple[str | bytes, str]] = {
    "not TOML": ("name = Havířov", "is not TOML in UTF-8"),
    "not UTF-8": (GOOD.encode("cp1250"), "is not TOML in UTF-8"),
    "a byte of zero": (GOOD.encode() + b"\0", "is not TOML in UTF-8"),
    "empty": ("", "name: Field required"),
    "a wrong key": ('mayor = "Někdo"\n' + GOOD, "mayor: Extra inputs are not permitted"),
    "a wrong key of a place": (_with('place = "1. patro"', 'floor = "1. patro"'), "touchpoints.0.floor"),
    "a key twice": ('name = "Karviná"\n' + GOOD, "is not TOML in UTF-8"),
    "a department twice": (_with('slug = "stavebni"', 'slug = "dopravy"'), "slug stands twice: dopravy"),
    "an account twice": (
        _with("doprava@mesto.example", "SPRAVCE@mesto.example"),
        "email stands twice: spravce@mesto.example",
    ),
    "an unknown department of a place": (
        _with('department = "dopravy"\nplace', 'department = "jiny"\nplace'),
        "unknown department: jiny",
    ),
    "no department": ('name = "Havířov"\ndepartments = []', "departments: List should have at least 1 item"),
    "an unknown role": (_with('role = "head"', 'role = "mayor"'), "accounts.1.role"),
    "a bad slug": (_with('slug = "ridici"', 'slug = "řidiči"'), "touchpoints.0.slug"),
    "a slug that ends in a line break": (_with('slug = "ridici"', 'slug = "ridici\\n"'), "touchpoints.0.slug"),
    "a name of spaces": (_with('name = "Havířov"', 'name = "  \\t "'), "name: Value error, must not be empty"),
    "a name of NUL": (_with('name = "Havířov"', 'name = "\\u0000"'), "name: Value error, must not be empty"),
    "a name of invisible characters": (
        _with('name = "Odbor dopravy"', 'name = "\\u200B\\u2060\\uFEFF\\u202E"'),
        "departments.0.name: Value error, must not be empty",
    ),
    "a name too long": (_with('name = "Odbor dopravy"', f'name = "{"x" * 161}"'), "departments.0.name"),
    "a name of a number": (_with('name = "Havířov"', "name = 5"), "name: Input should be a valid string"),
    "a question without Czech": (_with('{ cs = "Jak to šlo?" }', '{ en = "How?" }'), "needs cs"),
    "one level only": (_with(', { cs = "Dobře" }', ""), "levels: List should have at least 2 items"),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_bad_file_is_told_in_plain_words_and_leaves_nothing(app: Flask, toml: Path, engine: str, what: str) -> None:
    content, says = BAD[what]
    toml.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run(app, "new-city", str(toml))
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert says in done.output
    assert str(toml) in done.output
    assert everything() == {}


MAP = """
[map]
picture = "mapa.svg"
north = 49.8
south = 49.7
west = 18.3
east = 18.5
"""
TOP = """
streets = ["Dlouhá", "náměstí Republiky"]
data_box = "abc1234"
filing_office = "Náměstí 1"
filing_email = "podatelna@mesto.example"
"""
BAD_PLACES: dict[str, tuple[str, str]] = {
    "a street twice": (TOP.replace("náměstí Republiky", "DLOUHA"), "a street stands twice: dlouha"),
    "a street of no letters": (TOP.replace("náměstí Republiky", "?!"), "streets.1"),
    "a data box of eight": (TOP.replace("abc1234", "abc12345"), "data_box"),
    "no e-mail": (TOP.replace("podatelna@", "podatelna"), "filing_email"),
    "a map upside down": (MAP.replace("49.7", "49.9"), "south must be less than north"),
    "a map of another world": (MAP.replace("18.5", "200"), "map.east"),
    "a map of nothing": (MAP.replace("18.5", "nan"), "map.east"),
    "a map without an edge": (MAP.replace("north = 49.8", ""), "map.north"),
    "a picture that is not there": (MAP.replace("mapa.svg", "neni.png"), "neni.png cannot be read"),
    "a picture elsewhere": (MAP.replace("mapa.svg", "../mapa.svg"), "map.picture"),
    "a picture that is none": (MAP.replace("mapa.svg", "text.png"), "must be PNG, JPEG or SVG"),
    "a picture that is too large": (MAP.replace("mapa.svg", "velka.svg"), "at most 1 MB"),
}


@pytest.fixture
def pictures(tmp_path: Path) -> None:
    (tmp_path / "mapa.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    (tmp_path / "text.png").write_text("<p>", encoding="utf-8")
    (tmp_path / "velka.svg").write_text("<svg>" + "x" * 2**20, encoding="utf-8")


@pytest.mark.usefixtures("pictures")
def test_streets_and_map_come_with_the_city_and_are_taken_anew(app: Flask, toml: Path) -> None:
    toml.write_text(TOP + GOOD + MAP, encoding="utf-8")
    assert run(app, "new-city", str(toml)).exit_code == 0
    city, city_map = db.session.scalars(sa.select(City)).one(), db.session.scalars(sa.select(CityMap)).one()
    assert (city.data_box, city.filing_office, city.filing_email) == ("abc1234", "Náměstí 1", "podatelna@mesto.example")
    assert (city_map.media_type, city_map.north, city_map.east) == ("image/svg+xml", 49.8, 18.5)
    toml.write_text('streets = ["Nová"]\n' + GOOD.replace("Odbor dopravy", "Jiný odbor"), encoding="utf-8")
    done = run(app, "load-places", str(toml))
    assert done.output == "1 streets, no map.\n"
    assert list(db.session.scalars(sa.select(Street.name))) == ["Nová"]
    assert db.session.scalar(sa.select(CityMap)) is None
    assert db.session.scalars(sa.select(City)).one().data_box is None
    assert "Odbor dopravy" in db.session.scalars(sa.select(Department.name)).all()  # nothing else is taken


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize("what", BAD_PLACES)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_bad_places_are_told_in_plain_words_and_leave_what_was(city: Flask, toml: Path, engine: str, what: str) -> None:
    content, says = BAD_PLACES[what]
    toml.write_text(content + GOOD if content.startswith("\nstreets") else GOOD + content, encoding="utf-8")
    before = everything()
    done = run(city, "load-places", str(toml))
    assert isinstance(done.exception, SystemExit), done.exception
    assert says in done.output
    assert everything() == before


@pytest.mark.parametrize("engine", ["sqlite"])
def test_places_of_no_city_are_refused(app: Flask, toml: Path, engine: str) -> None:
    done = run(app, "load-places", str(toml))
    assert "There is no city yet" in done.output
    assert everything() == {}


UNTOLD: dict[str, str] = {
    "an address with NUL": _with("doprava@mesto", "dopra\\u0000va@mesto"),
    "a question code twice": GOOD + TWO_QUESTIONS,
    "brackets without end": "name = " + "[" * 5000,
}


@pytest.mark.parametrize("what", UNTOLD)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_file_that_would_break_the_parser_or_the_database_is_told_too(
    app: Flask, toml: Path, engine: str, what: str
) -> None:
    toml.write_text(UNTOLD[what], encoding="utf-8")
    done = run(app, "new-city", str(toml))
    assert everything() == {}
    assert isinstance(done.exception, SystemExit)
    assert done.output.startswith("Error: ")


def test_a_file_that_is_missing_is_told_by_name(app: Flask, tmp_path: Path) -> None:
    done = run(app, "new-city", str(tmp_path / "nowhere.toml"))
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (1, True)
    assert "nowhere.toml cannot be read: No such file or directory" in done.output
    assert everything() == {}


def test_a_second_city_is_refused_and_the_first_stays_as_it_was(app: Flask, toml: Path) -> None:
    found_city(NOW)
    before = everything()
    done = run(app, "new-city", str(toml))
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (1, True)
    assert "already belongs to a city" in done.output
    assert everything() == before


# The demo.


def test_the_demo_fills_an_empty_database_once(app: Flask) -> None:
    first = run(app, "demo", HUB_DEMO_PASSWORD="heslo-ukazky-2026")
    assert (first.exit_code, first.exception) == (0, None)
    full = everything()
    assert full["feedback"] > 4000
    assert full["touchpoints"] == len(read(DEMO_CITY).touchpoints) + 1  # and the city's own pages
    assert db.session.scalars(sa.select(City)).one().is_sample
    second = run(app, "demo", HUB_DEMO_PASSWORD="heslo-ukazky-2026")
    assert (second.exit_code, second.output) == (0, "")
    assert everything() == full
    assert run(app, "recount").exit_code == 0


def test_the_demo_needs_a_password(app: Flask) -> None:
    done = run(app, "demo", HUB_DEMO_PASSWORD="")
    assert done.exit_code == 2
    assert everything() == {}


def test_the_demo_leaves_a_city_that_is_there_alone(city: Flask) -> None:
    before = everything()
    assert run(city, "demo", HUB_DEMO_PASSWORD="heslo-ukazky-2026").exit_code == 0
    assert everything() == before


DEMO_TAPS = 4998
"""What the seed gives up to NOW. Another number: sample data have changed, and with them every picture in the documents."""


def test_the_demo_s_taps_are_always_the_same_up_to_the_same_moment(app: Flask) -> None:
    cities.found(read(DEMO_CITY), "heslo-ukazky-2026", NOW)
    fill(NOW)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Feedback)) == DEMO_TAPS


# Recounting.


def test_a_recount_that_agrees_says_so(city: Flask) -> None:
    actions.record_one("ridici", press(4, 2), NOW)
    done = run(city, "recount")
    assert (done.exit_code, done.output) == (0, "All counts agree with their ratings.\n")


@pytest.mark.parametrize(
    "planted",
    [
        "UPDATE counts SET counted = counted + 1 WHERE level = 4",
        "UPDATE counts SET counted = 0, set_aside = 1 WHERE level = 4",
        "DELETE FROM counts WHERE level = 4",
        "DELETE FROM ratings WHERE level = 4",
        "UPDATE feedback SET standing = 'set_aside' WHERE id = (SELECT feedback_id FROM ratings WHERE level = 4)",
        "INSERT INTO counts (question_id, hour_at, touchpoint_id, department_id, level, day_on, hour, counted, set_aside)"
        " SELECT question_id, hour_at, 2, department_id, level, day_on, hour, 1, 0 FROM counts"
        " WHERE level = 4",
    ],
    ids=["one-more", "other-column", "count-gone", "rating-gone", "set-aside", "out-of-nothing"],
)
def test_a_recount_finds_what_was_planted_and_returns_1(city: Flask, planted: str) -> None:
    actions.record_one("ridici", press(4), NOW)
    actions.record_one("ridici", press(5), NOW)
    with db.engine.begin() as connection:
        assert connection.execute(sa.text(planted)).rowcount == 1
    done = run(city, "recount")
    assert done.exit_code == 1
    assert "1 counts differ from their ratings." in done.output
    assert done.output.startswith("differs: question ")


def test_a_recount_leaves_frozen_counts_aside(city: Flask) -> None:
    actions.record_one("ridici", press(4), NOW)
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE counts SET frozen_at = hour_at"))
        connection.execute(sa.text("DELETE FROM ratings"))
    assert run(city, "recount").exit_code == 0
    assert list(db.session.scalars(sa.select(Rating))) == []


# As real processes.


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_exit_codes_are_those_a_shell_sees(database_url: str, tmp_path: Path, toml: Path, engine: str) -> None:
    missing = flask(database_url, tmp_path, "new-city", str(tmp_path / "nowhere.toml"))
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith("Error: ")
    assert "Traceback" not in missing.stderr
    founded = flask(database_url, tmp_path, "new-city", str(toml), HUB_FIRST_PASSWORD="dlouhe-heslo-mesta")
    assert founded.returncode == 0, founded.stderr
    assert "2 departments" in founded.stdout

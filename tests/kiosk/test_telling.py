"""What the desk tells of a device is Czech, whole, and true: each code in words, each span with its direction."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from hub.database import db
from hub.steps import intake
from hub.views.errors import BY_STATUS
from hub.work import SYSTEM
from kiosk import pairing, receiving, shell, telling
from kiosk.presses import Beat
from kiosk.vocabulary import Layout
from tests.kiosk.devices import Kiosk, device_id, pair
from tests.visitors import signed_in

TREE = Path(__file__).parents[2]
DEVICE = TREE / "kiosk" / "static" / "device"


@pytest.fixture(scope="module")
def house(houses: Callable[[str], Flask]) -> Flask:
    return houses("sqlite")


@pytest.fixture
def czech(house: Flask) -> Iterator[None]:
    with house.test_request_context("/urad/kiosky"):
        yield


def words_in(path: str, function: str, where: Callable[[ast.AST], bool]) -> set[str]:
    """The words for machines among the strings of a function's matching nodes."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    found = next(one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == function)
    strings = [s for one in ast.walk(found) if where(one) for s in ast.walk(one) if isinstance(s, ast.Constant)]
    return {s.value for s in strings if isinstance(s.value, str) and re.fullmatch(r"[a-z_]+", s.value)}


def of_the_server() -> set[str]:
    """Problems of receipts: what is read of an item, what the door in refuses, what contradicts."""
    here = words_in(receiving.__file__, "_read", lambda one: isinstance(one, ast.Return))
    door = words_in(intake.__file__, "_refusal", lambda one: isinstance(one, ast.Return))
    return here | door | words_in(intake.__file__, "_revise", lambda one: isinstance(one, ast.Return))


def of_the_device() -> set[str]:
    """What its scripts put down: an outcome without a reason, the code of a request refused for one press, else one word."""
    script = "".join(one.read_text(encoding="utf-8") for one in sorted(DEVICE.glob("*.js")))
    refused, halved = (re.search(rf"const {name} = \[(.*?)\]", script) for name in ("REFUSED", "HALVED"))
    other = re.findall(r"function word\(problem\) \{.*?: '(\w+)'", script, re.DOTALL)
    assert refused
    assert halved
    assert other
    return {*re.findall(r"'(\w+)'", refused[1]), *(BY_STATUS[int(n)].code for n in halved[1].split(",")), *other}


def test_every_code_of_the_server_and_of_the_device_has_words(czech: None) -> None:
    server, device = of_the_server(), of_the_device()
    assert {"bad_input", "unknown_place", "in_future", "unknown_level", "conflict"} <= server
    assert {"invalid", "too_large", "other"} <= device
    said = {code: telling.problem_words(code) for code in server | device}
    assert [code for code, words in said.items() if "kód" in words] == []
    assert [code for code, words in said.items() if code in words or words == telling.PROBLEMS[code]] == []


def test_an_unknown_code_is_said_to_be_unknown(czech: None) -> None:
    assert telling.problem_words("sun_spots") == "neznámá potíž (kód sun_spots)"


def devices_in_every_state(house: Flask, now: datetime) -> dict[str, str]:
    """Name → its name in addresses: lost, with dead presses, late, disconnected, new, well; entered the other way round."""
    refs = {}
    with house.test_request_context():
        newest = shell.version()
    with house.app_context():
        for name in ("Zdravý", "Nový", "Odpojený", "Opožděný", "Odmítnutý", "Ztracený"):
            spot = pairing.Spot(name=f"Přepážka {name}", place="Přízemí", department_id=1)
            settings = pairing.Settings(name, ("cs",), ())
            refs[name] = pairing.create(settings, Layout.ONE, [spot], SYSTEM, now - timedelta(days=9))
        for name, age, changes in (
            ("Zdravý", 1, {"shell": newest}),
            ("Odpojený", 60, {"waiting": 3, "oldest_ms": 7_200_000.0}),
            ("Opožděný", 40, {"waiting": 1312, "oldest_ms": 3 * 86_400_000.0, "shell": "0123456789abcdef"}),
            ("Odmítnutý", 1, {"dead": 2, "dead_problems": ["in_future", "sun_spots"], "persisted": False}),
            ("Ztracený", 30 * 60, {}),
        ):
            at = now - timedelta(minutes=age)
            kiosk = Kiosk(house, pair(refs[name], at), at, timedelta(minutes=3 if name == "Opožděný" else 0))
            said = {**kiosk.beat(at), "last_press_ms": 600_000.0, **changes}
            receiving.beat(device_id(refs[name]), Beat.model_validate(said), at)
        pairing.revoke(refs["Odpojený"], SYSTEM, now)
        db.session.remove()
    return refs


def row_of(page: str, name: str) -> str:
    """What the list says of one device, as text."""
    row = page.partition(f">{name}</a>")[2].partition("</li>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).replace(" ,", ",")


def test_the_list_says_of_each_device_what_is_needed_at_night_trouble_first(house: Flask) -> None:
    devices_in_every_state(house, datetime.now(UTC))
    page = signed_in(house).get("/urad/kiosky").get_data(as_text=True).replace("\u00a0", " ")
    order = [page.index(f">{name}</a>") for name in ("Ztracený", "Odmítnutý", "Opožděný", "Odpojený", "Nový", "Zdravý")]
    assert order == sorted(order)
    assert "3 z 6 kiosků potřebují pomoc" in page
    well = row_of(page, "Zdravý")
    assert "V pořádku" in well
    for said in ("ozval se před chvílí", "dotek před 11 min", "neodesláno: nic", "hodiny přesné", "úložiště trvalé"):
        assert said in well, said
    assert "stará" not in well
    refused = row_of(page, "Odmítnutý")
    assert "2 hodnocení server nepřijal (okamžik v budoucnosti, neznámá potíž (kód sun_spots))" in refused
    assert "Jeho prohlížeč může úložiště hodnocení sám vymazat" in refused
    assert "úložiště dočasné" in refused
    late = row_of(page, "Opožděný")
    assert "Opožděn: neozval se 40 min úředních hodin" in late
    assert "1 312, nejstarší 3 dny" in late
    assert "hodiny o 3 min napřed" in late
    assert "verze 0123456 (stará)" in late
    assert "Ztracen: neozval se 30 h úředních hodin" in row_of(page, "Ztracený")
    assert "3, nejstarší 3 h" in row_of(page, "Odpojený")


@pytest.mark.parametrize(
    ("offset", "said"),
    [(0, "přesné"), (4, "přesné"), (-4, "přesné"), (5, "o 5 s pozadu"), (-70, "o 70 s napřed"), (190, "o 3 min pozadu"),
     (-7200, "o 2 h napřed"), (86_400 * 3, "o 3 dny pozadu"), (-86_400 * 400, "o 400 dní napřed")],
)  # fmt: skip
def test_a_wrong_clock_is_told_with_its_direction(czech: None, offset: int, said: str) -> None:
    """The offset is what must be added to the device's clock: of one that is behind it is more than nothing."""
    assert telling.clock(timedelta(seconds=offset)).replace("\u00a0", " ") == said

"""What becomes of a kiosk whose department changes its name, or whose places are closed: what it gets, and what the desk says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.models import Department, Touchpoint
from hub.work import SYSTEM, work
from tests.conftest import NOW
from tests.kiosk.devices import Kiosk, new_device, pair
from tests.visitors import signed_in


@pytest.fixture
def house(houses: Callable[[str], Flask]) -> Flask:
    return houses("sqlite")


@pytest.fixture
def two(house: Flask) -> tuple[Kiosk, str]:
    """A device with two places of its own, and its name in addresses."""
    now = datetime.now(UTC)
    with house.app_context():
        with work(SYSTEM, "x", NOW, audited=False) as w:
            known = w.session.scalars(sa.select(Touchpoint).filter_by(slug="ridici")).one()
            fresh = f"{now.timestamp():.6f}".replace(".", "-")
            for n in (1, 2):
                place = {"slug": f"{fresh}-{n}", "name": f"Přepážka {n}", "department_id": n}
                w.session.add(Touchpoint(**place, questionnaire_id=known.questionnaire_id))
        ref = new_device(now, f"{fresh}-1", f"{fresh}-2", hours=())
        kiosk = Kiosk(house, pair(ref, now), now)
        db.session.remove()
    return kiosk, ref


def slugs(said: dict[str, Any]) -> list[str]:
    return [one["slug"] for one in said["places"]]


def set_in(house: Flask, statement: Any) -> None:
    with house.app_context(), work(SYSTEM, "x", NOW, audited=False) as w:
        w.connection.execute(statement)


def close(house: Flask, slug: str) -> None:
    set_in(house, sa.update(Touchpoint).where(Touchpoint.slug == slug).values(closed_at=datetime.now(UTC)))


def test_a_closed_place_is_no_longer_asked_about_and_what_was_touched_before_arrives(
    house: Flask, two: tuple[Kiosk, str]
) -> None:
    kiosk, ref = two
    before = kiosk.get("nastaveni").json
    first, second = slugs(before)
    assert before["layout"] == "choose"
    close(house, first)
    after = kiosk.get("nastaveni").json
    assert slugs(after) == [second]
    assert after["layout"] == "one"
    assert after["version"] != before["version"]
    now = datetime.now(UTC)
    beat = kiosk.post("tep", kiosk.beat(now))
    assert beat.json["config"] == after["version"]
    late = kiosk.press(now - timedelta(seconds=1), place=first)
    assert [one["outcome"] for one in kiosk.send(now, late)] == ["stored"]
    page = signed_in(house).get(f"/urad/kiosky/{ref}").get_data(as_text=True)
    assert "Zavřeno a už se nenabízí: Přepážka 1" in page


def test_a_kiosk_without_an_open_place_asks_nothing_and_the_desk_says_what_to_do(
    house: Flask, two: tuple[Kiosk, str]
) -> None:
    kiosk, ref = two
    for slug in slugs(kiosk.get("nastaveni").json):
        close(house, slug)
    said = kiosk.get("nastaveni").json
    assert (said["places"], said["questionnaires"], said["layout"]) == ([], {}, "one")
    admin = signed_in(house)
    for path in ("/urad/kiosky", f"/urad/kiosky/{ref}"):
        assert "Všechna jeho místa jsou zavřená" in admin.get(path).get_data(as_text=True)


def test_a_department_that_changes_its_name_reaches_the_screen(house: Flask, two: tuple[Kiosk, str]) -> None:
    kiosk, _ = two
    before = kiosk.get("nastaveni").json
    set_in(house, sa.update(Department).where(Department.id == 2).values(name="Odbor péče"))
    after = kiosk.get("nastaveni").json
    assert after["places"][1]["department"] == "Odbor péče"
    assert after["version"] != before["version"]
    assert kiosk.post("tep", kiosk.beat(datetime.now(UTC))).json["config"] == after["version"]


def test_a_department_with_a_kiosk_is_not_deleted(house: Flask, two: tuple[Kiosk, str]) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        set_in(house, sa.delete(Department).where(Department.id == 1))
    assert len(two[0].get("nastaveni").json["places"]) == 2

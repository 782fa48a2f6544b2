"""A database belongs to one city, however many found one in it at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa
from flask import Flask

from hub import cityfile
from hub.actions import cities
from hub.database import db
from hub.models import City
from tests.conftest import NOW
from tests.factories import CITY, PASSWORD


def test_of_two_who_found_the_city_at_once_one_wins_wholly(app: Flask) -> None:
    together = Barrier(2)

    def found(name: str) -> str:
        with app.app_context():
            together.wait(10)
            try:
                cities.found(cityfile.parse({**CITY, "name": name}), PASSWORD, NOW)
            except (cities.AlreadyFounded, sa.exc.IntegrityError) as error:
                return type(error).__name__
            return name

    with ThreadPoolExecutor(2) as pool:
        ends = set(pool.map(found, ("Havířov", "Karviná")))
    won = ends & {"Havířov", "Karviná"}
    assert len(won) == 1
    assert set(db.session.scalars(sa.select(City.name))) == won
    assert len(ends) == 2

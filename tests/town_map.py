"""A city of tests with streets, a map, and where formal submissions go."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from hub import cityfile
from hub.actions import cities
from hub.database import db
from hub.queries import locations
from tests.hub.test_pictures import png

TOML = """
name = "Havířov"
departments = [{ slug = "dopravy", name = "Odbor dopravy" }]
data_box = "abc1234"
filing_office = "Náměstí 1, přízemí"
filing_email = "podatelna@mesto.example"
streets = ["Dlouhá", "náměstí Republiky", "Dlouhá třída"]

[map]
picture = "mapa.png"
north = 49.8
south = 49.7
west = 18.3
east = 18.5
"""


def with_places(app: Flask) -> Flask:
    """Give the present city of an app its streets and map, once."""
    with app.app_context(), tempfile.TemporaryDirectory() as folder:
        if locations.city_map(db.session()) is None:
            (Path(folder) / "mapa.png").write_bytes(png())
            (Path(folder) / "mesto.toml").write_text(TOML, encoding="utf-8")
            cities.load_places(cityfile.read(Path(folder) / "mesto.toml"), datetime.now(UTC))
        db.session.remove()
    return app

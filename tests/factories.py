"""Plain functions that make things with sensible Czech defaults."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from hub import cityfile
from hub.actions import cities
from kiosk.presses import Press

PASSWORD = "heslo-pro-testy-2026"

CITY = {
    "name": "Havířov",
    "departments": [
        {"slug": "dopravy", "name": "Odbor dopravy"},
        {"slug": "socialni", "name": "Odbor sociálních věcí"},
    ],
    "touchpoints": [
        {"slug": "ridici", "name": "Řidičské průkazy", "department": "dopravy"},
        {"slug": "vozidla", "name": "Registr vozidel", "department": "dopravy"},
        {"slug": "davky", "name": "Sociální dávky", "department": "socialni"},
    ],
    "accounts": [
        {"email": "spravce@mesto.example", "name": "Správa aplikace", "role": "administrator"},
        {"email": "doprava@mesto.example", "name": "Vedení dopravy", "role": "head", "department": "dopravy"},
    ],
}


def found_city(now: datetime, **changes: object) -> None:
    """Found the small city of tests in the present app's database."""
    cities.found(cityfile.parse({**CITY, **changes}), PASSWORD, now)


def press(visit: int = 5, reason: int | None = None, **changes: object) -> Press:
    """One press of a face, the best unless told otherwise."""
    ratings = {"visit": visit} if reason is None else {"visit": visit, "reason": reason}
    return Press.model_validate({"id": str(uuid4()), "questionnaire": "kiosk@1", "ratings": ratings, **changes})


def press_json(visit: int = 5, **changes: object) -> dict[str, object]:
    """The same as a touch screen sends it."""
    return {
        "id": str(uuid4()),
        "rev": 0,
        "questionnaire": "kiosk@1",
        "language": "cs",
        "ratings": {"visit": visit},
        **changes,
    }

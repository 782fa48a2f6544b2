"""Plain functions that make things with sensible Czech defaults."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa

from hub import cityfile
from hub.actions import cities
from hub.database import db
from hub.envelopes import Rated, Receipt
from hub.models import Touchpoint
from hub.steps import intake
from hub.work import CITIZEN, work

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


def rated(place: str, visit: int = 5, reason: int | None = None, **changes: object) -> Rated:
    """One sitting at a place of the present app's city, as the hub takes it from any road."""
    session = db.session()
    found = session.scalars(sa.select(Touchpoint).filter_by(slug=place)).one()
    envelope = Rated(
        source=f"test:{found.id}",
        external_id=str(uuid4()),
        rev=0,
        digest=uuid4().hex,
        touchpoint_id=found.id,
        department_id=found.department_id,
        questionnaire_id=found.questionnaire_id,
        language="cs",
        ratings={"visit": visit} if reason is None else {"visit": visit, "reason": reason},
    )
    return replace(envelope, **changes)  # type: ignore[arg-type]


def record(now: datetime, *sittings: Rated) -> list[Receipt]:
    """Take them in, in one transaction."""
    with work(CITIZEN, "tap", now, audited=False) as w:
        return intake.record(w.session, sittings, now)


def rate(place: str, visit: int, reason: int | None, now: datetime) -> Receipt:
    """Somebody rates a place."""
    return record(now, rated(place, visit, reason))[0]

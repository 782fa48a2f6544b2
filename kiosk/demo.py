"""Weeks of plausible taps for the demo city, from a fixed seed: office hours, rush hours, moods of places, some reasons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from flask import current_app

from hub import cityfile
from hub.database import db
from hub.queries import places
from hub.rules.localtime import PRAGUE, local
from hub.vocabulary import KIOSK_LANGUAGES
from hub.work import SYSTEM
from kiosk import actions, pairing, queries, receiving, shell
from kiosk.presses import LONGEST_BATCH, Beat, Press
from kiosk.vocabulary import Layout

WEEKS = 9
SEED = 20261017
CITY_FILE = Path(cityfile.__file__).parent / "demo" / "havirov.toml"

OPENING = {0: (8, 17), 1: (8, 14), 2: (8, 17), 3: (8, 14), 4: (8, 12)}
"""Weekday → hours in which the sample office is open (Europe/Prague)."""

HOLIDAYS = {(1, 1), (1, 5), (8, 5), (5, 7), (6, 7), (28, 9), (28, 10), (17, 11), (24, 12), (25, 12), (26, 12)}
"""(day, month) of the state holidays of fixed date, on which offices are closed."""

SHARES = (0.05, 0.08, 0.12, 0.33, 0.42)
"""How often each level is pressed in a place of even mood, worst first."""

LANGUAGES = ("cs",) * 90 + ("uk",) * 5 + ("en",) * 3 + ("pl", "vi")
REASONS = (5, 2, 3, 4, 1, 1)
PRAISES = (2, 6, 3, 4, 1, 1)
"""How often each is chosen: what to improve, and after the best face what went well."""


def fill(now: datetime) -> None:
    """Record the demo's taps up to now, through the same door as real ones."""
    session = db.session()
    codes = {t.slug: f"{t.questionnaire.code}@{t.questionnaire.version}" for t in places.open_touchpoints(session)}
    random = Random(SEED)  # noqa: S311 (sample data, not secrets)
    for place in cityfile.read(CITY_FILE).touchpoints:
        for week in range(WEEKS, -1, -1):
            received = now - timedelta(weeks=week)
            presses = list(_week(random, place, codes[place.slug], received))
            for start in range(0, len(presses), LONGEST_BATCH):
                actions.record(place.slug, presses[start : start + LONGEST_BATCH], received)
    enter_devices(now)


DEVICES = (
    ("komunalni-sluzby", "Kiosek v přízemí magistrátu", 0, 0, 0),
    ("registr-vozidel", "Kiosek u registru vozidel", 45, 7, 0),
    ("socialni-veci", "Kiosek u sociálních věcí", 0, 0, 2),
)
"""Place, name, minutes since it was heard of, presses that wait, and presses the server did not take."""


def enter_devices(now: datetime) -> None:
    """Enter some of the kiosks as devices, as they might be found on a working day; no token of theirs is known to anybody."""
    ids = {place.slug: place.id for place in places.open_touchpoints(db.session())}
    with current_app.test_request_context():
        newest = shell.version()
    hours = tuple((day + 1, opens * 60, closes * 60) for day, (opens, closes) in OPENING.items())
    began = now - timedelta(weeks=WEEKS)
    for slug, name, silent, waiting, refused in DEVICES:
        if slug not in ids:
            continue
        settings = pairing.Settings(name, tuple(KIOSK_LANGUAGES), hours)
        ref = pairing.create(settings, Layout.ONE, [pairing.Spot(touchpoint_id=ids[slug])], SYSTEM, began)
        pairing.pair(pairing.new_code(ref, SYSTEM, now), now)
        device = queries.by_ref(db.session(), ref)
        said = Beat(
            page=str(UUID(int=SEED, version=4)),
            mono=0.0,
            device_ms=(now - timedelta(minutes=silent)).timestamp() * 1000,
            shell=newest,
            config="",
            waiting=waiting,
            oldest_ms=silent * 60_000.0 if waiting else None,
            dead=refused,
            dead_problems=["unknown_place"] if refused else [],
            persisted=True,
            visible=True,
            last_press_ms=silent * 60_000.0 + 240_000,
        )
        if device is not None:
            receiving.beat(device.id, said, now - timedelta(minutes=silent))


def _week(random: Random, place: cityfile.TouchpointPart, questionnaire: str, until: datetime) -> Iterator[Press]:
    for back in range(6, -1, -1):
        day = local(until).date() - timedelta(days=back)
        for at in _moments(random, day, place.visits_a_day):
            press = _press(random, place.mood, questionnaire)
            if at <= until:
                yield press.model_copy(update={"age_ms": (until - at) / timedelta(milliseconds=1)})


def _moments(random: Random, day: date, visits: int) -> Iterator[datetime]:
    if day.weekday() not in OPENING or (day.day, day.month) in HOLIDAYS:
        return
    opens, closes = OPENING[day.weekday()]
    for _ in range(round(random.gauss(visits, visits**0.5) * (closes - opens) / 9)):
        hour = random.triangular(opens, closes, opens + 1.5)
        wall = datetime.combine(day, time(), PRAGUE) + timedelta(hours=hour)
        yield wall.astimezone(UTC)


def _press(random: Random, mood: float, questionnaire: str) -> Press:
    weights = [share * 2.718 ** (mood * (level - 2)) for level, share in enumerate(SHARES)]
    visit = random.choices(range(1, 6), weights)[0]
    ratings = {"visit": visit}
    if random.random() < (0.55 if visit < 3 else 0.25):
        code, shares = ("praise", PRAISES) if visit == 5 else ("reason", REASONS)
        ratings[code] = random.choices(range(1, 7), shares)[0]
    sitting = str(UUID(int=random.getrandbits(128), version=4))
    return Press(id=sitting, questionnaire=questionnaire, language=random.choice(LANGUAGES), ratings=ratings)  # type: ignore[arg-type]

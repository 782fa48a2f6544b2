"""Running cases whose deadline falls on Christmas, on a leap day, or in a night when clocks are moved: what each page says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar

from hub import calendars
from hub.actions import cases as acts
from hub.database import db
from hub.jobs import reminding
from hub.language import full_day
from hub.models import Account, Case, CaseWarning
from hub.queries import calendar
from hub.rules.localtime import Month, begins, local
from hub.views.calendar import event_of
from hub.views.case_page import CasePage
from hub.views.inbox import InboxPage
from tests.desk.looks import references
from tests.desks import ADMINISTRATOR, A, asked, case_of, scope

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Odd:
    """When a case came, of which kind, and what must become of it: `over` are the free days that its end moves over."""

    came: datetime
    kind: str
    due: date
    over: tuple[str, ...]
    half: date
    most: date


ODD = {
    "Christmas Eve": Odd(
        datetime(2026, 11, 24, 9, tzinfo=UTC),
        "message",
        date(2026, 12, 28),  # a Monday
        ("Štědrý den", "1. svátek vánoční", "2. svátek vánoční", "víkend"),
        date(2026, 12, 11),
        date(2026, 12, 22),
    ),
    "Christmas Day": Odd(
        datetime(2026, 11, 24, 23, 30, tzinfo=UTC),  # half past midnight of the 25th
        "message",
        date(2026, 12, 28),
        ("1. svátek vánoční", "2. svátek vánoční", "víkend"),
        date(2026, 12, 12),
        date(2026, 12, 22),
    ),
    "St Stephen's Day": Odd(
        datetime(2026, 11, 26, 9, tzinfo=UTC),
        "message",
        date(2026, 12, 28),
        ("2. svátek vánoční", "víkend"),
        date(2026, 12, 12),
        date(2026, 12, 22),
    ),
    "leap day by days": Odd(
        datetime(2028, 1, 30, 9, tzinfo=UTC),
        "message",
        date(2028, 2, 29),  # a Tuesday
        (),
        date(2028, 2, 14),
        date(2028, 2, 23),
    ),
    "leap day by a month": Odd(
        datetime(2028, 1, 31, 9, tzinfo=UTC),  # there is no 31 February
        "gdpr",
        date(2028, 2, 29),
        (),
        date(2028, 2, 15),
        date(2028, 2, 24),
    ),
    "clocks move forward": Odd(
        datetime(2027, 2, 26, 9, tzinfo=UTC),
        "message",
        date(2027, 3, 30),  # Easter Sunday and Monday stand before it
        ("víkend", "Velikonoční pondělí"),
        date(2027, 3, 14),
        date(2027, 3, 24),
    ),
    "clocks move back": Odd(
        datetime(2027, 9, 30, 22, 30, tzinfo=UTC),  # 1 October by Prague clocks
        "message",
        date(2027, 11, 1),
        ("víkend",),
        date(2027, 10, 17),
        date(2027, 10, 26),
    ),
    "came in the hour that comes twice": Odd(
        datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
        "message",
        date(2027, 11, 30),
        (),
        date(2027, 11, 15),
        date(2027, 11, 24),
    ),
}


def standing(app: Flask, odd: Odd) -> str:
    """A case that came then, and is an official's."""
    reference = asked(app, "Kdy opravíte most?", "", now=odd.came)
    with app.app_context():
        acts.classify(scope(ADMINISTRATOR), reference, "dopravy", odd.kind, odd.came)
        acts.take(scope(A), reference, odd.came)
        db.session.remove()
    return reference


def account() -> Account:
    return db.session.scalars(sa.select(Account).where(Account.email == A)).one()


def page_at(app: Flask, reference: str, now: datetime) -> str:
    """The page of a case at an instant."""
    with app.test_request_context():
        case = case_of(db.session(), reference)
        page = CasePage(db.session(), scope(A), account(), case, now).render()
        db.session.remove()
    return plain(page)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def end_of(day: date) -> datetime:
    """The last second of a Prague day."""
    return begins(day + timedelta(days=1)) - SECOND


@pytest.fixture
def made(light: Flask) -> dict[str, str]:
    """All of these cases in one town, the last one first."""
    return {name: standing(light, odd) for name, odd in reversed(ODD.items())}


def test_the_page_counts_each_day_and_the_last_one_lasts_until_midnight_in_prague(
    light: Flask, made: dict[str, str]
) -> None:
    for name, odd in ODD.items():
        page = page_at(light, made[name], end_of(odd.due))
        rows = [re.sub("<[^>]+>", " ", row) for row in re.findall("<tr.*?</tr>", page.partition('id="lhuta"')[2])[1:]]
        assert len(rows) == (odd.due - local(odd.came).date()).days + 1, name
        assert "nepočítá se" in rows[0], name
        moved = [word for row in rows for word in re.findall("lhůta se posouvá: (.*?) *– *$", row)]
        assert tuple(moved) == odd.over, name
        assert plain(full_day(odd.due)) in rows[-1], name
        assert "poslední den pro odpověď" in rows[-1], name
        numbers = [int(row.split()[-1]) for row in rows[1:] if "posouvá" not in row]
        assert numbers == list(range(1, len(numbers) + 1)), name
        assert "lhůta končí dnes" in page, name
        assert "po lhůtě" not in page, name
        assert "1 den po lhůtě" in page_at(light, made[name], end_of(odd.due) + SECOND), name


def test_the_office_is_warned_on_the_day_of_each_level(light: Flask, made: dict[str, str]) -> None:
    levels = {name: (odd.half, odd.most, odd.due) for name, odd in ODD.items()}
    days = {day - timedelta(days=n) for of_it in levels.values() for day in of_it for n in (0, 1)}
    for today in sorted(days):
        with light.app_context():
            for at in (begins(today), end_of(today)):  # from the first second of a Prague day to the last
                reminding.warn(at)
                db.session.rollback()
            told = sa.select(Case.reference, CaseWarning.level).join(Case, Case.id == CaseWarning.case_id)
            found = {tuple(row) for row in db.session.execute(told)}
            db.session.remove()
        for name, of_it in levels.items():
            reached = {(made[name], level) for level, day in zip((50, 80, 100), of_it, strict=True) if day <= today}
            assert {one for one in found if one[0] == made[name]} == reached, (name, today)


def test_the_inbox_the_calendar_and_its_feed_agree(light: Flask, made: dict[str, str]) -> None:
    with light.test_request_context("/urad/pripady?pohled=otevrene"):
        listed = InboxPage(db.session(), scope(A), account(), date(2026, 12, 28)).render()
        db.session.remove()
    by_due = sorted(ODD, key=lambda name: (ODD[name].due, -list(ODD).index(name)))  # of one day, what came first here
    assert references(listed) == [made[name] for name in by_due]
    assert listed.partition("<tbody")[2].count("lhůta končí dnes") == 3
    with light.app_context():
        for odd in ODD.values():
            same = sum(one.due == odd.due for one in ODD.values())
            assert calendar.of_month(db.session(), scope(A), Month.of(odd.due))[odd.due].mine == same
        found = calendar.of_account(db.session(), account(), date(2026, 12, 28))
        events = [event_of(case, "https://mesto.example") for case in found]
        feed = calendars.feed("Lhůty", events, datetime(2026, 12, 28, tzinfo=UTC))
        db.session.remove()
    told = {str(one["SUMMARY"])[:8]: one for one in Calendar.from_ical(feed).walk("VEVENT")}
    for name, odd in ODD.items():
        one = told[made[name][:8]]
        assert (one.decoded("DTSTART"), one.decoded("DTEND")) == (odd.due, odd.due + timedelta(days=1))
    assert b"DTSTART;VALUE=DATE:20280229" in feed
    assert b"TZID" not in feed  # days have no hours, so no clock that is moved

"""Letters to the office: of cases whose time passes, and of what a day brings. Rows first; each is sent at most once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from hub import database
from hub.database import table_of
from hub.models import Account, Case, CaseWarning, StaffLetter
from hub.queries import reminders
from hub.rules import pauses
from hub.rules.localtime import local
from hub.rules.warnings import reached, told
from hub.steps import senders
from hub.steps.deliveries import DELIVER
from hub.steps.senders import Sender
from hub.vocabulary import StaffLetterKind
from hub.work import SYSTEM, Work, later, work

CHANNEL = "email"
CHUNK = 500
STALE = timedelta(days=3)
"""A letter that could not be sent so long says nothing new any more."""
KEPT = timedelta(days=60)
"""How long it is kept what was sent to whom of the office."""

INACTIVE, EMPTY, TOO_LATE, REFUSED = "inactive", "empty", "too_late", reminders.REFUSED
"""Why a letter did not go: its account may not sign in, there is nothing (any more) to say, it is old, nobody takes it."""

letters = table_of(StaffLetter)
warnings = table_of(CaseWarning)


@dataclass(frozen=True, slots=True)
class Begun:
    """A letter to be sent now, to the e-mail of an account. `cases` are pairs of a case and its level."""

    id: int
    account_id: int
    email: str
    kind: str
    day_on: date
    cases: tuple[tuple[int, int], ...]
    attempts: int


def warn(after: int, now: datetime) -> tuple[int | None, int]:
    """Have the office told of the levels that a chunk of cases reached by today; a level of a deadline is told once.

    Returns the last case looked at (None: there are no more), and how many letters were written.
    """
    today = local(now).date()
    with work(SYSTEM, "warn of deadlines", now, audited=False) as w:
        found = reminders.running(w.session, after, CHUNK)
        levels = {case: reached(case.counted_from, case.due_on, today) for case in found}
        rows = [
            {"case_id": case.id, "due_on": case.due_on, "level": level, "warned_at": now}
            for case, of_it in levels.items()
            for level in of_it
        ]
        written = _tell(w, {case.id: case for case in found}, rows, today, now) if rows else 0
        return (found[-1].id if found else None), written


def _tell(w: Work, known: dict[int, Case], rows: list[dict[str, object]], today: date, now: datetime) -> int:
    new = database.insert_new(w.connection, warnings, rows, ("case_id", "due_on", "level"), ("case_id", "level"))
    highest: dict[int, int] = {}
    for case_id, level in new:
        highest[case_id] = max(level, highest.get(case_id, 0))
    staff, of_account = reminders.staff(w.session), defaultdict[int, list[list[int]]](list)
    for case_id, level in sorted(highest.items()):
        case = known[case_id]
        official = case.official_id if case.official_id in staff.active else None
        for account_id in told(level, official, staff.heads_of(case.department_id)):
            of_account[account_id].append([case_id, level])
    made = [
        _row(account_id, StaffLetterKind.WARNING, today, about, now) for account_id, about in sorted(of_account.items())
    ]
    if made:
        w.connection.execute(sa.insert(letters), made)
        later(w.session, DELIVER)
    return len(made)


def summarize(now: datetime) -> int:
    """Write a summary of the day for whoever gets one; a second one of the day is none. Returns how many."""
    today = local(now).date()
    with work(SYSTEM, "summarize the day", now, audited=False) as w:
        rows = [_row(one, StaffLetterKind.SUMMARY, today, [], now) for one in reminders.summarized(w.session)]
        made = database.insert_new(w.connection, letters, rows, (), ("id",)) if rows else []
        if made:
            later(w.session, DELIVER)
        return len(made)


def _row(
    account_id: int, kind: StaffLetterKind, day_on: date, about: list[list[int]], now: datetime
) -> dict[str, object]:
    return {
        "account_id": account_id,
        "kind": kind,
        "day_on": day_on,
        "cases": about,
        "queued_at": now,
        "next_at": now,
        "attempts": 0,
    }


def begin(sender: Sender, now: datetime) -> Begun | None:
    """Begin the next letter that is due; None when none is, or not by us. What may not go any more is put aside."""
    if sender.channel != CHANNEL or not reminders.letters_due(database.db.session(), now):
        return None
    with work(SYSTEM, "begin a letter to the office", now, audited=False) as w:
        if not senders.lead(w.connection, sender, now) or senders.is_paused(w.connection, sender, now):
            return None
        due = sa.select(StaffLetter).where(StaffLetter.began_at.is_(None), StaffLetter.next_at <= now)
        for one in w.session.scalars(due.order_by(StaffLetter.next_at, StaffLetter.id).limit(CHUNK)):
            account = w.session.get_one(Account, one.account_id)
            one.began_at, one.problem = now, _problem(one, account, now)
            if one.problem is None:
                one.attempts += 1
                about = tuple((case_id, level) for case_id, level in one.cases)
                return Begun(one.id, account.id, account.email, one.kind, one.day_on, about, one.attempts)
    return None


def _problem(one: StaffLetter, account: Account, now: datetime) -> str | None:
    if not account.active:
        return INACTIVE
    is_old = one.day_on != local(now).date() if one.kind == StaffLetterKind.SUMMARY else one.queued_at < now - STALE
    return TOO_LATE if is_old else None


def sent(one: Begun, now: datetime) -> None:
    """It went."""
    _settle(one, now, sent_at=now)


def give_up(one: Begun, why: str, now: datetime) -> None:
    """It does not go."""
    _settle(one, now, problem=why)


def put_off(one: Begun, now: datetime, until: datetime | None = None) -> None:
    """It did not go, and is tried again later."""
    _settle(one, now, began_at=None, next_at=max(until or now, now + pauses.of_letter(one.attempts)))


def _settle(one: Begun, now: datetime, **change: object) -> None:
    with work(SYSTEM, "settle a letter to the office", now, audited=False) as w:
        w.connection.execute(sa.update(letters).where(letters.c.id == one.id).values(**change))


def forget(at_most: int, now: datetime) -> int:
    """Delete what was sent to the office some weeks ago; returns how many. What was warned of stays."""
    old = sa.select(letters.c.id).where(letters.c.queued_at < now - KEPT).limit(at_most)
    with work(SYSTEM, "forget letters to the office", now) as w:
        return int(w.connection.execute(sa.delete(letters).where(letters.c.id.in_(old.scalar_subquery()))).rowcount)

"""What the hub forgets by itself, and as what it says so to citizens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice

from flask import current_app

from config import Settings
from hub.actions import forgetting, subscribing
from hub.database import db
from hub.jobs.timetable import Job
from hub.queries import cases, directory
from hub.rules import comments as rules
from hub.rules.localtime import local
from hub.steps import links, repeats
from hub.storage import storage
from hub.vocabulary import marked as _

CHUNK = 1000

LOST_AFTER = timedelta(days=1)
"""A file is in the storage before its row is in the database; a day later it will not come any more."""


def forget_exact_times(now: datetime) -> int:
    """Erase exact times past their days, a chunk a transaction so that taps never wait long; returns how many."""
    before = now - timedelta(days=current_app.config["HUB"].exact_time_days)
    total = 0
    while erased := forgetting.exact_times(before, CHUNK, now):
        total += erased
    return total


FORGET_EXACT_TIMES = Job("forget-exact-times", time(2, 30), forget_exact_times)


def forget_lost_files(now: datetime) -> int:
    """Delete files that no message and no official has: nothing was recorded, the web was killed, a portrait was replaced."""
    total, keys = 0, storage().keys_older_than(now - LOST_AFTER)
    while some := list(islice(keys, CHUNK)):
        kept = cases.kept_files(db.session(), some) | directory.kept_portraits(db.session(), some)
        db.session.rollback()
        for key in set(some) - kept:
            storage().delete(key)
            total += 1
    return total


def forget_cases(now: datetime) -> int:
    """Erase the words of cases done long ago, each in a transaction of its own; returns how many."""
    days = current_app.config["HUB"].case_days
    before = local(now).date() - timedelta(days=days)
    total = 0
    while days and (old := cases.long_done(db.session(), before, CHUNK)):
        db.session.rollback()
        for case_id in old:
            for key in forgetting.case(case_id, now):
                storage().delete(key)
        total += len(old)
    db.session.rollback()
    return total


def forget_follow_links(now: datetime) -> int:
    """Delete secret links that have ended, a chunk a transaction; returns how many."""
    total = 0
    while gone := forgetting.follow_links(CHUNK, now):
        total += gone
    return total


def forget_opt_ins(now: datetime) -> int:
    """Delete requests for news that nobody confirmed, and what is left of those that were; returns how many."""
    total = 0
    while gone := subscribing.forget(CHUNK, now):
        total += gone
    return total


def forget_reactions(now: datetime) -> int:
    """Forget who joined in or reported, and the traces of old comments, a chunk a transaction; returns how many."""
    total = 0
    for forget in (forgetting.marks, forgetting.traces):
        while gone := forget(CHUNK, now):
            total += gone
    return total


def forget_repeats(now: datetime) -> int:
    """Delete digests of words that are too old to be called repeated; returns how many."""
    total, before = 0, local(now).date() - timedelta(days=repeats.DAYS)
    while gone := forgetting.repeats(before, CHUNK, now):
        total += gone
    return total


REFUSED_WORDS = timedelta(days=30)
"""How long refused words stay on the disk of a touch screen, which erases them itself (kiosk/static/device/outbox.js)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is kept of people: what, how many days (None: as long as it is needed), and why."""

    what: str
    days: Callable[[Settings], int | None]
    why: str


KEPT = (
    Kept(
        _("The exact time of a touch on a satisfaction screen"),
        lambda settings: settings.exact_time_days,
        _("to find out that a screen is out of order; the hour stays, for the figures"),
    ),
    Kept(
        _("What you write to the city, its files and the answer"),
        lambda settings: settings.case_days or None,
        _(
            "so that the office can answer and you can read it, from its deadline or a later answer; you can have it erased before"
        ),
    ),
    Kept(
        _("Words typed on a satisfaction screen that we could not take"),
        lambda _settings: REFUSED_WORDS.days,
        _("on the screen alone, so that its administrator hears of them and can look why; then they are erased there"),
    ),
    Kept(
        _("The private link of your message"),
        lambda _settings: links.LIFE.days,
        _("so that you find the answer"),
    ),
    Kept(
        _("Your e-mail, if you gave it"),
        lambda _settings: None,
        _("to send you the answer or news; erased with your message, unless you asked for news"),
    ),
    Kept(
        _("A wish for news that you did not confirm"),
        lambda _settings: subscribing.KEPT.days,
        _("so that the link in our letter works"),
    ),
    Kept(
        _("When and in what words you agreed to news, and when you ended them"),
        lambda _settings: None,
        _("the law asks for proof of your consent (article 7 of the GDPR)"),
    ),
    Kept(
        _("A comment in a public discussion"),
        lambda _settings: None,
        _("it is public; with its private link you can change it or take it back"),
    ),
    Kept(
        _("The private link of your comment"),
        lambda _settings: forgetting.LINK_LIFE.days,
        _("so that you can go on with it"),
    ),
    Kept(
        _("A digest of the network from which somebody joined in or reported a comment"),
        lambda _settings: rules.FORGOTTEN_AFTER.days,
        _("so that nobody counts twice; no address can be read out of it"),
    ),
    Kept(
        _("A digest by which we recognise the same words sent again"),
        lambda _settings: repeats.DAYS,
        _("to put spam aside; nobody can read words out of it"),
    ),
    Kept(
        _("A file that was sent with a message that did not come through"),
        lambda _settings: LOST_AFTER.days,
        _("by mistake only; it is deleted the next night"),
    ),
)
"""Of people outside the office. A job that forgets something, and what nothing forgets by itself, each stand here."""

FORGET_REPEATS = Job("forget-repeats", time(3, 50), forget_repeats)
FORGET_REACTIONS = Job("forget-reactions", time(4, 0), forget_reactions)
FORGET_OPT_INS = Job("forget-opt-ins", time(3, 45), forget_opt_ins)
FORGET_CASES = Job("forget-cases", time(4, 0), forget_cases)
FORGET_LOST_FILES = Job("forget-lost-files", time(3, 0), forget_lost_files)
FORGET_FOLLOW_LINKS = Job("forget-follow-links", time(3, 30), forget_follow_links)
JOBS = (
    FORGET_EXACT_TIMES,
    FORGET_LOST_FILES,
    FORGET_FOLLOW_LINKS,
    FORGET_OPT_INS,
    FORGET_REPEATS,
    FORGET_CASES,
    FORGET_REACTIONS,
)

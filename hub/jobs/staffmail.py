"""Letters to the office, written at the moment of sending: references, days and links, no word of a citizen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import structlog
from flask import current_app

from hub import language, logs, queue
from hub.actions import deliveries, reminders
from hub.actions.reminders import Begun
from hub.channel import Channel, Later, Refused, Uncertain, Unreachable
from hub.clock import Clock
from hub.database import db
from hub.envelopes import Outgoing
from hub.language import full_day, gettext, ngettext
from hub.models import Account, Case
from hub.queries import places
from hub.queries import reminders as query
from hub.rules import comments
from hub.rules.deadlines import days_left
from hub.rules.localtime import begins, local
from hub.steps.senders import Sender
from hub.vocabulary import DEFAULT_LANGUAGE, StaffLetterKind
from hub.workdays import is_free

log = structlog.get_logger()


def send_some(me: Sender, channel: Channel, clock: Clock) -> bool:
    """Send the letters to the office that are due; False when the channel cannot be reached."""
    while not queue.is_ending():
        one = reminders.begin(me, clock.now())
        if one is None:
            break
        letter = _letter(one, clock.now())
        if letter is None:
            reminders.give_up(one, reminders.EMPTY, clock.now())
            continue
        try:
            channel.send(letter)
        except Unreachable:
            reminders.put_off(one, clock.now(), deliveries.pause(me, clock.now()))
            log.warning("channel cannot be reached", channel=me.channel)
            return False
        except Later as later:
            reminders.put_off(one, clock.now(), clock.now() + later.after)
        except Refused:
            reminders.give_up(one, reminders.REFUSED, clock.now())
        except Uncertain:
            log.warning("nobody knows whether a letter to the office went", channel=me.channel)
        except Exception as error:  # a fault of ours: it must not stop the letters behind it, and is not repeated
            logs.unexpected(error)
        else:
            reminders.sent(one, clock.now())
            deliveries.answers_again(me, clock.now())
    return True


def _letter(one: Begun, now: datetime) -> Outgoing | None:
    """The letter; None when there is nothing (any more) to say."""
    session, today = db.session(), local(now).date()
    city = places.city(session)
    with language.speaking(DEFAULT_LANGUAGE):
        made = _made(one, today)
        if made is None:
            return None
        subject, said = made
        said |= {
            "city": city.name if city else "Ozvěna",
            "inbox_url": f"{_site()}/urad/pripady",
            "comments_url": f"{_site()}/urad/diskuse",
            "settings_url": f"{_site()}/urad/nastaveni",
        }
        pages = current_app.jinja_env
        text = pages.get_template(f"mail/{one.kind}.txt").render(**said)
        html = pages.get_template(f"mail/{one.kind}.html").render(**said, language=language.current())
    return Outgoing(
        delivery=f"ozvena-urad-{one.id}-{one.attempts}",
        address=one.email,
        text=text,
        subject=subject,
        html=html,
        language=DEFAULT_LANGUAGE,
    )


def _made(one: Begun, today: date) -> tuple[str, dict[str, Any]] | None:
    if one.kind == StaffLetterKind.ALERT:
        return _alert(one)
    return _warning(one, today) if one.kind == StaffLetterKind.WARNING else _summary(one, today)


def _alert(one: Begun) -> tuple[str, dict[str, Any]] | None:
    """What a room's things lack, to whoever is an administrator still; only the room knows the words."""
    if not query.is_administrator(db.session(), one.account_id):
        return None
    for words, path in current_app.extensions["hub_alerts"]:
        made = words(one.cases)
        if made is not None:
            return made[0], {"lines": made[1], "look_url": f"{_site()}{path}"}
    return None


def _warning(one: Begun, today: date) -> tuple[str, dict[str, Any]] | None:
    account = db.session.get_one(Account, one.account_id)  # whose department may be another by now
    running = query.of_references(db.session(), account, [case_id for case_id, _ in one.cases])
    lines = [(running[case_id], level) for case_id, level in one.cases if case_id in running]
    if not lines:
        return None
    lines.sort(key=lambda line: (line[0].due_on, line[0].id))
    subject = ngettext("Deadline of a case: %(num)s to look at", "Deadlines of cases: %(num)s to look at", len(lines))
    if len(lines) == 1:
        subject = f"{lines[0][0].reference}: {_left(lines[0][0], today)}"
    return subject, {"cases": [{**_line(case, today), "level": level} for case, level in lines]}


def _summary(one: Begun, today: date) -> tuple[str, dict[str, Any]] | None:
    account = db.session.get_one(Account, one.account_id)
    promised = begins(comments.promised_since(today, is_free))
    day = query.day(db.session(), account, today, promised)
    if day.is_empty:
        return None
    subject = gettext("Your cases on %(day)s", day=full_day(today))
    return subject, {"day": day, "cases": [_line(case, today) for case in day.first]}


def _line(case: Case, today: date) -> dict[str, str]:
    return {
        "reference": case.reference,
        "due": full_day(case.due_on),
        "left": _left(case, today),
        "url": f"{_site()}/urad/pripady/{case.reference}",
    }


def _left(case: Case, today: date) -> str:
    left = days_left(case.due_on, today)
    if left < 0:
        return ngettext("%(num)s day late", "%(num)s days late", -left)
    return ngettext("%(num)s day left", "%(num)s days left", left) if left else gettext("due today")


def _site() -> str:
    return str(current_app.config["HUB"].site)

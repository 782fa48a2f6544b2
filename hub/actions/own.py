"""What somebody of the office chooses for themselves: the daily summary, and the secret link of their calendar."""

from __future__ import annotations

from datetime import datetime

from hub import database
from hub.database import table_of
from hub.models import AccountSetting
from hub.steps.subscribing import digest
from hub.vocabulary import ActorKind
from hub.work import Actor, Work, work


def choose_summary(account_id: int, wanted: bool, now: datetime) -> None:
    """Get the daily summary by e-mail, or not."""
    with work(Actor(ActorKind.ACCOUNT, account_id), "choose the daily summary", now) as w:
        _setting(w, account_id).gets_summary = wanted


def renew_calendar(account_id: int, secret: str, now: datetime) -> None:
    """From now on this secret opens the calendar, and no other one that did."""
    with work(Actor(ActorKind.ACCOUNT, account_id), "renew the calendar link", now) as w:
        setting = _setting(w, account_id)
        setting.calendar_digest, setting.calendar_made_at = digest(secret), now


def end_calendar(account_id: int, now: datetime) -> None:
    """No secret opens the calendar any more."""
    with work(Actor(ActorKind.ACCOUNT, account_id), "end the calendar link", now) as w:
        setting = _setting(w, account_id)
        setting.calendar_digest = setting.calendar_made_at = None


def _setting(w: Work, account_id: int) -> AccountSetting:
    row = {"account_id": account_id, "gets_summary": True}
    database.insert_new(w.connection, table_of(AccountSetting), [row], ("account_id",), ("account_id",))
    return w.session.get_one(AccountSetting, account_id, populate_existing=True)

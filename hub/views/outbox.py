"""/urad/odesilani: how the channels are doing, and the letters that did not surely go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import letters as acts
from hub.database import db
from hub.language import gettext, moment
from hub.models import Delivery
from hub.queries import cases, letters, reminders
from hub.rules.access import sees_whole_city
from hub.signin import csrf_token, current_account, signed_in
from hub.views import labels
from hub.vocabulary import DeliveryState, StaffLetterKind, marked

blueprint = Blueprint("outbox", __name__)

PAGE = 50
SHOWN, SETTLES = timedelta(days=14), timedelta(minutes=10)
"""How long letters to the office in trouble are listed, and by when one that began is settled unless its worker is gone."""
STAFF_LETTERS = {
    StaffLetterKind.WARNING: marked("warning of deadlines"),
    StaffLetterKind.SUMMARY: marked("daily summary"),
    StaffLetterKind.ALERT: marked("something to look at"),
}


@blueprint.get("/urad/odesilani")
@signed_in
def trouble() -> str:
    """What needs a person. Each letter of an official's own department stands on its case's page too."""
    _allowed()
    before = request.args.get("od", "")
    found = letters.trouble(db.session(), _number(before) if before else None, PAGE + 1)
    return render_template(
        "deliveries/deliveries.html",
        channels=_channels(),
        trouble=[_letter(one) for one in found[:PAGE]],
        staff_letters=[] if before else _staff_letters(),
        csrf_token=csrf_token(),
        next_url=url_for(".trouble", od=found[PAGE - 1].id) if len(found) > PAGE else None,
        first_url=url_for(".trouble") if before else None,
    )


@blueprint.post("/urad/odesilani/<int:number>")
@signed_in
def resolve(number: int) -> BaseResponse:
    """A person says what became of a letter, or has it sent once more."""
    account_id = _allowed()
    if number >= 2**63:
        raise errors.NotFound
    acts.resolve(account_id, number, request.form.get("verdict", ""), datetime.now(UTC))
    return redirect(url_for(".trouble"), 303)


def _allowed() -> int:
    account = current_account()
    if account is None or not sees_whole_city([role.name for role in account.roles]):
        raise errors.NotAllowed
    return int(account.id)


def _channels() -> list[dict[str, Any]]:
    states, waiting = letters.channel_states(db.session()), letters.waiting(db.session())
    known = current_app.extensions["hub_channels"]
    now = datetime.now(UTC)
    lines = []
    for name in sorted({*known, *waiting}):
        state = states.get(name)
        paused = state is not None and state.failures > 0
        lines.append(
            {
                "label": labels.label(labels.CHANNELS, name),
                "ok": name in known and not paused,
                "state_label": gettext("works")
                if name in known and not paused
                else gettext("cannot be reached")
                if paused
                else gettext("is switched off"),
                "waiting": waiting.get(name, 0),
                "problem": gettext("It will be tried again at %(time)s.", time=moment(state.paused_until))
                if paused and state is not None and state.paused_until is not None and state.paused_until > now
                else None,
            }
        )
    return lines


def _letter(one: Delivery) -> dict[str, Any]:
    case = cases.of_conversation(db.session(), one.message.conversation_id)
    actions = [("again", gettext("Send once more")), ("seen", gettext("Leave it"))]
    if one.state == DeliveryState.UNKNOWN:
        actions.insert(0, ("arrived", gettext("It arrived")))
    return {
        "what": f"{labels.label(labels.LETTERS, one.letter)} {case.reference if case else ''}".strip(),
        "url": url_for("cases.one", reference=case.reference) if case else None,
        "to": one.address.value,
        "channel_label": labels.label(labels.CHANNELS, one.channel),
        "state": one.state,
        "state_label": labels.label(labels.DELIVERY_STATES, one.state),
        "problem": labels.label(labels.PROBLEMS, one.problem),
        "when": moment(one.began_at or one.queued_at),
        "attempts": one.attempts,
        "actions": [{"label": label, "name": "verdict", "value": value} for value, label in actions],
        "action_url": url_for(".resolve", number=one.id),
    }


def _staff_letters() -> list[dict[str, Any]]:
    """Letters to the office that nobody takes, or of which nobody knows; they are not repeated, a newer one says it anew."""
    now = datetime.now(UTC)
    found = reminders.staff_trouble(db.session(), now - SHOWN, now - SETTLES, PAGE)
    return [
        {
            "what": gettext(STAFF_LETTERS[StaffLetterKind(one.kind)]),
            "to": one.account.email,
            "state_label": labels.label(labels.DELIVERY_STATES, "failed" if one.problem else "unknown"),
            "problem": labels.label(labels.PROBLEMS, "content_refused" if one.problem else "worker_lost"),
            "when": moment(one.began_at or one.queued_at),
            "attempts": one.attempts,
        }
        for one in found
    ]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise errors.BadInput
    return int(text)

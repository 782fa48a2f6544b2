"""/urad/pripady/nova: what a citizen said on paper, by telephone or in person, entered by an official."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, qr
from hub.actions import entering as acts
from hub.database import db
from hub.envelopes import Attached, Said
from hub.language import full_day, gettext
from hub.models import Case
from hub.models.duty import LONGEST_SENDER
from hub.models.locations import LONGEST as LONGEST_STREET
from hub.queries import cases, ends, locations, places
from hub.rules import entering as days
from hub.rules import uploads
from hub.signin import csrf_token, current_account, keeps_words, signed_in
from hub.steps.hearing import LONGEST
from hub.text import one_line
from hub.views import ask_form, desk, labels
from hub.views.ask_form import LARGEST_FILE, MOST_FILES
from hub.views.errors import attempted, respond
from hub.views.uploading import put
from hub.vocabulary import LegalKind, marked

blueprint = Blueprint("entering", __name__)

Answer = BaseResponse | tuple[str, int]
FORM = "enter"
LARGEST_BODY = 2 * MOST_FILES * LARGEST_FILE + 512 * 1024
"""Bytes that are read: of files twice what is taken, so that the words come back with what is wrong with the files."""
LARGEST_TEXT = 256 * 1024
SHOWN_FOR = timedelta(days=1)
"""How long the receipt with the private link can be printed: then the link is the citizen's alone."""
DAYS = {
    days.Reason.UNREADABLE: marked("This is no day. Write it like 3. 11. 2026."),
    days.Reason.FUTURE: marked("This day is still to come. Write the day on which it really came."),
    days.Reason.TOO_OLD: marked("This day is more than a year ago. Look at the year."),
}
OVER = marked(
    "The receipt could be printed for a day. The case is in the inbox; the private link is the citizen's alone now."
)
TOO_LARGE = marked(
    "The files were too large to be read, and nothing was saved. Go back in your browser, where your words should still be,"
    " and choose fewer or smaller files (at most 3, each up to 10 MB)."
)


@dataclass
class Entered(ask_form.Filled):
    """What stands in the form. `nonce` is the name under which it is recorded, once."""

    channel: str = "paper"
    day: str = ""
    signed_by: str = ""
    department: str = ""
    kind: str = ""
    proposed: bool = False
    came_on: date | None = field(default=None)


@blueprint.url_value_preprocessor
def _large_forms(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Before anything reads the form (its token is read first of all)."""
    request.max_content_length = LARGEST_BODY
    request.max_form_memory_size = LARGEST_TEXT


@blueprint.get("/urad/pripady/nova")
@signed_in
def form() -> str:
    """The empty form."""
    desk.scope()
    return _page(Entered(day=_written(desk.today())))


@blueprint.post("/urad/pripady/nova")
@keeps_words
def enter() -> Answer:
    """Record it and lead to its receipt, or propose whose it is. Whatever is wrong, the words come back in the form."""
    filled = _read()
    if current_account() is None:
        forms.check_origin(request)
        return _to_copy(filled), 401
    scope = desk.scope()
    if request.form.get("step") == "propose":
        _propose(filled)
        return _page(filled), 200
    done = attempted(lambda: _record(filled, scope.account_id))
    if not isinstance(done, errors.Problem):
        return done
    if isinstance(done, errors.NotAllowed):
        raise done
    if isinstance(done, acts.Refused):
        filled.wrong("email" if done.problem == "bad_email" else "text", gettext(done.message))
    else:
        filled.wrong("", gettext(done.message))
    if isinstance(done, errors.Conflict | errors.FormExpired):
        filled.nonce = ""  # what is sent next is another case
    return _page(filled), done.status


@blueprint.errorhandler(errors.FormExpired)
def _without_proof(problem: errors.FormExpired) -> Answer:
    """Nothing was done by a form without its token; its words come back."""
    if request.method != "POST" or current_account() is None:
        return respond(problem)
    filled = _read()
    filled.wrong("", gettext(problem.message))
    return _page(filled), problem.status


@blueprint.get("/urad/pripady/nova/<token>")
@signed_in
def receipt(token: str) -> str:
    """The page to print and hand over: the reference and the private link as a QR code; a day long, for who entered it."""
    case = ends.entered_as(db.session(), desk.account().id, token)
    if case is None:
        raise errors.NotFound
    if case.question.received_at < desk.now() - SHOWN_FOR:
        raise errors.NotFound(OVER)
    link = f"{current_app.config['HUB'].site}{url_for('following.page', secret=forms.secret(FORM, token))}"
    return render_template(
        "cases/entered.html",
        reference=case.reference,
        received=full_day(case.received_on),
        due=full_day(case.due_on),
        basis=case.deadline_rule.basis,
        department=case.department.name,
        kind_label=labels.label(labels.KINDS, case.legal_kind),
        how=gettext(acts.CHANNELS.get(case.question.channel, "")),
        link=link,
        code=qr.code(link),
        case_url=url_for("cases.one", reference=case.reference) if _sees(case) else None,
        next_url=url_for(".form"),
    )


def _sees(case: Case) -> bool:
    try:
        return cases.find(db.session(), desk.scope(), case.reference) is not None
    except errors.NotFound:
        return False


def _read() -> Entered:
    try:
        given = request.form
    except RequestEntityTooLarge as unread:
        raise errors.TooLarge(TOO_LARGE) from unread
    filled = Entered(
        text=given.get("text", ""),
        email=one_line(given.get("email", "")),
        consent="consent" in given,
        street=one_line(given.get("street", "")),
        channel=given.get("channel", "paper"),
        day=one_line(given.get("day", "")),
        signed_by=one_line(given.get("signed_by", "")),
        department=one_line(given.get("department", "")),
        kind=given.get("kind", ""),
    )
    try:
        filled.nonce = str(forms.read_token(FORM, given.get("token")))
    except errors.FormExpired:
        filled.nonce = ""
    return filled


def _propose(filled: Entered) -> None:
    """Choose what the words lead to, to be looked at and changed."""
    proposed = acts.propose(filled.text)
    filled.department, filled.kind, filled.proposed = proposed.department, proposed.legal_kind, True


def _check(filled: Entered) -> None:
    """Say what is wrong with what stands in the form."""
    try:
        filled.came_on = days.came_on(filled.day, desk.today())
    except days.Refused as refused:
        filled.wrong("day", gettext(DAYS[refused.reason]))
    if filled.channel not in acts.CHANNELS:
        filled.wrong("channel", gettext("Choose how it came."))
    if len(filled.signed_by) > LONGEST_SENDER:
        filled.wrong("signed_by", gettext("Write the name and address in at most %(number)s characters.", number=300))
    ask_form.check_street(filled)


def _record(filled: Entered, account_id: int) -> Answer:
    """Keep the scans, then the words. Files of what is not recorded go again."""
    filled.nonce = str(forms.read_token(FORM, request.form.get("token")))
    _check(filled)
    accepted = ask_form.accepted_files(filled, request.files.getlist("files"))
    if filled.problems or filled.came_on is None:
        return _page(filled), 400
    now = desk.now()
    with ExitStack() as unless_recorded:
        attached = [put(one, content, unless_recorded) for one, content in accepted]
        said = _said(filled, filled.came_on, attached, account_id)
        try:
            is_new = acts.enter(desk.scope(), said, forms.secret(FORM, filled.nonce), now)
        except DBAPIError as error:
            if error.connection_invalidated:  # lost while committing, perhaps after it: then they belong to a case
                unless_recorded.pop_all()
            raise
        if is_new:
            unless_recorded.pop_all()
    return redirect(url_for(".receipt", token=filled.nonce), 303)


def _said(filled: Entered, came_on: date, attached: list[Attached], account_id: int) -> Said:
    return Said(
        source=f"{filled.channel}:urad",
        external_id=filled.nonce,
        sender=filled.email,
        text=filled.text,
        occurred_at=days.moment_of(came_on, desk.now()),
        reply_channel="email",
        may_publish=filled.consent,
        attached=tuple(attached),
        street=filled.street,
        entered_by=account_id,
        signed_by=filled.signed_by,
        department=filled.department,
        kind=filled.kind,
    )


def _page(filled: Entered) -> str:
    session = db.session()
    departments = [
        {"value": one.slug, "label": one.name, "selected": one.slug == filled.department}
        for one in places.departments(session)
    ]
    kinds: list[dict[str, Any]] = [
        {"value": kind.value, "label": labels.label(labels.KINDS, kind), "selected": kind.value == filled.kind}
        for kind in LegalKind
    ]
    by_words = gettext("by the words")
    return render_template(
        "cases/new.html",
        values=filled,
        problems=filled.problems,
        channels=[
            {"value": name, "label": gettext(label), "selected": name == filled.channel}
            for name, label in acts.CHANNELS.items()
        ],
        departments=[{"value": "", "label": by_words, "selected": not filled.department}, *departments],
        kinds=[{"value": "", "label": by_words, "selected": not filled.kind}, *kinds],
        streets=locations.offered(session),
        today=_written(desk.today()),
        longest={"text": LONGEST, "street": LONGEST_STREET, "signed_by": LONGEST_SENDER},
        most_files=MOST_FILES,
        accept=",".join(f".{extension}" for extension in uploads.EXTENSIONS),
        token=forms.token(FORM, filled.nonce or token_urlsafe(24)),
        csrf_token=csrf_token(),
        action_url=url_for(".enter"),
        inbox_url=url_for("cases.inbox"),
    )


def _written(day: date) -> str:
    return f"{day.day}. {day.month}. {day.year}"


def _to_copy(filled: Entered) -> str:
    """The words alone, where nobody is signed in any more."""
    return render_template(
        "cases/kept.html",
        sign_in_url=url_for("security.login", next=url_for(".form")),
        kept=False,
        why=gettext("You were signed out before the case could be entered. Nothing was saved."),
        inbox_url=url_for("cases.inbox"),
        text="\n\n".join(part for part in (filled.signed_by, filled.email, filled.text) if part),
    )

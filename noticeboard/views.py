"""/uredni-deska for everybody, and /urad/uredni-deska, where notices are written, approved, and taken down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, logs, signin
from hub import forms as signed
from hub.database import db
from hub.language import current, full_day, gettext, moment
from hub.markup import paragraphs
from hub.queries import places, timetable
from hub.rules import personal
from hub.rules.localtime import local
from hub.signin import keeps_words, signed_in
from hub.text import excerpt, one_line
from hub.vocabulary import DEFAULT_LANGUAGE, DecisionKind, marked
from noticeboard import actions, forms, queries
from noticeboard.forms import Filled
from noticeboard.models import Notice
from noticeboard.periods import comes_down, cut_short, is_missed
from noticeboard.queries import Key, Line
from noticeboard.vocabulary import NoticeState

board = Blueprint("board", __name__, template_folder="templates")
desk = Blueprint("notices", __name__, template_folder="templates")

LONGEST_QUERY = 200
EXCERPT = 220
LONGEST_FORM = 768 * 1024
"""Bytes of the longest text that is taken, every letter percent-encoded, and more: what is too long must come back."""
STATES = {
    NoticeState.DRAFT: marked("Draft"),
    NoticeState.IN_REVIEW: marked("Waits for approval"),
    NoticeState.SCHEDULED: marked("Approved, waits for its time"),
    NoticeState.POSTED: marked("Posted"),
    NoticeState.TAKEN_DOWN: marked("Taken down"),
    NoticeState.DISCARDED: marked("Discarded"),
}
VIEWS = {
    "koncepty": marked("Drafts"),
    "ke-schvaleni": marked("To be approved"),
    "naplanovane": marked("Scheduled"),
    "vyvesene": marked("Posted now"),
    "sejmute": marked("Taken down"),
}
DECISIONS = {
    "approve": marked("Approved"),
    "return": marked("Returned"),
    "hide": marked("Taken down"),
}


@board.get("/uredni-deska")
def hanging() -> str:
    """What hangs on the board now, the newest first, or what of it was found."""
    query, after, now = one_line(request.args.get("q", ""))[:LONGEST_QUERY], request.args.get("od"), forms.now()
    if query:
        lines, last = queries.search(db.session(), query, now), None
    else:
        lines, last = queries.board(db.session(), now, _key(after) if after else None)
    return render_template(
        "noticeboard/board.html",
        query=query,
        search_url=url_for(".hanging"),
        notices=[_listed(line) for line in lines],
        next_url=url_for(".hanging", od=f"{last[0].timestamp():.6f}-{last[1]}") if last else None,
        first_url=url_for(".hanging") if after else None,
    )


def _listed(line: Line) -> dict[str, object]:
    card = _card(line)
    facts = [
        card["department"],
        gettext("posted %(day)s", day=card["posted"]),
        gettext("comes down %(day)s", day=card["comes_down"]),
        gettext("No. %(number)s", number=card["number"]),
    ]
    return {
        "title": [(line.title, False)],
        "url": card["url"],
        "excerpt": [(excerpt(line.text, EXCERPT), False)],
        "facts": [fact for fact in facts if fact],
        "department": card["department"],
        "lang": _czech(),
    }


def _czech() -> str | None:
    """The language of notices, when it is not that of the page."""
    return DEFAULT_LANGUAGE if current() != DEFAULT_LANGUAGE else None


def _card(line: Line) -> dict[str, object]:
    notice = line.notice
    return {
        "title": line.title,
        "url": url_for("board.one", number=notice.number),
        "department": notice.message.department.name if notice.message.department else "",
        "number": notice.number,
        "posted": _day(notice.posted_at),
        "comes_down": _day(notice.comes_down_at),
    }


@board.get("/uredni-deska/<number>")
def one(number: str) -> Response:
    """One notice, while it hangs; after that only that it did, and when."""
    if not (len(number) <= 16 and number.isascii() and number.replace("-", "").isalnum()):
        raise errors.NotFound
    line = queries.by_number(db.session(), number, forms.now())
    gone = queries.record(db.session(), number) if line is None else None
    if line is None and (gone is None or gone.posted_at is None):
        raise errors.NotFound
    shown = _card(line) | {"html": paragraphs(line.text)} if line else None
    page = Response(
        render_template(
            "noticeboard/notice.html",
            notice=shown,
            number=number,
            czech=_czech(),
            posted=_moment(line.notice.posted_at if line else gone.posted_at),  # type: ignore[union-attr]
            taken_down=None if line else _moment(gone.taken_down_at or gone.comes_down_at),  # type: ignore[union-attr]
            list_url=url_for(".hanging"),
        ),
        200 if line else 410,
    )
    page.headers["X-Robots-Tag"] = "noindex"  # searching engines would keep it after it came down
    return page


def _key(text: str) -> Key:
    seconds, _, number = text.partition("-")
    try:
        at = datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _Unreadable from error
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        raise _Unreadable
    return at, int(number)


class _Unreadable(errors.BadInput):
    """The address of the page was changed by hand."""

    code = "unreadable_board"
    message = marked("The address of this page is not readable. Start at the first page.")


@desk.url_value_preprocessor
def _long_texts(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    request.max_form_memory_size = LONGEST_FORM


@desk.get("/urad/uredni-deska")
@signed_in
def listed() -> str:
    """The notices of the account's department, by state."""
    scope = signin.scope()
    view, after = request.args.get("pohled", "koncepty"), request.args.get("od", "")
    if view not in queries.VIEWS:
        raise errors.NotFound
    if after and not (after.isascii() and after.isdigit() and len(after) < 18):
        raise _Unreadable
    lines, last = queries.listed(db.session(), scope, view, int(after) if after else None)
    account, now = signin.account(), forms.now()
    return render_template(
        "noticeboard/list.html",
        scope_label=account.department.name if scope.department_id is not None else gettext("All departments"),
        views=[
            {
                "label": gettext(label),
                "url": url_for(".listed", pohled=name),
                "current": name == view,
                "count": queries.count(db.session(), scope, name) if name != "sejmute" else None,
            }
            for name, label in VIEWS.items()
        ],
        notices=[_line(line) for line in lines],
        missed=[_line(line) for line in queries.missed(db.session(), scope, now)],
        clock_is_right=timetable.clock_is_right(db.session(), now),
        new_url=url_for(".new"),
        next_url=url_for(".listed", pohled=view, od=last) if last else None,
        first_url=url_for(".listed", pohled=view) if after else None,
    )


def _line(line: Line) -> dict[str, object]:
    notice = line.notice
    return {
        "title": line.title,
        "url": url_for("notices.detail", reference=notice.reference),
        "number": notice.number,
        "state": notice.state,
        "state_label": gettext(STATES[NoticeState(notice.state)]),
        "department": notice.message.department.name if notice.message.department else "",
        "posts": _moment(notice.posted_at or notice.due_at or notice.posts_at),
        "comes_down": _day(notice.taken_down_at or notice.comes_down_at)
        or (full_day(notice.ends_on) if notice.ends_on else ""),
    }


@desk.get("/urad/nove-oznameni")
@signed_in
def new() -> str:
    """The empty form. It carries the address the notice will have, so that sent twice it is kept once."""
    signin.scope()  # or refused
    return _page(actions.new_reference(), None, forms.empty(signin.account().department_id))


@desk.get("/urad/uredni-deska/<reference>")
@signed_in
def detail(reference: str) -> str:
    """One notice: its form while it is a draft, and otherwise what it says; its decisions and its dates."""
    notice = queries.find(db.session(), signin.scope(), reference)
    return _page(reference, notice, forms.of(notice))


@desk.post("/urad/uredni-deska/<reference>")
@keeps_words
def save(reference: str) -> BaseResponse | tuple[str, int]:
    """Save the draft, or hand it over for approval. Whatever is wrong, the words come back."""
    filled = forms.read(request.form)
    if signin.current_account() is None:
        signed.check_origin(request)
        return _to_copy(filled), 401
    written = filled.written()
    if filled.problems:
        return _again(reference, filled), 400
    submit = request.form.get("step") == "submit"
    try:
        actions.save(signin.scope(), reference, written, forms.now(), submit=submit)
    except (errors.BadInput, errors.Conflict, errors.TooLarge) as problem:
        filled.wrong("", gettext(problem.message))
        return _again(reference, filled), problem.status
    flash(
        gettext("The notice waits for approval by a second person.") if submit else gettext("The draft is saved."),
        "success",
    )
    return redirect(url_for(".detail", reference=reference), 303)


@desk.errorhandler(errors.FormExpired)
def _without_proof(problem: errors.FormExpired) -> tuple[str, int]:
    """Nothing was done by a form without its token. Its words come back, from our own page only."""
    try:
        signed.check_origin(request)
    except errors.ForeignOrigin as foreign:
        return _refused(foreign)
    if request.endpoint != "notices.save" or signin.current_account() is None:
        return _refused(problem)
    filled = forms.read(request.form)
    reference = (request.view_args or {}).get("reference", "")
    filled.wrong("", gettext(problem.message))
    return _again(reference, filled), problem.status


def _refused(problem: errors.Problem) -> tuple[str, int]:
    said = {"title": gettext(problem.title), "message": gettext(problem.message)}
    page = render_template(
        "error.html", status=problem.status, request_id=logs.request_id(), back_url=url_for(".listed"), **said
    )
    return page, problem.status


def _again(reference: str, filled: Filled) -> str:
    db.session.rollback()
    known = queries.known(db.session(), signin.scope(), reference)
    if known is not None and known.state == NoticeState.DRAFT and filled.version != known.version:
        filled.version = known.version  # saving it once more is on purpose: the other text is shown beside
        return _page(reference, known, filled, theirs=forms.of(known))
    return _page(reference, known, filled)


def _to_copy(filled: Filled) -> str:
    text = "\n\n".join(part for part in (filled.values["title"], filled.values["text"]) if part)
    sign_in_url = url_for("security.login", next=url_for(".listed"))
    return render_template("noticeboard/kept.html", text=text, sign_in_url=sign_in_url)


@desk.post("/urad/uredni-deska/<reference>/schvaleni")
@signed_in
def decide(reference: str) -> BaseResponse | tuple[str, int]:
    """A second person approves or returns it."""
    approve = request.form.get("verdict") == "approve"
    if not approve and request.form.get("verdict") != "return":
        raise errors.BadInput
    queries.find(db.session(), signin.scope(), reference)
    filled = forms.read(request.form)
    done = gettext("Approved. The clock posts it at its time.") if approve else gettext("Returned to its author.")
    return _do(
        reference,
        lambda: actions.decide(
            signin.scope(), reference, filled.version, approve, request.form.get("reason", ""), forms.now()
        ),
        done,
    )


@desk.post("/urad/uredni-deska/<reference>/krok")
@signed_in
def step(reference: str) -> BaseResponse | tuple[str, int]:
    """Take it back before its time, discard a draft, post one that missed its time, or take it down early."""
    scope, now, reason = signin.scope(), forms.now(), request.form.get("reason", "")
    steps: dict[str, tuple[Callable[[], None], str]] = {
        "take_back": (lambda: actions.take_back(scope, reference, now), gettext("It is a draft again.")),
        "discard": (lambda: actions.discard(scope, reference, now), gettext("The draft is discarded.")),
        "post": (lambda: actions.post_after_all(scope, reference, now), gettext("It will be posted within a minute.")),
        "take_down": (
            lambda: actions.take_down(scope, reference, reason, now),
            gettext("The notice is taken down."),
        ),
    }
    if request.form.get("step") not in steps:
        raise errors.BadInput
    act, done = steps[request.form["step"]]
    return _do(reference, act, done)


def _do(reference: str, act: Callable[[], None], done: str) -> BaseResponse | tuple[str, int]:
    try:
        act()
    except (errors.BadInput, errors.Conflict) as problem:
        db.session.rollback()
        notice = queries.find(db.session(), signin.scope(), reference)
        filled = forms.of(notice)
        filled.wrong("reason", gettext(problem.message))
        return _page(reference, notice, filled, reason=request.form.get("reason", "")), problem.status
    flash(done, "success")
    return redirect(url_for(".detail", reference=reference), 303)


def _page(reference: str, notice: Notice | None, filled: Filled, reason: str = "", theirs: Filled | None = None) -> str:
    scope, now = signin.scope(), forms.now()
    state = NoticeState(notice.state) if notice else NoticeState.DRAFT
    last = notice.message.revisions[-1] if notice else None
    own = last is not None and last.account_id == scope.account_id
    whole_city = scope.department_id is None
    return render_template(
        "noticeboard/edit.html",
        is_new=notice is None,
        state=state,
        state_label=gettext(STATES[state]),
        department=notice.message.department.name if notice and notice.message.department else None,
        departments=_departments(filled) if notice is None and whole_city else [],
        values=filled.values,
        version=filled.version,
        problems=filled.problems,
        theirs=theirs.values if theirs else None,
        reason=reason,
        title=last.title if last else None,
        html=paragraphs(last.text) if last else None,
        personal=bool(last and personal.find(f"{last.title} {last.text}")),
        save_url=url_for(".save", reference=reference),
        decide_url=url_for(".decide", reference=reference),
        step_url=url_for(".step", reference=reference),
        list_url=url_for(".listed"),
        public_url=url_for("board.one", number=notice.number) if notice and notice.number else None,
        facts=_facts(notice, now) if notice else [],
        short=bool(notice and cut_short(local(notice.posted_at or notice.posts_at or now).date(), notice.ends_on)),
        missed=bool(
            notice
            and state is NoticeState.SCHEDULED
            and notice.due_at
            and is_missed(notice.due_at, notice.ends_on, now)
        ),
        may_approve=scope.approves and not own,
        may_return=scope.approves or own,
        approves=scope.approves,
        own=own,
        returned=_returned(notice) if notice and state is NoticeState.DRAFT else None,
        history=_history(notice) if notice else [],
        csrf_token=signin.csrf_token(),
        longest_title=actions.LONGEST_TITLE,
    )


def _departments(filled: Filled) -> list[dict[str, object]]:
    return [
        {"value": one.id, "label": one.name, "selected": str(one.id) == filled.values["department"]}
        for one in places.departments(db.session())
    ]


def _facts(notice: Notice, now: datetime) -> list[tuple[str, str]]:
    """What is known of its dates; plans are told as plans."""
    found: list[tuple[str, str | None]] = []
    if notice.posted_at:
        found.append((gettext("Posted"), _moment(notice.posted_at)))
    elif notice.due_at:
        found.append((gettext("Will be posted"), _moment(notice.due_at)))
    else:
        found.append((gettext("To be posted"), _moment(notice.posts_at) or gettext("as soon as it is approved")))
    if notice.taken_down_at:
        found.append((gettext("Taken down"), _moment(notice.taken_down_at)))
    else:
        ends = notice.comes_down_at or comes_down(notice.due_at or notice.posts_at or now, notice.ends_on)
        found.append((gettext("Comes down"), _moment(ends)))
    found.append((gettext("Number"), notice.number))
    return [(label, value) for label, value in found if value]


def _history(notice: Notice) -> list[dict[str, Any]]:
    revisions, decisions = queries.history(db.session(), notice)
    said = [
        (one.written_at, one.n, gettext("Written") if one.n == 1 else gettext("Changed"), one.account, "")
        for one in revisions
    ]
    decided = [(d.decided_at, d.n, gettext(DECISIONS.get(d.kind, d.kind)), d.account, d.reason) for d in decisions]
    return [
        {"when": moment(at), "what": what, "who": who.name if who else gettext("the clock"), "reason": why}
        for at, _, what, who, why in sorted(said + decided, key=lambda row: (row[0], row[1]))
    ]


def _returned(notice: Notice) -> dict[str, str] | None:
    """The comment with which it came back last, for whoever goes on writing."""
    _, decisions = queries.history(db.session(), notice)
    last = decisions[-1] if decisions else None
    if last is None or last.kind != DecisionKind.RETURN or not last.reason:
        return None
    return {"text": last.reason, "who": last.account.name if last.account else "", "when": moment(last.decided_at)}


def _day(at: datetime | None) -> str:
    return full_day(local(at).date()) if at else ""


def _moment(at: datetime | None) -> str | None:
    return moment(at) if at else None

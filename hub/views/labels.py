"""What the words of states and kinds are called on pages; English here, translated when shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hub.language import full_day, gettext, ngettext
from hub.models import Case, CaseTerm, DeadlineRule, Location
from hub.queries import terms as terms_of
from hub.queries.deadlines import counting
from hub.rules.deadlines import days_left
from hub.rules.maps import written
from hub.vocabulary import CaseState, TermAct
from hub.vocabulary import marked as _
from hub.workdays import is_free, name_of

CASE_STATES = {
    "new": _("new"),
    "in_progress": _("in progress"),
    "in_review": _("waits for approval"),
    "scheduled": _("waits for its time"),
    "answered": _("answered"),
    "closed": _("closed"),
}
FOLLOWED_STATES = {
    "new": _("received"),
    "in_progress": _("being dealt with"),
    "in_review": _("being dealt with"),
    "scheduled": _("being dealt with"),
    "answered": _("answered"),
    "closed": _("closed"),
}
KINDS = {
    "message": _("message to the city"),
    "suggestion": _("suggestion of a citizen"),
    "complaint": _("complaint"),
    "proceedings": _("motion to open proceedings"),
    "information": _("request for information"),
    "petition": _("petition"),
    "gdpr": _("request about personal data"),
}
CHANNELS = {
    "web": _("web form"),
    "email": _("e-mail"),
    "memory": _("test channel"),
    "desk": _("office"),
    "paper": _("paper"),
    "phone": _("telephone"),
    "in_person": _("in person"),
}
DELIVERY_STATES = {
    "queued": _("waits to be sent"),
    "claimed": _("is being sent"),
    "retry": _("will be tried again"),
    "sent": _("sent"),
    "failed": _("could not be sent"),
    "unknown": _("perhaps sent"),
    "skipped": _("not sent"),
    "cancelled": _("cancelled"),
}
PROBLEMS = {
    "asked_to_wait": _("The other side asked us to come later."),
    "unreachable": _("The mail server does not answer. It will be tried again by itself."),
    "address_refused": _("The other side does not take messages for this address. Find another way to the citizen."),
    "content_refused": _("The other side refused this message. Ask the administrator."),
    "address_not_active": _("The address does not take messages from us any more. Find another way to the citizen."),
    "answer_lost": _(
        "The connection broke before it was confirmed. It may have arrived, so it is not sent again by itself."
    ),
    "worker_lost": _("The computer stopped while sending. It may have arrived, so it is not sent again by itself."),
    "too_late": _("It was tried for five days without success."),
    "not_shown": _("Its text is not shown any more."),
    "restored": _("It comes from a backup: it may have been sent after that was made."),
    "unsubscribed": _("The news were stopped before it went."),
    "unwritten": _("It could not be written: a fault of the application. It did not go."),
    "fault": _("A fault of the application. It may have arrived, so it is not sent again by itself."),
}
LETTERS = {
    "receipt": _("confirmation of receipt"),
    "answer": _("answer"),
    "announcement": _("announcement"),
    "extension": _("extension of the deadline"),
    "completion": _("call to complete"),
    "passed": _("letter about the other department"),
    "forwarded": _("letter about the handing over"),
    "taken_back": _("letter that it was taken back"),
}
NEXT = {
    "failed": _("Reach the citizen another way, by telephone or letter, and write a note of it."),
    "unknown": _("Ask the citizen whether it came. An administrator can send it once more under What goes out."),
    "skipped": _("Reach the citizen another way. The answer can also be read under the private link."),
    "cancelled": _("Nothing is to be done, if a later letter stands here."),
}
"""What to do when a letter is in this state."""
ADDRESS_STATES = {
    "active": _("takes messages"),
    "blocked": _("has blocked us"),
    "stopped": _("wants no more messages"),
    "invalid": _("does not exist"),
}
REASONS = {
    "personal_data": _("It seems to contain personal data (a birth number, telephone, e-mail, account or card)."),
    "links": _("It contains many links."),
    "shouting": _("It is written in capitals."),
    "stretched": _("A character is repeated many times."),
    "empty_words": _("It contains no words."),
    "repeated": _("The same words came several times within a week."),
    "burst": _("Unusually many messages came at the same time."),
    "honeypot": _("A hidden field was filled in: by a machine, or by a browser that completes forms by itself."),
}
HOLDS = REASONS | {
    "trap": _("A hidden field that only machines see was filled in."),
    "odd_links": _("It contains links to unusual addresses."),
    "said_before": _("The same text was written here in the last days."),
    "burst": _("Many comments came at once."),
    "like_office": _("The name might be taken for the office."),
    "odd_name": _("The name contains a link or personal data."),
}
COMMENT_STATES = {
    "waiting": _("waits for a moderator"),
    "published": _("published"),
    "rejected": _("not published"),
    "hidden": _("hidden"),
    "withdrawn": _("withdrawn by its author"),
    "erased": _("erased"),
}
REPORT_REASONS = {
    "insult": _("It insults or threatens somebody"),
    "personal_data": _("It contains personal data of somebody"),
    "advert": _("It is advertising or spam"),
    "unlawful": _("It is against the law"),
    "other": _("Something else"),
}
COMMENT_DECISIONS = {
    "approve": _("published"),
    "reject": _("not published"),
    "hide": _("hidden"),
    "restore": _("restored"),
    "redact": _("some words left out"),
}
COMMENT_ACTS = {
    "edit a comment": _("the author changed the comment"),
    "withdraw a comment": _("the author withdrew the comment"),
    "object": _("the author objected"),
    "leave a comment": _("left as it is"),
    "erase a comment": _("erased the words"),
    "reply in a discussion": _("replied for the office"),
}
ACTS = {
    "take a case": _("took the case"),
    "assign a case": _("gave the case to somebody"),
    "unassign a case": _("gave the case to nobody"),
    "move a case": _("moved the case to another department"),
    "classify a case": _("classified the case"),
    "note": _("wrote a note"),
    "close a case": _("closed the case"),
    "close as spam": _("closed it as spam"),
    "clear of spam": _("said that it is no spam"),
    "extend a deadline": _("extended the deadline"),
    "call to complete": _("called the citizen to complete it"),
    "join a case": _("joined it to another case, or another to it"),
    "part a case": _("undid the joining"),
    "share an answer": _("sent the answer on to joined cases"),
    "forward a case": _("handed it over to another authority"),
    "take a case back": _("took it back from the other authority"),
    "file a case": _("wrote its numbers in the records"),
    "enter a case": _("entered the case"),
    "answer": _("answered or handed over an answer"),
    "approve an answer": _("approved the answer"),
    "return an answer": _("returned the answer"),
    "withdraw a public answer": _("withdrew the public answer"),
    "begin a correction": _("began to correct an answer"),
    "leave a correction": _("left the answer as it was"),
    "use an answer": _("took over another answer"),
    "send an answer at its time": _("the answer went at its time"),
    "send a planned answer now": _("sent the planned answer at once"),
    "cancel a planned answer": _("cancelled the planned answer"),
    "wish to be unpublished": _("the citizen wishes it off the public pages"),
    "say where to write": _("the citizen gave an e-mail"),
    "wish for erasure": _("the citizen wished erasure"),
    "erase a case": _("erased the words"),
    "forget a case": _("the words were kept long enough and erased"),
}
THEMES = {
    "documents": _("Documents of a person"),
    "registry": _("Births and weddings"),
    "home": _("Home, waste and fees"),
    "transport": _("Cars and parking"),
    "building": _("Building and planning"),
    "social": _("Help in need"),
    "business": _("Business"),
    "other": _("Extracts, certifying, lost property"),
}
"""Headings of guides, by theme."""
SOON = 7
"""Days before a deadline from which a case is marked."""


def label(of: dict[str, str], word: str | None) -> str:
    """The label of a word, in the language of the page; the word itself where there is none."""
    return gettext(of[word]) if word in of else (word or "")


def is_done(case: Case) -> bool:
    """Whether the office has done what it must by the deadline."""
    return case.answered_at is not None or case.state == CaseState.CLOSED


def urgency(case: Case, today: date) -> str:
    """late, soon, ok; done when it was answered once: what comes after has no deadline."""
    if is_done(case):
        return "done"
    left = days_left(case.due_on, today)
    return "late" if left < 0 else "soon" if left <= SOON else "ok"


def due_words(case: Case, today: date) -> str:
    """How far the deadline is."""
    if is_done(case):
        return gettext("done")
    left = days_left(case.due_on, today)
    if left < 0:
        return ngettext("%(num)s day late", "%(num)s days late", -left)
    if left == 0:
        return gettext("due today")
    return ngettext("%(num)s day left", "%(num)s days left", left)


def counted(case: Case, terms: Sequence[CaseTerm] = ()) -> list[dict[str, str]]:
    """How the deadline was counted, step by step, with everything that was done to it."""
    first, rule = counting(case.deadline_rule, case.counted_from, is_free), case.deadline_rule
    now = terms_of.counting(rule, case, terms, is_free)
    moves = terms_of.of_round(case, terms)
    lines = [
        (gettext("received; this day does not count"), first.received_on),
        (gettext("first day"), first.first_day),
        (gettext("end after %(length)s", length=length(rule)), first.raw_end),
        *((free_name(day), day) for day in first.passed_over),
    ]
    if moves:
        lines += [(_moved(one), one.due_after) for one in moves[:-1]]
        lines += [(_moved(moves[-1]), now.raw_end), *((free_name(day), day) for day in now.passed_over)]
    lines.append((gettext("last day for the answer"), now.due_on))
    return [{"label": words, "day": full_day(day)} for words, day in lines]


def _moved(term: CaseTerm) -> str:
    if term.act == TermAct.EXTENSION:
        return gettext("extended: %(basis)s", basis=term.rule.basis)
    if term.ended_on:
        return gettext("completed on %(day)s, counted anew from that day", day=full_day(term.ended_on))
    return gettext("called to complete it by %(day)s", day=full_day(term.answer_by or term.due_after))


def location(found: Location | None) -> dict[str, str] | None:
    """Where what a message is about is: its street, its point, and where a point can be seen on a map."""
    if found is None:
        return None
    at = (
        written((found.latitude, found.longitude)) if found.latitude is not None and found.longitude is not None else ""
    )
    latitude, _, longitude = at.partition(",")
    url = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=18/{latitude}/{longitude}" if at else ""
    return {"street": found.street, "point": at.replace(",", ", "), "map_url": url}


def length(rule: DeadlineRule) -> str:
    """How long a deadline is: 30 days."""
    if rule.unit == "day":
        return ngettext("%(num)s day", "%(num)s days", rule.amount)
    return ngettext("%(num)s month", "%(num)s months", rule.amount)


def free_name(day: date) -> str:
    """Why a deadline does not end on a day: a holiday by its name, or the weekend."""
    name = name_of(day)
    return gettext("moved on: %(name)s", name=name) if name else gettext("moved on: weekend")

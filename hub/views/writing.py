"""What the page of a case shows around the answer: its plan, what helps to write it, near answers, what the citizen wishes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from hub import markup
from hub.actions.answers import Unfilled
from hub.errors import Problem
from hub.language import full_day, gettext
from hub.models import Case, Decision, Draft, Message, Revision
from hub.queries import cases, planned, reuse
from hub.rules import personal, planning
from hub.rules.access import Scope
from hub.rules.localtime import local
from hub.steps import answering, correcting
from hub.text import excerpt
from hub.views import composing, plan_form
from hub.views.plan_form import Plan
from hub.vocabulary import CaseState, Cause, DecisionKind, MessageKind


def around(session: Session, scope: Scope, case: Case, now: datetime, draft: dict[str, Any] | None) -> dict[str, Any]:
    """What `cases/plan.html`, `cases/writing.html`, `cases/similar.html` and `cases/unpublish.html` need."""
    writes_new = draft is not None and not draft["corrects"] and case.answered_at is None
    return {
        "plan": _plan(session, case, now),
        "templates": composing.offered(case) if draft else [],
        "similar": _near(session, scope, case, now) if writes_new else [],
        "unpublish": _unpublish(case),
        "helpers": {
            "preview": url_for("composing.preview"),
            "paste": url_for("composing.paste"),
            "template": url_for("composing.template", reference=case.reference),
            "leave": url_for("correcting.leave", reference=case.reference),
            "correct": url_for("correcting.begin", reference=case.reference),
            "templates": url_for("template_desk.listed"),
        },
    }


def _plan(session: Session, case: Case, now: datetime) -> dict[str, Any] | None:
    """The approved answer that waits for its time."""
    if case.state != CaseState.SCHEDULED:
        return None
    at, ready = planned.of_case(session, case), answering.approved(session, case)
    words = ready[0].revisions[-1] if ready else None
    return {
        "when": plan_form.told(at),
        "html": markup.said(words.text, words.is_markdown) if words else "",
        "is_public": len(ready) > 1,
        "is_correction": any(one.revisions[-1].cause == Cause.CORRECTION for one in ready),
        "is_missed": at is not None and planning.is_missed(at, now),
        "after_deadline": after_deadline(case, at),
        "action_url": url_for("correcting.plan", reference=case.reference),
    }


def after_deadline(case: Case, at: datetime | None) -> str:
    """A warning when an answer is planned for a day after its deadline, else empty."""
    if at is None or case.answered_at is not None or not planning.is_after(at, case.due_on):
        return ""
    return gettext("That is after the deadline, which is %(day)s.", day=full_day(case.due_on))


def _near(session: Session, scope: Scope, case: Case, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "step": f"use:{one.source}",
            "reference": one.reference,
            "url": url_for("cases.one", reference=one.reference)
            if one.reference
            else url_for("answers.one", slug=one.slug),
            "question": excerpt(personal.mask(one.question), 90),
            "answer": markup.said(one.text, one.is_markdown),
        }
        for one in reuse.near(session, scope, case, now)
    ]


def _unpublish(case: Case) -> str | None:
    """Since when the citizen wishes it off the public pages."""
    at = case.unpublish_asked_at
    return full_day(local(at).date()) if at else None


def problem_words(problem: Problem) -> str:
    """What is wrong, in words; of a template the field that is empty."""
    words = gettext(problem.message)
    return f"{words} {composing.missing_words(problem.fields)}" if isinstance(problem, Unfilled) else words


def correction(session: Session, case: Case, answer: Message | None, now: datetime) -> dict[str, Any] | None:
    """Which answer a draft corrects: its place in the case, and whether what it says is public."""
    if answer is None:
        return None
    place = [one.id for one in cases.answers(session, case)].index(answer.id) + 1
    return {"place": place, "is_live": correcting.live(session, case, answer, now) is not None}


def plan_of(kept: Draft | None, sent: Plan | None, now: datetime) -> dict[str, Any]:
    """The fields of the plan: as they were sent, else as they are kept."""
    plan = sent or plan_form.of(kept.publish_at if kept else None)
    return {
        "when": plan.when,
        "on": plan.on,
        "at": plan.at,
        "fold": plan.fold,
        "is_doubled": plan.is_doubled(),
        "tomorrow": plan_form.told(planning.tomorrow_morning(now)),
    }


def corrected(revision: Revision, when: datetime | None) -> dict[str, str] | None:
    """When words were corrected, and what of them if that was said; None for those that never were."""
    if revision.cause != Cause.CORRECTION:
        return None
    return {"on": full_day(local(when or revision.written_at).date()), "reason": revision.summary or ""}


def returned(session: Session, case: Case, answers: list[Message]) -> Decision | None:
    """The decision by which what is being written came back, with its reason."""
    kept = cases.draft(session, case)
    corrects = kept.corrects_id if kept else None
    target = next((one for one in reversed(answers) if corrects in {None, one.id}), None)
    if target is None or (corrects is None and target.shown_n is not None):
        return None
    public = [cases.public_of(session, one) for one in (target, case.question)]
    for message in (target, *public):
        decided = cases.decisions(session, message).get(message.revisions[-1].n) if message else None
        if decided is not None and decided.kind == DecisionKind.RETURN and decided.reason:
            return decided
    return None


def review(session: Session, case: Case) -> dict[str, Any] | None:
    """What waits for approval: the words to the citizen, the public ones, and whether it is a correction."""
    waiting = answering.waiting(session, case)
    if not waiting:
        return None
    newest = [one.revisions[-1] for one in waiting]
    answers = [one for one in waiting if one.kind == MessageKind.ANSWER]
    asked = next((one for one in waiting if one.kind == MessageKind.QUESTION), None)
    is_correction = any(one.cause == Cause.CORRECTION for one in newest)
    words = answers[0].revisions[-1] if answers else None
    before = next((one for one in (answers[0].revisions if answers else []) if one.n == answers[0].shown_n), None)
    return {
        "newest": newest[0],
        "words": words,
        "before": before,
        "asked": asked.revisions[-1] if asked else None,
        "is_public": any(one.conversation_id != case.conversation_id for one in waiting),
        "is_correction": is_correction,
        "reason": next((one.summary for one in newest if one.summary), ""),
        "publish_at": waiting[0].publish_at,
    }

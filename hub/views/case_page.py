"""What the page of one case shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import current_app, render_template, request, url_for
from sqlalchemy.orm import Session

from hub import errors, forms, language, markup
from hub.actions.answers import Written
from hub.actions.cases import may_judge
from hub.language import full_day, gettext, moment
from hub.models import Account, AuditEntry, Case, Decision, Delivery, Draft, Message, Revision
from hub.queries import cases, helped, locations, places, published, sittings, terms, themes
from hub.rules import personal
from hub.rules.access import Scope
from hub.rules.helped import LEVELS, Verdict, verdict
from hub.rules.localtime import local
from hub.signin import csrf_token
from hub.steps import drafting
from hub.text import excerpt
from hub.views import deadline_panel, ending, in_list, labels, plan_form, writing
from hub.vocabulary import ABOUT_CASE, SETTLED, CaseState, Cause, LegalKind

DRAFT_FORM = "draft"


class CasePage:
    """The context of `cases/case.html`."""

    def __init__(self, session: Session, scope: Scope, account: Account, case: Case, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._account = account
        self._case = case
        self._now = now
        self._today = local(now).date()
        self._answers = cases.answers(session, case)
        self._letters = cases.letters(session, [case.question, *self._answers])
        self._slug = published.public_slug_of(session, case.question, now)

    def render(
        self,
        written: Written | None = None,
        conflict: bool = False,
        problem: errors.Problem | None = None,
        field: str = "text",
        words: str = "",
        preview: bool = False,
    ) -> str:
        """The page; with what was written in the form (or in its field) when it was refused, and why."""
        case = self._case
        draft = cases.draft(self._session, case)
        problems = [] if problem is None else [{"field": field, "message": writing.problem_words(problem)}]
        shown_draft = self._draft(draft, written)
        return render_template(
            "cases/case.html",
            case=self._facts(),
            **in_list.on_page(self._session, self._scope, case, self._today),
            question=self._question(),
            hold_reasons=[] if labels.is_done(case) else self._hold_reasons(),
            spam=self._spam(),
            said=self._said(),
            erasure=self._erasure(),
            draft=shown_draft,
            preview=markup.rich(written.text) if preview and written else None,
            **writing.around(self._session, self._scope, case, self._now, shown_draft),
            may_publish=case.question.may_publish,
            needs_approval=case.department.needs_approval,
            review=self._review(),
            returned=self._returned(),
            take_url=self._url("take") if self._may_take() else None,
            classify=self._classify(),
            themes=self._themes(written),
            theme_url=self._url("give_theme", "answering") if self._slug else None,
            helped=self._helped(),
            is_published=bool(self._slug),
            close_url=self._url("close") if case.state in {CaseState.NEW, CaseState.IN_PROGRESS} else None,
            note_url=self._url("note") if case.erased_at is None else None,
            notes=[
                {"html": markup.paragraphs(n.text), "author": n.account.name, "when": moment(n.written_at)}
                for n in cases.notes(self._session, case)
                if n.text is not None
            ],
            history=self._history(),
            deadline=deadline_panel.panel(self._session, case, self._now),
            csrf_token=csrf_token(),
            problems=problems,
            given={field: words},
            **ending.context(self._session, self._scope, case, draft),
            conflict=self._conflict(draft, written) if conflict else None,
            withdraw_url=self._url("withdraw", "answering") if self._slug and case.state not in SETTLED else None,
        )

    def _may_take(self) -> bool:
        case = self._case
        return case.state in {CaseState.NEW, CaseState.IN_PROGRESS} and case.official_id != self._scope.account_id

    def _hold_reasons(self) -> list[str]:
        return [labels.label(labels.REASONS, reason) for reason in self._case.hold_reasons]

    def _spam(self) -> dict[str, Any] | None:
        """What to say whether it is spam with; None when that is no question."""
        if not may_judge(self._case):
            return None
        return {"action_url": self._url("judge"), "state": self._case.suspicion}

    def _url(self, name: str, room: str = "cases", **more: Any) -> str:
        return url_for(f"{room}.{name}", reference=self._case.reference, **more)

    def _facts(self) -> dict[str, Any]:
        case = self._case
        return {
            "reference": case.reference,
            "state": case.state,
            "state_label": labels.label(labels.CASE_STATES, case.state),
            "received": full_day(case.received_on),
            "due": full_day(case.due_on),
            "due_words": labels.due_words(case, self._today),
            "urgency": labels.urgency(case, self._today),
            "basis": case.deadline_rule.basis,
            "basis_verified": case.deadline_rule.is_verified,
            "source": case.deadline_rule.source,
            "department": case.department.name,
            "official": case.official.name if case.official else None,
            "kind_label": labels.label(labels.KINDS, case.legal_kind),
            "counting": labels.counted(case, terms.of_case(self._session, case)),
        }

    def _question(self) -> dict[str, Any]:
        question = self._case.question
        addresses = question.author.addresses if question.author else []
        contact = None
        if addresses:
            first = addresses[0]
            contact = {
                "value": first.value,
                "state_label": labels.label(labels.ADDRESS_STATES, first.state),
            }
        return {
            "html": markup.paragraphs(question.revisions[0].text),
            "when": moment(question.received_at),
            "channel_label": labels.label(labels.CHANNELS, question.channel),
            "language": "" if question.language == "cs" else language.name_of(question.language),
            "contact": contact,
            "consent": question.may_publish,
            "under": self._under(),
            "location": labels.location(locations.of_message(self._session, question.id)),
            "files": [
                {"name": a.name, "size": language.size(a.size), "url": self._url("file", position=a.position)}
                for a in question.attachments
                if a.key
            ],
        }

    def _under(self) -> dict[str, str] | None:
        """Under what it was written, where a reader said that it did not help."""
        kinds = current_app.extensions["hub_publications"]
        found = sittings.under(self._session, self._case.question_id, kinds)
        if found is None:
            return None
        return {"title": found.title, "url": found.path, "answer": LEVELS[found.level - 1]}

    def _said(self) -> list[dict[str, Any]]:
        """What was said after the question, in order: words the citizen added, and answers."""
        added = [m for m in cases.questions(self._session, self._case) if m is not self._case.question]
        said = [*added, *(answer for answer in self._answers if answer.shown_n is not None)]
        said.sort(key=lambda message: (message.appears_at or message.received_at, message.id))
        return [_added(message) if message in added else self._answer(message) for message in said]

    def _erasure(self) -> dict[str, Any] | None:
        """Whether the words were erased, or the citizen wishes it and the office must see to its records first."""
        case = self._case
        if case.erased_at is None and case.erasure_asked_at is None:
            return None
        erased, asked = (full_day(local(at).date()) if at else "" for at in (case.erased_at, case.erasure_asked_at))
        return {"erased": erased, "asked": asked, "action_url": None if erased else self._url("erase")}

    def _answer(self, answer: Message) -> dict[str, Any]:
        decided = cases.decisions(self._session, answer)
        shown = _revision(answer)
        public = cases.public_of(self._session, answer)
        is_public = public is not None and published.is_public(self._session, public, self._now)
        return {
            "kind": "answer",
            "html": markup.said(shown.text, shown.is_markdown),
            "when": moment(answer.appears_at or answer.received_at),
            "author": shown.account.name if shown.account else "",
            "approved_by": _other(decided.get(shown.n), shown),
            "is_public": is_public,
            "public_url": url_for("answers.one", slug=self._slug) if is_public and self._slug else None,
            "deliveries": [self._delivery(one) for one in self._letters if one.message_id == answer.id],
            "place": self._answers.index(answer) + 1,
            "may_correct": self._may_correct(answer, shown),
            "corrected": writing.corrected(shown, decided[shown.n].decided_at if shown.n in decided else None),
        }

    def _may_correct(self, answer: Message, shown: Revision) -> bool:
        """Whether this answer can be corrected now: it is this department's, and nothing else waits."""
        is_free = self._case.state not in SETTLED and not ending.is_elsewhere(self._case)
        return is_free and shown.text is not None and answer.department_id == self._case.department_id

    def _delivery(self, one: Delivery) -> dict[str, Any]:
        return {
            "to": one.address.value,
            "state": one.state,
            "state_label": labels.label(labels.DELIVERY_STATES, one.state),
            "when": moment(one.sent_at or one.queued_at),
            "problem": labels.label(labels.PROBLEMS, one.problem) or None,
            "next": gettext(labels.NEXT[one.state]) if one.state in labels.NEXT else None,
            "is_correction": one.n > 1 and self._is_correction(one),
        }

    def _is_correction(self, one: Delivery) -> bool:
        of = next(answer for answer in self._answers if answer.id == one.message_id)
        return any(revision.n == one.n and revision.cause == Cause.CORRECTION for revision in of.revisions)

    def _draft(self, kept: Draft | None, written: Written | None) -> dict[str, Any] | None:
        case = self._case
        is_settled = case.state in SETTLED or ending.is_elsewhere(case)
        if case.erased_at is not None or (written is None and is_settled):
            return None
        question = case.question.revisions[0].text or ""
        fresh = cases.fresh_version(self._session, case)
        blank = Written(fresh, "", False, excerpt(personal.mask(question), 80), personal.mask(question))
        kept_words = kept and (kept.text, kept.is_public, kept.title, kept.public_question)
        filled = written or (
            Written(kept.version, *kept_words, reason=kept.reason)
            if kept and kept_words and not drafting.is_blank(kept)
            else blank
        )
        if kept and not written:
            filled = replace(filled, version=kept.version)
        corrects = next((one for one in self._answers if kept and one.id == kept.corrects_id), None)
        saved = gettext("Saved %(when)s, %(name)s", when=moment(kept.saved_at), name=kept.account.name) if kept else ""
        key = [self._account.id, case.reference, self._account.fs_uniquifier[:16]]
        return {
            "action_url": self._url("answer", "answering"),
            "autosave_url": self._url("autosave", "answering"),
            "key": forms.token(DRAFT_FORM, key),
            "version": filled.version if kept else fresh,
            "heard": len(cases.questions(self._session, case)),
            "text": filled.text,
            "is_public": filled.is_public,
            "title": filled.title,
            "public_question": filled.public_question,
            "saved_words": saved,
            "corrects": writing.correction(self._session, case, corrects, self._now),
            "reason": filled.reason,
            "plan": writing.plan_of(kept, plan_form.read(request.form) if written else None, self._now),
        }

    def _conflict(self, theirs: Draft | None, mine: Written | None) -> dict[str, Any] | None:
        if mine is None or theirs is None:
            return None
        return {
            "mine": mine.text,
            "theirs": theirs.text,
            "who": gettext("you, in another window")
            if theirs.account_id == self._scope.account_id
            else theirs.account.name,
            "when": moment(theirs.saved_at),
            "version": theirs.version,
        }

    def _review(self) -> dict[str, Any] | None:
        if self._case.state != CaseState.IN_REVIEW or not self._answers:
            return None
        found = writing.review(self._session, self._case)
        if found is None:
            return None
        newest, said, asked = found["newest"], found["words"], found["asked"]
        own = newest.account_id == self._scope.account_id
        return {
            "action_url": self._url("decide", "answering"),
            "n": cases.seen(self._session, self._case),
            "html": markup.said(said.text, said.is_markdown) if said else None,
            "before_html": markup.said(found["before"].text, found["before"].is_markdown) if found["before"] else None,
            "is_correction": found["is_correction"],
            "reason": found["reason"],
            "planned": plan_form.told(found["publish_at"]),
            "after_deadline": writing.after_deadline(self._case, found["publish_at"]),
            "is_public": found["is_public"],
            "title": asked.title if asked else None,
            "public_question_html": markup.paragraphs(asked.text) if asked else None,
            "author": newest.account.name if newest.account else "",
            "when": moment(newest.written_at),
            "may_approve": self._scope.approves and not own,
            "may_return": self._scope.approves or own,
            "why_not": gettext("You wrote this answer. Somebody else must approve it.")
            if own
            else gettext("A head of department, the press office or an administrator approves it."),
        }

    def _returned(self) -> dict[str, Any] | None:
        """Why what is being written came back, until it is handed over again."""
        decided = writing.returned(self._session, self._case, self._answers)
        if decided is None:
            return None
        return {
            "html": markup.paragraphs(decided.reason),
            "who": decided.account.name if decided.account else "",
            "when": moment(decided.decided_at),
        }

    def _themes(self, written: Written | None) -> list[dict[str, Any]]:
        """What to choose a theme from; empty where the city has none."""
        chosen = self._case.question.theme.slug if self._case.question.theme else ""
        if written is not None and written.theme is not None:
            chosen = written.theme
        known = [
            {"value": one.slug, "label": language.words(one.names), "selected": one.slug == chosen}
            for one in themes.themes(self._session)
        ]
        return [{"value": "", "label": gettext("No theme"), "selected": not chosen}, *known] if known else []

    def _helped(self) -> Verdict | None:
        """Whether the published answer helped, as far as it may be told."""
        smallest = current_app.config["HUB"].small_group
        about = helped.publication(self._session, self._slug, {}, self._now) if self._slug else None
        return verdict(helped.levels(self._session, about), smallest) if about else None

    def _classify(self) -> dict[str, Any] | None:
        case = self._case
        if case.state not in {CaseState.NEW, CaseState.IN_PROGRESS}:
            return None
        return {
            "action_url": self._url("classify"),
            "departments": [
                {"value": d.slug, "label": d.name, "selected": d.id == case.department_id}
                for d in places.departments(self._session)
            ],
            "kinds": [
                {"value": kind.value, "label": labels.label(labels.KINDS, kind), "selected": kind == case.legal_kind}
                for kind in LegalKind
            ],
        }

    def _history(self) -> list[dict[str, str]]:
        entries = cases.history(self._session, self._case)
        people = {a.id: a.name for a in cases.accounts(self._session, {e.actor_id for e in entries if e.actor_id})}
        given = cases.given_to(self._session, entries)
        done = [(e.at, _what(e, given.get(e.id, "")), people.get(e.actor_id or 0, "")) for e in entries]
        for message in cases.questions(self._session, self._case):
            what = gettext("received") if message is self._case.question else gettext("the citizen added words")
            done.append((message.received_at, what, ""))
        done += [
            (
                one.sent_at or one.queued_at,
                f"{labels.label(labels.LETTERS, one.letter)}: {labels.label(labels.DELIVERY_STATES, one.state)}",
                one.address.value,
            )
            for one in self._letters
            if one.letter in ABOUT_CASE
        ]
        return [{"when": moment(at), "what": what, "who": who} for at, what, who in sorted(done)]


def _what(entry: AuditEntry, given_to: str) -> str:
    """What was done; of a case that was given to somebody, to whom."""
    return gettext("gave the case to: %(name)s", name=given_to) if given_to else labels.label(labels.ACTS, entry.act)


def _added(message: Message) -> dict[str, Any]:
    return {
        "kind": "added",
        "html": markup.paragraphs(message.revisions[-1].text),
        "when": moment(message.received_at),
    }


def _revision(message: Message) -> Revision:
    return next(one for one in message.revisions if one.n == message.shown_n)


def _other(decision: Decision | None, shown: Revision) -> str | None:
    """Who approved it, when it was somebody else than its author."""
    if decision is None or decision.account is None or decision.account_id == shown.account_id:
        return None
    return decision.account.name

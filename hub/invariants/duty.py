"""What the database refuses of cases, notes, drafts, deadline rules and follow links."""

from __future__ import annotations

from hub.invariants.trigger import Trigger, changed

NO_CASE = (
    "EXISTS (SELECT 1 FROM messages q JOIN conversations c ON c.id = q.conversation_id WHERE q.id = new.question_id"
    " AND (q.kind <> 'question' OR c.id <> new.conversation_id OR c.visibility = 'public'))"
)

DUTY = (
    Trigger("cases_born", "cases", "INSERT", NO_CASE, "a case is about the question of its private conversation"),
    Trigger(
        "cases_keep",
        "cases",
        "UPDATE",
        changed("id", "reference", "conversation_id", "question_id", "received_on"),
        "what a case is about never changes",
    ),
    Trigger(
        "cases_version",
        "cases",
        "UPDATE",
        "new.version <> old.version + 1",
        "every change of a case counts its version on",
    ),
    Trigger(
        "cases_erased",
        "cases",
        "UPDATE",
        "old.erased_at IS NOT NULL",
        "a case whose words were erased has ended",
        columns=("erased_at",),
    ),
    Trigger("cases_stay", "cases", "DELETE", "true", "cases are never deleted"),
    Trigger(
        "case_notes_keep",
        "case_notes",
        "UPDATE",
        "new.text IS NOT NULL OR " + changed("id", "case_id", "account_id", "written_at"),
        "a note can only be erased",
    ),
    Trigger("case_notes_stay", "case_notes", "DELETE", "true", "a note can only be erased"),
    Trigger("drafts_keep", "drafts", "UPDATE", changed("case_id"), "a draft belongs to its case"),
    Trigger(
        "drafts_version",
        "drafts",
        "UPDATE",
        "new.version <> old.version + 1",
        "every change of a draft counts its version on",
    ),
    Trigger(
        "deadline_rules_keep",
        "deadline_rules",
        "UPDATE",
        changed("id", "legal_kind", "body", "amount", "unit", "basis", "valid_from"),
        "a deadline rule never changes: a new law is a new row",
    ),
    Trigger("deadline_rules_stay", "deadline_rules", "DELETE", "true", "deadline rules are kept"),
    Trigger(
        "follow_links_keep", "follow_links", "UPDATE", changed("digest", "case_id"), "a link leads where it always led"
    ),
)

"""What the database refuses of rules about running deadlines, of what was done by them, and of what the office is told."""

from __future__ import annotations

from hub.invariants.trigger import Trigger, changed

NOT_OF_THE_CASE = (
    "EXISTS (SELECT 1 FROM messages m JOIN cases c ON c.id = new.case_id WHERE m.id = new.message_id"
    " AND (m.kind <> 'update' OR m.conversation_id <> c.conversation_id))"
    " OR EXISTS (SELECT 1 FROM term_rules r WHERE r.id = new.term_rule_id AND r.act <> new.act)"
)

TERMS = (
    Trigger(
        "term_rules_keep",
        "term_rules",
        "UPDATE",
        changed("id", "act", "legal_kind", "amount", "unit", "most", "within", "condition", "basis", "valid_from"),
        "a rule about deadlines never changes: a new law is a new row",
    ),
    Trigger("term_rules_stay", "term_rules", "DELETE", "true", "rules about deadlines are kept"),
    Trigger(
        "case_terms_born",
        "case_terms",
        "INSERT",
        NOT_OF_THE_CASE + " OR new.ended_on IS NOT NULL",
        "a deadline is moved by a rule, and its citizen is told in the same case",
    ),
    Trigger(
        "case_terms_keep",
        "case_terms",
        "UPDATE",
        "old.ended_on IS NOT NULL OR "
        + changed(
            "id",
            "case_id",
            "term_rule_id",
            "act",
            "message_id",
            "account_id",
            "made_at",
            "counted_from",
            "due_before",
            "due_after",
            "answer_by",
        ),
        "what was done to a deadline stays; a call to complete can only end",
    ),
    Trigger("case_terms_stay", "case_terms", "DELETE", "true", "what was done to a deadline stays"),
    Trigger("case_warnings_keep", "case_warnings", "UPDATE", "true", "a warning is given once"),
    Trigger("case_warnings_stay", "case_warnings", "DELETE", "true", "a warning is given once"),
    Trigger(
        "staff_letters_once",
        "staff_letters",
        "UPDATE",
        "(old.sent_at IS NOT NULL AND (new.sent_at IS NULL OR new.began_at IS NULL)) OR "
        + changed("id", "account_id", "kind", "day_on", "queued_at"),
        "a letter to the office that was sent is never sent again",
    ),
)

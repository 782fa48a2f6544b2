"""What the database refuses of the search over cases, of saved views and of leaves."""

from __future__ import annotations

from hub.invariants.trigger import Trigger, changed

OVERLAP = (
    "EXISTS (SELECT 1 FROM leaves l WHERE l.account_id = new.account_id AND l.starts_on <= new.ends_on"
    " AND new.starts_on <= l.ends_on)"
)

INBOX = (
    Trigger(
        "case_entries_erased",
        "case_entries",
        "INSERT",
        "EXISTS (SELECT 1 FROM cases c WHERE c.id = new.case_id AND c.erased_at IS NOT NULL)",
        "a case whose words were erased is found by none",
    ),
    Trigger(
        "case_entries_in",
        "case_entries",
        "INSERT",
        "true",
        "",
        does="INSERT INTO search_index_of_cases(rowid, words) VALUES (new.case_id, new.words)",
    ),
    Trigger(
        "case_entries_out",
        "case_entries",
        "DELETE",
        "true",
        "",
        does="INSERT INTO search_index_of_cases(search_index_of_cases, rowid, words) VALUES ('delete', old.case_id, old.words)",
    ),
    Trigger("case_entries_keep", "case_entries", "UPDATE", "true", "the words of a case are replaced, not changed"),
    Trigger(
        "cases_found",
        "cases",
        "UPDATE OF erased_at",
        "new.erased_at IS NOT NULL AND EXISTS (SELECT 1 FROM case_entries e WHERE e.case_id = new.id)",
        "what a case is found by goes before its words are erased",
        only="new.erased_at IS NOT NULL",
        columns=("erased_at",),
        beside="case_entries",
    ),
    Trigger(
        "saved_views_few",
        "saved_views",
        "INSERT",
        "(SELECT count(*) FROM saved_views v WHERE v.account_id = new.account_id) >= 20",
        "one account has at most 20 views",
    ),
    Trigger("saved_views_keep", "saved_views", "UPDATE", changed("id", "account_id"), "a view stays with its account"),
    Trigger("leaves_apart", "leaves", "INSERT", OVERLAP, "leaves of one account do not overlap"),
    Trigger(
        "leaves_keep",
        "leaves",
        "UPDATE",
        changed("id", "account_id", "deputy_id", "starts_on") + " OR new.ends_on > old.ends_on",
        "a leave can only end earlier",
    ),
)

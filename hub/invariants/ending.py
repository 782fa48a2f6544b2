"""What the database refuses of joined cases, of what goes to them, and of cases that were handed over."""

from __future__ import annotations

from hub.invariants.trigger import Trigger, changed

ROOT_IS_JOINED = (
    "new.ended_at IS NULL AND EXISTS (SELECT 1 FROM case_links l WHERE l.case_id = new.root_id AND l.ended_at IS NULL)"
)
HAS_OTHERS = "EXISTS (SELECT 1 FROM case_links l WHERE l.root_id = new.case_id AND l.ended_at IS NULL)"
OPEN_AND_JOINED = "EXISTS (SELECT 1 FROM case_links l WHERE l.case_id = new.id AND l.ended_at IS NULL)"


def erased(*columns: str) -> str:
    """Words that changed otherwise than by their erasure."""
    return "(" + " OR ".join(f"(new.{one} <> '' AND new.{one} <> old.{one})" for one in columns) + ")"


ENDING = (
    Trigger(
        "case_links_keep",
        "case_links",
        "UPDATE",
        changed("id", "case_id", "state_before", "linked_by_id", "linked_at")
        + " OR "
        + erased("reason")
        + " OR (old.ended_at IS NOT NULL AND ("
        + changed("ended_at", "ended_by_id", "main_id", "root_id")
        + " OR "
        + erased("end_reason")
        + "))",
        "a link between cases only follows its main case, ends, and loses its words",
    ),
    Trigger("case_links_stay", "case_links", "DELETE", "true", "a link between cases ends, it is not deleted"),
    Trigger("case_links_root", "case_links", "INSERT", ROOT_IS_JOINED, "a main case is joined to no other"),
    Trigger(
        "case_links_root_later",
        "case_links",
        "UPDATE OF root_id",
        ROOT_IS_JOINED,
        "a main case is joined to no other",
    ),
    Trigger("case_links_leaf", "case_links", "INSERT", HAS_OTHERS, "a case that others are joined to takes them along"),
    Trigger(
        "cases_joined",
        "cases",
        "UPDATE OF state",
        OPEN_AND_JOINED,
        "a case that is answered together with another is not open",
        only="new.state IN ('new', 'in_progress', 'in_review')",
        beside="case_links",
    ),
    Trigger(
        "sharings_keep",
        "sharings",
        "UPDATE",
        "new.cursor < old.cursor OR (old.finished_at IS NOT NULL AND old.finished_at IS DISTINCT FROM new.finished_at) OR "
        + changed("id", "case_id", "letter", "message_id", "n", "is_ordered", "linked_until", "made_at"),
        "what is shared only goes on",
    ),
    Trigger("sharings_stay", "sharings", "DELETE", "true", "what was shared is kept"),
    Trigger(
        "shared_answers_keep",
        "shared_answers",
        "UPDATE",
        "old.copy_id IS NOT NULL OR " + changed("link_id", "message_id", "n"),
        "what was shared is kept",
    ),
    Trigger("shared_answers_stay", "shared_answers", "DELETE", "true", "what was shared is kept"),
    Trigger(
        "forwardings_keep",
        "forwardings",
        "UPDATE",
        changed("id", "case_id", "authority", "state_before", "account_id", "forwarded_at")
        + " OR "
        + erased("reason", "contact")
        + " OR (old.taken_back_at IS NOT NULL AND ("
        + changed("taken_back_at", "taken_back_by_id")
        + " OR "
        + erased("note")
        + "))",
        "a handing over is taken back once, and loses its words",
    ),
    Trigger("forwardings_stay", "forwardings", "DELETE", "true", "a handing over is kept"),
)

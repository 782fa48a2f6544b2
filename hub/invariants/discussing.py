"""What the database refuses of discussions and comments."""

from __future__ import annotations

from hub.invariants.trigger import LATEST, Trigger, changed

NOT_PUBLISHED = (
    "NOT EXISTS (SELECT 1 FROM messages p JOIN conversations c ON c.id = p.conversation_id WHERE p.id = new.publication_id"
    " AND p.kind <> 'comment' AND c.visibility = 'public')"
)
ELSEWHERE = (
    "NOT EXISTS (SELECT 1 FROM messages m JOIN messages p ON p.id = new.publication_id AND p.conversation_id = m.conversation_id"
    " AND p.kind <> 'comment' JOIN messages above ON above.id = m.replies_to_id WHERE m.id = new.message_id AND m.kind = 'comment'"
    " AND (above.id = p.id OR (above.kind = 'comment' AND above.replies_to_id = p.id)))"
)
IS_SHOWN = (
    "EXISTS (SELECT 1 FROM messages m JOIN revisions r ON r.message_id = m.id AND r.n = m.shown_n WHERE m.id = new.message_id"
    " AND m.leaves_at IS NULL AND r.erased_at IS NULL AND "
    + LATEST.format(message="m.id", n="m.shown_n")
    + " IN ('approve', 'restore'))"
)

DISCUSSING = (
    Trigger("discussions_place", "discussions", "INSERT", NOT_PUBLISHED, "only what may be public is discussed"),
    Trigger(
        "discussions_keep",
        "discussions",
        "UPDATE",
        changed("publication_id") + " OR new.version <> old.version + 1",
        "each change of a discussion counts its version on",
    ),
    Trigger("discussions_stay", "discussions", "DELETE", "true", "discussions are kept"),
    Trigger(
        "comments_born",
        "comments",
        "INSERT",
        "new.state <> 'waiting' OR " + ELSEWHERE,
        "a comment is born waiting, under its publication or a comment under that",
    ),
    Trigger(
        "comments_keep",
        "comments",
        "UPDATE",
        changed("message_id", "publication_id", "reference", "came_at")
        + " OR (new.secret_digest IS NOT NULL AND "
        + changed("secret_digest")
        + ") OR (old.objected_at IS NOT NULL AND "
        + changed("objected_at")
        + ") OR (new.objection IS NOT NULL AND old.objected_at IS NOT NULL AND "
        + changed("objection")
        + ")",
        "where a comment stands, its link and an objection do not change",
    ),
    Trigger(
        "comments_ended",
        "comments",
        "UPDATE OF state",
        "(old.state = 'erased' AND new.state <> 'erased') OR (old.state = 'withdrawn' AND new.state NOT IN ('withdrawn', 'erased'))",
        "what was withdrawn or erased does not come back",
    ),
    Trigger(
        "comments_published",
        "comments",
        "UPDATE OF state",
        "(new.state = 'published') <> (" + IS_SHOWN + ")",
        "a comment counts as published exactly while it is shown",
    ),
    Trigger("comments_stay", "comments", "DELETE", "true", "comments are kept, their words are erased"),
)

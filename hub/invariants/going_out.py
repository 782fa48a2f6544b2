"""What the database refuses of addresses, subscriptions, announcements and letters."""

from __future__ import annotations

from hub.invariants.trigger import NOT_SHOWABLE, Trigger, changed
from hub.vocabulary import ABOUT_CASE

NOT_NEWS = (
    "EXISTS (SELECT 1 FROM revisions r JOIN messages m ON m.id = r.message_id JOIN conversations c ON c.id = m.conversation_id"
    " WHERE r.message_id = new.message_id AND r.n = new.n AND (c.visibility <> 'public' OR {unapproved}))"
).replace("{unapproved}", NOT_SHOWABLE.format(message="new.message_id", n="new.n"))
SERVICE = ", ".join(f"'{letter}'" for letter in ABOUT_CASE)
HAS_IT = "EXISTS (SELECT 1 FROM addresses a WHERE a.id = new.address_id AND a.contact_id = {who})"
NOT_FOR_THEM = (
    "NOT EXISTS (SELECT 1 FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.id = new.message_id"
    " AND CASE WHEN new.letter IN ({service}) THEN m.kind = 'question' AND {author} ELSE c.visibility = 'public' OR EXISTS (SELECT 1 FROM messages q"
    " WHERE q.conversation_id = c.id AND q.kind = 'question' AND {asker}) END)"
)
"""Of letters with a dispatch nothing of this is asked: they say what it says (a foreign key), and it was approved and public when
it was made. Whether it still is, is asked when a letter begins.
"""
NOT_FOR_THEM = NOT_FOR_THEM.format(
    author=HAS_IT.format(who="m.author_id"), asker=HAS_IT.format(who="q.author_id"), service=SERVICE
)
PROOF = ("asked_at", "wording", "wording_digest")
SENT_AGAIN = (
    "(old.state IN ('sent', 'skipped', 'cancelled') AND (new.state <> old.state OR old.sent_at IS DISTINCT FROM new.sent_at))"
    " OR (old.state = 'unknown' AND new.state NOT IN ('unknown', 'sent', 'failed'))"
    " OR (old.state = 'failed' AND new.state NOT IN ('failed', 'sent'))"
    " OR (old.state = 'claimed' AND old.began_at IS NOT NULL AND (new.state = 'queued'"
    " OR (new.began_at IS NULL AND new.state <> 'retry')))"
)

GOING_OUT = (
    Trigger(
        "addresses_keep",
        "addresses",
        "UPDATE",
        changed("id", "channel") + " OR (old.value <> new.value AND new.value <> 'erased ' || new.id)"
        " OR (old.contact_id <> new.contact_id AND new.verified_at IS NULL)",
        "an address is never another one, and joins a contact only by proof",
    ),
    Trigger("addresses_stay", "addresses", "DELETE", "true", "addresses are never deleted, their values are erased"),
    Trigger("topics_keep", "topics", "UPDATE", changed("id", "code"), "a topic stays what people subscribed to"),
    Trigger("topics_stay", "topics", "DELETE", "true", "a topic stays what people subscribed to"),
    Trigger(
        "subscriptions_keep",
        "subscriptions",
        "UPDATE",
        "old.ended_at IS NOT NULL OR " + changed("id", "topic_id", "address_id", "confirmed_at"),
        "a subscription can only end",
    ),
    Trigger(
        "subscriptions_proof",
        "subscriptions",
        "UPDATE",
        changed(*PROOF),
        "the proof of a consent never changes",
        columns=PROOF,
    ),
    Trigger("subscriptions_stay", "subscriptions", "DELETE", "true", "a subscription can only end"),
    Trigger(
        "dispatches_born",
        "dispatches",
        "INSERT",
        "new.expanded <> 0 OR new.cursor <> 0",
        "an announcement begins with no deliveries",
    ),
    Trigger("dispatches_approved", "dispatches", "INSERT", NOT_NEWS, "only an approved public revision is announced"),
    Trigger(
        "dispatches_keep",
        "dispatches",
        "UPDATE",
        "new.cursor < old.cursor OR " + changed("id", "message_id", "n", "topic_id", "lane", "audience", "frozen_at"),
        "an announcement only goes on",
    ),
    Trigger(
        "dispatches_expanded",
        "dispatches",
        "UPDATE OF expanded",
        "new.expanded = new.audience AND new.expanded <> (SELECT count(*) FROM deliveries d WHERE d.dispatch_id = new.id)",
        "an announcement is complete when everybody has a delivery",
    ),
    Trigger("dispatches_stay", "dispatches", "DELETE", "true", "announcements are kept"),
    Trigger(
        "deliveries_born",
        "deliveries",
        "INSERT",
        "new.state NOT IN ('queued', 'skipped') OR new.attempts <> 0 OR new.began_at IS NOT NULL OR new.sent_at IS NOT NULL",
        "a delivery begins queued or skipped",
    ),
    Trigger(
        "deliveries_approved",
        "deliveries",
        "INSERT",
        NOT_SHOWABLE.format(message="new.message_id", n="new.n"),
        "only an approved revision is delivered",
        only=f"new.letter NOT IN ({SERVICE}) AND new.dispatch_id IS NULL",
    ),
    Trigger(
        "deliveries_address",
        "deliveries",
        "INSERT",
        NOT_FOR_THEM,
        "private words go only to whoever asked",
        only="new.dispatch_id IS NULL",
    ),
    Trigger(
        "deliveries_keep",
        "deliveries",
        "UPDATE",
        changed(
            "id",
            "dispatch_id",
            "message_id",
            "n",
            "address_id",
            "channel",
            "letter",
            "operation",
            "copy",
            "lane",
            "queued_at",
        ),
        "what a delivery is never changes",
    ),
    Trigger(
        "deliveries_settled",
        "deliveries",
        "UPDATE OF state, sent_at, began_at",
        SENT_AGAIN,
        "what was sent, or may have been, is never sent again",
    ),
    Trigger("deliveries_stay", "deliveries", "DELETE", "true", "deliveries are kept"),
    Trigger("delivery_parts_keep", "delivery_parts", "UPDATE", "true", "parts are append-only"),
    Trigger("delivery_parts_stay", "delivery_parts", "DELETE", "true", "parts are append-only"),
)

"""What the database refuses of conversations, messages, revisions, decisions, files, and the search over them."""

from __future__ import annotations

from hub.invariants.trigger import NOT_SHOWABLE, Trigger, changed

TWO_PEOPLE = (
    "new.kind IN ('approve', 'restore') AND EXISTS (SELECT 1 FROM messages m LEFT JOIN departments d ON d.id = m.department_id"
    " JOIN revisions r ON r.message_id = m.id AND r.n = new.n WHERE m.id = new.message_id"
    " AND (m.kind IN ('notice', 'article') OR (COALESCE(d.needs_approval, true)"
    " AND (m.kind = 'answer' OR (m.derived_from_id IS NOT NULL AND r.account_id IS NOT NULL))))"
    " AND (r.account_id IS NULL OR new.account_id IS NULL OR r.account_id = new.account_id))"
)
ELSEWHERE = (
    "new.replies_to_id = new.id OR EXISTS (SELECT 1 FROM messages p WHERE p.id = new.replies_to_id"
    " AND p.conversation_id <> new.conversation_id)"
)
DERIVED_WRONG = (
    "new.derived_from_id = new.id OR EXISTS (SELECT 1 FROM messages p JOIN conversations c ON c.id = p.conversation_id"
    " JOIN conversations mine ON mine.id = new.conversation_id WHERE p.id = new.derived_from_id"
    " AND (c.visibility = 'public' OR mine.visibility = 'private'"
    " OR (p.kind IN ('question', 'comment') AND NOT p.may_publish)))"
)
IN_PRIVATE = "EXISTS (SELECT 1 FROM conversations c WHERE c.id = new.conversation_id AND c.visibility = 'private')"
PRIVATE_SLUG = "new.slug IS NOT NULL AND " + IN_PRIVATE
SECOND_ASKER = (
    "new.kind = 'question' AND "
    + IN_PRIVATE
    + " AND EXISTS (SELECT 1 FROM messages q WHERE q.conversation_id = new.conversation_id AND q.kind = 'question'"
    " AND q.author_id IS DISTINCT FROM new.author_id)"
)
NOT_SEARCHED = (
    "EXISTS (SELECT 1 FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.id = new.message_id"
    " AND (c.visibility <> 'public' OR m.shown_n IS NULL))"
)

WORDS = (
    Trigger(
        "conversations_keep",
        "conversations",
        "UPDATE",
        changed("id", "visibility", "began_at"),
        "a conversation is public or private for ever",
    ),
    Trigger("conversations_stay", "conversations", "DELETE", "true", "conversations are never deleted"),
    Trigger(
        "messages_born",
        "messages",
        "INSERT",
        "new.shown_n IS NOT NULL OR new.appears_at IS NOT NULL OR new.leaves_at IS NOT NULL",
        "nothing is born public",
    ),
    Trigger("messages_reply", "messages", "INSERT", ELSEWHERE, "a reply stands in the conversation it replies to"),
    Trigger(
        "messages_derived",
        "messages",
        "INSERT",
        DERIVED_WRONG,
        "only public messages are derived, and only from private ones whose author agreed",
    ),
    Trigger("messages_slug", "messages", "INSERT", PRIVATE_SLUG, "only public messages have an address"),
    Trigger("messages_slug_later", "messages", "UPDATE OF slug", PRIVATE_SLUG, "only public messages have an address"),
    Trigger("messages_asker", "messages", "INSERT", SECOND_ASKER, "a private conversation is of one who asks"),
    Trigger(
        "messages_keep",
        "messages",
        "UPDATE",
        changed(
            "id",
            "conversation_id",
            "kind",
            "department_id",
            "entered_by_id",
            "replies_to_id",
            "derived_from_id",
            "touchpoint_id",
            "channel",
            "received_at",
            "occurred_at",
        )
        + " OR (old.slug IS NOT NULL AND old.slug IS DISTINCT FROM new.slug AND NOT (new.slug IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM revisions r WHERE r.message_id = new.id AND r.erased_at IS NULL)))",
        "what a message is never changes",
    ),
    Trigger(
        "messages_author",
        "messages",
        "UPDATE OF author_id",
        "new.author_id IS NOT NULL AND new.author_id IS DISTINCT FROM old.author_id"
        " AND NOT (new.kind = 'question' AND " + IN_PRIVATE + ")",
        "an author is forgotten, or known by the private link of a question",
    ),
    Trigger(
        "messages_shown",
        "messages",
        "UPDATE OF shown_n",
        "new.shown_n >= 1 AND " + NOT_SHOWABLE.format(message="new.id", n="new.shown_n"),
        "only an approved revision is shown",
    ),
    Trigger(
        "messages_appear",
        "messages",
        "UPDATE OF appears_at",
        "(old.appears_at IS NOT NULL AND old.appears_at IS DISTINCT FROM new.appears_at) OR (old.appears_at IS NULL"
        " AND new.appears_at IS NOT NULL AND (new.shown_n IS NULL OR (old.shown_n = new.shown_n AND "
        + NOT_SHOWABLE.format(message="new.id", n="new.shown_n")
        + ")))",
        "a message appears once, when an approved revision of it is shown",
    ),
    Trigger(
        "messages_leave",
        "messages",
        "UPDATE OF leaves_at",
        "old.leaves_at IS NOT NULL AND old.leaves_at IS DISTINCT FROM new.leaves_at",
        "what was taken away does not come back",
    ),
    Trigger("messages_stay", "messages", "DELETE", "true", "messages are never deleted, their words are erased"),
    Trigger(
        "revisions_keep",
        "revisions",
        "UPDATE",
        "old.erased_at IS NOT NULL OR new.erased_at IS NULL OR new.text IS NOT NULL OR new.title IS NOT NULL OR new.summary IS NOT NULL OR new.salt IS NOT NULL OR "
        + changed("message_id", "n", "cause", "account_id", "digest", "written_at"),
        "the words of a revision can only be erased, once",
    ),
    Trigger(
        "revisions_markdown",
        "revisions",
        "UPDATE",
        changed("is_markdown"),
        "how a revision was written never changes",
        columns=("is_markdown",),
    ),
    Trigger("revisions_stay", "revisions", "DELETE", "true", "revisions are append-only"),
    Trigger(
        "revisions_add",
        "revisions",
        "INSERT",
        "new.n >= 1 AND new.n <> 1 + COALESCE((SELECT max(r.n) FROM revisions r WHERE r.message_id = new.message_id), 0)",
        "revisions are numbered one after another",
    ),
    Trigger("decisions_eyes", "decisions", "INSERT", TWO_PEOPLE, "whoever wrote it does not approve it"),
    Trigger(
        "decisions_keep",
        "decisions",
        "UPDATE",
        "new.reason <> '' OR "
        + changed("id", "message_id", "n", "kind", "actor_kind", "account_id", "rule", "decided_at"),
        "of a decision only the reason can be erased",
    ),
    Trigger("decisions_stay", "decisions", "DELETE", "true", "decisions are append-only"),
    Trigger(
        "attachments_add",
        "attachments",
        "INSERT",
        "EXISTS (SELECT 1 FROM decisions d WHERE d.message_id = new.message_id)",
        "no file joins a message that was decided about",
    ),
    Trigger(
        "attachments_keep",
        "attachments",
        "UPDATE",
        "new.key IS NOT NULL OR new.name <> '' OR "
        + changed("id", "message_id", "position", "media_type", "size", "digest"),
        "an attachment can only be erased",
    ),
    Trigger("attachments_stay", "attachments", "DELETE", "true", "attachments are append-only"),
    Trigger(
        "origins_keep",
        "origins",
        "UPDATE",
        changed("id", "source", "external_id")
        + " OR (old.message_id IS NOT NULL AND old.message_id IS DISTINCT FROM new.message_id)"
        " OR (old.digest <> new.digest AND new.digest <> '')",
        "what was received is never forgotten",
    ),
    Trigger("origins_stay", "origins", "DELETE", "true", "what was received is never forgotten"),
    Trigger(
        "revisions_place",
        "revisions",
        "UPDATE OF erased_at",
        "new.erased_at IS NOT NULL AND EXISTS (SELECT 1 FROM locations l WHERE l.message_id = new.message_id)",
        "the location of a message is erased before its words",
        only="new.erased_at IS NOT NULL",
        beside="locations",
    ),
    Trigger(
        "locations_private",
        "locations",
        "INSERT",
        "EXISTS (SELECT 1 FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.id = new.message_id"
        " AND (c.visibility <> 'private' OR m.kind <> 'question'"
        " OR EXISTS (SELECT 1 FROM revisions r WHERE r.message_id = m.id AND r.erased_at IS NOT NULL)))",
        "only a private question whose words are there has a location",
    ),
    Trigger("locations_keep", "locations", "UPDATE", "true", "a location is erased, not changed"),
    Trigger("search_entries_public", "search_entries", "INSERT", NOT_SEARCHED, "only what is public is searched"),
    Trigger(
        "search_entries_in",
        "search_entries",
        "INSERT",
        "true",
        "",
        does="INSERT INTO search_index(rowid, words) VALUES (new.message_id, new.words)",
    ),
    Trigger(
        "search_entries_out",
        "search_entries",
        "DELETE",
        "true",
        "",
        does="INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.message_id, old.words)",
    ),
    Trigger("search_entries_keep", "search_entries", "UPDATE", "true", "a search entry is replaced, not changed"),
)

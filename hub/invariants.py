"""The invariants that only the database can hold, as conditions under which a statement is refused; see `triggers`.

Each is one line of SQL that both engines understand, and says in plain words why it refused.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trigger:
    """Refuse `event` (UPDATE, DELETE, INSERT or TRUNCATE) on `table` when `when` holds; `old` and `new` are the rows.

    `sqlite` says the same as `when` in SQLite's words where the two engines have none in common. With `does`, nothing is
    refused: the statement is run beside, on SQLite alone.
    """

    name: str
    table: str
    event: str
    when: str
    message: str
    sqlite: str = ""
    does: str = ""


PUBLISHED = "EXISTS (SELECT 1 FROM questionnaires q WHERE q.id = {id} AND q.published_at IS NOT NULL)"
NOT_WHOLE = "new.hour_at <> date_trunc('hour', new.hour_at, 'UTC')"
NOT_WHOLE_SQLITE = "substr(new.hour_at, 14) <> ':00:00.000000'"
OF_QUESTION = "EXISTS (SELECT 1 FROM questions n JOIN questionnaires q ON q.id = n.questionnaire_id WHERE n.id = {id} AND q.published_at IS NOT NULL)"


def changed(*names: str) -> str:
    """The condition that any of these columns changes. (IS DISTINCT FROM is new in SQLite 3.39, which Debian 12 has.)"""
    return " OR ".join(f"old.{name} IS DISTINCT FROM new.{name}" for name in names)


LATEST = "(SELECT d.kind FROM decisions d WHERE d.message_id = {message} AND d.n = {n} ORDER BY d.id DESC LIMIT 1)"
NOT_SHOWABLE = "COALESCE(" + LATEST + ", 'none') NOT IN ('approve', 'restore')"
TWO_PEOPLE = (
    "new.kind IN ('approve', 'restore') AND EXISTS (SELECT 1 FROM messages m LEFT JOIN departments d ON d.id = m.department_id"
    " JOIN revisions r ON r.message_id = m.id AND r.n = new.n WHERE m.id = new.message_id"
    " AND (m.kind IN ('notice', 'article') OR (m.kind = 'answer' AND COALESCE(d.needs_approval, true)))"
    " AND (r.account_id IS NULL OR new.account_id IS NULL OR r.account_id = new.account_id))"
)
ELSEWHERE = (
    "new.replies_to_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM messages p WHERE p.id = new.replies_to_id"
    " AND p.conversation_id = new.conversation_id)"
)
DERIVED_WRONG = (
    "new.derived_from_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM messages p JOIN conversations c ON c.id = p.conversation_id"
    " JOIN conversations mine ON mine.id = new.conversation_id"
    " WHERE p.id = new.derived_from_id AND c.visibility = 'private' AND mine.visibility = 'public')"
)

WORDS_TRIGGERS = (
    Trigger(
        "conversations_keep",
        "conversations",
        "UPDATE",
        changed("visibility", "began_at"),
        "a conversation is public or private for ever",
    ),
    Trigger(
        "messages_born",
        "messages",
        "INSERT",
        "new.shown_n IS NOT NULL OR new.appears_at IS NOT NULL",
        "nothing is born public",
    ),
    Trigger("messages_reply", "messages", "INSERT", ELSEWHERE, "a reply stands in the conversation it replies to"),
    Trigger(
        "messages_derived",
        "messages",
        "INSERT",
        DERIVED_WRONG,
        "only public messages are derived, and only from private ones",
    ),
    Trigger(
        "messages_keep",
        "messages",
        "UPDATE",
        changed(
            "conversation_id",
            "kind",
            "author_id",
            "department_id",
            "entered_by_id",
            "replies_to_id",
            "derived_from_id",
            "channel",
            "received_at",
            "occurred_at",
        )
        + " OR (old.slug IS NOT NULL AND old.slug IS DISTINCT FROM new.slug)",
        "what a message is never changes",
    ),
    Trigger(
        "messages_shown",
        "messages",
        "UPDATE OF shown_n",
        "new.shown_n IS NOT NULL AND " + NOT_SHOWABLE.format(message="new.id", n="new.shown_n"),
        "only an approved revision is shown",
    ),
    Trigger(
        "messages_appear",
        "messages",
        "UPDATE OF appears_at",
        "new.appears_at IS NOT NULL AND new.shown_n IS NULL OR (old.appears_at IS NOT NULL AND old.appears_at IS DISTINCT FROM new.appears_at)",
        "a message appears once, when a revision of it is shown",
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
    Trigger("revisions_stay", "revisions", "DELETE", "true", "revisions are append-only"),
    Trigger(
        "revisions_add",
        "revisions",
        "INSERT",
        "new.n <> 1 + COALESCE((SELECT max(r.n) FROM revisions r WHERE r.message_id = new.message_id), 0)",
        "revisions are numbered one after another",
    ),
    Trigger("decisions_eyes", "decisions", "INSERT", TWO_PEOPLE, "whoever wrote it does not approve it"),
    Trigger("decisions_keep", "decisions", "UPDATE", "true", "decisions are append-only"),
    Trigger("decisions_stay", "decisions", "DELETE", "true", "decisions are append-only"),
    Trigger(
        "attachments_keep",
        "attachments",
        "UPDATE",
        "new.key IS NOT NULL OR new.name <> '' OR " + changed("message_id", "position", "media_type", "size", "digest"),
        "an attachment can only be erased",
    ),
    Trigger("attachments_stay", "attachments", "DELETE", "true", "attachments are append-only"),
    Trigger(
        "origins_keep",
        "origins",
        "UPDATE",
        "old.message_id IS NOT NULL OR " + changed("source", "external_id", "digest"),
        "what was received is never forgotten",
    ),
    Trigger("origins_stay", "origins", "DELETE", "true", "what was received is never forgotten"),
    Trigger(
        "cases_keep",
        "cases",
        "UPDATE",
        changed("reference", "conversation_id", "question_id", "received_on"),
        "what a case is about never changes",
    ),
    Trigger(
        "cases_version",
        "cases",
        "UPDATE",
        "new.version <> old.version + 1",
        "every change of a case counts its version on",
    ),
    Trigger("cases_stay", "cases", "DELETE", "true", "cases are never deleted"),
    Trigger(
        "case_notes_keep",
        "case_notes",
        "UPDATE",
        "new.text IS NOT NULL OR " + changed("case_id", "account_id", "written_at"),
        "a note can only be erased",
    ),
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
        changed("legal_kind", "body", "amount", "unit", "basis", "valid_from"),
        "a deadline rule never changes: a new law is a new row",
    ),
    Trigger(
        "follow_links_keep", "follow_links", "UPDATE", changed("digest", "case_id"), "a link leads where it always led"
    ),
    Trigger(
        "subscriptions_keep",
        "subscriptions",
        "UPDATE",
        "old.ended_at IS NOT NULL OR " + changed("topic_id", "address_id", "confirmed_at"),
        "a subscription can only end",
    ),
    Trigger("subscriptions_stay", "subscriptions", "DELETE", "true", "a subscription can only end"),
    Trigger(
        "dispatches_keep",
        "dispatches",
        "UPDATE",
        "new.expanded < old.expanded OR new.cursor < old.cursor OR "
        + changed("message_id", "n", "topic_id", "lane", "audience", "frozen_at"),
        "an announcement only goes on",
    ),
    Trigger(
        "deliveries_approved",
        "deliveries",
        "INSERT",
        "new.letter <> 'receipt' AND " + NOT_SHOWABLE.format(message="new.message_id", n="new.n"),
        "only an approved revision is delivered",
    ),
    Trigger(
        "deliveries_keep",
        "deliveries",
        "UPDATE",
        changed(
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
        "UPDATE OF state",
        "(old.state IN ('sent', 'skipped', 'cancelled') AND new.state <> old.state)"
        " OR (old.state = 'unknown' AND new.state NOT IN ('unknown', 'sent', 'failed'))",
        "what was sent, or may have been, is never sent again",
    ),
    Trigger("deliveries_stay", "deliveries", "DELETE", "true", "deliveries are kept"),
    Trigger("delivery_parts_keep", "delivery_parts", "UPDATE", "true", "parts are append-only"),
    Trigger("delivery_parts_stay", "delivery_parts", "DELETE", "true", "parts are append-only"),
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

TRIGGERS = (
    *WORDS_TRIGGERS,
    Trigger("audit_entries_keep", "audit_entries", "UPDATE", "true", "audit entries are append-only"),
    Trigger("audit_entries_stay", "audit_entries", "DELETE", "true", "audit entries are append-only"),
    Trigger(
        "questionnaires_keep",
        "questionnaires",
        "UPDATE",
        "old.published_at IS NOT NULL AND (old.code <> new.code OR old.version <> new.version"
        " OR new.published_at IS NULL OR old.published_at <> new.published_at)",
        "a published questionnaire is immutable",
    ),
    Trigger(
        "questionnaires_stay",
        "questionnaires",
        "DELETE",
        "old.published_at IS NOT NULL",
        "a published questionnaire is immutable",
    ),
    Trigger(
        "questions_add",
        "questions",
        "INSERT",
        PUBLISHED.format(id="new.questionnaire_id"),
        "a published questionnaire is immutable",
    ),
    Trigger(
        "questions_keep",
        "questions",
        "UPDATE",
        PUBLISHED.format(id="old.questionnaire_id") + " OR " + PUBLISHED.format(id="new.questionnaire_id"),
        "a published questionnaire is immutable",
    ),
    Trigger(
        "questions_stay",
        "questions",
        "DELETE",
        PUBLISHED.format(id="old.questionnaire_id"),
        "a published questionnaire is immutable",
    ),
    Trigger(
        "levels_add",
        "levels",
        "INSERT",
        OF_QUESTION.format(id="new.question_id"),
        "a published questionnaire is immutable",
    ),
    Trigger(
        "levels_keep",
        "levels",
        "UPDATE",
        OF_QUESTION.format(id="old.question_id") + " OR " + OF_QUESTION.format(id="new.question_id"),
        "a published questionnaire is immutable",
    ),
    Trigger(
        "levels_stay",
        "levels",
        "DELETE",
        OF_QUESTION.format(id="old.question_id"),
        "a published questionnaire is immutable",
    ),
    Trigger(
        "feedback_keep",
        "feedback",
        "UPDATE",
        "old.source <> new.source OR old.external_id <> new.external_id OR old.touchpoint_id <> new.touchpoint_id"
        " OR old.department_id <> new.department_id OR old.questionnaire_id <> new.questionnaire_id OR old.hour_at <> new.hour_at",
        "what a sitting is about never changes",
    ),
    Trigger(
        "feedback_rev",
        "feedback",
        "UPDATE",
        "new.rev < old.rev",
        "a later revision is never replaced by an earlier one",
    ),
    Trigger(
        "feedback_forget",
        "feedback",
        "UPDATE",
        "(old.received_at IS NULL AND new.received_at IS NOT NULL) OR (new.received_at IS NOT NULL AND old.received_at <> new.received_at)"
        " OR (old.occurred_at IS NULL AND new.occurred_at IS NOT NULL) OR (new.occurred_at IS NOT NULL AND old.occurred_at <> new.occurred_at)",
        "an exact time can only be erased",
    ),
    Trigger(
        "feedback_digests",
        "feedback",
        "UPDATE OF digests",
        "EXISTS (SELECT 1 FROM json_each(old.digests) o WHERE NOT EXISTS (SELECT 1 FROM json_each(new.digests) n"
        " WHERE n.key = o.key AND CAST(n.value AS text) = CAST(o.value AS text)))",
        "what was received is never forgotten",
    ),
    Trigger("feedback_hour", "feedback", "INSERT", NOT_WHOLE, "a sitting keeps only its hour", NOT_WHOLE_SQLITE),
    Trigger(
        "ratings_belong",
        "ratings",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM feedback f JOIN questions n ON n.questionnaire_id = f.questionnaire_id"
        " WHERE f.id = new.feedback_id AND n.id = new.question_id)",
        "the question belongs to another questionnaire",
    ),
    Trigger("ratings_keep", "ratings", "UPDATE", "true", "a rating is replaced, not changed"),
    Trigger(
        "counts_add",
        "counts",
        "INSERT",
        "new.frozen_at IS NULL AND EXISTS (SELECT 1 FROM counts c WHERE c.question_id = new.question_id"
        " AND c.day_on = new.day_on AND c.hour_at = new.hour_at AND c.touchpoint_id = new.touchpoint_id"
        " AND c.frozen_at IS NOT NULL)",
        "frozen counts never change",
    ),
    Trigger("counts_hour", "counts", "INSERT", NOT_WHOLE, "counts are of whole hours", NOT_WHOLE_SQLITE),
    Trigger(
        "counts_keep",
        "counts",
        "UPDATE OF question_id, hour_at, touchpoint_id, department_id, level, day_on, hour",
        "true",
        "what a count is about never changes",
    ),
    Trigger("counts_frozen", "counts", "UPDATE", "old.frozen_at IS NOT NULL", "frozen counts never change"),
    Trigger("counts_stay", "counts", "DELETE", "old.frozen_at IS NOT NULL", "frozen counts never change"),
    Trigger(
        "job_runs_keep",
        "job_runs",
        "UPDATE",
        "old.job <> new.job OR old.due <> new.due OR (old.finished_at IS NOT NULL"
        " AND (new.finished_at IS NULL OR old.claimed_until <> new.claimed_until))",
        "a finished run stays finished",
    ),
    *(
        # PostgreSQL empties a table without asking the triggers of its rows (a TRUNCATE … CASCADE of what they refer to, too).
        Trigger(f"{table}_all", table, "TRUNCATE", "true", f"{table}: never emptied as a whole")
        for table in (
            "audit_entries",
            "questionnaires",
            "questions",
            "levels",
            "feedback",
            "ratings",
            "counts",
            "conversations",
            "messages",
            "revisions",
            "decisions",
            "attachments",
            "origins",
            "cases",
            "case_notes",
            "deadline_rules",
            "subscriptions",
            "dispatches",
            "deliveries",
            "delivery_parts",
        )
    ),
)

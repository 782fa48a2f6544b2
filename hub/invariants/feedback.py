"""What the database refuses of questionnaires, sittings, counts, the audit log and the runs of jobs."""

from __future__ import annotations

from hub.invariants.trigger import Trigger, changed

PUBLISHED = "EXISTS (SELECT 1 FROM questionnaires q WHERE q.id = {id} AND q.published_at IS NOT NULL)"
NOT_WHOLE = "new.hour_at <> date_trunc('hour', new.hour_at, 'UTC')"
NOT_WHOLE_SQLITE = "substr(new.hour_at, 14) <> ':00:00.000000'"
OF_QUESTION = "EXISTS (SELECT 1 FROM questions n JOIN questionnaires q ON q.id = n.questionnaire_id WHERE n.id = {id} AND q.published_at IS NOT NULL)"
ABOUT_PRIVATE = (
    "EXISTS (SELECT 1 FROM messages m JOIN conversations c ON c.id = m.conversation_id"
    " WHERE m.id = new.about_id AND c.visibility <> 'public')"
)

NOT_PRIVATE = (
    "EXISTS (SELECT 1 FROM messages m JOIN conversations c ON c.id = m.conversation_id"
    " WHERE m.id = new.words_id AND (m.kind <> 'question' OR c.visibility <> 'private'))"
)
PRIVATE_WORDS = "the words that come with a sitting are private"

FEEDBACK = (
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
        "feedback_about_keep",
        "feedback",
        "UPDATE",
        changed("about_id", "guide_id"),
        "what a sitting is about never changes",
        columns=("about_id", "guide_id"),
    ),
    Trigger(
        "feedback_about",
        "feedback",
        "INSERT",
        ABOUT_PRIVATE,
        "only what is public is rated",
        only="new.about_id IS NOT NULL",
        columns=("about_id",),
    ),
    Trigger(
        "feedback_words_add",
        "feedback",
        "INSERT",
        NOT_PRIVATE,
        PRIVATE_WORDS,
        only="new.words_id IS NOT NULL",
        columns=("words_id",),
    ),
    Trigger(
        "feedback_words_keep",
        "feedback",
        "UPDATE",
        "(old.words_id IS NOT NULL AND (new.words_id IS NULL OR new.words_id <> old.words_id))"
        f" OR (old.words_id IS NULL AND new.words_id IS NOT NULL AND {NOT_PRIVATE})",
        PRIVATE_WORDS,
        columns=("words_id",),
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
)

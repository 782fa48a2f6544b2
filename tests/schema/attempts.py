"""Statements that try to break the invariants of the database, and those beside them that are allowed.

{now}, {hour}, {later} and {hair} are instants, written as the engine stores them.
"""

from __future__ import annotations

from hub.invariants import TRIGGERS
from tests.schema import (
    allowed_words,
    attempts_answers,
    attempts_devices,
    attempts_directory,
    attempts_discussions,
    attempts_ending,
    attempts_gathering,
    attempts_inbox,
    attempts_locations,
    attempts_notices,
    attempts_terms,
    attempts_words,
)

NEW_FEEDBACK = (
    "INSERT INTO feedback (source, external_id, rev, digests, touchpoint_id, department_id, questionnaire_id, language,"
    " standing, hour_at, time_quality) VALUES ({values})"
)
NEW_COUNT = (
    "INSERT INTO counts (question_id, hour_at, touchpoint_id, department_id, level, day_on, hour, counted, set_aside, frozen_at)"
    " VALUES ({values})"
)
NEW_QUESTION = "INSERT INTO questions (id, questionnaire_id, position, code, kind, scale, texts) VALUES ({values})"


def feedback(**changes: str) -> str:
    """An insert of a new sitting, with some values other than good."""
    good = {
        "source": "'kiosk:1'", "external_id": "'new'", "rev": "0", "digests": "'{{}}'", "touchpoint_id": "1",
        "department_id": "1", "questionnaire_id": "1", "language": "'cs'", "standing": "'counted'", "hour_at": "{hour}",
        "time_quality": "'exact'",
    }  # fmt: skip
    return NEW_FEEDBACK.replace("{values}", ", ".join({**good, **changes}.values()))


def about(what: str, column: str = "about_id") -> str:
    """An insert of a sitting about a message, or a guide."""
    return feedback().replace("time_quality)", f"time_quality, {column})").removesuffix(")") + f", {what})"


def count(**changes: str) -> str:
    """An insert of a new count, with some values other than good."""
    good = {
        "question_id": "1", "hour_at": "{hour}", "touchpoint_id": "1", "department_id": "1", "level": "1",
        "day_on": "'2026-11-18'", "hour": "11", "counted": "1", "set_aside": "0", "frozen_at": "NULL",
    }  # fmt: skip
    return NEW_COUNT.replace("{values}", ", ".join({**good, **changes}.values()))


def question(values: str) -> str:
    """An insert of a new question."""
    return NEW_QUESTION.replace("{values}", values)


BY_TRIGGER: dict[str, tuple[str, ...]] = {
    "audit_entries_keep": (
        "UPDATE audit_entries SET act = 'nothing happened'",
        "UPDATE audit_entries SET at = {later} WHERE id = 1",
    ),
    "audit_entries_stay": ("DELETE FROM audit_entries", "DELETE FROM audit_entries WHERE id = 1"),
    "questionnaires_keep": (
        "UPDATE questionnaires SET published_at = NULL WHERE id = 1",
        "UPDATE questionnaires SET published_at = {later} WHERE id = 1",
        "UPDATE questionnaires SET version = 3 WHERE id = 1",
        "UPDATE questionnaires SET code = 'another' WHERE id = 1",
    ),
    "questionnaires_stay": ("DELETE FROM questionnaires WHERE id = 1",),
    "questions_add": (question("60, 1, 9, 'more', 'scale', 'faces5@1', '{{}}'"),),
    "questions_keep": (
        "UPDATE questions SET texts = '{{}}' WHERE questionnaire_id = 1",
        "UPDATE questions SET questionnaire_id = 50, code = 'moved out' WHERE id = 1",
        "UPDATE questions SET questionnaire_id = 1, code = 'moved in' WHERE id = 50",
    ),
    "questions_stay": ("DELETE FROM questions WHERE questionnaire_id = 1",),
    "levels_add": ("INSERT INTO levels (question_id, level, labels) VALUES (1, 6, '{{}}')",),
    "levels_keep": (
        "UPDATE levels SET labels = '{{}}' WHERE question_id = 1",
        "UPDATE levels SET level = 6 WHERE question_id = 1 AND level = 5",
        "UPDATE levels SET question_id = 51 WHERE question_id = 1 AND level = 5",
        "UPDATE levels SET question_id = 1, level = 6 WHERE question_id = 50 AND level = 1",
    ),
    "levels_stay": ("DELETE FROM levels WHERE question_id = 1 AND level = 2",),
    "feedback_keep": (
        "UPDATE feedback SET source = 'kiosk\\:9' WHERE id = 1",
        "UPDATE feedback SET external_id = 'another' WHERE id = 1",
        "UPDATE feedback SET touchpoint_id = 2 WHERE id = 1",
        "UPDATE feedback SET department_id = 2 WHERE id = 1",
        "UPDATE feedback SET questionnaire_id = 50 WHERE id = 1",
        "UPDATE feedback SET hour_at = {now} WHERE id = 1",
    ),
    "feedback_about_keep": (
        "UPDATE feedback SET about_id = 3 WHERE id = 1",
        "UPDATE feedback SET guide_id = 1 WHERE id = 1",
    ),
    "feedback_about": (
        about("1"),  # way round: a private question rated as if everybody could read it
        about("2"),
    ),
    "feedback_words_add": (about("3", "words_id"), about("2", "words_id")),
    "feedback_words_keep": (
        "UPDATE feedback SET words_id = 3 WHERE id = 1",
        "UPDATE feedback SET words_id = NULL WHERE id = 2",
        "UPDATE feedback SET words_id = 1 WHERE id = 2",
    ),
    "feedback_rev": ("UPDATE feedback SET rev = rev - 1 WHERE id = 1",),
    "feedback_forget": (
        "UPDATE feedback SET received_at = {later} WHERE id = 1",
        "UPDATE feedback SET occurred_at = {later} WHERE id = 1",
        "UPDATE feedback SET received_at = {now} WHERE id = 3",
        "UPDATE feedback SET occurred_at = {now} WHERE id = 3",
    ),
    "feedback_digests": (
        "UPDATE feedback SET digests = '{{}}' WHERE id = 1",
        'UPDATE feedback SET digests = \'{{"0": "forged"}}\' WHERE id = 1',
        'UPDATE feedback SET digests = \'{{"1": "later only"}}\', rev = 2 WHERE id = 1',
    ),
    "feedback_hour": (feedback(hour_at="{now}"),),
    "ratings_belong": (
        "INSERT INTO ratings (feedback_id, question_id, level) VALUES (2, 50, 1)",
        "INSERT INTO ratings (feedback_id, question_id, level) VALUES (999, 1, 1)",
    ),
    "ratings_keep": ("UPDATE ratings SET level = 5 WHERE feedback_id = 1 AND question_id = 1",),
    "counts_add": (
        count(touchpoint_id="3", department_id="2", level="5"),
        count(touchpoint_id="3", department_id="1"),
        count(touchpoint_id="3", department_id="2") + " ON CONFLICT DO NOTHING",
    ),
    "counts_hour": (count(hour_at="{now}"),),
    "counts_keep": (
        "UPDATE counts SET question_id = 2 WHERE touchpoint_id = 2",
        "UPDATE counts SET hour_at = {later} WHERE touchpoint_id = 2",
        "UPDATE counts SET touchpoint_id = 1 WHERE touchpoint_id = 2",
        "UPDATE counts SET department_id = 2 WHERE touchpoint_id = 2",
        "UPDATE counts SET level = 4 WHERE touchpoint_id = 2",
        "UPDATE counts SET day_on = '2026-11-19' WHERE touchpoint_id = 2",
        "UPDATE counts SET hour = 9 WHERE touchpoint_id = 2",
    ),
    "counts_frozen": (
        "UPDATE counts SET frozen_at = NULL",
        "UPDATE counts SET frozen_at = {later} WHERE touchpoint_id = 3",
        "UPDATE counts SET counted = counted + 1 WHERE touchpoint_id = 3",
        "UPDATE counts SET set_aside = 1 WHERE touchpoint_id = 3",
    ),
    "counts_stay": ("DELETE FROM counts", "DELETE FROM counts WHERE frozen_at IS NOT NULL"),
    "job_runs_keep": (
        "UPDATE job_runs SET finished_at = NULL",
        "UPDATE job_runs SET claimed_until = {later} WHERE id = 2",
        "UPDATE job_runs SET due = '2026-11-01' WHERE id = 1",
        "UPDATE job_runs SET job = 'another' WHERE id = 1",
    ),
    **{trigger.name: (f"TRUNCATE {trigger.table} CASCADE",) for trigger in TRIGGERS if trigger.event == "TRUNCATE"},
    **attempts_words.BY_TRIGGER,
    **attempts_locations.BY_TRIGGER,
    **attempts_notices.BY_TRIGGER,
    **attempts_discussions.BY_TRIGGER,
    **attempts_answers.BY_TRIGGER,
    **attempts_devices.BY_TRIGGER,
    **attempts_directory.BY_TRIGGER,
    **attempts_inbox.BY_TRIGGER,
    **attempts_terms.BY_TRIGGER,
    **attempts_ending.BY_TRIGGER,
    **attempts_gathering.BY_TRIGGER,
}


BY_CONSTRAINT: dict[str, tuple[str, ...]] = {
    "uq_departments_slug": ("UPDATE departments SET slug = 'dopravy' WHERE slug = 'socialni'",),
    "uq_touchpoints_slug": ("UPDATE touchpoints SET slug = 'ridici' WHERE slug = 'davky'",),
    "uq_roles_name": ("UPDATE roles SET name = 'head' WHERE name = 'press'",),
    "uq_accounts_email": ("UPDATE accounts SET email = 'spravce@mesto.example'",),
    "uq_accounts_fs_uniquifier": ("UPDATE accounts SET fs_uniquifier = 'the same'",),
    "uq_questionnaires_code_version": ("UPDATE questionnaires SET code = 'kiosk', version = 2 WHERE id = 50",),
    "uq_questions_questionnaire_id_code": ("UPDATE questions SET code = 'visit' WHERE id = 51",),
    "uq_feedback_source_external_id": (
        "INSERT INTO feedback (source, external_id, rev, digests, touchpoint_id, department_id, questionnaire_id, language,"
        " standing, hour_at, time_quality) SELECT source, external_id, 9, '{{}}', touchpoint_id, department_id,"
        " questionnaire_id, language, standing, hour_at, time_quality FROM feedback WHERE id = 1",
    ),
    "uq_job_runs_job_due": (
        "INSERT INTO job_runs (id, job, due, claimed_until) VALUES (9, 'sweep', '2026-11-18', {now})",
    ),
    "ck_city_one": ("UPDATE city SET id = 2",),
    "ck_roles_name": ("UPDATE roles SET name = 'mayor' WHERE name = 'press'", "UPDATE roles SET name = 'HEAD'"),
    "ck_questions_kind": (
        question("60, 50, 9, 'more', 'stars', 'faces5@1', '{{}}'"),
        "UPDATE questions SET kind = 'stars' WHERE id = 50",
    ),
    "ck_levels_level": (
        "UPDATE levels SET level = 12 WHERE question_id = 50 AND level = 1",
        "INSERT INTO levels (question_id, level, labels) VALUES (50, 0, '{{}}')",
    ),
    "ck_feedback_standing": ("UPDATE feedback SET standing = 'maybe'", feedback(standing="''")),
    "ck_feedback_time_quality": ("UPDATE feedback SET time_quality = 'good'",),
    "ck_feedback_rev": ("UPDATE feedback SET rev = 100", feedback(rev="-1")),
    "ck_counts_counted": ("UPDATE counts SET counted = -1 WHERE touchpoint_id = 1", count(counted="-1")),
    "ck_counts_set_aside": ("UPDATE counts SET set_aside = -1 WHERE touchpoint_id = 1", count(set_aside="-1")),
    "ck_counts_hour": (count(hour="25"), count(hour="-1")),
    "ck_audit_entries_actor_kind": (
        "INSERT INTO audit_entries (id, at, actor_kind, act) VALUES (99, {now}, 'ghost', 'walk')",
    ),
    "ck_audit_entries_actor_id": (
        "INSERT INTO audit_entries (id, at, actor_kind, act) VALUES (99, {now}, 'account', 'act')",
        "INSERT INTO audit_entries (id, at, actor_kind, actor_id, act) VALUES (99, {now}, 'citizen', 1, 'act')",
    ),
    "ck_audit_entries_about": (
        "INSERT INTO audit_entries (id, at, actor_kind, act, about_id) VALUES (99, {now}, 'system', 'act', 1)",
    ),
    "fk_accounts_department_id": ("UPDATE accounts SET department_id = 999",),
    "fk_account_roles_account_id": (
        "INSERT INTO account_roles (account_id, role_id) VALUES (999, 1)",
        "UPDATE accounts SET id = id + 1000",
    ),
    "fk_account_roles_role_id": ("UPDATE account_roles SET role_id = 999", "UPDATE roles SET id = id + 1000"),
    "fk_touchpoints_department_id": ("UPDATE touchpoints SET department_id = 999",),
    "fk_touchpoints_questionnaire_id": ("UPDATE touchpoints SET questionnaire_id = 999",),
    "fk_questions_questionnaire_id": (
        question("60, 999, 0, 'visit', 'scale', 'faces5@1', '{{}}'"),
        "DELETE FROM questionnaires WHERE id = 50",
    ),
    "fk_levels_question_id": (
        "INSERT INTO levels (question_id, level, labels) VALUES (999, 1, '{{}}')",
        "DELETE FROM questions WHERE id = 50",
    ),
    "fk_feedback_touchpoint_id": (feedback(touchpoint_id="999"),),
    "fk_feedback_department_id": (feedback(department_id="999"),),
    "fk_feedback_about_id": (about("999"),),
    "fk_feedback_guide_id": (about("999", "guide_id"),),
    "fk_feedback_words_id": (about("999", "words_id"),),
    "ck_feedback_one_thing": (about("3, 1", "about_id, guide_id"),),
    "ck_touchpoints_kind": ("UPDATE touchpoints SET kind = 'tent' WHERE id = 1",),
    "fk_messages_theme_id": ("UPDATE messages SET theme_id = 999 WHERE id = 3",),
    "uq_themes_slug": ("UPDATE themes SET slug = 'doprava' WHERE id = 62",),
    "fk_feedback_questionnaire_id": (feedback(questionnaire_id="999"),),
    "fk_ratings_feedback_id": ("UPDATE feedback SET id = id + 1000",),
    "fk_ratings_level": (
        "INSERT INTO ratings (feedback_id, question_id, level) VALUES (2, 2, 11)",
        "INSERT INTO ratings (feedback_id, question_id, level) VALUES (2, 2, 0)",
    ),
    "fk_counts_touchpoint_id": (count(touchpoint_id="999"),),
    "fk_counts_department_id": (count(department_id="999"),),
    "fk_counts_level": (count(level="11"), count(question_id="999")),
    **attempts_words.BY_CONSTRAINT,
    **attempts_locations.BY_CONSTRAINT,
    **attempts_notices.BY_CONSTRAINT,
    **attempts_discussions.BY_CONSTRAINT,
    **attempts_answers.BY_CONSTRAINT,
    **attempts_devices.BY_CONSTRAINT,
    **attempts_directory.BY_CONSTRAINT,
    **attempts_inbox.BY_CONSTRAINT,
    **attempts_terms.BY_CONSTRAINT,
    **attempts_ending.BY_CONSTRAINT,
    **attempts_gathering.BY_CONSTRAINT,
}


ALLOWED = {
    "a sitting comes a hair before the next second": (
        feedback(time_quality="'exact'").replace("time_quality)", "time_quality, received_at)").removesuffix(")")
        + ", {hair})",
        1,
    ),
    "a public message is rated": (about("3"), 1),
    "a message gets a theme": ("UPDATE messages SET theme_id = 61 WHERE id = 3", 1),
    "an exact time is erased": ("UPDATE feedback SET received_at = NULL, occurred_at = NULL WHERE id = 1", 1),
    "one exact time is erased before the other": ("UPDATE feedback SET occurred_at = NULL WHERE id = 1", 1),
    "an erased time is erased again": ("UPDATE feedback SET received_at = NULL WHERE id = 3", 1),
    "a sitting is set aside": ("UPDATE feedback SET standing = 'set_aside' WHERE id = 1", 1),
    "a sitting gets a later revision": ("UPDATE feedback SET rev = rev + 1, language = 'uk' WHERE id = 1", 1),
    "a rating goes, to be replaced": ("DELETE FROM ratings WHERE feedback_id = 1 AND question_id = 1", 1),
    "a rating comes": ("INSERT INTO ratings (feedback_id, question_id, level) VALUES (2, 2, 1)", 1),
    "a draft is renamed": ("UPDATE questionnaires SET code = 'better', version = 2 WHERE id = 50", 1),
    "a draft is published": ("UPDATE questionnaires SET published_at = {now} WHERE id = 50", 1),
    "a question of a draft is reworded": ("UPDATE questions SET texts = '[]', kind = 'choice' WHERE id = 50", 1),
    "a question joins a draft": (question("60, 50, 2, 'more', 'scale', 'faces5@1', '{{}}'"), 1),
    "a question of a draft goes": ("DELETE FROM questions WHERE id = 51", 1),
    "a level of a draft is renamed": (
        "UPDATE levels SET labels = '[]', level = 11 WHERE question_id = 50 AND level = 3",
        1,
    ),
    "a level of a draft goes": ("DELETE FROM levels WHERE question_id = 50 AND level = 3", 1),
    "an unfrozen count moves": ("UPDATE counts SET counted = counted + 1, set_aside = 1 WHERE frozen_at IS NULL", 3),
    "an unfrozen count goes": ("DELETE FROM counts WHERE frozen_at IS NULL", 3),
    "a count is frozen": ("UPDATE counts SET frozen_at = {now} WHERE frozen_at IS NULL", 3),
    "a frozen count is copied in": (count(touchpoint_id="3", department_id="2", level="5", frozen_at="{now}"), 1),
    "another level of an open hour is counted": (count(), 1),
    "an open run is taken over": ("UPDATE job_runs SET claimed_until = {later} WHERE id = 1", 1),
    "an open run is finished": ("UPDATE job_runs SET finished_at = {now} WHERE id = 1", 1),
    "a finished run is finished by a slow second worker": ("UPDATE job_runs SET finished_at = {later} WHERE id = 2", 1),
    "old runs are forgotten": ("DELETE FROM job_runs WHERE id = 2", 1),
    "the city is renamed": ("UPDATE city SET name = 'Havířov-město'", 1),
    "a place moves to another department": ("UPDATE touchpoints SET department_id = 2 WHERE id = 1", 1),
    "an account goes with its roles": ("DELETE FROM accounts WHERE id = 1", 1),
    "an account acts": (
        "INSERT INTO audit_entries (id, at, actor_kind, actor_id, act, about_table)"
        " VALUES (99, {now}, 'account', 1, 'act', 'city')",
        1,
    ),
    **allowed_words.ALLOWED,
    **attempts_notices.ALLOWED,
    **attempts_discussions.ALLOWED,
    **attempts_answers.ALLOWED,
    **attempts_devices.ALLOWED,
    **attempts_directory.ALLOWED,
    **attempts_inbox.ALLOWED,
    **attempts_terms.ALLOWED,
    **attempts_ending.ALLOWED,
    **attempts_gathering.ALLOWED,
}

"""Statements that try to break what holds for moved deadlines and letters to the office, and those beside them that are allowed."""

from __future__ import annotations

WORLD = """
INSERT INTO term_rules (id, act, legal_kind, amount, unit, most, within, condition, basis, source, is_verified,
  valid_from, valid_to)
  VALUES (951, 'extension', 'petition', 10, 'day', 1, NULL, 'proto', '§ 1', 'zákon', false, '2020-01-01', NULL),
    (952, 'completion', 'petition', 30, 'day', 1, 7, 'proto', '§ 2', 'zákon', false, '2020-01-01', NULL),
    (953, 'extension', 'petition', NULL, NULL, NULL, NULL, 'proto', '§ 3', 'zákon', false, '2010-01-01', '2019-12-31');
INSERT INTO messages (id, conversation_id, kind, department_id, replies_to_id, channel, language, may_publish, received_at)
  VALUES (951, 1, 'update', 12, 1, 'desk', 'cs', false, {now}), (952, 1, 'update', 12, 1, 'desk', 'cs', false, {now}),
    (953, 1, 'update', 12, 1, 'desk', 'cs', false, {now}), (954, 3, 'update', 11, 5, 'desk', 'cs', false, {now});
INSERT INTO case_terms (id, case_id, term_rule_id, act, message_id, account_id, made_at, counted_from, due_before, due_after,
  answer_by)
  VALUES (951, 1, 951, 'extension', 951, 11, {now}, '2026-11-18', '2026-12-18', '2026-12-28', NULL),
    (952, 1, 952, 'completion', 952, 11, {now}, '2026-11-18', '2026-12-28', '2027-02-01', '2026-12-28');
INSERT INTO case_warnings (case_id, due_on, level, warned_at) VALUES (1, '2026-12-18', 50, {now});
INSERT INTO staff_letters (id, account_id, kind, day_on, cases, queued_at, next_at, attempts, began_at, sent_at)
  VALUES (951, 11, 'warning', '2026-11-18', '[[1, 50]]', {now}, {now}, 0, NULL, NULL),
    (952, 11, 'summary', '2026-11-18', '[]', {now}, {now}, 1, {now}, {now});
INSERT INTO account_settings (account_id, gets_summary, calendar_digest) VALUES (11, true, 'd11'), (12, false, NULL)
"""
"""A case (1) whose deadline was extended and whose citizen was called to complete it; letters to an account, one sent."""


def _insert(table: str, good: dict[str, str], changes: dict[str, str]) -> str:
    row = {**good, **changes}
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608


def rule(**changes: str) -> str:
    good = {
        "id": "99", "act": "'extension'", "legal_kind": "'petition'", "amount": "5", "unit": "'day'", "condition": "''",
        "basis": "'§'", "source": "'zákon'", "is_verified": "true", "valid_from": "'2030-01-01'",
    }  # fmt: skip
    return _insert("term_rules", good, changes)


def term(**changes: str) -> str:
    good = {
        "id": "99", "case_id": "1", "term_rule_id": "951", "act": "'extension'", "message_id": "953", "account_id": "11",
        "made_at": "{now}", "counted_from": "'2026-11-18'", "due_before": "'2026-12-18'", "due_after": "'2026-12-28'",
    }  # fmt: skip
    return _insert("case_terms", good, changes)


def call(**changes: str) -> str:
    return term(**{"term_rule_id": "952", "act": "'completion'", "answer_by": "'2026-12-20'", **changes})


def letter(**changes: str) -> str:
    good = {
        "id": "99", "account_id": "12", "kind": "'summary'", "day_on": "'2026-11-18'", "cases": "'[]'", "queued_at": "{now}",
        "next_at": "{now}", "attempts": "0",
    }  # fmt: skip
    return _insert("staff_letters", good, changes)


def warning(**changes: str) -> str:
    good = {"case_id": "1", "due_on": "'2026-12-18'", "level": "80", "warned_at": "{now}"}
    return _insert("case_warnings", good, changes)


BY_TRIGGER: dict[str, tuple[str, ...]] = {
    "term_rules_keep": tuple(
        f"UPDATE term_rules SET {change} WHERE id = 951"  # noqa: S608
        for change in (
            "act = 'completion'",
            "legal_kind = 'gdpr'",
            "amount = 20",
            "unit = 'month'",
            "most = NULL",
            "within = 3",
            "condition = 'jen tak'",
            "basis = '§ 9'",
            "valid_from = '2021-01-01'",
        )
    ),
    "term_rules_stay": ("DELETE FROM term_rules WHERE id = 953",),
    "case_terms_born": (
        term(message_id="954"),  # told in another case
        term(message_id="2"),  # an answer
        term(term_rule_id="952"),  # a rule for something else
        call(ended_on="'2026-12-20'"),
    ),
    "case_terms_keep": (
        "UPDATE case_terms SET due_after = '2027-03-01' WHERE id = 951",
        "UPDATE case_terms SET account_id = 12 WHERE id = 951",
        "UPDATE case_terms SET message_id = 953 WHERE id = 951",
        "UPDATE case_terms SET answer_by = '2027-01-20' WHERE id = 952",
    ),
    "case_terms_stay": ("DELETE FROM case_terms",),
    "case_warnings_keep": ("UPDATE case_warnings SET level = 80", "UPDATE case_warnings SET warned_at = {later}"),
    "case_warnings_stay": ("DELETE FROM case_warnings",),
    "staff_letters_once": (
        "UPDATE staff_letters SET sent_at = NULL WHERE id = 952",
        "UPDATE staff_letters SET sent_at = NULL, began_at = NULL WHERE id = 952",
        "UPDATE staff_letters SET account_id = 12 WHERE id = 951",
        "UPDATE staff_letters SET day_on = '2026-11-19' WHERE id = 951",
    ),
}

BY_CONSTRAINT: dict[str, tuple[str, ...]] = {
    "ck_cases_answered_on": (
        "UPDATE cases SET answered_at = {now}, version = version + 1 WHERE id = 2",
        "UPDATE cases SET answered_on = '2026-11-20', version = version + 1 WHERE id = 2",
    ),
    "fk_deadline_rules_verified_by_id": ("UPDATE deadline_rules SET verified_by_id = 999 WHERE id = 901",),
    "fk_term_rules_verified_by_id": ("UPDATE term_rules SET verified_by_id = 999 WHERE id = 951",),
    "ck_term_rules_act": (rule(act="'forget'"),),
    "ck_term_rules_legal_kind": (rule(legal_kind="'wish'"),),
    "ck_term_rules_unit": (rule(unit="'week'"),),
    "ck_term_rules_amount": (rule(amount="0"), rule(amount="3661")),
    "ck_term_rules_length": (rule(amount="NULL"), rule(unit="NULL")),
    "uq_term_rules_act_legal_kind_valid_from": (rule(valid_from="'2020-01-01'"),),
    "ck_case_terms_answer_by": (term(answer_by="'2026-12-20'"), call(answer_by="NULL", case_id="1")),
    "ck_case_terms_ended_on": ("UPDATE case_terms SET ended_on = '2026-12-20' WHERE id = 951",),
    "ck_case_terms_due_after": (term(due_after="'2026-12-18'"), term(due_after="'2026-12-01'")),
    "ck_case_terms_act": (term(act="'forget'", term_rule_id="999"),),
    "fk_case_terms_case_id": (term(case_id="999"),),
    "fk_case_terms_term_rule_id": (term(term_rule_id="999"),),
    "fk_case_terms_message_id": (term(message_id="999"),),
    "fk_case_terms_account_id": (term(account_id="999"),),
    "uq_case_terms_message_id": (term(message_id="951"),),
    "ck_case_warnings_level": (warning(level="60"),),
    "fk_case_warnings_case_id": (warning(case_id="999"),),
    "ck_staff_letters_kind": (letter(kind="'poem'"),),
    "ck_staff_letters_sent_at": (letter(sent_at="{now}"),),
    "fk_staff_letters_account_id": (letter(account_id="999"),),
    "fk_account_settings_account_id": ("UPDATE account_settings SET account_id = 999 WHERE account_id = 12",),
    "uq_account_settings_calendar_digest": (
        "UPDATE account_settings SET calendar_digest = 'd11' WHERE account_id = 12",
    ),
}

ALLOWED = {
    "a rule is verified": (
        "UPDATE deadline_rules SET is_verified = true, verified_at = {now}, verified_by_id = 12 WHERE id = 902",
        1,
    ),
    "a rule about moving ends": ("UPDATE term_rules SET valid_to = '2030-12-31', is_verified = true WHERE id = 951", 1),
    "a deadline is extended": (term(), 1),
    "a call to complete ends": ("UPDATE case_terms SET ended_on = '2026-12-20' WHERE id = 952", 1),
    "a further level is warned of": (warning(), 1),
    "another deadline is warned of": (warning(due_on="'2026-12-28'", level="50"), 1),
    "a summary for somebody else": (letter(), 1),
    "a summary of another day": (letter(account_id="11", day_on="'2026-11-19'"), 1),
    "a second warning of the day": (letter(account_id="11", kind="'warning'"), 1),
    "an old letter to the office goes": ("DELETE FROM staff_letters WHERE id = 952", 1),
}

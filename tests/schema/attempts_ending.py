"""Statements that try to break what holds for joined cases, what goes to them, and cases that were handed over."""

from __future__ import annotations

WORLD = """
INSERT INTO conversations (id, visibility, began_at) VALUES (81, 'private', {now}), (82, 'private', {now}),
  (83, 'private', {now}), (84, 'private', {now});
INSERT INTO messages (id, conversation_id, kind, channel, language, may_publish, received_at)
  VALUES (81, 81, 'question', 'web', 'cs', false, {now}), (82, 82, 'question', 'web', 'cs', false, {now}),
    (83, 83, 'question', 'web', 'cs', false, {now}), (84, 84, 'question', 'web', 'cs', false, {now});
INSERT INTO messages (id, conversation_id, kind, department_id, channel, language, may_publish, received_at)
  VALUES (85, 82, 'answer', 11, 'desk', 'cs', false, {now}), (86, 82, 'answer', 11, 'desk', 'cs', false, {now});
INSERT INTO cases (id, reference, conversation_id, question_id, legal_kind, proposed_kind, department_id, state, hold_reasons,
  received_on, due_on, deadline_rule_id, version, outcome)
  VALUES (81, 'X81', 81, 81, 'message', 'message', 11, 'in_progress', '[]', '2026-11-18', '2026-12-18', 901, 1, NULL),
    (82, 'X82', 82, 82, 'message', 'message', 11, 'closed', '[]', '2026-11-18', '2026-12-18', 901, 1, 'merged'),
    (83, 'X83', 83, 83, 'message', 'message', 11, 'closed', '[]', '2026-11-18', '2026-12-18', 901, 1, 'forwarded'),
    (84, 'X84', 84, 84, 'message', 'message', 11, 'new', '[]', '2026-11-18', '2026-12-18', 901, 1, NULL);
INSERT INTO case_links (id, case_id, main_id, root_id, state_before, reason, linked_by_id, linked_at, ended_by_id,
  end_reason, ended_at)
  VALUES (1, 82, 81, 81, 'new', 'Totéž.', 11, {now}, NULL, '', NULL),
    (2, 83, 81, 81, 'in_progress', 'Totéž.', 11, {now}, 11, 'Omyl.', {later});
INSERT INTO sharings (id, case_id, letter, message_id, n, is_ordered, linked_until, made_at, cursor, finished_at)
  VALUES (1, 81, 'answer', 2, 1, false, {now}, {now}, 1, {now}), (2, 81, 'forwarded', NULL, NULL, false, {now}, {now}, 0, NULL);
INSERT INTO shared_answers (link_id, message_id, n, copy_id) VALUES (1, 2, 1, 85), (2, 2, 1, NULL);
INSERT INTO forwardings (id, case_id, authority, contact, reason, state_before, account_id, forwarded_at, note, taken_back_by_id,
  taken_back_at)
  VALUES (1, 83, 'Kraj', 'zjq4rhz', 'Silnice je kraje.', 'new', 11, {now}, '', NULL, NULL),
    (2, 84, 'Kraj', '', 'Silnice je kraje.', 'new', 11, {now}, 'Omyl.', 11, {later})
"""
"""A main case with one joined to it and one that was; one that was handed over, and one that was taken back."""


def link(**changes: str) -> str:
    row = {"id": "99", "case_id": "84", "main_id": "81", "root_id": "81", "state_before": "'new'", "reason": "''",
           "linked_by_id": "11", "linked_at": "{now}", "end_reason": "''", **changes}  # fmt: skip
    return f"INSERT INTO case_links ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608


def sharing(**changes: str) -> str:
    row = {"id": "99", "case_id": "81", "letter": "'answer'", "message_id": "2", "n": "1", "is_ordered": "true",
           "linked_until": "{now}", "made_at": "{now}", "cursor": "0", **changes}  # fmt: skip
    return f"INSERT INTO sharings ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608


def shared(**changes: str) -> str:
    row = {"link_id": "1", "message_id": "2", "n": "2", **changes}
    return f"INSERT INTO shared_answers ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608


def forwarding(**changes: str) -> str:
    row = {"id": "99", "case_id": "84", "authority": "'Kraj'", "contact": "''", "reason": "''", "state_before": "'new'",
           "account_id": "11", "forwarded_at": "{now}", "note": "''", **changes}  # fmt: skip
    return f"INSERT INTO forwardings ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608


BY_TRIGGER: dict[str, tuple[str, ...]] = {
    "case_links_keep": (
        "UPDATE case_links SET case_id = 84 WHERE id = 1",
        "UPDATE case_links SET state_before = 'in_progress' WHERE id = 1",
        "UPDATE case_links SET linked_by_id = 12 WHERE id = 1",
        "UPDATE case_links SET linked_at = {later} WHERE id = 1",
        "UPDATE case_links SET reason = 'Jinak.' WHERE id = 1",
        "UPDATE case_links SET ended_at = NULL, ended_by_id = NULL, end_reason = '' WHERE id = 2",
        "UPDATE case_links SET end_reason = 'Jinak.' WHERE id = 2",
        "UPDATE case_links SET root_id = 84 WHERE id = 2",
    ),
    "case_links_stay": ("DELETE FROM case_links", "DELETE FROM case_links WHERE id = 2"),
    "case_links_root": (link(root_id="82"), link(main_id="82", root_id="82")),
    "case_links_root_later": (
        "UPDATE case_links SET root_id = 82 WHERE id = 1",
        "UPDATE case_links SET main_id = 82, root_id = 82 WHERE id = 1",
    ),
    "case_links_leaf": (link(case_id="81", main_id="84", root_id="84"),),
    "cases_joined": (
        "UPDATE cases SET state = 'in_progress', outcome = NULL, version = 2 WHERE id = 82",
        "UPDATE cases SET state = 'new', outcome = NULL, version = 2 WHERE id = 82",
        "UPDATE cases SET state = 'in_review', outcome = NULL, version = 2 WHERE id = 82",
    ),
    "sharings_keep": (
        "UPDATE sharings SET cursor = 0 WHERE id = 1",
        "UPDATE sharings SET finished_at = NULL WHERE id = 1",
        "UPDATE sharings SET case_id = 82 WHERE id = 2",
        "UPDATE sharings SET letter = 'taken_back' WHERE id = 2",
        "UPDATE sharings SET is_ordered = true WHERE id = 2",
        "UPDATE sharings SET linked_until = {later} WHERE id = 2",
        "UPDATE sharings SET n = 2 WHERE id = 1",
    ),
    "sharings_stay": ("DELETE FROM sharings",),
    "shared_answers_keep": (
        "UPDATE shared_answers SET copy_id = NULL WHERE link_id = 1",
        "UPDATE shared_answers SET copy_id = 86 WHERE link_id = 1",
        "UPDATE shared_answers SET n = 2 WHERE link_id = 2",
    ),
    "shared_answers_stay": ("DELETE FROM shared_answers",),
    "forwardings_keep": (
        "UPDATE forwardings SET case_id = 81 WHERE id = 1",
        "UPDATE forwardings SET authority = 'Stát' WHERE id = 1",
        "UPDATE forwardings SET reason = 'Jinak.' WHERE id = 1",
        "UPDATE forwardings SET contact = 'jinam' WHERE id = 1",
        "UPDATE forwardings SET state_before = 'in_progress' WHERE id = 1",
        "UPDATE forwardings SET taken_back_at = NULL, taken_back_by_id = NULL WHERE id = 2",
        "UPDATE forwardings SET note = 'Jinak.' WHERE id = 2",
    ),
    "forwardings_stay": ("DELETE FROM forwardings WHERE id = 2",),
    "case_links_all": ("TRUNCATE case_links CASCADE",),
    "sharings_all": ("TRUNCATE sharings",),
    "shared_answers_all": ("TRUNCATE shared_answers",),
    "forwardings_all": ("TRUNCATE forwardings",),
}

BY_CONSTRAINT: dict[str, tuple[str, ...]] = {
    "ck_cases_outcome": ("UPDATE cases SET outcome = 'lost', version = 2 WHERE id = 83",),
    "ck_cases_ended": (
        "UPDATE cases SET outcome = 'not_ours', version = 2 WHERE id = 84",
        "UPDATE cases SET state = 'in_progress', version = 2 WHERE id = 83",
    ),
    "ck_case_links_state_before": (link(state_before="'closed'"),),
    "ck_case_links_other": (
        link(case_id="84", main_id="84", root_id="81"),
        link(case_id="84", main_id="81", root_id="84"),
    ),
    "ck_case_links_ended": (link(ended_by_id="11"), link(end_reason="'Omyl.'")),
    "fk_case_links_case_id": (link(case_id="999"),),
    "fk_case_links_main_id": (link(main_id="999"),),
    "fk_case_links_root_id": (link(root_id="999"),),
    "fk_case_links_linked_by_id": (link(linked_by_id="999"),),
    "fk_case_links_ended_by_id": (link(ended_by_id="999", ended_at="{later}"),),
    "ck_sharings_letter": (sharing(letter="'receipt'", message_id="NULL", n="NULL"),),
    "ck_sharings_message_id": (
        sharing(message_id="NULL", n="NULL"),
        sharing(letter="'forwarded'"),
    ),
    "ck_sharings_n": (sharing(n="NULL"), sharing(letter="'forwarded'", message_id="NULL")),
    "fk_sharings_case_id": (sharing(case_id="999"),),
    "fk_sharings_revision": (sharing(n="9"),),
    "fk_shared_answers_link_id": (shared(link_id="999"),),
    "fk_shared_answers_revision": (shared(n="9"),),
    "fk_shared_answers_copy_id": (shared(copy_id="999"),),
    "uq_shared_answers_copy_id": (shared(copy_id="85"),),
    "ck_forwardings_state_before": (forwarding(state_before="'answered'"),),
    "ck_forwardings_taken_back": (
        forwarding(taken_back_at="{later}"),
        forwarding(taken_back_by_id="11"),
    ),
    "fk_forwardings_case_id": (forwarding(case_id="999"),),
    "fk_forwardings_account_id": (forwarding(account_id="999"),),
    "fk_forwardings_taken_back_by_id": (forwarding(taken_back_by_id="999", taken_back_at="{later}"),),
}

ALLOWED: dict[str, tuple[str, int]] = {
    "a case is joined to another": (link(), 1),
    "a case that was joined is joined again": (link(case_id="83"), 1),
    "a link follows its main case": ("UPDATE case_links SET main_id = 84, root_id = 84 WHERE id = 1", 1),
    "a link ends": ("UPDATE case_links SET ended_at = {later}, ended_by_id = 11, end_reason = 'Omyl.' WHERE id = 1", 1),
    "the reasons of a link are erased": ("UPDATE case_links SET reason = '', end_reason = ''", 2),
    "a joined case is answered": (
        "UPDATE cases SET state = 'answered', answered_at = {now}, answered_on = '2026-11-18', version = 2 WHERE id = 82",
        1,
    ),
    "an answer is shared": (sharing(), 1),
    "sharing goes on": ("UPDATE sharings SET cursor = 2, finished_at = {now} WHERE id = 2", 1),
    "a joined case gets an answer": (shared(), 1),
    "a copy is made": ("UPDATE shared_answers SET copy_id = 86 WHERE link_id = 2", 1),
    "a case is handed over again": (forwarding(), 1),
    "a case is taken back": (
        "UPDATE forwardings SET taken_back_at = {later}, taken_back_by_id = 11, note = 'Omyl.' WHERE id = 1",
        1,
    ),
    "the words of a handing over are erased": ("UPDATE forwardings SET reason = '', contact = '', note = ''", 2),
}

"""Statements that try to break what holds for words, duty and what goes out, and those beside them that are allowed.

"Way round" names the twelve that a prototype of these tables left open.
"""

from __future__ import annotations

from tests.schema.words_world import (
    address,
    attachment,
    case,
    conversation,
    decision,
    delivery,
    dispatch,
    draft,
    link,
    message,
    note,
    origin,
    revision,
    rule,
    subscription,
)

ANNOUNCED = {"message_id": "4", "letter": "'announcement'"}
RECEIPT = {"message_id": "1", "letter": "'receipt'"}

BY_TRIGGER: dict[str, tuple[str, ...]] = {
    "conversations_keep": (
        "UPDATE conversations SET visibility = 'public' WHERE id = 1",  # way round: the conversation's visibility flipped
        "UPDATE conversations SET visibility = 'private' WHERE id = 2",
        "UPDATE conversations SET began_at = {later} WHERE id = 1",
        "UPDATE conversations SET id = 98 WHERE id = 6",
    ),
    "conversations_stay": ("DELETE FROM conversations WHERE id = 6", "DELETE FROM conversations"),
    "messages_born": (
        message(shown_n="1", slug="'x'"),  # way round: shown without a decision
        message(appears_at="{now}"),
        message(leaves_at="{later}"),
        message(shown_n="1", appears_at="{now}", leaves_at="{later}"),
    ),
    "messages_reply": (
        message(replies_to_id="4"),
        message(conversation_id="5", replies_to_id="1"),
        message(replies_to_id="99"),
    ),
    "messages_derived": (
        message(derived_from_id="3"),
        message(conversation_id="5", derived_from_id="1"),
        message(derived_from_id="5"),  # who did not agree
        message(derived_from_id="99"),
    ),
    "messages_slug": (message(conversation_id="1", slug="'tajne'"),),
    "messages_slug_later": ("UPDATE messages SET slug = 'tajne' WHERE id = 1",),
    "messages_asker": (
        message(conversation_id="1", kind="'question'", author_id="2"),
        message(conversation_id="1", kind="'question'"),
    ),
    "messages_keep": (
        "UPDATE messages SET conversation_id = 4 WHERE id = 1",  # way round: conversation_id updated
        "UPDATE messages SET conversation_id = 4 WHERE id = 3",
        "UPDATE messages SET kind = 'comment' WHERE id = 6",
        "UPDATE messages SET department_id = 11 WHERE id = 2",
        "UPDATE messages SET entered_by_id = NULL WHERE id = 5",
        "UPDATE messages SET replies_to_id = NULL WHERE id = 2",
        "UPDATE messages SET derived_from_id = NULL WHERE id = 3",
        "UPDATE messages SET touchpoint_id = 1 WHERE id = 1",
        "UPDATE messages SET channel = 'email' WHERE id = 1",
        "UPDATE messages SET received_at = {later} WHERE id = 1",
        "UPDATE messages SET occurred_at = {now} WHERE id = 1",
        "UPDATE messages SET slug = 'jinam' WHERE id = 3",
        "UPDATE messages SET slug = NULL WHERE id = 3",
        "UPDATE messages SET id = 98 WHERE id = 11",
    ),
    "messages_author": (
        "UPDATE messages SET author_id = 2 WHERE id = 3",
        "UPDATE messages SET author_id = 1 WHERE id = 9",
        "UPDATE messages SET author_id = 1 WHERE id = 8",
    ),
    "messages_shown": (
        "UPDATE messages SET shown_n = 1 WHERE id = 7",  # way round: shown without a decision
        "UPDATE messages SET shown_n = 2 WHERE id = 4",
        "UPDATE messages SET shown_n = 3 WHERE id = 4",
        "UPDATE messages SET shown_n = 1, appears_at = {now} WHERE id = 7",
        "UPDATE messages SET shown_n = 2 WHERE id = 9",  # the decision was about another revision
        "UPDATE messages SET shown_n = 1 WHERE id = 9",  # way round: re-shown after hide by the older approve
        "UPDATE messages SET shown_n = 2 WHERE id = 5",  # rejected
    ),
    "messages_appear": (
        "UPDATE messages SET appears_at = {now} WHERE id = 6",  # approved, but not shown
        "UPDATE messages SET appears_at = {later} WHERE id = 3",
        "UPDATE messages SET appears_at = NULL WHERE id = 3",
    ),
    "messages_leave": (
        "UPDATE messages SET leaves_at = NULL WHERE id = 9",
        "UPDATE messages SET leaves_at = {later} WHERE id = 9",
    ),
    "messages_stay": ("DELETE FROM messages WHERE id = 11", "DELETE FROM messages"),
    "revisions_keep": (
        "UPDATE revisions SET text = 'Jinak.' WHERE message_id = 4 AND n = 1",
        "UPDATE revisions SET title = 'Jinak' WHERE message_id = 4 AND n = 1",
        # way round: text written into an erased revision
        "UPDATE revisions SET text = 'Jinak.', erased_at = NULL WHERE message_id = 5 AND n = 1",
        "UPDATE revisions SET title = 'Jinak' WHERE message_id = 5 AND n = 1",
        "UPDATE revisions SET erased_at = {later} WHERE message_id = 5 AND n = 1",
        "UPDATE revisions SET text = NULL, erased_at = {now} WHERE message_id = 4 AND n = 1",  # its title and salt stay
        "UPDATE revisions SET text = NULL, title = NULL, erased_at = {now} WHERE message_id = 4 AND n = 1",
        "UPDATE revisions SET account_id = 12 WHERE message_id = 13",
        "UPDATE revisions SET n = 3 WHERE message_id = 5 AND n = 2",
        "UPDATE revisions SET message_id = 10 WHERE message_id = 13",
        "UPDATE revisions SET text = NULL, title = NULL, salt = NULL, erased_at = {now}, account_id = NULL WHERE message_id = 13",
    ),
    "revisions_stay": (
        "DELETE FROM revisions WHERE message_id = 4 AND n = 2",  # way round: a revision deleted
        "DELETE FROM revisions",
    ),
    "revisions_add": (revision(n="2"), revision(n="4"), revision(message_id="10", n="2")),
    "decisions_eyes": (
        decision(11),
        decision(11, kind="'restore'"),  # way round: restored by the author
        decision(11, message_id="13"),
        decision(None),
        decision(11, message_id="7"),  # way round: articles and notices need four eyes, too
        decision(12, message_id="7"),  # way round: a revision without an author
        decision(12, message_id="12"),
        decision(11, message_id="2", n="2"),
        decision(None, message_id="2", n="2"),
        decision(11, message_id="4", n="2"),
        decision(11, message_id="14"),  # the question as the office worded it
        decision(None, message_id="14"),
    ),
    "decisions_keep": (
        "UPDATE decisions SET kind = 'approve' WHERE id = 7",
        "UPDATE decisions SET n = 2 WHERE id = 3",
        "UPDATE decisions SET id = 98 WHERE id = 3",
        "UPDATE decisions SET reason = 'jiný důvod' WHERE id = 7",
        "UPDATE decisions SET reason = '', kind = 'approve' WHERE id = 7",
    ),
    "decisions_stay": ("DELETE FROM decisions WHERE id = 7", "DELETE FROM decisions"),
    "attachments_add": (attachment(message_id="4"), attachment(message_id="9")),
    "attachments_keep": (
        "UPDATE attachments SET key = 'k2' WHERE id = 1",
        "UPDATE attachments SET key = 'k2' WHERE id = 2",
        "UPDATE attachments SET key = NULL WHERE id = 1",
        "UPDATE attachments SET name = '' WHERE id = 1",
        "UPDATE attachments SET key = NULL, name = '', message_id = 3 WHERE id = 1",
        "UPDATE attachments SET key = NULL, name = '', digest = 'x' WHERE id = 1",
        "UPDATE attachments SET id = 98 WHERE id = 2",
    ),
    "attachments_stay": ("DELETE FROM attachments WHERE id = 2",),
    "origins_keep": (
        "UPDATE origins SET message_id = 5 WHERE id = 1",
        "UPDATE origins SET message_id = NULL WHERE id = 1",
        "UPDATE origins SET external_id = 'c' WHERE id = 2",
        "UPDATE origins SET source = 'c' WHERE id = 2",
        "UPDATE origins SET digest = 'c' WHERE id = 2",
        "UPDATE origins SET id = 98 WHERE id = 2",
    ),
    "origins_stay": ("DELETE FROM origins WHERE id = 2",),
    "cases_born": (
        case(conversation_id="2", question_id="3"),
        case(question_id="11"),
        case(conversation_id="6", question_id="12"),
    ),
    "cases_keep": (
        "UPDATE cases SET version = 2, reference = 'CCC' WHERE id = 1",
        "UPDATE cases SET version = 2, conversation_id = 5 WHERE id = 1",
        "UPDATE cases SET version = 2, question_id = 10 WHERE id = 1",
        "UPDATE cases SET version = 2, received_on = '2026-11-19' WHERE id = 1",
        "UPDATE cases SET version = 2, id = 98 WHERE id = 2",
    ),
    "cases_version": (
        "UPDATE cases SET state = 'closed' WHERE id = 1",
        "UPDATE cases SET state = 'closed', version = 1 WHERE id = 1",
        "UPDATE cases SET state = 'closed', version = 3 WHERE id = 1",
        "UPDATE cases SET version = 0 WHERE id = 1",
    ),
    "cases_erased": (
        "UPDATE cases SET version = 2, state = 'in_progress' WHERE id = 3",
        "UPDATE cases SET version = 2, erased_at = NULL WHERE id = 3",
    ),
    "cases_stay": ("DELETE FROM cases WHERE id = 2",),
    "case_notes_keep": (
        "UPDATE case_notes SET text = 'Psala.' WHERE id = 1",
        "UPDATE case_notes SET text = 'Psala.' WHERE id = 2",
        "UPDATE case_notes SET text = NULL, account_id = 12 WHERE id = 1",
        "UPDATE case_notes SET text = NULL, case_id = 2 WHERE id = 1",
        "UPDATE case_notes SET text = NULL, written_at = {later} WHERE id = 1",
        "UPDATE case_notes SET id = 98 WHERE id = 2",
    ),
    "case_notes_stay": ("DELETE FROM case_notes WHERE id = 2",),
    "drafts_keep": ("UPDATE drafts SET case_id = 2, version = 2",),
    "drafts_version": (
        "UPDATE drafts SET text = 'Na podzim'",
        "UPDATE drafts SET text = 'Na podzim', version = 3",
        "UPDATE drafts SET version = 0",
    ),
    "deadline_rules_keep": (
        "UPDATE deadline_rules SET amount = 60 WHERE id = 901",
        "UPDATE deadline_rules SET unit = 'month' WHERE id = 901",
        "UPDATE deadline_rules SET legal_kind = 'gdpr' WHERE id = 901",
        "UPDATE deadline_rules SET body = 'mayor' WHERE id = 901",
        "UPDATE deadline_rules SET basis = '§ 2' WHERE id = 901",
        "UPDATE deadline_rules SET valid_from = '2026-01-01' WHERE id = 901",
        "UPDATE deadline_rules SET id = 98 WHERE id = 902",
    ),
    "deadline_rules_stay": ("DELETE FROM deadline_rules WHERE id = 902", "DELETE FROM deadline_rules WHERE id = 901"),
    "follow_links_keep": (
        "UPDATE follow_links SET case_id = 2",
        "UPDATE follow_links SET digest = 'f2'",
    ),
    "addresses_keep": (
        "UPDATE addresses SET value = 'jina@mesto.example' WHERE id = 1",
        "UPDATE addresses SET value = 'erased 2' WHERE id = 1",
        "UPDATE addresses SET channel = 'web' WHERE id = 1",
        "UPDATE addresses SET contact_id = 1 WHERE id = 2",  # nobody proved it
        "UPDATE addresses SET id = 98 WHERE id = 4",
    ),
    "addresses_stay": ("DELETE FROM addresses WHERE id = 4", "DELETE FROM addresses WHERE id = 1"),
    "topics_keep": ("UPDATE topics SET code = 'jine' WHERE id = 51", "UPDATE topics SET id = 98 WHERE id = 52"),
    "topics_stay": ("DELETE FROM topics WHERE id = 52",),
    "subscriptions_proof": (
        "UPDATE subscriptions SET wording = 'v2' WHERE id = 1",
        "UPDATE subscriptions SET asked_at = {later} WHERE id = 1",
        "UPDATE subscriptions SET wording_digest = 'x' WHERE id = 1",
    ),
    "subscriptions_keep": (
        "UPDATE subscriptions SET ended_at = NULL WHERE id = 2",
        "UPDATE subscriptions SET ended_at = {now} WHERE id = 2",
        "UPDATE subscriptions SET topic_id = 52 WHERE id = 1",
        "UPDATE subscriptions SET address_id = 4 WHERE id = 1",
        "UPDATE subscriptions SET confirmed_at = {later} WHERE id = 1",
        "UPDATE subscriptions SET id = 98 WHERE id = 1",
    ),
    "subscriptions_stay": ("DELETE FROM subscriptions WHERE id = 2",),
    "dispatches_born": (dispatch(expanded="1"), dispatch(cursor="1"), dispatch(expanded="3", cursor="3")),
    "dispatches_approved": (
        dispatch(message_id="4", n="2"),
        dispatch(message_id="2"),
        dispatch(message_id="9"),
        dispatch(message_id="7"),
    ),
    "dispatches_keep": (
        "UPDATE dispatches SET cursor = 1",
        "UPDATE dispatches SET message_id = 3",
        "UPDATE dispatches SET n = 2",
        "UPDATE dispatches SET topic_id = 52",
        "UPDATE dispatches SET lane = 'prompt'",
        "UPDATE dispatches SET audience = 2",
        "UPDATE dispatches SET frozen_at = {later}",
        "UPDATE dispatches SET id = 98",
    ),
    "dispatches_expanded": (
        "UPDATE dispatches SET expanded = 3",
        "UPDATE dispatches SET expanded = 3, cursor = 3",
    ),
    "dispatches_stay": ("DELETE FROM dispatches",),
    "deliveries_born": (
        delivery(state="'sent'", sent_at="{now}"),
        delivery(state="'claimed'", claimed_until="{later}"),
        *(delivery(state=f"'{state}'") for state in ("retry", "failed", "unknown", "cancelled")),
        delivery(sent_at="{now}"),
        delivery(began_at="{now}"),
        delivery(attempts="1"),
    ),
    "deliveries_approved": (
        delivery(n="2"),  # way round: an unapproved answer delivered
        delivery(message_id="9", address_id="2"),
        delivery(**{**ANNOUNCED, "n": "2"}),
        delivery(message_id="1"),
        delivery(n="9"),
    ),
    "deliveries_address": (
        delivery(address_id="2"),
        delivery(address_id="4"),
        delivery(address_id="999"),
        delivery(message_id="8"),  # Borys's answer to Anna
        delivery(letter="'receipt'", n="2"),  # an unapproved answer as if it were a receipt
        delivery(letter="'receipt'", message_id="4", n="2"),
        delivery(letter="'receipt'", message_id="14"),
        delivery(letter="'receipt'", message_id="5"),
        delivery(letter="'receipt'", message_id="1", address_id="2"),
    ),
    "deliveries_keep": (
        "UPDATE deliveries SET dispatch_id = NULL WHERE id = 1",
        "UPDATE deliveries SET message_id = 8 WHERE id = 10",
        "UPDATE deliveries SET n = 2 WHERE id = 10",
        "UPDATE deliveries SET address_id = 2 WHERE id = 10",
        "UPDATE deliveries SET channel = 'telegram' WHERE id = 10",
        "UPDATE deliveries SET letter = 'receipt' WHERE id = 10",
        "UPDATE deliveries SET operation = 'edit' WHERE id = 10",
        "UPDATE deliveries SET copy = 9 WHERE id = 10",
        "UPDATE deliveries SET lane = 'bulk' WHERE id = 10",
        "UPDATE deliveries SET queued_at = {later} WHERE id = 10",
        "UPDATE deliveries SET id = 98 WHERE id = 10",
    ),
    "deliveries_settled": (
        "UPDATE deliveries SET state = 'queued' WHERE id = 14",
        "UPDATE deliveries SET state = 'failed' WHERE id = 14",
        "UPDATE deliveries SET sent_at = {later} WHERE id = 14",
        "UPDATE deliveries SET state = 'queued' WHERE id = 17",
        "UPDATE deliveries SET state = 'queued' WHERE id = 18",
        "UPDATE deliveries SET state = 'queued' WHERE id = 16",
        "UPDATE deliveries SET state = 'retry' WHERE id = 16",
        "UPDATE deliveries SET state = 'claimed', claimed_until = {later} WHERE id = 16",
        "UPDATE deliveries SET state = 'queued' WHERE id = 15",
        "UPDATE deliveries SET state = 'unknown' WHERE id = 15",
        "UPDATE deliveries SET state = 'queued', claimed_until = NULL WHERE id = 12",
        "UPDATE deliveries SET state = 'queued', claimed_until = NULL, began_at = NULL WHERE id = 12",
        "UPDATE deliveries SET began_at = NULL WHERE id = 12",
    ),
    "deliveries_stay": ("DELETE FROM deliveries WHERE id = 18",),
    "delivery_parts_keep": ("UPDATE delivery_parts SET sent_as = 'x'", "UPDATE delivery_parts SET position = 2"),
    "delivery_parts_stay": ("DELETE FROM delivery_parts",),
    "revisions_place": (
        "UPDATE revisions SET text = NULL, title = NULL, salt = NULL, erased_at = {now} WHERE message_id = 1",
    ),
    "search_entries_public": (
        "INSERT INTO search_entries (message_id, words) VALUES (1, 'tajne')",
        "INSERT INTO search_entries (message_id, words) VALUES (2, 'tajne')",
        "INSERT INTO search_entries (message_id, words) VALUES (7, 'neschvalene')",
    ),
    "search_entries_keep": (
        "UPDATE search_entries SET words = 'jine' WHERE message_id = 3",
        "UPDATE search_entries SET message_id = 1 WHERE message_id = 3",
    ),
}

BY_CONSTRAINT: dict[str, tuple[str, ...]] = {
    "ck_conversations_visibility": (
        conversation("'internal'"),  # way round: an unknown visibility word
        conversation("''"),
    ),
    "ck_addresses_state": (address(state="'lost'"), "UPDATE addresses SET state = 'lost' WHERE id = 1"),
    "fk_addresses_contact_id": (address(contact_id="999"), "DELETE FROM contacts WHERE id = 4"),
    "uq_addresses_channel_value": (address(value="'anna@mesto.example'"),),
    "ck_messages_kind": (message(kind="'note'"),),
    "ck_messages_shown_n": (
        "UPDATE messages SET shown_n = 0 WHERE id = 3",
        "UPDATE messages SET shown_n = -1 WHERE id = 7",
    ),
    "ck_messages_leaves_at": ("UPDATE messages SET leaves_at = {hour} WHERE id = 3",),
    "fk_messages_author_id": (message(author_id="999"), "DELETE FROM contacts WHERE id = 3"),
    "fk_messages_conversation_id": (message(conversation_id="999"),),
    "fk_messages_department_id": (message(department_id="999"), "DELETE FROM departments WHERE id = 13"),
    "fk_messages_derived_from_id": (message(derived_from_id="999"),),
    "fk_messages_entered_by_id": (message(entered_by_id="999"),),
    "fk_messages_replies_to_id": (message(replies_to_id="999"),),
    "fk_messages_touchpoint_id": (message(touchpoint_id="999"),),
    "uq_messages_slug": (message(slug="'chodnik'"), "UPDATE messages SET slug = 'chodnik' WHERE id = 7"),
    "ck_revisions_cause": (revision(cause="'whim'"),),
    "ck_revisions_n": (revision(n="0"), revision(n="-1")),
    "ck_revisions_text": (revision(text="NULL"), revision(erased_at="{now}")),
    "fk_revisions_account_id": (revision(account_id="999"),),
    "fk_revisions_message_id": (revision(message_id="999", n="1"),),
    "ck_decisions_kind": (decision(kind="'maybe'"),),
    "ck_decisions_actor_kind": (decision(actor_kind="'citizen'", account_id="NULL", kind="'reject'"),),
    "ck_decisions_account_id": (decision(account_id="NULL", kind="'reject'"), decision(None, account_id="12")),
    "ck_decisions_rule": (decision(rule="'known'"), decision(None, message_id="9", rule="NULL")),
    "fk_decisions_account_id": (decision(999),),
    "fk_decisions_revision": (decision(n="2"), decision(message_id="999"), decision(n="0")),
    "ck_attachments_size": (attachment(size="-1"),),
    "fk_attachments_message_id": (attachment(message_id="999"),),
    "uq_attachments_key": (attachment(key="'k1'"),),
    "uq_attachments_message_id_position": (attachment(position="1"),),
    "fk_origins_message_id": (origin(message_id="999"),),
    "uq_origins_source_external_id": (origin(external_id="'a'"), origin(external_id="'b'", message_id="NULL")),
    "ck_deadline_rules_amount": (rule(amount="0"), rule(amount="3661")),
    "ck_deadline_rules_legal_kind": (rule(legal_kind="'wish'"),),
    "ck_deadline_rules_unit": (rule(unit="'week'"),),
    "uq_deadline_rules_legal_kind_body_valid_from": (rule(body="'council'", valid_from="'2020-01-01'"),),
    "ck_cases_state": (case(state="'overdue'"), "UPDATE cases SET version = 2, state = 'overdue' WHERE id = 1"),
    "ck_cases_legal_kind": (case(legal_kind="'wish'"),),
    "fk_cases_conversation_id": (case(conversation_id="999", question_id="999"),),
    "fk_cases_question_id": (case(question_id="999"),),
    "fk_cases_department_id": (case(department_id="999"),),
    "fk_cases_official_id": (case(official_id="999"),),
    "fk_cases_deadline_rule_id": (case(deadline_rule_id="999"),),
    "uq_cases_conversation_id": (case(conversation_id="1", question_id="11"),),
    "uq_cases_question_id": (case(conversation_id="1", question_id="1"),),
    "uq_cases_reference": (case(reference="'AAA'"),),
    "fk_case_notes_case_id": (note(case_id="999"),),
    "fk_case_notes_account_id": (note(account_id="999"),),
    "fk_drafts_case_id": (draft(case_id="999"),),
    "fk_drafts_account_id": (draft(account_id="999"), "UPDATE drafts SET account_id = 999, version = 2"),
    "fk_follow_links_case_id": (link(case_id="999"),),
    "uq_topics_code": ("INSERT INTO topics (id, code) VALUES (99, 'vodovod')",),
    "fk_subscriptions_topic_id": (subscription(topic_id="999"),),
    "fk_subscriptions_address_id": (subscription(address_id="999"),),
    "ck_dispatches_expanded": (dispatch(audience="-1"),),
    "ck_dispatches_lane": (dispatch(lane="'fast'"),),
    "fk_dispatches_revision": (dispatch(n="9"), dispatch(message_id="999")),
    "fk_dispatches_topic_id": (dispatch(topic_id="999"),),
    "uq_dispatches_message_id_n_topic_id": (dispatch(message_id="4"),),
    "uq_opt_ins_secret_digest": ("UPDATE opt_ins SET secret_digest = 's1' WHERE id = 2",),
    "fk_opt_ins_address_id": ("UPDATE opt_ins SET address_id = 999 WHERE id = 2",),
    "ck_deliveries_claimed_until": (
        "UPDATE deliveries SET state = 'claimed' WHERE id = 10",
        "UPDATE deliveries SET claimed_until = {later} WHERE id = 10",
        "UPDATE deliveries SET state = 'sent', sent_at = {now} WHERE id = 12",
    ),
    "ck_deliveries_sent_at": ("UPDATE deliveries SET state = 'sent' WHERE id = 10",),
    "ck_deliveries_state": ("UPDATE deliveries SET state = 'lost' WHERE id = 10",),
    "ck_deliveries_lane": (delivery(lane="'fast'"),),
    "ck_deliveries_letter": (delivery(letter="'love'"),),
    "ck_deliveries_operation": (delivery(operation="'burn'"),),
    "fk_deliveries_address_id": (delivery(**{**ANNOUNCED, "dispatch_id": "1", "address_id": "999"}),),
    "ck_deliveries_dispatch_id": (
        delivery(dispatch_id="1"),  # an answer, as if it were announced
        delivery(**{**RECEIPT, "dispatch_id": "1"}),
        delivery(letter="'announcement'"),
    ),
    "fk_deliveries_dispatch": (
        delivery(**{**ANNOUNCED, "dispatch_id": "999"}),
        delivery(**{**ANNOUNCED, "message_id": "2", "n": "1", "dispatch_id": "1"}),  # private words
        delivery(**{**ANNOUNCED, "n": "2", "dispatch_id": "1"}),
    ),
    "fk_deliveries_revision": (delivery(**{**RECEIPT, "n": "9"}),),
    "uq_deliveries_message_id_n_address_id_letter_operation_copy": (delivery(address_id="1"),),
    "fk_delivery_parts_delivery_id": (
        "INSERT INTO delivery_parts (delivery_id, position, sent_as) VALUES (999, 1, 'x')",
    ),
    "ck_cases_suspicion": (case(suspicion="'guilty'"),),
    "fk_search_entries_message_id": ("INSERT INTO search_entries (message_id, words) VALUES (999, 'nikde')",),
}


NOT_NULL = (
    origin(external_id="NULL"),  # way round: two arrivals without an outside id are told apart by nothing
    origin(source="NULL"),
)

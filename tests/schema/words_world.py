"""The rows of what people say, what the office owes for it and what goes out, in which the invariants are attacked."""

from __future__ import annotations

WORLD = """
INSERT INTO departments (id, slug, name, needs_approval, keywords)
  VALUES (11, 'tisk', 'Tiskové', false, '[]'), (12, 'stavebni', 'Stavební', true, '[]'), (13, 'kultura', 'Kultura', false, '[]');
INSERT INTO accounts (id, email, name, active, fs_uniquifier)
  VALUES (11, 'pise@mesto.example', 'Referent', true, 'u11'), (12, 'schvaluje@mesto.example', 'Vedoucí', true, 'u12');
INSERT INTO contacts (id, language, first_seen_at)
  VALUES (1, 'cs', {now}), (2, 'uk', {now}), (3, 'cs', {now}), (4, 'cs', {now}), (5, 'cs', {now});
INSERT INTO addresses (id, contact_id, channel, value, state, verified_at)
  VALUES (1, 1, 'email', 'anna@mesto.example', 'active', NULL), (2, 2, 'email', 'borys@mesto.example', 'blocked', NULL),
    (3, 1, 'telegram', '77', 'active', {now}), (4, 4, 'email', 'nic@mesto.example', 'active', NULL);
INSERT INTO conversations (id, visibility, began_at)
  VALUES (1, 'private', {now}), (2, 'public', {now}), (3, 'private', {now}), (4, 'public', {now}), (5, 'private', {now}),
    (6, 'private', {now}), (71, 'private', {now});
INSERT INTO messages (id, conversation_id, kind, author_id, department_id, entered_by_id, replies_to_id, derived_from_id,
  channel, language, may_publish, slug, received_at)
  VALUES (1, 1, 'question', 1, NULL, NULL, NULL, NULL, 'web', 'cs', true, NULL, {now}),
    (2, 1, 'answer', NULL, 12, NULL, 1, NULL, 'desk', 'cs', false, NULL, {now}),
    (3, 2, 'question', NULL, 12, NULL, NULL, 1, 'desk', 'cs', false, 'chodnik', {now}),
    (4, 2, 'answer', NULL, 12, NULL, 3, 2, 'desk', 'cs', false, NULL, {now}),
    (5, 3, 'question', 2, NULL, 12, NULL, NULL, 'paper', 'uk', false, NULL, {now}),
    (6, 4, 'notice', NULL, 13, NULL, NULL, NULL, 'desk', 'cs', false, 'uzavirka', {now}),
    (7, 4, 'article', NULL, 11, NULL, NULL, NULL, 'desk', 'cs', false, NULL, {now}),
    (8, 3, 'answer', NULL, 11, NULL, 5, NULL, 'desk', 'uk', false, NULL, {now}),
    (9, 2, 'comment', 2, NULL, NULL, 4, NULL, 'web', 'cs', false, NULL, {now}),
    (10, 5, 'question', 3, NULL, NULL, NULL, NULL, 'web', 'cs', false, NULL, {now}),
    (11, 1, 'question', 1, NULL, NULL, 1, NULL, 'web', 'cs', false, NULL, {now}),
    (12, 6, 'answer', NULL, 12, NULL, NULL, NULL, 'desk', 'cs', false, NULL, {now}),
    (13, 4, 'notice', NULL, 11, NULL, NULL, NULL, 'desk', 'cs', false, NULL, {now}),
    (14, 2, 'question', NULL, 12, NULL, NULL, 1, 'desk', 'cs', false, NULL, {now}),
    (715, 71, 'question', NULL, NULL, NULL, NULL, NULL, 'web', 'cs', false, NULL, {now});
INSERT INTO attachments (id, message_id, position, name, media_type, size, digest, key)
  VALUES (1, 1, 1, 'foto.jpg', 'image/jpeg', 9, 'd1', 'k1'), (2, 5, 1, '', 'image/jpeg', 9, 'd2', NULL);
INSERT INTO revisions (message_id, n, title, text, cause, account_id, salt, digest, written_at, erased_at)
  VALUES (1, 1, NULL, 'Kdy bude chodník?', 'original', NULL, 's', 'd', {now}, NULL),
    (2, 1, NULL, 'Na jaře.', 'original', 11, 's', 'd', {now}, NULL),
    (2, 2, NULL, 'V létě.', 'correction', 11, 's', 'd', {now}, NULL),
    (3, 1, 'Chodník', 'Kdy bude?', 'derived', 11, 's', 'd', {now}, NULL),
    (4, 1, 'Chodník', 'Na jaře.', 'derived', 11, 's', 'd', {now}, NULL),
    (4, 2, 'Chodník', 'V létě.', 'derived', 11, 's', 'd', {now}, NULL),
    (5, 1, NULL, NULL, 'original', NULL, NULL, 'd', {now}, {now}),
    (5, 2, NULL, 'Коли?', 'author_edit', NULL, 's', 'd', {now}, NULL),
    (6, 1, 'Uzavírka', 'Zítra.', 'original', 11, 's', 'd', {now}, NULL),
    (7, 1, 'Článek', 'Dlouhý.', 'original', NULL, 's', 'd', {now}, NULL),
    (8, 1, NULL, 'Завтра.', 'original', 11, 's', 'd', {now}, NULL),
    (9, 1, NULL, 'Díky.', 'original', NULL, 's', 'd', {now}, NULL),
    (9, 2, NULL, 'Díky!', 'author_edit', NULL, 's', 'd', {now}, NULL),
    (12, 1, NULL, 'Bez autora.', 'original', NULL, 's', 'd', {now}, NULL),
    (13, 1, 'Oznámení', 'Jen moje.', 'original', 11, 's', 'd', {now}, NULL),
    (14, 1, 'Chodník', 'Kdy?', 'derived', 11, 's', 'd', {now}, NULL);
INSERT INTO decisions (id, message_id, n, kind, reason, actor_kind, account_id, rule, decided_at)
  VALUES (1, 2, 1, 'approve', '', 'account', 12, NULL, {now}), (2, 3, 1, 'approve', '', 'account', 12, NULL, {now}),
    (3, 4, 1, 'approve', '', 'account', 12, NULL, {now}), (4, 9, 1, 'approve', '', 'system', NULL, 'known', {now}),
    (5, 8, 1, 'approve', '', 'account', 11, NULL, {now}), (6, 6, 1, 'approve', '', 'account', 12, NULL, {now});
UPDATE messages SET shown_n = 1, appears_at = {now} WHERE id IN (2, 3, 4, 8, 9);
UPDATE messages SET leaves_at = {now} WHERE id = 9;
INSERT INTO decisions (id, message_id, n, kind, reason, actor_kind, account_id, rule, decided_at)
  VALUES (7, 9, 1, 'hide', 'urážka', 'account', 12, NULL, {now}), (8, 5, 2, 'reject', '', 'account', 12, NULL, {now});
INSERT INTO search_entries (message_id, words) VALUES (3, 'chodnik kdy'), (4, 'chodnik jaro');
INSERT INTO origins (id, source, external_id, digest, message_id) VALUES (1, 'web', 'a', 'd', 1), (2, 'web', 'b', 'd', NULL);
INSERT INTO deadline_rules (id, legal_kind, body, amount, unit, basis, source, is_verified, valid_from)
  VALUES (901, 'petition', 'council', 30, 'day', '§ 1', 'zákon', true, '2020-01-01'),
    (902, 'petition', 'nobody', 30, 'day', '§ 1', 'zákon', true, '2020-01-01');
INSERT INTO cases (id, reference, conversation_id, question_id, legal_kind, proposed_kind, department_id, official_id, state,
  hold_reasons, received_on, due_on, deadline_rule_id, version, erased_at)
  VALUES (1, 'AAA', 1, 1, 'message', 'message', 12, 11, 'answered', '[]', '2026-11-18', '2026-12-18', 901, 1, NULL),
    (2, 'BBB', 3, 5, 'message', 'message', 11, NULL, 'new', '[]', '2026-11-18', '2026-12-18', 901, 1, NULL),
    (3, 'EEE', 71, 715, 'message', 'message', 11, NULL, 'closed', '[]', '2026-11-18', '2026-12-18', 901, 1, {now});
INSERT INTO case_notes (id, case_id, account_id, text, written_at)
  VALUES (1, 1, 11, 'Volala.', {now}), (2, 1, 11, NULL, {now});
INSERT INTO drafts (case_id, version, account_id, text, is_public, title, public_question, saved_at)
  VALUES (1, 1, 11, 'Na pod', true, 'Chodník', 'Kdy?', {now});
INSERT INTO follow_links (digest, case_id, made_at, expires_at) VALUES ('f1', 1, {now}, {later});
INSERT INTO themes (id, slug, position, names) VALUES (61, 'doprava', 0, '{{}}'), (62, 'odpady', 1, '{{}}');
INSERT INTO topics (id, code) VALUES (51, 'vodovod'), (52, 'doprava');
INSERT INTO subscriptions (id, topic_id, address_id, confirmed_at, ended_at)
  VALUES (1, 51, 1, {now}, NULL), (2, 51, 2, {now}, {later}), (3, 51, 3, {now}, NULL);
INSERT INTO opt_ins (id, channel, value, topics, language, wording, wording_digest, asked_at, next_at, attempts, secret_digest)
  VALUES (1, 'email', 'nova@mesto.example', '["vodovod"]', 'cs', 'v1', 'd', {now}, {now}, 0, 's1'),
    (2, 'email', 'jiny@mesto.example', '[]', 'cs', 'v1', 'd', {now}, {now}, 0, NULL);
INSERT INTO dispatches (id, message_id, n, topic_id, lane, audience, expanded, cursor, frozen_at)
  VALUES (1, 4, 1, 51, 'bulk', 3, 0, 0, {now});
INSERT INTO deliveries (id, dispatch_id, message_id, n, address_id, channel, letter, operation, copy, lane, state, attempts,
  queued_at, next_at)
  VALUES (1, 1, 4, 1, 1, 'email', 'announcement', 'send', 0, 'bulk', 'queued', 0, {now}, {now}),
    (2, 1, 4, 1, 2, 'email', 'announcement', 'send', 0, 'bulk', 'skipped', 0, {now}, {now}),
    (3, NULL, 1, 1, 1, 'email', 'receipt', 'send', 0, 'prompt', 'queued', 0, {now}, {now}),
    (10, NULL, 2, 1, 1, 'email', 'answer', 'send', 0, 'prompt', 'queued', 0, {now}, {now}),
    (11, NULL, 2, 1, 1, 'email', 'answer', 'send', 1, 'prompt', 'queued', 0, {now}, {now}),
    (12, NULL, 2, 1, 1, 'email', 'answer', 'send', 2, 'prompt', 'queued', 0, {now}, {now}),
    (13, NULL, 2, 1, 1, 'email', 'answer', 'send', 3, 'prompt', 'queued', 0, {now}, {now}),
    (14, NULL, 2, 1, 1, 'email', 'answer', 'send', 4, 'prompt', 'queued', 0, {now}, {now}),
    (15, NULL, 2, 1, 1, 'email', 'answer', 'send', 5, 'prompt', 'queued', 0, {now}, {now}),
    (16, NULL, 2, 1, 1, 'email', 'answer', 'send', 6, 'prompt', 'queued', 0, {now}, {now}),
    (17, NULL, 2, 1, 1, 'email', 'answer', 'send', 7, 'prompt', 'skipped', 0, {now}, {now}),
    (18, NULL, 2, 1, 1, 'email', 'answer', 'send', 8, 'prompt', 'queued', 0, {now}, {now});
UPDATE dispatches SET expanded = 2, cursor = 2;
UPDATE deliveries SET state = 'claimed', claimed_until = {later} WHERE id IN (11, 12);
UPDATE deliveries SET began_at = {now}, attempts = 1 WHERE id = 12;
UPDATE deliveries SET state = 'retry' WHERE id = 13;
UPDATE deliveries SET state = 'sent', sent_at = {now} WHERE id = 14;
UPDATE deliveries SET state = 'failed', problem = 'address_refused' WHERE id = 15;
UPDATE deliveries SET state = 'unknown', problem = 'worker_lost' WHERE id = 16;
UPDATE deliveries SET state = 'cancelled' WHERE id = 18;
INSERT INTO delivery_parts (delivery_id, position, sent_as) VALUES (14, 1, '<1@mesto.example>');
INSERT INTO channel_states (channel, leased_until, tokens, refilled_at, failures) VALUES ('email', {now}, 0.5, {now}, 0);
INSERT INTO locations (message_id, street, latitude, longitude) VALUES (1, 'Dlouhá 12', 49.7, 18.4);
INSERT INTO streets (id, name, folded) VALUES (1, 'Dlouhá', 'dlouha');
INSERT INTO city_map (id, picture, media_type, digest, north, south, west, east)
  VALUES (1, {bytes}, 'image/png', 'd', 49.8, 49.7, 18.3, 18.5);
INSERT INTO repeats (digest, heard_on, count) VALUES ('r1', '2026-11-18', 1);
UPDATE feedback SET words_id = 10 WHERE id = 2
"""
"""Anna (contact 1) asked privately and agreed to publication: an answer, approved by a second person, and both derived.
Borys (2) asked too; his first words are erased. A notice and an article wait, a comment was hidden. One delivery of every state."""


def _insert(table: str, good: dict[str, str], changes: dict[str, str]) -> str:
    row = {**good, **changes}
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608


def conversation(visibility: str) -> str:
    """An insert of a conversation."""
    return f"INSERT INTO conversations (id, visibility, began_at) VALUES (99, {visibility}, {{now}})"  # noqa: S608


def address(**changes: str) -> str:
    """An insert of an address of nobody's, with some values other than good."""
    good = {"id": "99", "contact_id": "5", "channel": "'email'", "value": "'new@mesto.example'", "state": "'active'"}
    return _insert("addresses", good, changes)


def message(**changes: str) -> str:
    """An insert of a comment under a notice, with some values other than good."""
    good = {
        "id": "99", "conversation_id": "4", "kind": "'comment'", "channel": "'web'", "language": "'cs'", "may_publish": "false",
        "received_at": "{now}",
    }  # fmt: skip
    return _insert("messages", good, changes)


def revision(**changes: str) -> str:
    """An insert of a further revision of Borys's question, with some values other than good."""
    good = {
        "message_id": "5", "n": "3", "text": "'Jinak.'", "cause": "'author_edit'", "digest": "'d'", "written_at": "{now}",
    }  # fmt: skip
    return _insert("revisions", good, changes)


def decision(by: int | None = 12, **changes: str) -> str:
    """An insert of a decision of an account (None: of a rule) about the notice, with some values other than good."""
    who = {"actor_kind": "'account'", "account_id": str(by)} if by else {"actor_kind": "'system'", "rule": "'known'"}
    good = {"id": "99", "message_id": "6", "n": "1", "kind": "'approve'", "reason": "''", **who, "decided_at": "{now}"}
    return _insert("decisions", good, changes)


def attachment(**changes: str) -> str:
    """An insert of a file to a question nobody has decided about, with some values other than good."""
    good = {
        "id": "99", "message_id": "1", "position": "2", "name": "'b.pdf'", "media_type": "'application/pdf'", "size": "1",
        "digest": "'d'", "key": "'k2'",
    }  # fmt: skip
    return _insert("attachments", good, changes)


def origin(**changes: str) -> str:
    """An insert of an origin, with some values other than good."""
    good = {"id": "99", "source": "'web'", "external_id": "'c'", "digest": "'d'", "message_id": "1"}
    return _insert("origins", good, changes)


def location(**changes: str) -> str:
    """An insert of the location of a private question, with some values other than good."""
    good = {"message_id": "11", "street": "'Krátká'", "latitude": "49.7", "longitude": "18.4"}
    return _insert("locations", good, changes)


def city_map(**changes: str) -> str:
    """An insert of a second map, with some values other than good."""
    good = {
        "id": "2", "picture": "{bytes}", "media_type": "'image/png'", "digest": "'d'", "north": "49.8", "south": "49.7",
        "west": "18.3", "east": "18.5",
    }  # fmt: skip
    return _insert("city_map", good, changes)


def rule(**changes: str) -> str:
    """An insert of a deadline rule, with some values other than good."""
    good = {
        "id": "99", "legal_kind": "'petition'", "body": "'mayor'", "amount": "30", "unit": "'day'", "basis": "'§'",
        "source": "'zákon'", "is_verified": "true", "valid_from": "'2026-01-01'",
    }  # fmt: skip
    return _insert("deadline_rules", good, changes)


def case(**changes: str) -> str:
    """An insert of a case about a question that has none, with some values other than good."""
    good = {
        "id": "99", "reference": "'CCC'", "conversation_id": "5", "question_id": "10", "legal_kind": "'message'",
        "proposed_kind": "'message'", "department_id": "11", "official_id": "11", "state": "'new'", "hold_reasons": "'[]'",
        "received_on": "'2026-11-18'", "due_on": "'2026-12-18'", "deadline_rule_id": "901", "version": "1",
    }  # fmt: skip
    return _insert("cases", good, changes)


def note(**changes: str) -> str:
    """An insert of a note, with some values other than good."""
    return _insert(
        "case_notes", {"id": "99", "case_id": "1", "account_id": "11", "text": "'x'", "written_at": "{now}"}, changes
    )


def draft(**changes: str) -> str:
    """An insert of a draft of a case that has none, with some values other than good."""
    good = {
        "case_id": "2", "version": "1", "account_id": "11", "text": "'x'", "is_public": "false", "title": "''",
        "public_question": "''", "saved_at": "{now}",
    }  # fmt: skip
    return _insert("drafts", good, changes)


def link(**changes: str) -> str:
    """An insert of a link to follow a case by, with some values other than good."""
    return _insert(
        "follow_links", {"digest": "'f2'", "case_id": "1", "made_at": "{now}", "expires_at": "{later}"}, changes
    )


def subscription(**changes: str) -> str:
    """An insert of a subscription, with some values other than good."""
    return _insert("subscriptions", {"id": "99", "topic_id": "51", "address_id": "4", "confirmed_at": "{now}"}, changes)


def dispatch(**changes: str) -> str:
    """An insert of an announcement of the public question, with some values other than good."""
    good = {
        "id": "99", "message_id": "3", "n": "1", "topic_id": "51", "lane": "'bulk'", "audience": "3", "expanded": "0",
        "cursor": "0", "frozen_at": "{now}",
    }  # fmt: skip
    return _insert("dispatches", good, changes)


def delivery(**changes: str) -> str:
    """An insert of Anna's answer to her other address, with some values other than good."""
    good = {
        "id": "99", "message_id": "2", "n": "1", "address_id": "3", "channel": "'telegram'", "letter": "'answer'",
        "operation": "'send'", "copy": "0", "lane": "'prompt'", "state": "'queued'", "attempts": "0", "queued_at": "{now}",
        "next_at": "{now}",
    }  # fmt: skip
    return _insert("deliveries", good, changes)

"""Statements that try to break what holds for notices, and those beside them that are allowed."""

from __future__ import annotations

WORLD = """
INSERT INTO conversations (id, visibility, began_at) VALUES (7, 'public', {now});
INSERT INTO messages (id, conversation_id, kind, department_id, channel, language, may_publish, slug, received_at)
  VALUES (15, 7, 'notice', 13, 'desk', 'cs', false, '2026-000001', {now}), (16, 7, 'notice', 13, 'desk', 'cs', false, NULL, {now}),
    (17, 7, 'notice', 13, 'desk', 'cs', false, NULL, {now}), (18, 7, 'article', 13, 'desk', 'cs', false, NULL, {now}),
    (19, 7, 'notice', 13, 'desk', 'cs', false, NULL, {now});
INSERT INTO revisions (message_id, n, title, text, cause, account_id, salt, digest, written_at)
  VALUES (15, 1, 'Uzavírka', 'Zítra.', 'original', 11, 's', 'd', {now}),
    (16, 1, 'Záměr', 'Pronajmout.', 'original', 11, 's', 'd', {now}),
    (17, 1, 'Svoz', 'Později.', 'original', 11, 's', 'd', {now});
INSERT INTO decisions (id, message_id, n, kind, reason, actor_kind, account_id, decided_at)
  VALUES (15, 15, 1, 'approve', '', 'account', 12, {now}), (17, 17, 1, 'approve', '', 'account', 12, {now});
UPDATE messages SET shown_n = 1, appears_at = {now}, leaves_at = {later} WHERE id = 15;
INSERT INTO notices (message_id, reference, state, version)
  VALUES (15, 'aaaaaaaaaa', 'draft', 1), (16, 'bbbbbbbbbb', 'draft', 1), (17, 'cccccccccc', 'draft', 1);
UPDATE notices SET state = 'in_review' WHERE message_id IN (15, 17);
UPDATE notices SET state = 'scheduled', due_at = {now} WHERE message_id IN (15, 17);
UPDATE notices SET state = 'posted', posted_at = {now}, comes_down_at = {later}, number = '2026-000001' WHERE message_id = 15;
INSERT INTO clock_marks (id, latest_at) VALUES (1, {now})
"""
"""Three notices: one posted (15), one a draft (16), one scheduled (17); a notice (19) and an article (18) without any."""


def notice(**changes: str) -> str:
    """An insert of a notice, with some values other than good."""
    row = {"message_id": "19", "reference": "'dddddddddd'", "state": "'draft'", "version": "1", **changes}
    return f"INSERT INTO notices ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608


BY_TRIGGER: dict[str, tuple[str, ...]] = {
    "notices_born": (
        notice(state="'in_review'"),
        notice(state="'scheduled'", due_at="{now}"),
        notice(message_id="18"),
        notice(message_id="999"),
    ),
    "notices_keep": (
        "UPDATE notices SET message_id = 19 WHERE message_id = 16",
        "UPDATE notices SET reference = 'eeeeeeeeee' WHERE message_id = 16",
        "UPDATE notices SET posted_at = {later} WHERE message_id = 15",
        "UPDATE notices SET number = '2026-000009' WHERE message_id = 15",
        "UPDATE notices SET comes_down_at = {now} WHERE message_id = 15",
        "UPDATE notices SET ends_on = '2026-12-24' WHERE message_id = 15",
    ),
    "notices_moves": (
        "UPDATE notices SET state = 'scheduled', due_at = {now} WHERE message_id = 16",  # not approved
        "UPDATE notices SET state = 'draft' WHERE message_id = 15",
        "UPDATE notices SET state = 'lost' WHERE message_id = 16",
    ),
    "notices_shown": (
        "UPDATE notices SET state = 'posted', posted_at = {now}, comes_down_at = {later}, number = '2026-000002'"
        " WHERE message_id = 17",
    ),
    "notices_stay": ("DELETE FROM notices WHERE message_id = 16", "DELETE FROM notices"),
    "notices_all": ("TRUNCATE notices",),
}

BY_CONSTRAINT: dict[str, tuple[str, ...]] = {
    "uq_notices_reference": (notice(reference="'aaaaaaaaaa'"),),
    "uq_notices_number": ("UPDATE notices SET number = '2026-000001' WHERE message_id = 16",),
    "ck_notices_posted": (
        "UPDATE notices SET number = '2026-000002', posted_at = {now}, comes_down_at = {later} WHERE message_id = 16",
    ),
    "ck_notices_taken_down": (
        "UPDATE notices SET taken_down_at = {later} WHERE message_id = 16",
        "UPDATE notices SET state = 'taken_down' WHERE message_id = 15",
    ),
    "ck_notices_due_at": ("UPDATE notices SET due_at = NULL WHERE message_id = 17",),
    "ck_clock_marks_one": ("INSERT INTO clock_marks (id, latest_at) VALUES (2, {now})",),
}

ALLOWED = {
    "a notice is written": (notice(), 1),
    "a draft of a notice is discarded": ("UPDATE notices SET state = 'discarded' WHERE message_id = 16", 1),
    "a scheduled notice is taken back": ("UPDATE notices SET state = 'draft', due_at = NULL WHERE message_id = 17", 1),
    "a notice is taken down": (
        "UPDATE notices SET state = 'taken_down', taken_down_at = {later} WHERE message_id = 15",
        1,
    ),
    "a clock goes on": ("UPDATE clock_marks SET latest_at = {later}", 1),
}

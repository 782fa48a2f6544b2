"""Statements that try to break what holds for discussions and comments, and those beside them that are allowed."""

from __future__ import annotations

WORLD = """
INSERT INTO conversations (id, visibility, began_at) VALUES (8, 'public', {now});
INSERT INTO messages (id, conversation_id, kind, department_id, replies_to_id, channel, language, may_publish, slug, received_at)
  VALUES (20, 8, 'question', 13, NULL, 'desk', 'cs', false, 'park', {now}),
    (21, 8, 'comment', NULL, 20, 'web', 'cs', false, NULL, {now}), (22, 8, 'comment', NULL, 21, 'web', 'cs', false, NULL, {now}),
    (23, 8, 'comment', NULL, 20, 'web', 'cs', false, NULL, {now}), (24, 8, 'comment', NULL, 21, 'web', 'cs', false, NULL, {now}),
    (25, 8, 'comment', NULL, 22, 'web', 'cs', false, NULL, {now}), (26, 8, 'answer', 13, 20, 'desk', 'cs', false, NULL, {now}),
    (27, 8, 'comment', NULL, 20, 'web', 'cs', false, NULL, {now});
INSERT INTO revisions (message_id, n, text, cause, salt, digest, written_at)
  VALUES (20, 1, 'Bude park?', 'original', 's', 'd', {now}), (21, 1, 'Kéž by.', 'original', 's', 'd', {now}),
    (22, 1, 'Taky.', 'original', 's', 'd', {now}), (23, 1, 'Beru zpět.', 'original', 's', 'd', {now}),
    (27, 1, 'Námitka.', 'original', 's', 'd', {now});
INSERT INTO decisions (id, message_id, n, kind, reason, actor_kind, account_id, decided_at)
  VALUES (20, 20, 1, 'approve', '', 'account', 12, {now}), (21, 21, 1, 'approve', '', 'account', 12, {now}),
    (22, 23, 1, 'approve', '', 'account', 12, {now}), (23, 27, 1, 'reject', 'ne', 'account', 12, {now});
UPDATE messages SET shown_n = 1, appears_at = {now} WHERE id IN (20, 21, 23);
INSERT INTO comments (message_id, publication_id, reference, state, look, rank, since_at, hold_reasons, secret_digest, came_at,
  version)
  VALUES (21, 20, 'aaaaaaaaaa', 'waiting', NULL, 1, NULL, '[]', 'c1', {now}, 1),
    (22, 20, 'bbbbbbbbbb', 'waiting', 'waiting', 1, {now}, '[]', 'c2', {now}, 1),
    (23, 20, 'cccccccccc', 'waiting', NULL, 1, NULL, '[]', NULL, {now}, 1),
    (27, 20, 'ffffffffff', 'waiting', 'objected', 1, {now}, '[]', NULL, {now}, 1);
UPDATE comments SET state = 'published' WHERE message_id IN (21, 23);
UPDATE messages SET leaves_at = {now} WHERE id = 23;
UPDATE comments SET state = 'withdrawn' WHERE message_id = 23;
UPDATE comments SET state = 'rejected', objection = 'Proč?', objected_at = {now} WHERE message_id = 27;
INSERT INTO discussions (publication_id, state, moderation, version) VALUES (20, 'open', 'before', 1);
INSERT INTO reactions (id, message_id, voter, nonce, made_at) VALUES (1, 21, 'v1', 'n1', {now}), (2, 21, NULL, NULL, {now});
INSERT INTO reports (id, message_id, voter, nonce, reason, made_at) VALUES (1, 21, 'v1', 'n1', 'insult', {now})
"""
"""Under one publication (20): a comment everybody reads (21), a reply that waits (22), one taken back (23), one rejected with an
objection (27); comments without a row of their own (24, and 25 on a third level)."""


def _insert(table: str, row: dict[str, str]) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608


def comment(**changes: str) -> str:
    """An insert of the row of a reply, with some values other than good."""
    good = {
        "message_id": "24", "publication_id": "20", "reference": "'dddddddddd'", "state": "'waiting'", "rank": "1",
        "look": "'waiting'", "since_at": "{now}", "hold_reasons": "'[]'", "came_at": "{now}", "version": "1",
    }  # fmt: skip
    return _insert("comments", {**good, **changes})


def discussion(**changes: str) -> str:
    """An insert of the setting of the notice, with some values other than good."""
    good = {"publication_id": "6", "state": "'open'", "moderation": "'before'", "version": "1"}
    return _insert("discussions", {**good, **changes})


def mark(table: str, **changes: str) -> str:
    """An insert of a reaction or report of somebody else, with some values other than good."""
    good = {"id": "99", "message_id": "21", "voter": "'v2'", "nonce": "'n2'", "made_at": "{now}"}
    more = {"reason": "'other'"} if table == "reports" else {}
    return _insert(table, {**good, **more, **changes})


BY_TRIGGER: dict[str, tuple[str, ...]] = {
    "discussions_place": (
        discussion(publication_id="1"),
        discussion(publication_id="21"),
        discussion(publication_id="999"),
    ),
    "discussions_keep": (
        "UPDATE discussions SET publication_id = 6, version = 2",
        "UPDATE discussions SET state = 'off'",
        "UPDATE discussions SET state = 'off', version = 3",
    ),
    "discussions_stay": ("DELETE FROM discussions",),
    "discussions_all": ("TRUNCATE discussions",),
    "comments_born": (
        comment(state="'published'"),
        comment(message_id="26"),  # an answer
        comment(message_id="25"),  # a third level
        comment(publication_id="6"),
        comment(publication_id="21"),
        comment(message_id="999"),
    ),
    "comments_keep": (
        "UPDATE comments SET message_id = 24 WHERE message_id = 22",
        "UPDATE comments SET publication_id = 6 WHERE message_id = 22",
        "UPDATE comments SET reference = 'eeeeeeeeee' WHERE message_id = 22",
        "UPDATE comments SET came_at = {later} WHERE message_id = 22",
        "UPDATE comments SET secret_digest = 'c9' WHERE message_id = 22",
        "UPDATE comments SET secret_digest = 'c9' WHERE message_id = 23",
        "UPDATE comments SET objected_at = {later} WHERE message_id = 27",
        "UPDATE comments SET objection = 'Jinak.' WHERE message_id = 27",
    ),
    "comments_ended": (
        "UPDATE comments SET state = 'waiting' WHERE message_id = 23",
        "UPDATE comments SET state = 'hidden' WHERE message_id = 23",
    ),
    "comments_published": (
        "UPDATE comments SET state = 'published' WHERE message_id = 22",
        "UPDATE comments SET state = 'hidden' WHERE message_id = 21",  # everybody still sees it
        "UPDATE comments SET state = 'published' WHERE message_id = 27",
    ),
    "comments_stay": ("DELETE FROM comments WHERE message_id = 22", "DELETE FROM comments"),
    "comments_all": ("TRUNCATE comments",),
}

BY_CONSTRAINT: dict[str, tuple[str, ...]] = {
    "ck_discussions_state": (discussion(state="'ajar'"),),
    "ck_discussions_moderation": (discussion(moderation="'never'"),),
    "ck_comments_look": ("UPDATE comments SET look = 'lost' WHERE message_id = 22",),
    "ck_comments_since_at": (
        "UPDATE comments SET since_at = NULL WHERE message_id = 22",
        "UPDATE comments SET look = NULL WHERE message_id = 22",
        "UPDATE comments SET since_at = {now} WHERE message_id = 21",
    ),
    "ck_comments_objected_at": ("UPDATE comments SET objection = 'Ne.' WHERE message_id = 22",),
    "ck_comments_state": ("UPDATE comments SET state = 'lost' WHERE message_id = 22",),
    "uq_comments_reference": (comment(reference="'aaaaaaaaaa'"),),
    "uq_comments_secret_digest": (comment(secret_digest="'c1'"),),
    "ck_reports_reason": (mark("reports", reason="'dislike'"),),
    **{
        name: (statement,)
        for table in ("reactions", "reports")
        for name, statement in (
            (f"fk_{table}_message_id", mark(table, message_id="999")),
            (f"uq_{table}_message_id_voter", mark(table, voter="'v1'")),
            (f"uq_{table}_message_id_nonce", mark(table, nonce="'n1'")),
        )
    },
}

ALLOWED = {
    "somebody replies": (comment(), 1),
    "a notice is discussed": (discussion(), 1),
    "a discussion is closed": ("UPDATE discussions SET state = 'closed', version = 2", 1),
    "a comment that waits is rejected": ("UPDATE comments SET state = 'rejected' WHERE message_id = 22", 1),
    "what was taken back is erased": ("UPDATE comments SET state = 'erased' WHERE message_id = 23", 1),
    "a link is forgotten": ("UPDATE comments SET secret_digest = NULL WHERE message_id = 22", 1),
    "an objection is erased": ("UPDATE comments SET objection = NULL WHERE message_id = 27", 1),
    "another joins in": (mark("reactions"), 1),
    "somebody else reports": (mark("reports"), 1),
    "who joined in is forgotten": ("UPDATE reactions SET voter = NULL, nonce = NULL", 2),
    "reports are settled": ("UPDATE reports SET settled_at = {now}", 1),
}

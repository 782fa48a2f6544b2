"""Statements that try to break what holds for templates, drafts and revisions of answers, and those that are allowed."""

from __future__ import annotations

from tests.schema.words_world import case, draft

WORLD = """
INSERT INTO templates (id, reference, department_id, version, is_shown) VALUES (1, 'aaaaaaaaaa', 12, 1, true),
  (2, 'bbbbbbbbbb', NULL, 1, true);
INSERT INTO template_texts (template_id, n, language, title, text, account_id, saved_at)
  VALUES (1, 1, 'cs', 'Lampa', 'Opravíme.', 11, {now});
INSERT INTO answered_words (case_id, words) VALUES (1, ' chodnik ')
"""
"""A template of a department and an empty one of the city; what an answered question was about."""


def text(**changes: str) -> str:
    good = {"template_id": "2", "n": "1", "language": "'cs'", "title": "'T'", "text": "'x'"}
    row = {**good, "account_id": "11", "saved_at": "{now}", **changes}
    return f"INSERT INTO template_texts ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608


BY_TRIGGER: dict[str, tuple[str, ...]] = {
    "revisions_markdown": (
        "UPDATE revisions SET is_markdown = true, text = NULL, title = NULL, salt = NULL, erased_at = {now} WHERE message_id = 4",
    ),
    "templates_keep": (
        "UPDATE templates SET reference = 'cccccccccc', version = 2 WHERE id = 1",
        "UPDATE templates SET id = 9, version = 2 WHERE id = 2",
    ),
    "templates_version": (
        "UPDATE templates SET is_shown = false WHERE id = 1",
        "UPDATE templates SET is_shown = false, version = 3 WHERE id = 1",
    ),
    "templates_stay": ("DELETE FROM templates WHERE id = 2",),
    "template_texts_add": (text(n="2"), text(template_id="1", n="3")),
    "template_texts_keep": ("UPDATE template_texts SET text = 'jinak'",),
    "template_texts_stay": ("DELETE FROM template_texts",),
    "answered_words_keep": ("UPDATE answered_words SET case_id = 2",),
}

BY_CONSTRAINT: dict[str, tuple[str, ...]] = {
    "uq_templates_reference": (
        "INSERT INTO templates (id, reference, version, is_shown) VALUES (9, 'aaaaaaaaaa', 1, true)",
    ),
    "fk_templates_department_id": ("UPDATE templates SET department_id = 999, version = 2 WHERE id = 1",),
    "fk_template_texts_template_id": (text(template_id="999"),),
    "fk_template_texts_account_id": (text(account_id="999"),),
    "ck_template_texts_language": (text(language="'de'"),),
    "ck_template_texts_n": (text(template_id="3", n="0"),),
    "fk_answered_words_case_id": ("INSERT INTO answered_words (case_id, words) VALUES (999, ' x ')",),
    "fk_drafts_corrects_id": (draft(corrects_id="999"),),
}

ALLOWED = {
    "a template is hidden": ("UPDATE templates SET is_shown = false, version = 2 WHERE id = 1", 1),
    "a template is written in another language": (text(template_id="1", language="'uk'"), 1),
    "a correction is begun": (draft(corrects_id="2", reason="'Jiný den.'", publish_at="{later}"), 1),
    "what a question was about is forgotten": ("DELETE FROM answered_words", 1),
    "an answer waits for its time": (case(state="'scheduled'"), 1),
    "a citizen wishes it unpublished": (
        "UPDATE cases SET unpublish_asked_at = {now}, version = version + 1 WHERE id = 1",
        1,
    ),
}

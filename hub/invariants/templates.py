"""What the database refuses of templates of answers."""

from __future__ import annotations

from hub.invariants.trigger import Trigger, changed

TEMPLATES = (
    Trigger("templates_keep", "templates", "UPDATE", changed("id", "reference"), "a template keeps its address"),
    Trigger(
        "templates_version",
        "templates",
        "UPDATE",
        "new.version <> old.version + 1",
        "every change of a template counts its version on",
    ),
    Trigger("templates_stay", "templates", "DELETE", "true", "templates are hidden, not deleted"),
    Trigger(
        "template_texts_add",
        "template_texts",
        "INSERT",
        "new.n <> COALESCE((SELECT t.version FROM templates t WHERE t.id = new.template_id), new.n)",
        "a text belongs to the version of its template that is being written",
    ),
    Trigger("template_texts_keep", "template_texts", "UPDATE", "true", "texts of templates are append-only"),
    Trigger("template_texts_stay", "template_texts", "DELETE", "true", "texts of templates are append-only"),
    Trigger(
        "answered_words_keep", "answered_words", "UPDATE", changed("case_id"), "words for finding belong to their case"
    ),
)

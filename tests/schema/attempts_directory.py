"""Statements that try to break what holds for offices, officials and guides, and those beside them that are allowed."""

from __future__ import annotations

WORLD = """
INSERT INTO offices (department_id, version, building, address, phone, email) VALUES (13, 1, 'A', 'Dlouhá 1', '', '');
INSERT INTO office_hours (department_id, weekday, opens, closes) VALUES (13, 1, 480, 690), (13, 1, 750, 1020);
INSERT INTO officials (id, reference, department_id, version, title, name, building, room, phone, email, agenda, position,
  is_shown, shows_name, portrait_key, portrait_type, portrait_digest, words)
  VALUES (1, 'aaaaaaaaaa', 13, 1, 'Pasy', 'Jan Vzor', '', '12', '', '', '', 0, true, true, 'k1', 'image/png', 'd1', 'pas'),
    (2, 'bbbbbbbbbb', 13, 1, 'Matrika', '', '', '', '', '', '', 1, true, false, NULL, NULL, NULL, 'matrik');
INSERT INTO guides (id, slug, department_id, version, theme, is_shown, keywords, paragraph, links, named_by, words)
  VALUES (1, 'pas', 13, 1, 'documents', false, '[]', '', '[]', 'pas', 'pas'),
    (2, 'svatba', 13, 1, 'registry', false, '[]', '', '[]', 'svatb', 'svatb');
INSERT INTO guide_texts (guide_id, language, title, summary, steps, documents, fee, duration)
  VALUES (1, 'cs', 'Pas', 'Pro občany.', 'Přijďte.', '', '', ''), (1, 'en', 'Passport', 'For citizens.', 'Come.', '', '', '');
UPDATE guides SET is_shown = true, version = 2 WHERE id = 1
"""
"""An office with hours, an official with a portrait and one without, a guide that is shown and one that has no text."""


def hours(weekday: str = "2", opens: str = "480", closes: str = "690", department: str = "13") -> str:
    return f"INSERT INTO office_hours (department_id, weekday, opens, closes) VALUES ({department}, {weekday}, {opens}, {closes})"  # noqa: S608


def guide(**changes: str) -> str:
    row = {"id": "9", "slug": "'novy'", "department_id": "13", "version": "0", "theme": "'other'", "is_shown": "false",
           "keywords": "'[]'", "paragraph": "''", "links": "'[]'", "named_by": "''", "words": "''", **changes}  # fmt: skip
    return f"INSERT INTO guides ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608


def text(guide_id: str = "2", language: str = "'cs'") -> str:
    return (
        "INSERT INTO guide_texts (guide_id, language, title, summary, steps, documents, fee, duration)"  # noqa: S608
        f" VALUES ({guide_id}, {language}, 'T', 'S', 'K', '', '', '')"
    )


BY_TRIGGER: dict[str, tuple[str, ...]] = {
    "offices_keep": ("UPDATE offices SET department_id = 1, version = 2",),
    "offices_version": ("UPDATE offices SET phone = '1'", "UPDATE offices SET phone = '1', version = 3"),
    "office_hours_apart": (
        hours("1", "500", "600"),
        hours("1", "400", "1100"),
        hours("1", "689", "750"),
        hours("1", "1019", "1100"),
        "INSERT INTO office_hours (department_id, weekday, opens, closes) VALUES (13, 2, 480, 690), (13, 2, 600, 700)",
    ),
    "office_hours_keep": ("UPDATE office_hours SET closes = 700", "UPDATE office_hours SET weekday = 5"),
    "officials_keep": (
        "UPDATE officials SET reference = 'cccccccccc', version = 2 WHERE id = 1",
        "UPDATE officials SET id = 9, version = 2 WHERE id = 1",
    ),
    "officials_version": ("UPDATE officials SET name = 'Jiný'", "UPDATE officials SET name = 'Jiný', version = 1"),
    "guides_keep": (
        "UPDATE guides SET slug = 'jinam', version = 3 WHERE id = 1",
        "UPDATE guides SET id = 9, version = 2 WHERE id = 2",
    ),
    "guides_version": ("UPDATE guides SET paragraph = 'x' WHERE id = 1",),
    "guides_born": (guide(is_shown="true"),),
    "guides_czech": ("UPDATE guides SET is_shown = true, version = 2 WHERE id = 2",),
    "guides_stay": ("DELETE FROM guides WHERE id = 2",),
    "guide_texts_keep": (
        "UPDATE guide_texts SET language = 'uk' WHERE language = 'en'",
        "UPDATE guide_texts SET guide_id = 2 WHERE language = 'cs'",
    ),
    "guide_texts_stay": ("DELETE FROM guide_texts", "DELETE FROM guide_texts WHERE language = 'cs'"),
}

BY_CONSTRAINT: dict[str, tuple[str, ...]] = {
    "ck_office_hours_weekday": (hours("0"), hours("8")),
    "ck_office_hours_closes": (hours(opens="690", closes="690"), hours(opens="-1"), hours(closes="1441")),
    "fk_office_hours_department_id": (hours(department="999"), "DELETE FROM offices"),
    "fk_offices_department_id": (
        "INSERT INTO offices (department_id, version, building, address, phone, email) VALUES (999, 0, '', '', '', '')",
    ),
    "ck_officials_portrait": (
        "UPDATE officials SET portrait_key = NULL, version = 2 WHERE id = 1",
        "UPDATE officials SET portrait_type = NULL, version = 2 WHERE id = 1",
        "UPDATE officials SET portrait_digest = 'd', version = 2 WHERE id = 2",
    ),
    "fk_officials_department_id": ("UPDATE officials SET department_id = 999, version = 2 WHERE id = 1",),
    "uq_officials_portrait_key": (
        "UPDATE officials SET portrait_key = 'k1', portrait_type = 'image/png', portrait_digest = 'd1', version = 2 WHERE id = 2",
    ),
    "uq_officials_reference": (
        "INSERT INTO officials SELECT 9, reference, department_id, version, title, name, building, room, phone, email, agenda,"
        " position, is_shown, shows_name, portrait_key, portrait_type, portrait_digest, words FROM officials WHERE id = 2",
    ),
    "ck_guides_theme": (guide(theme="'love'"),),
    "ck_guides_verified": (
        "UPDATE guides SET verified_on = '2026-11-03', version = 3 WHERE id = 1",
        "UPDATE guides SET verified_by = 'Vedení', version = 3 WHERE id = 1",
    ),
    "fk_guides_department_id": (guide(department_id="999"),),
    "uq_guides_slug": (guide(slug="'pas'"),),
    "ck_guide_texts_language": (text(language="'de'"),),
    "fk_guide_texts_guide_id": (text("999"),),
}

ALLOWED = {
    "an office changes": ("UPDATE offices SET phone = '596 803 111', version = 2", 1),
    "hours go, to be replaced": ("DELETE FROM office_hours", 2),
    "hours come between others": (hours("1", "690", "750"), 1),
    "an official leaves": ("DELETE FROM officials WHERE id = 1", 1),
    "an official loses the portrait": (
        "UPDATE officials SET portrait_key = NULL, portrait_type = NULL, portrait_digest = NULL, version = 2 WHERE id = 1",
        1,
    ),
    "a guide begins": (guide(), 1),
    "a guide is hidden": ("UPDATE guides SET is_shown = false, version = 3 WHERE id = 1", 1),
    "a guide is verified": (
        "UPDATE guides SET verified_on = '2026-11-03', verified_by = 'Vedení', version = 3 WHERE id = 1",
        1,
    ),
    "a translation comes": (text("1", "'uk'"), 1),
    "a translation goes": ("DELETE FROM guide_texts WHERE language = 'en'", 1),
}

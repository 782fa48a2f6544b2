"""Statements that try to break what holds for the search over cases, saved views and leaves, and those that are allowed."""

from __future__ import annotations

WORLD = """
INSERT INTO case_entries (case_id, words) VALUES (1, 'chodnik kdy');
INSERT INTO saved_views (id, account_id, department_id, name, filter, position)
  VALUES (1, 11, NULL, 'Moje', '{{}}', 0), (2, 11, 11, 'Odbor', '{{}}', 1);
INSERT INTO saved_views (id, account_id, name, filter, position) VALUES
  (101, 12, 'a', '{{}}', 0), (102, 12, 'b', '{{}}', 0), (103, 12, 'c', '{{}}', 0), (104, 12, 'd', '{{}}', 0),
  (105, 12, 'e', '{{}}', 0), (106, 12, 'f', '{{}}', 0), (107, 12, 'g', '{{}}', 0), (108, 12, 'h', '{{}}', 0),
  (109, 12, 'i', '{{}}', 0), (110, 12, 'j', '{{}}', 0), (111, 12, 'k', '{{}}', 0), (112, 12, 'l', '{{}}', 0),
  (113, 12, 'm', '{{}}', 0), (114, 12, 'n', '{{}}', 0), (115, 12, 'o', '{{}}', 0), (116, 12, 'p', '{{}}', 0),
  (117, 12, 'q', '{{}}', 0), (118, 12, 'r', '{{}}', 0), (119, 12, 's', '{{}}', 0), (120, 12, 't', '{{}}', 0);
INSERT INTO leaves (id, account_id, deputy_id, starts_on, ends_on) VALUES (1, 11, 12, '2026-12-01', '2026-12-10')
"""
"""A case that is found, an account with as many views as there may be, somebody who is away."""


def leave(starts: str, ends: str, account: str = "11", deputy: str = "12") -> str:
    row = f"99, {account}, {deputy}, '{starts}', '{ends}'"
    return f"INSERT INTO leaves (id, account_id, deputy_id, starts_on, ends_on) VALUES ({row})"  # noqa: S608


def view(account: str = "11", name: str = "'Nový'", department: str = "NULL", position: str = "3") -> str:
    return (
        "INSERT INTO saved_views (id, account_id, name, department_id, filter, position)"  # noqa: S608
        f" VALUES (99, {account}, {name}, {department}, '{{{{}}}}', {position})"
    )


BY_TRIGGER: dict[str, tuple[str, ...]] = {
    "case_entries_erased": ("INSERT INTO case_entries (case_id, words) VALUES (3, 'tajne')",),
    "case_entries_keep": (
        "UPDATE case_entries SET words = 'jine'",
        "UPDATE case_entries SET case_id = 2",
    ),
    "cases_found": (
        "UPDATE cases SET erased_at = {now}, version = version + 1 WHERE id = 1",
        "UPDATE cases SET erased_at = {later}, state = 'closed', version = version + 1 WHERE id = 1",
    ),
    "saved_views_few": (view("12"), view("12", "'u'", "11")),
    "saved_views_keep": (
        "UPDATE saved_views SET account_id = 12 WHERE id = 1",
        "UPDATE saved_views SET id = 99 WHERE id = 1",
    ),
    "leaves_apart": (
        leave("2026-12-10", "2026-12-12"),
        leave("2026-11-20", "2026-12-01"),
        leave("2026-12-03", "2026-12-03"),
        leave("2026-11-01", "2026-12-31"),
    ),
    "leaves_keep": (
        "UPDATE leaves SET ends_on = '2026-12-11'",
        "UPDATE leaves SET starts_on = '2026-12-02'",
        "UPDATE leaves SET deputy_id = 1",
        "UPDATE leaves SET account_id = 1",
    ),
}

BY_CONSTRAINT: dict[str, tuple[str, ...]] = {
    "fk_case_entries_case_id": ("INSERT INTO case_entries (case_id, words) VALUES (999, 'nikde')",),
    "ck_saved_views_name": (view(name="''"), "UPDATE saved_views SET name = '' WHERE id = 1"),
    "ck_saved_views_position": (view(position="-1"),),
    "uq_saved_views_account_id_name": (view(name="'Moje'"), "UPDATE saved_views SET name = 'Moje' WHERE id = 2"),
    "fk_saved_views_account_id": (view("999"),),
    "fk_saved_views_department_id": (view(department="999"),),
    "ck_leaves_ends_on": (leave("2027-01-02", "2027-01-01"), "UPDATE leaves SET ends_on = '2026-11-30'"),
    "ck_leaves_deputy_id": (leave("2027-01-02", "2027-01-03", deputy="11"),),
    "fk_leaves_account_id": (leave("2027-01-02", "2027-01-03", account="999"),),
    "fk_leaves_deputy_id": (leave("2027-01-02", "2027-01-03", deputy="999"),),
}

ALLOWED = {
    "a case is found by no words any more": ("DELETE FROM case_entries WHERE case_id = 1", 1),
    "another case is found": ("INSERT INTO case_entries (case_id, words) VALUES (2, 'jiny')", 1),
    "a view is offered to the department": ("UPDATE saved_views SET department_id = 12 WHERE id = 1", 1),
    "a view goes": ("DELETE FROM saved_views WHERE id = 1", 1),
    "another account keeps a view of the same name": (view("1", "'Moje'"), 1),
    "a leave follows another": (leave("2026-12-11", "2026-12-12"), 1),
    "two are away at once": (leave("2026-12-03", "2026-12-04", "12", "11"), 1),
    "a leave ends earlier": ("UPDATE leaves SET ends_on = '2026-12-05'", 1),
    "a leave is dropped": ("DELETE FROM leaves", 1),
}

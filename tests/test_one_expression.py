"""What is public is decided in one place: nothing else compares the columns that it is made of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.running import TREE

TIMES = {"shown_n", "appears_at", "leaves_at"}
ALLOWED: dict[str, set[str]] = {
    "hub/actions/gathering.py": {"_share"},  # the same for many at once
    "hub/actions/merging.py": {"share", "_share"},  # which revision of a private answer goes on
    "hub/queries/merging.py": {"answer_of", "lacking", "says_already"},  # the same, and who does not have it
    "hub/views/merging.py": {"_page"},  # its words, in the office
    "hub/actions/answers.py": {"withdraw"},  # takes away what still stands, hidden or not
    "hub/queries/published.py": {
        "newest",
        "_answers",
        "_key",
        "by_slug",
        "whole",
        "corrected_at",
        "withdrawn",
    },  # the place in a list; the words that are shown
    "hub/actions/moderating.py": {"_carry_out"},  # which revision the decision is about
    "hub/queries/discussions.py": {
        "publication",
        "_under",
        "_has_reply",
    },  # the words that are shown; which index
    "hub/queries/moderation.py": {"publications", "_title"},  # the place in a list; the words that are shown
    "hub/steps/commenting.py": {"_state"},  # what became of a comment, as the database holds it to what is public
    "hub/views/joining.py": {"_report_page"},  # the words that are shown, of a comment known to be public
    "hub/views/moderating.py": {"_comment"},  # the words approved before, in the office
    "hub/views/own_comment.py": {"_page"},  # the words approved before, for their own author
    "hub/queries/publications.py": {"latest", "_publication"},  # the order, and until when it may be shown
    "kiosk/device_api.py": {"_card"},  # until when it may be shown
    "kiosk/screens.py": {"news"},  # the same
    "noticeboard/actions.py": {"_hide"},  # which revision the decision is about
    "noticeboard/queries.py": {"board"},  # the place in a list
    "hub/steps/answering.py": {"_undecided", "write_public", "approved", "publish"},  # whether to go on with a message
    "hub/steps/correcting.py": {"shown"},  # the words that are shown, to be corrected
    "hub/queries/reuse.py": {"_answers"},  # the words that are shown, in the office
    "hub/views/writing.py": {"returned", "review"},  # the words that are shown, in the office
    "hub/steps/words.py": {"show", "_index", "_shown_words", "give_theme"},  # sets them; the words that are shown
    "hub/views/following.py": {"_followed", "_words"},  # private answers, for their own citizen
    "hub/queries/exports.py": {"of_case", "_words"},  # the same, for them to keep
    "hub/steps/erasing.py": {"erase_case"},  # what is shown is taken away
    "hub/views/case_page.py": {"_said", "_revision", "_answer"},  # private answers and since when, in the office
    "hub/views/answers.py": {"_entry"},  # since when, in a feed
    "hub/views/public.py": {"_news"},  # the order
}
"""File → the functions that compare them for another purpose than to decide what is public, and for which."""


def compared(path: Path) -> Iterator[str]:
    """The functions of a file in which one of these columns is compared, or asked whether it is NULL."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            parts: list[ast.expr] = []
            if isinstance(node, ast.Compare):
                parts = [node.left, *node.comparators]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                parts = [node.func.value]
            elif isinstance(node, ast.BoolOp):
                parts = node.values
            elif isinstance(node, ast.UnaryOp | ast.If | ast.IfExp):
                parts = [node.operand if isinstance(node, ast.UnaryOp) else node.test]
            if any(isinstance(part, ast.Attribute) and part.attr in TIMES for part in parts):
                yield function.name


def test_what_is_public_is_decided_by_one_expression() -> None:
    files = [file for folder in ("hub", "kiosk", "noticeboard", "channels") for file in (TREE / folder).rglob("*.py")]
    found = {str(file.relative_to(TREE)): set(compared(file)) for file in files}
    found = {file: names for file, names in found.items() if names and file != "hub/queries/visibility.py"}
    assert found == ALLOWED

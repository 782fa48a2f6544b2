"""Publications as lists show them: one shape on the front page, in the answers, in the search, of whichever kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app, request

from hub import language, markup, stems
from hub.language import full_day, gettext, words
from hub.queries.publications import ANSWER, Publication, PublicationKind, path_of
from hub.queries.published import Item
from hub.rules.localtime import local
from hub.text import excerpt, excerpt_around
from hub.vocabulary import DEFAULT_LANGUAGE

EXCERPT = 220
"""Characters of a publication in a list."""

Groups = Sequence[Sequence[str]]
"""What was searched for, as `stems.query_words` gives it."""


def kinds() -> dict[str, PublicationKind]:
    """Kind of message → how it is published: answers, and whatever the rooms bring."""
    return {ANSWER.kind.value: ANSWER, **current_app.extensions["hub_publications"]}


def line(item: Item, sought: Groups = (), *, tell_kind: bool = False, short: bool = False) -> dict[str, Any]:
    """One of a list; with the words marked that were searched for, or `short`, without its words."""
    kind = kinds()[item.message.kind]
    message = item.message
    facts = [
        gettext(kind.heading) if tell_kind else "",
        message.department.name if message.department else "",
        words(message.theme.names) if message.theme else "",
        day(message.appears_at),
    ]
    return {
        "title": excerpt_around(item.title, stems.found_in(item.title, sought), len(item.title)),
        "url": f"{request.script_root}{path_of(kind, item.slug)}",
        "excerpt": [] if short else _excerpt(markup.plain(item.text, item.is_markdown), sought),
        "facts": [fact for fact in facts if fact],
        "department": message.department.name if message.department else "",
        "lang": other(),
    }


def other(spoken: str = DEFAULT_LANGUAGE) -> str | None:
    """The language of words where it is not that of the page around them (WCAG 2.2, 3.1.2). Offices write Czech."""
    return spoken if spoken != language.current() else None


def _excerpt(text: str, sought: Groups) -> list[tuple[str, bool]]:
    if not sought:
        return [(excerpt(text, EXCERPT), False)]
    whole = " ".join(text.split())
    return excerpt_around(whole, stems.found_in(whole, sought), EXCERPT)


def card(one: Publication) -> dict[str, Any]:
    """The same of what a room published, without its words."""
    facts = [gettext(one.kind.heading), one.department, day(one.appears_at)]
    return {
        "title": [(one.title, False)],
        "url": f"{request.script_root}{one.path}",
        "excerpt": [],
        "facts": [fact for fact in facts if fact],
        "department": one.department,
        "lang": other(),
    }


def day(at: datetime | None) -> str:
    """The Prague day of an instant, empty when there is none."""
    return full_day(local(at).date()) if at else ""

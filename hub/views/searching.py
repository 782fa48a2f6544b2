"""/hledat: one search over everything public, of whichever kind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for

from hub import language, stems
from hub.database import db
from hub.errors import NotFound
from hub.language import gettext
from hub.queries import guides, published
from hub.queries.publications import PublicationKind
from hub.text import one_line
from hub.views import lines
from hub.views.answers import number
from hub.views.narrowing import LONGEST_QUERY
from hub.vocabulary import marked

blueprint = Blueprint("searching", __name__)

MOST_GUIDES = 3
"""Guides that stand above what was published: whoever needs to settle something looks for them first."""


class UnknownKind(NotFound):
    """No kind of publication of this name."""

    code = "unknown_kind"
    message = marked("There is nothing of this kind to search. Search everything instead.")


@blueprint.get("/hledat")
def everything() -> str:
    """What was found, the newest first, with its kind; without words only the form."""
    query, after = one_line(request.args.get("q", ""))[:LONGEST_QUERY], request.args.get("od", "")
    known, chosen = lines.kinds(), _chosen(request.args.get("druh", ""))
    sought = stems.query_words(query)
    kinds = [chosen.kind] if chosen else list(known)
    items, last = published.found(db.session(), query, datetime.now(UTC), number(after) if after else None, kinds=kinds)
    kept: dict[str, Any] = {"q": query, **({"druh": chosen.name} if chosen else {})}
    return render_template(
        "search.html",
        query=query,
        is_searchable=bool(sought),
        search_url=url_for(".everything"),
        chosen=chosen.name if chosen else "",
        kinds=_filters(query, chosen, list(known.values())) if query else [],
        guides=[] if chosen or after else _guides(query),
        items=[lines.line(item, sought, tell_kind=True) for item in items],
        next_url=url_for(".everything", od=last, **kept) if last else None,
        first_url=url_for(".everything", **kept) if after else None,
        ask_url=url_for("asking.form"),
        answers_url=url_for("answers.newest"),
    )


def _guides(query: str) -> list[dict[str, str | None]]:
    found = guides.found(db.session(), query, MOST_GUIDES, language.current()) if query else []
    return [
        {
            "title": one.title,
            "summary": one.summary,
            "url": url_for("directory.guide", slug=one.slug),
            "lang": one.language if one.language != language.current() else None,
        }
        for one in found
    ]


def _chosen(name: str) -> PublicationKind | None:
    """The kind of this name, None for all. Raises UnknownKind."""
    found = next((kind for kind in lines.kinds().values() if kind.name == name), None)
    if name and found is None:
        raise UnknownKind
    return found


def _filters(query: str, chosen: PublicationKind | None, kinds: list[PublicationKind]) -> list[dict[str, Any]]:
    every = {"label": gettext("Everything"), "url": url_for(".everything", q=query), "current": chosen is None}
    return [
        every,
        *(
            {
                "label": gettext(kind.heading),
                "url": url_for(".everything", q=query, druh=kind.name),
                "current": kind == chosen,
            }
            for kind in kinds
        ),
    ]

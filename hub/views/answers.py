"""/odpovedi: what the city answered to everybody, newest first, with a search that forgives missing diacritics and endings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for

from hub import markup
from hub.database import db
from hub.errors import BadInput, NotFound
from hub.language import full_day
from hub.queries import published
from hub.queries.published import Item, Key
from hub.rules.localtime import local
from hub.text import excerpt, one_line
from hub.vocabulary import marked

blueprint = Blueprint("answers", __name__)

LONGEST_QUERY = 200
EXCERPT = 220


@blueprint.get("/odpovedi")
def newest() -> str:
    """A page of published answers, or of those found."""
    query = one_line(request.args.get("q", ""))[:LONGEST_QUERY]
    after = request.args.get("od")
    now = datetime.now(UTC)
    if query:
        items, last = published.found(db.session(), query, now, _number(after) if after else None)
        following = str(last) if last is not None else None
    else:
        items, key = published.newest(db.session(), now, _key(after) if after else None)
        following = f"{key[0].timestamp():.6f}-{key[1]}" if key is not None else None
    kept: dict[str, Any] = {"q": query} if query else {}
    return render_template(
        "answers/list.html",
        query=query,
        search_url=url_for(".newest"),
        items=[line(item) for item in items],
        next_url=url_for(".newest", od=following, **kept) if following else None,
        first_url=url_for(".newest", **kept) if after else None,
        ask_url=url_for("asking.form"),
    )


@blueprint.get("/odpovedi/<slug>")
def one(slug: str) -> str:
    """One question with its answers, at its lasting address."""
    page = published.by_slug(db.session(), slug, datetime.now(UTC)) if _plausible(slug) else None
    if page is None:
        raise NotFound
    question, words = page.question
    return render_template(
        "answers/answer.html",
        title=words.title,
        question={"html": markup.paragraphs(words.text), "when": _day(question.appears_at)},
        answers=[
            {
                "html": markup.paragraphs(said.text),
                "when": _day(answer.appears_at),
                "department": answer.department.name if answer.department else "",
            }
            for answer, said in page.answers
        ],
        list_url=url_for(".newest"),
        ask_url=url_for("asking.form"),
    )


def line(item: Item) -> dict[str, str]:
    """A published answer as lists show it."""
    return {
        "title": item.title,
        "url": url_for("answers.one", slug=item.slug),
        "excerpt": excerpt(item.text, EXCERPT),
        "department": item.answer.department.name if item.answer.department else "",
        "when": _day(item.answer.appears_at),
    }


def _day(at: datetime | None) -> str:
    return full_day(local(at).date()) if at else ""


def _plausible(slug: str) -> bool:
    return len(slug) <= 120 and slug.isascii() and slug.replace("-", "").isalnum()


def _key(text: str) -> Key:
    seconds, _, number = text.partition("-")
    try:
        return datetime.fromtimestamp(float(seconds), UTC), _number(number)
    except (ValueError, OverflowError, OSError) as error:
        raise _Unreadable from error


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise _Unreadable
    return int(text)


class _Unreadable(BadInput):
    """The address of the page was changed by hand."""

    code = "unreadable_page"
    message = marked("The address of this page is not readable. Start at the first page.")

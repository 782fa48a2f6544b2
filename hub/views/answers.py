"""/odpovedi: what the city answered to everybody, newest first, narrowed by department, theme and time, and its search.

The search forgives missing diacritics and endings. The same lists go out as feeds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for

from hub import feeds, language, markup, stems
from hub.database import db
from hub.errors import BadInput, NotFound
from hub.feeds import Entry, Feed
from hub.language import gettext, words
from hub.models import Message, Revision, Theme
from hub.queries import places, published
from hub.queries.published import Item, Key, Page, Whole
from hub.views import lines
from hub.views.narrowing import Narrowing
from hub.vocabulary import DEFAULT_LANGUAGE, marked

blueprint = Blueprint("answers", __name__)

IN_FEED = 30
FRESH = 300
"""Seconds for which a reader of news need not ask again."""


@blueprint.get("/odpovedi")
def newest() -> str:
    """A page of published answers, or of those found."""
    narrowing = Narrowing(db.session())
    query, after, now = narrowing.query, request.args.get("od"), datetime.now(UTC)
    if query:
        items, last = published.found(
            db.session(), query, now, number(after) if after else None, narrowed=narrowing.narrowed
        )
        following = str(last) if last is not None else None
    else:
        items, key = published.newest(db.session(), now, _key(after) if after else None, narrowed=narrowing.narrowed)
        following = f"{key[0].timestamp():.6f}-{key[1]}" if key is not None else None
    kept = narrowing.arguments
    sought = stems.query_words(query)
    return render_template(
        "answers/list.html",
        query=query,
        narrowed_to=narrowing.label,
        fields=narrowing.fields(),
        months=narrowing.months(),
        search_url=url_for(".newest"),
        items=[lines.line(item, sought) for item in items],
        next_url=url_for(".newest", od=following, **kept) if following else None,
        first_url=url_for(".newest", **kept) if after else None,
        ask_url=url_for("asking.form"),
        feeds=feed_links(narrowing),
    )


def feed_links(narrowing: Narrowing | None = None) -> list[dict[str, str]]:
    """The addresses of the feeds, for a page to name in its head."""
    kept = narrowing.of_feed if narrowing else dict[str, Any]()
    return [
        {"type": kind.partition(";")[0], "label": label, "url": url_for(f"answers.{name}", **kept)}
        for name, label, kind in (("atom", "Atom", feeds.ATOM_TYPE), ("json_feed", "JSON Feed", feeds.JSON_TYPE))
    ]


@blueprint.get("/odpovedi/<slug>")
def one(slug: str) -> Response:
    """One question with its answers, at its lasting address."""
    found = published.by_slug(db.session(), slug, datetime.now(UTC)) if plausible(slug) else None
    if found is None:
        return _gone(slug)
    question, said = found.question
    page = Response(
        render_template(
            "answers/answer.html",
            title=said.title,
            czech=lines.other(),
            slug=slug,
            canonical_url=f"{current_app.config['HUB'].site}{url_for('.one', slug=slug)}",
            theme=_theme_link(question.theme),
            question={
                "html": markup.paragraphs(said.text),
                "when": lines.day(question.appears_at),
                "lang": lines.other(question.language),
                "corrected": corrected(found, question, said),
            },
            answers=[
                {
                    "html": markup.said(said.text, said.is_markdown),
                    "when": lines.day(answer.appears_at),
                    "department": answer.department.name if answer.department else "",
                    "corrected": corrected(found, answer, said),
                }
                for answer, said in found.answers
            ],
            list_url=url_for(".newest"),
            ask_url=url_for("asking.form"),
            feeds=feed_links(),
        )
    )
    page.headers["Cache-Control"] = (
        "private, no-cache"  # its form has a name of its own: two readers must not share one
    )
    return page


def corrected(page: Page, message: Message, shown: Revision) -> dict[str, str] | None:
    """When what is shown was corrected, and why if that was said; None where it never was."""
    at = page.corrected_at.get(message.id)
    return {"on": lines.day(at), "reason": shown.summary or ""} if at else None


def _gone(slug: str) -> Response:
    """What was withdrawn says so, or leads to where the same is published again. Raises NotFound for what never was there."""
    left = published.withdrawn(db.session(), slug, datetime.now(UTC)) if plausible(slug) else None
    if left is None:
        raise NotFound
    if left.slug:
        return redirect(url_for(".one", slug=left.slug))  # type: ignore[return-value]
    page = render_template(
        "answers/withdrawn.html",
        day=lines.day(left.at),
        list_url=url_for(".newest"),
        ask_url=url_for("asking.form"),
    )
    return Response(page, 410)


def _theme_link(theme: Theme | None) -> dict[str, str] | None:
    return {"name": words(theme.names), "url": url_for(".newest", tema=theme.slug)} if theme else None


@blueprint.get("/odpovedi.atom")
def atom() -> Response:
    """The newest answers for readers of news."""
    feed = _feed()
    return _sent(feed, feeds.atom(feed), feeds.ATOM_TYPE)


@blueprint.get("/odpovedi.json")
def json_feed() -> Response:
    """The same as JSON."""
    feed = _feed()
    return _sent(feed, feeds.json_feed(feed), feeds.JSON_TYPE)


def _feed() -> Feed:
    session, narrowing = db.session(), Narrowing(db.session(), timed=False)
    items, _ = published.newest(session, datetime.now(UTC), page=IN_FEED, narrowed=narrowing.narrowed)
    rest = published.whole(session, items)
    site, kept = current_app.config["HUB"].site, narrowing.of_feed
    city = places.city(session)
    of_what = f": {narrowing.label}" if kept else ""
    return Feed(
        title=gettext("Answers of the city") + of_what,
        page_url=site + url_for(".newest", **kept),
        own_url=site + url_for(request.endpoint or ".atom", **kept),
        language=language.current(),
        publisher=city.name if city else "Ozvěna",
        entries=[_entry(item, rest[item.message.id], site) for item in items],
    )


def _entry(item: Item, rest: Whole, site: str) -> Entry:
    message = item.message
    shown = message.appears_at or message.received_at
    spoken = f' lang="{rest.language}"' if rest.language != DEFAULT_LANGUAGE else ""
    return Entry(
        id=feeds.lasting_id(f"{item.slug}:{message.id}"),
        title=item.title,
        url=site + url_for(".one", slug=item.slug),
        html=f"<blockquote{spoken}>{markup.paragraphs(rest.question)}</blockquote>{markup.said(item.text, item.is_markdown)}"
        + (markup.paragraphs(_corrected_words(rest)) if rest.reason is not None else ""),
        language=DEFAULT_LANGUAGE,  # the office's; a message keeps the language of whoever is answered
        author=message.department.name if message.department else "",
        tags=(words(message.theme.names),) if message.theme else (),
        published_at=shown,
        updated_at=max(shown, rest.decided_at or shown),
    )


def _corrected_words(rest: Whole) -> str:
    words = gettext("Corrected on %(day)s", day=lines.day(rest.decided_at))
    return f"{words}: {rest.reason}" if rest.reason else words


def _sent(feed: Feed, body: bytes, kind: str) -> Response:
    """The feed; to whoever has it already, only that nothing changed."""
    response = Response(body, content_type=kind)
    response.last_modified = feed.updated_at
    response.cache_control.public = True
    response.cache_control.max_age = FRESH
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


def plausible(slug: str) -> bool:
    """Whether this can be the name of a publication."""
    return len(slug) <= 120 and slug.isascii() and slug.replace("-", "").isalnum()


def _key(text: str) -> Key:
    seconds, _, key = text.partition("-")
    try:
        return datetime.fromtimestamp(float(seconds), UTC), number(key)
    except (ValueError, OverflowError, OSError) as error:
        raise _Unreadable from error


def number(text: str) -> int:
    """The key of a page of what was found. Raises BadInput."""
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise _Unreadable
    return int(text)


class _Unreadable(BadInput):
    """The address of the page was changed by hand."""

    code = "unreadable_page"
    message = marked("The address of this page is not readable. Start at the first page.")

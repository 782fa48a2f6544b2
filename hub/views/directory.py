"""/kontakty for everybody: what one needs to settle, departments with their hours, officials, and their portraits."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from hub import language
from hub.database import db
from hub.errors import NotFound
from hub.language import full_day, gettext
from hub.models import Department, Guide, Office, Official
from hub.queries import directory, guides, places
from hub.queries.guides import Found
from hub.rules.directory import dial
from hub.storage import storage
from hub.text import one_line
from hub.views import labels, office_times
from hub.vocabulary import DEFAULT_LANGUAGE, GuideTheme

blueprint = Blueprint("directory", __name__)

LONGEST_QUERY = 200
MOST_FOUND = 12
YEAR = 365 * 24 * 3600
PORTRAIT = re.compile(r"[0-9a-f]{64}")


@blueprint.get("/kontakty")
def index() -> str:
    """Guides by theme and all departments, or what of them was found."""
    query = one_line(request.args.get("q", ""))[:LONGEST_QUERY]
    session, now = db.session(), datetime.now(UTC)
    found: dict[str, Any] = {
        "departments": [_card(one, None, now) for one in directory.departments_found(session, query)]
    }
    if query:
        found["guides"] = [_line(one) for one in guides.found(session, query, MOST_FOUND, language.current())]
        found["officials"] = [_official(one) for one in directory.officials_found(session, query, MOST_FOUND)]
    else:
        offices = directory.offices(session)
        found["departments"] = [_card(one, offices.get(one.id), now) for one in places.departments(session)]
    return render_template(
        "directory/index.html",
        query=query,
        search_url=url_for(".index"),
        themes=[] if query else _themes(guides.shown(session)),
        ask_url=url_for("asking.form"),
        czech=_czech(),
        **found,
    )


@blueprint.get("/kontakty/<slug>")
def department(slug: str) -> str:
    """One department: where it is, when it is open, who deals with what."""
    session, now = db.session(), datetime.now(UTC)
    one = directory.department(session, slug)
    office = directory.offices(session).get(one.id)
    return render_template(
        "directory/department.html",
        name=one.name,
        office=_office(office),
        status=office_times.status(office, now),
        week=office_times.week(office, now),
        officials=[_official(official) for official in directory.officials(session, one.id)],
        guides=[_line(guides.in_language(guide, language.current())) for guide in guides.shown(session, one.id)],
        index_url=url_for(".index"),
        ask_url=url_for("asking.form"),
        czech=_czech(),
    )


@blueprint.get("/kontakty/zivotni-situace/<slug>")
def guide(slug: str) -> Response:
    """One guide, in the language of the page or else in Czech."""
    session, now = db.session(), datetime.now(UTC)
    one = guides.by_slug(session, slug)
    text = one.text(language.current()) or one.text(DEFAULT_LANGUAGE)
    if text is None:
        raise NotFound
    office = directory.offices(session).get(one.department_id)
    shown = render_template(
        "directory/guide.html",
        slug=slug,
        guide=_guide(one, text.language),
        department=_card(one.department, office, now),
        office=_office(office),
        status=office_times.status(office, now),
        index_url=url_for(".index"),
        ask_url=url_for("asking.form"),
        czech=_czech(),
    )
    page = Response(shown)
    page.headers["Cache-Control"] = (
        "private, no-cache"  # its form has a name of its own: two readers must not share one
    )
    return page


@blueprint.get("/kontakty/portrety/<digest>")
def portrait(digest: str) -> Response:
    """A portrait; its address names its content, so browsers may keep it for ever."""
    if not PORTRAIT.fullmatch(digest):
        raise NotFound
    official = directory.portrait(db.session(), digest)
    answer = Response(storage().get(official.portrait_key or ""), mimetype=official.portrait_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return answer


def _themes(shown: list[Guide]) -> list[dict[str, object]]:
    """The guides under the headings that have any."""
    return [
        {
            "heading": gettext(labels.THEMES[theme]),
            "guides": [_line(guides.in_language(one, language.current())) for one in shown if one.theme == theme],
        }
        for theme in GuideTheme
        if any(one.theme == theme for one in shown)
    ]


def _line(found: Found) -> dict[str, str | None]:
    return {
        "title": found.title,
        "summary": found.summary,
        "department": found.department,
        "url": url_for("directory.guide", slug=found.slug),
        "lang": _lang(found.language),
    }


def _card(one: Department, office: Office | None, now: datetime) -> dict[str, object]:
    return {
        "name": one.name,
        "url": url_for("directory.department", slug=one.slug),
        "status": office_times.status(office, now),
    }


def _office(office: Office | None) -> dict[str, str]:
    if office is None:
        return {}
    return {
        "building": office.building,
        "address": office.address,
        "phone": office.phone,
        "dial": dial(office.phone),
        "email": office.email,
    }


def _official(official: Official) -> dict[str, object]:
    """What everybody sees of an official: of one whose name is hidden, the office alone."""
    name = official.name if official.shows_name else ""
    has_portrait = bool(name and official.portrait_digest)
    return {
        "title": official.title,
        "name": name,
        "initials": "".join(word[0] for word in name.split()[:2]).upper(),
        "portrait_url": url_for("directory.portrait", digest=official.portrait_digest) if has_portrait else None,
        "building": official.building,
        "room": official.room,
        "phone": official.phone,
        "dial": dial(official.phone),
        "email": official.email,
        "agenda": official.agenda.splitlines(),
        "department": official.department.name,
        "department_url": url_for("directory.department", slug=official.department.slug),
    }


def _guide(one: Guide, spoken: str) -> dict[str, object]:
    text = one.text(spoken)
    assert text is not None  # noqa: S101 (the caller chose a language it has)
    return {
        "title": text.title,
        "summary": text.summary,
        "steps": _lines(text.steps),
        "documents": _lines(text.documents),
        "fee": _lines(text.fee),
        "duration": _lines(text.duration),
        "lang": _lang(spoken),
        "links": one.links,
        "paragraph": one.paragraph,
        "verified": full_day(one.verified_on) if one.verified_on else None,
        "verified_by": one.verified_by,
    }


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _lang(spoken: str) -> str | None:
    """The language of a text, when it is not that of the page."""
    return spoken if spoken != language.current() else None


def _czech() -> str | None:
    """The language of names and agendas, when it is not that of the page."""
    return _lang(DEFAULT_LANGUAGE)

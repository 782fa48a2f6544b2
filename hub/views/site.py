"""What a site owes its visitors: how it treats their data, how accessible it is, and to machines what may be looked through."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, current_app, render_template, request, url_for

from hub import accessibility
from hub.database import db
from hub.errors import NotFound
from hub.jobs.retention import KEPT
from hub.language import full_day, gettext, ngettext
from hub.models import City
from hub.queries import places, publications, published
from hub.rules import contrast
from hub.storage import storage
from hub.vocabulary import CITY_LANGUAGES, DEFAULT_LANGUAGE

blueprint = Blueprint("site", __name__)

YEAR = 365 * 24 * 3600
MOST_LISTED = 2000
"""Publications of each sort in the site map, the newest; the older are reached through the pages of the lists."""
PRIVATE = ("/urad", "/sledovani/", "/muj-prispevek/", "/odbery/", "/kalendar/")
"""What robots have no business with. It is no protection: whoever has a link there may look."""
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
LASTING = f"public, max-age={YEAR}, immutable"


@blueprint.get("/soukromi")
def privacy() -> str:
    """What is kept, how long and why, generated from what the worker really forgets."""
    settings = current_app.config["HUB"]
    return render_template(
        "site/privacy.html",
        kept=[
            {"what": gettext(one.what), "how_long": _span(one.days(settings)), "why": gettext(one.why)} for one in KEPT
        ],
        ask_url=url_for("asking.form"),
        news_url=url_for("subscribing.form"),
    )


def _span(days: int | None) -> str:
    """So many days in words, as whole years or months where they are."""
    if days is None:
        return gettext("as long as it is needed")
    if days and days % 365 == 0:
        return ngettext("%(num)s year", "%(num)s years", days // 365)
    return ngettext("%(num)s day", "%(num)s days", days)


@blueprint.get("/pristupnost")
def statement() -> str:
    """The statement of accessibility (zákon č. 99/2019 Sb., § 8), generated from the last measurement."""
    measured = accessibility.measured()
    return render_template(
        "site/accessibility.html",
        measured={
            "day": full_day(date.fromisoformat(measured.on)),
            "axe": measured.axe,
            "browser": measured.browser,
            "pages": measured.pages,
            "looks": measured.looks,
            "widths": ", ".join(str(width) for width in measured.widths),
            "violations": measured.violations,
        },
        known=[gettext(text) for text in accessibility.KNOWN],
        ask_url=url_for("asking.form"),
    )


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What robots may look through (RFC 9309)."""
    prefixes = ["" if code == DEFAULT_LANGUAGE else f"/{code}" for code in CITY_LANGUAGES]
    lines = [f"Disallow: {prefix}{path}" for prefix in prefixes for path in PRIVATE]
    text = "\n".join(["User-agent: *", *lines, "", f"Sitemap: {_site()}{url_for('.sitemap')}", ""])
    return _public(Response(text, mimetype="text/plain"))


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The addresses of public pages, the newest publications among them (sitemaps.org)."""
    root = ET.Element("urlset", {"xmlns": SITEMAP})
    for path, changed in _paths():
        one = ET.SubElement(root, "url")
        ET.SubElement(one, "loc").text = f"{_site()}{path}"
        if changed is not None:
            ET.SubElement(one, "lastmod").text = changed.astimezone(UTC).isoformat(timespec="seconds")
    return _public(Response(ET.tostring(root, encoding="utf-8", xml_declaration=True), mimetype="application/xml"))


def _paths() -> list[tuple[str, datetime | None]]:
    session, now = db.session(), datetime.now(UTC)
    fixed = [url_for(endpoint) for endpoint in current_app.extensions["hub_doors"]]
    items, _ = published.newest(session, now, page=MOST_LISTED)
    answers = [(url_for("answers.one", slug=item.slug), item.message.appears_at) for item in items]
    kinds = current_app.extensions["hub_publications"].values()
    others = [(one.path, one.appears_at) for one in publications.latest(session, kinds, now, MOST_LISTED)]
    return [*((path, None) for path in dict.fromkeys(fixed)), *dict(answers).items(), *others]


@blueprint.get("/vzhled-<mark>.css")
def look(mark: str) -> Response:
    """The city's colour as tokens over those of hub.css; `mark` changes with it, so that it may be kept for good."""
    city = places.city(db.session())
    if city is None or not city.brand or mark != mark_of(city):
        raise NotFound
    tinted = contrast.on_dark(city.brand)
    rules = f":root {{ --brand: {city.brand}; --link: {city.brand}; --chart-sure: {city.brand}; --level-5: {city.brand}; }}\n"
    dark = f"@media (prefers-color-scheme: dark) {{ :root {{ --link: {tinted}; --chart-sure: {tinted}; }} }}\n"
    made = Response(rules + dark, mimetype="text/css")
    made.headers["Cache-Control"] = LASTING
    return made


@blueprint.get("/znak-<mark>.png")
def arms(mark: str) -> Response:
    """The coat of arms of the city."""
    city = places.city(db.session())
    if city is None or not city.arms_key or mark != mark_of(city):
        raise NotFound
    made = Response(storage().get(city.arms_key), mimetype="image/png")
    made.headers["Cache-Control"] = LASTING
    made.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return made


def mark_of(city: City) -> str:
    """What changes when the look of a city does."""
    return f"{(city.brand or '').removeprefix('#')}{(city.arms_key or '')[:12]}"


def dress(city: City | None) -> dict[str, Any]:
    """The look of the city for the frame of every page; `dressed` where it has one."""
    mark = mark_of(city) if city is not None else ""
    return {
        "city_stylesheet": url_for("site.look", mark=mark) if city is not None and city.brand else None,
        "city_arms": url_for("site.arms", mark=mark) if city is not None and city.arms_key else None,
        "page_url": None if request.path.startswith(PRIVATE) else f"{_site()}{request.script_root}{request.path}",
        "footer_links": [
            {"label": gettext("Your data and privacy"), "url": url_for("site.privacy")},
            {"label": gettext("Accessibility"), "url": url_for("site.statement")},
        ],
    }


def _site() -> str:
    return str(current_app.config["HUB"].site)


def _public(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer

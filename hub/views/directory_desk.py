"""/urad/kontakty: what of the directory an account sees, and the page where the office of a department is written."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from hub.actions import directory as acts
from hub.database import db
from hub.language import full_day, gettext
from hub.models import Guide, Official
from hub.queries import directory, guides
from hub.signin import keeps_words, signed_in
from hub.views import desk
from hub.views import directory_forms as forms
from hub.views.directory_forms import Filled
from hub.views.directory_saving import Answer, frame, prepare, save, writer
from hub.vocabulary import CITY_LANGUAGES, DEFAULT_LANGUAGE

blueprint = Blueprint("directory_desk", __name__)
prepare(blueprint, "save", forms.OFFICE_NAMES)


@blueprint.get("/urad/kontakty")
@signed_in
def listed() -> str:
    """The departments and guides that an account sees."""
    scope, session = desk.scope(), db.session()
    offices = directory.offices(session)
    return render_template(
        "directory_desk/list.html",
        may_write=acts.may_write(scope),
        departments=[
            {
                "name": one.name,
                "url": url_for(".office", slug=one.slug),
                "public_url": url_for("directory.department", slug=one.slug),
                "has_hours": one.id in offices and bool(offices[one.id].hours),
                "officials": len(directory.officials(session, one.id)),
            }
            for one in directory.departments_in(session, scope)
        ],
        guides=[_line(one) for one in guides.listed(session, scope)],
        new_guide_url=url_for("guide_desk.new"),
    )


def _line(guide: Guide) -> dict[str, object]:
    return {
        "title": guides.in_language(guide, DEFAULT_LANGUAGE).title,
        "url": url_for("guide_desk.one", slug=guide.slug),
        "department": guide.department.name,
        "is_shown": guide.is_shown,
        "verified": full_day(guide.verified_on) if guide.verified_on else "",
        "languages": [CITY_LANGUAGES[text.language] for text in guide.texts],
    }


@blueprint.get("/urad/kontakty/odbor/<slug>")
@signed_in
def office(slug: str) -> str:
    """Where a department is found, and its officials."""
    return _office_page(slug, None)


@blueprint.post("/urad/kontakty/odbor/<slug>")
@keeps_words
def save_office(slug: str) -> Answer:
    """Keep where it is found and when."""
    filled = forms.read(request.form, forms.OFFICE_NAMES)

    def act() -> None:
        card = forms.office_card(filled)
        if not filled.problems:
            acts.save_office(desk.scope(), slug, filled.version, card, desk.now())

    return save(filled, act, lambda: _office_page(slug, filled), lambda: url_for(".office", slug=slug))


def _office_page(slug: str, filled: Filled | None) -> str:
    scope, session = writer(), db.session()
    department = directory.department_in(session, scope, slug)
    known = forms.of_office(directory.offices(session).get(department.id))
    fields, days = forms.shown(forms.OFFICE), forms.shown_days()
    return render_template(
        "directory_desk/office.html",
        name=department.name,
        fields=fields,
        days=days,
        officials=[_official_line(one) for one in directory.officials(session, department.id, hidden=True)],
        new_url=url_for("official_desk.new", odbor=slug),
        save_url=url_for(".save_office", slug=slug),
        public_url=url_for("directory.department", slug=slug),
        **frame(filled, known, [*fields, *days]),
    )


def _official_line(one: Official) -> dict[str, object]:
    name = one.name if one.shows_name else gettext("%(name)s (name hidden)", name=one.name or "–")
    return {
        "title": one.title,
        "name": name,
        "url": url_for("official_desk.one", reference=one.reference),
        "is_shown": one.is_shown,
        "has_portrait": one.portrait_key is not None,
    }

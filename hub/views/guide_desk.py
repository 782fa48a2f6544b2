"""/urad/kontakty/zivotni-situace: where a guide from a need to its department is written, in all its languages."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request, url_for

from hub.actions import directory as acts
from hub.database import db
from hub.language import full_day, gettext
from hub.queries import guides
from hub.rules.access import Scope
from hub.rules.directory import MOST_LINKS
from hub.signin import keeps_words, signed_in
from hub.views import desk, labels
from hub.views import directory_forms as forms
from hub.views.directory_forms import Filled
from hub.views.directory_saving import Answer, chosen, departments, frame, prepare, save, writer
from hub.vocabulary import CITY_LANGUAGES, DEFAULT_LANGUAGE, GuideTheme

blueprint = Blueprint("guide_desk", __name__)
prepare(blueprint, "save", forms.GUIDE_NAMES)


@blueprint.get("/urad/kontakty/nova-situace")
@signed_in
def new() -> str:
    """The empty form of a guide."""
    return _guide_page(None, forms.new_guide(chosen(writer(), "").slug))


@blueprint.post("/urad/kontakty/nova-situace")
@keeps_words
def save_new() -> Answer:
    """Keep a new guide."""
    return _save_guide(None)


@blueprint.get("/urad/kontakty/zivotni-situace/<slug>")
@signed_in
def one(slug: str) -> str:
    """One guide in all its languages."""
    guides.guide_in(db.session(), writer(), slug)
    return _guide_page(slug, None)


@blueprint.post("/urad/kontakty/zivotni-situace/<slug>")
@keeps_words
def save_one(slug: str) -> Answer:
    """Keep the guide."""
    return _save_guide(slug)


def _save_guide(slug: str | None) -> Answer:
    filled = forms.read(request.form, forms.GUIDE_NAMES)
    kept: list[str] = []

    def act() -> None:
        scope = desk.scope()
        card = forms.guide_card(filled, _verified(scope, slug, filled.values["verified"]))
        kept.append(acts.save_guide(scope, slug, filled.version, filled.line("department"), card, desk.now()))

    return save(filled, act, lambda: _guide_page(slug, filled), lambda: url_for(".one", slug=kept[0]))


def _verified(scope: Scope, slug: str | None, said: str) -> tuple[date | None, str]:
    """When a guide was verified and by which office."""
    if said == forms.TODAY:
        return desk.today(), desk.account().name
    if said == forms.KEEP and slug is not None:
        one = guides.guide_in(db.session(), scope, slug)
        return one.verified_on, one.verified_by or ""
    return None, ""


def _guide_page(slug: str | None, filled: Filled | None) -> str:
    scope, session = writer(), db.session()
    one = guides.guide_in(session, scope, slug) if slug else None
    fields = forms.shown(forms.GUIDE)
    of_language = {code: forms.shown(forms.GUIDE_WORDS, code) for code in CITY_LANGUAGES}
    every = [*fields, *(row for rows in of_language.values() for row in rows)]
    framed = frame(filled, forms.of_guide(one) if one else None, every)
    verified = full_day(one.verified_on) if one and one.verified_on else None
    return render_template(
        "directory_desk/guide.html",
        title=guides.in_language(one, DEFAULT_LANGUAGE).title if one else None,
        fields=fields,
        spoken=[{"name": CITY_LANGUAGES[code], "code": code, "fields": rows} for code, rows in of_language.items()],
        themes=_themes(framed["values"]["theme"]),
        links=[(f"link_label_{n}", f"link_url_{n}") for n in range(1, MOST_LINKS + 1)],
        departments=departments(scope, framed["values"]["department"]),
        verified=gettext("Verified %(day)s, %(who)s", day=verified, who=one.verified_by) if one and verified else None,
        save_url=url_for(".save_one", slug=slug) if slug else url_for(".save_new"),
        public_url=url_for("directory.guide", slug=slug) if one and one.is_shown else None,
        **framed,
    )


def _themes(chosen_one: str) -> list[dict[str, object]]:
    return [
        {"value": theme.value, "label": gettext(labels.THEMES[theme]), "selected": theme == chosen_one}
        for theme in GuideTheme
    ]

"""/urad/sablony: templates of answers, found by their words; written by heads, the press office and administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, markup
from hub.actions import templates as acts
from hub.actions.templates import BadTemplate, Written
from hub.database import db
from hub.language import gettext, moment
from hub.queries import places, templates
from hub.rules import templates as rule
from hub.rules.access import Scope
from hub.signin import csrf_token, keeps_words, signed_in
from hub.text import excerpt
from hub.views import desk
from hub.views.cases import LONGEST_FORM
from hub.views.errors import respond
from hub.vocabulary import CITY_LANGUAGES, marked

blueprint = Blueprint("template_desk", __name__)

FIELDS = {
    "jmeno_uredu": marked("the name of the city"),
    "odbor": marked("the department of the case"),
    "reference": marked("the number of the case"),
    "lhuta": marked("the last day for the answer"),
    "paragraf": marked("the paragraph that the deadline is by"),
}


@blueprint.url_value_preprocessor
def _long_texts(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    request.max_form_memory_size = LONGEST_FORM


@blueprint.get("/urad/sablony")
@signed_in
def listed() -> str:
    """The templates an account may use, and their search."""
    scope, query = desk.scope(), request.args.get("q", "")[:200].strip()
    return render_template(
        "templates/list.html",
        query=query,
        search_url=url_for(".listed"),
        new_url=url_for(".new") if scope.approves else None,
        items=[
            {
                "title": one.title,
                "url": url_for(".one", reference=one.template.reference),
                "whose": one.template.department.name if one.template.department else gettext("The whole city"),
                "languages": [CITY_LANGUAGES[name] for name in CITY_LANGUAGES if name in one.texts],
                "is_shown": one.template.is_shown,
                "excerpt": excerpt(markup.plain(next(iter(one.texts.values())).text), 140),
            }
            for one in templates.listed(db.session(), scope, query)
        ],
    )


@blueprint.get("/urad/sablony/nova")
@signed_in
def new() -> str:
    """An empty one. It carries the address it will have, so that sent twice it is kept once."""
    acts.must_write(desk.scope())
    return _page(acts.new_reference(), Written(0, _own_department(desk.scope()), True, {}))


@blueprint.get("/urad/sablony/<reference>")
@signed_in
def one(reference: str) -> str:
    """One template in its languages, with what it said before."""
    return _page(reference, _kept(desk.scope(), reference))


@blueprint.post("/urad/sablony/<reference>")
@keeps_words
def save(reference: str) -> BaseResponse | tuple[str, int]:
    """Keep it. Whatever is wrong, its words come back."""
    if desk.current() is None:
        return _signed_out()
    written = _written()
    try:
        acts.save(desk.scope(), reference, written, desk.now())
    except (errors.BadInput, errors.Conflict, errors.TooLarge) as problem:
        db.session.rollback()
        return _page(reference, written, problem), problem.status
    flash(gettext("The template is saved."), "success")
    return redirect(url_for(".one", reference=reference), 303)


@blueprint.errorhandler(errors.FormExpired)
def _without_proof(problem: errors.FormExpired) -> Response | tuple[str, int]:
    """Nothing was saved by a form without its token. Its words come back, to be copied."""
    if request.endpoint != "template_desk.save":
        return respond(problem)
    try:
        return _signed_out()
    except errors.Problem as foreign:
        return respond(foreign)


def _signed_out() -> tuple[str, int]:
    forms.check_origin(request)  # nobody else's page may have its words shown on ours
    texts = [part for pair in _written().texts.values() for part in pair if part]
    page = render_template(
        "cases/kept.html",
        sign_in_url=url_for("security.login", next=url_for(".listed")),
        inbox_url=url_for("cases.inbox"),
        kept=False,
        why=None,
        text="\n\n".join(texts),
    )
    return page, 401


def _written() -> Written:
    version = request.form.get("version", "0")
    return Written(
        int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0,
        request.form.get("department", ""),
        request.form.get("shown") == "1",
        {
            name: (request.form.get(f"title_{name}", ""), request.form.get(f"text_{name}", ""))
            for name in CITY_LANGUAGES
        },
    )


def _kept(scope: Scope, reference: str) -> Written:
    template = templates.find(db.session(), scope, reference)
    texts = {name: (text.title, text.text) for name, text in templates.texts(db.session(), template).items()}
    slug = template.department.slug if template.department else ""
    return Written(template.version, slug, template.is_shown, texts)


def _own_department(scope: Scope) -> str:
    known = {one.id: one.slug for one in places.departments(db.session())}
    return known.get(scope.department_id or 0, "")


def _page(reference: str, written: Written, problem: errors.Problem | None = None) -> str:
    scope, session = desk.scope(), db.session()
    try:
        template = templates.find(session, scope, reference)
    except errors.NotFound:
        if written.version:
            raise
        template = None
    is_theirs = isinstance(problem, acts.Changed)
    theirs = _kept(scope, reference) if is_theirs else None
    is_citys = template is not None and template.department_id is None
    return render_template(
        "templates/one.html",
        title=next((title for title, _ in written.texts.values() if title), "") if template else None,
        may_write=scope.approves and not (is_citys and scope.department_id is not None),
        save_url=url_for(".save", reference=reference),
        list_url=url_for(".listed"),
        version=theirs.version if theirs else written.version,
        is_shown=written.is_shown,
        departments=_departments(scope, written.department),
        whose=template.department.name if template and template.department else gettext("The whole city"),
        texts=[_text(name, written, theirs) for name in CITY_LANGUAGES],
        fields=[("{{" + name + "}}", gettext(FIELDS[name])) for name in rule.KNOWN],
        free="{{?" + gettext("date of the repair") + "}}",
        before=_before(template) if template else [],
        problems=_problems(problem),
        csrf_token=csrf_token(),
        longest=acts.LONGEST,
        longest_title=acts.LONGEST_TITLE,
    )


def _text(name: str, written: Written, theirs: Written | None) -> dict[str, Any]:
    title, text = written.texts.get(name, ("", ""))
    other = theirs.texts.get(name, ("", "")) if theirs else None
    return {
        "language": name,
        "label": CITY_LANGUAGES[name],
        "title": title,
        "text": text,
        "html": markup.rich(text),
        "theirs": "\n".join(other) if other and other != (title, text) else None,
    }


def _departments(scope: Scope, chosen: str) -> list[dict[str, Any]]:
    """What to choose from whose template it is; empty for who writes for one department."""
    if scope.department_id is not None:
        return []
    known = [{"value": "", "label": gettext("The whole city"), "selected": not chosen}]
    return known + [
        {"value": one.slug, "label": one.name, "selected": one.slug == chosen}
        for one in places.departments(db.session())
    ]


def _before(template: Any) -> list[dict[str, Any]]:
    return [
        {
            "when": moment(text.saved_at),
            "who": text.account.name,
            "language": CITY_LANGUAGES[text.language],
            "title": text.title,
            "text": text.text,
        }
        for text in templates.versions(db.session(), template)
    ]


def _problems(problem: errors.Problem | None) -> list[dict[str, str]]:
    if problem is None:
        return []
    if isinstance(problem, BadTemplate):
        return [{"field": problem.field, "message": " ".join([gettext(problem.message), *problem.named])}]
    return [{"field": "title_cs", "message": gettext(problem.message)}]

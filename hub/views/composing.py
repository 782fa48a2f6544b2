"""What helps to write an answer: preview, a template filled in, what was pasted made clean, an answer used again.

Preview and pasting store nothing. Each works without the script of the page too, or leaves the field as browsers have it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Response, current_app, jsonify, request

from hub import errors, language, limits, markup
from hub.actions import answers, reusing
from hub.actions.answers import Written
from hub.database import db
from hub.language import full_day, gettext
from hub.models import Case
from hub.queries import cases, places, templates
from hub.rules import pasting
from hub.rules import templates as rule
from hub.signin import signed_in
from hub.views import desk
from hub.vocabulary import CITY_LANGUAGES, marked

blueprint = Blueprint("composing", __name__)

PER_MINUTE = 120
"""Previews and pastes of one account."""
LONGEST_FORM = 960 * 1024
"""Bytes of what is pasted; the script sends no more."""


@blueprint.url_value_preprocessor
def _long_texts(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    request.max_form_memory_size = LONGEST_FORM


@blueprint.post("/urad/nahled")
@signed_in
def preview() -> Response:
    """The text as it will look."""
    _spend()
    text = request.form.get("text", "")
    return jsonify(html=str(markup.rich(text)), missing=missing_words(rule.missing(text)))


@blueprint.post("/urad/vlozeni")
@signed_in
def paste() -> Response:
    """What was pasted, as the small Markdown."""
    _spend()
    return jsonify(text=pasting.markdown(request.form.get("html", "")))


@blueprint.post("/urad/pripady/<reference>/sablona")
@signed_in
def template(reference: str) -> Response:
    """A template filled in for a case, for the script to put where the cursor is."""
    case = cases.find(db.session(), desk.scope(), reference)
    return jsonify(text=filled(case, request.form.get("template", "")))


def _spend() -> None:
    limits.spend("compose", str(desk.account().id), PER_MINUTE)


def missing_words(fields: list[str]) -> str:
    """What is still to be filled in, in words; empty when nothing is."""
    if not fields:
        return ""
    return gettext(
        "Fill in what stands between the braces: %(fields)s.", fields=", ".join(f"„{one}“" for one in fields)
    )


def filled(case: Case, name: str) -> str:
    """The text of a template (its address and language, `abc:cs`) with all that is known of a case. Raises BadInput."""
    reference, _, spoken = name.partition(":")
    known = templates.usable(db.session(), case.department_id)
    found = next((one.texts.get(spoken) for one in known if one.template.reference == reference), None)
    if found is None:
        raise errors.BadInput(marked("Choose a template from the list."))
    city = places.city(db.session())
    with language.speaking(spoken):
        values = {
            "jmeno_uredu": city.name if city else "",
            "odbor": case.department.name,
            "reference": case.reference,
            "lhuta": full_day(case.due_on),
            "paragraf": case.deadline_rule.basis,
        }
    return rule.filled(found.text, values)


def _with_template(reference: str, written: Written, _what: str) -> str:
    """Put a template under what is written, and keep both as the draft."""
    case = cases.find(db.session(), desk.scope(), reference)
    text = reusing.joined(written.text, filled(case, request.form.get("template", "")))
    db.session.rollback()
    answers.save(desk.scope(), reference, replace(written, text=text), desk.now())
    return gettext("The template is under your text. Fill in what stands between the braces.")


def _with_answer(reference: str, written: Written, what: str) -> str:
    """Put an answer that was given before under what is written, and note for colleagues where it comes from."""
    is_case = what.isupper()
    note = (
        gettext("The draft takes over the answer of the case %(reference)s.", reference=what)
        if is_case
        else gettext(
            "The draft takes over a public answer: %(url)s", url=f"{current_app.config['HUB'].site}/odpovedi/{what}"
        )
    )
    reusing.use(desk.scope(), reference, written, what, note, desk.now())
    return gettext("The other answer is under your text. Read it through: dates and names may be others.")


STEPS: dict[str, Callable[[str, Written, str], str]] = {"template": _with_template, "use": _with_answer}
"""Buttons of the form of an answer that add to it → what they do and then say."""


def offered(case: Case) -> list[dict[str, object]]:
    """The templates to choose from for a case, those in the language of the citizen first."""
    own = case.question.language
    order = sorted(CITY_LANGUAGES, key=lambda name: name != own)
    known = templates.usable(db.session(), case.department_id)
    return [
        {
            "label": CITY_LANGUAGES[name],
            "options": [
                {"value": f"{one.template.reference}:{name}", "label": one.texts[name].title}
                for one in known
                if name in one.texts
            ],
        }
        for name in order
        if any(name in one.texts for one in known)
    ]

"""/urad/kontakty/urednik: where the card of an official is written, with the portrait."""

from __future__ import annotations

import hashlib

from flask import Blueprint, flash, redirect, render_template, request, url_for

from hub import errors, pictures
from hub.actions import directory as acts
from hub.database import db
from hub.language import gettext
from hub.queries import directory
from hub.rules import uploads
from hub.signin import keeps_words, signed_in
from hub.steps.directory import new_reference
from hub.storage import storage
from hub.views import desk
from hub.views import directory_forms as forms
from hub.views.directory_forms import Filled
from hub.views.directory_saving import LARGEST_PORTRAIT, Answer, chosen, departments, frame, prepare, save, writer
from hub.vocabulary import marked

blueprint = Blueprint("official_desk", __name__)
prepare(blueprint, "save", forms.OFFICIAL_NAMES)

SIDE = 480
"""Pixels of the longer side of a portrait: twice what pages show and more, for fine screens."""
NO_PICTURE = marked("The portrait must be a picture: JPEG or PNG, not damaged. Choose another file.")
TOO_LARGE = marked("The portrait is larger than 2 MB. Choose a smaller one.")


@blueprint.get("/urad/kontakty/novy-urednik")
@signed_in
def new() -> str:
    """The empty card. It carries the address the official will have, so that sent twice it is kept once."""
    department = chosen(writer(), request.args.get("odbor", ""))
    return _official_page(new_reference(), forms.new_official(department.slug))


@blueprint.get("/urad/kontakty/urednik/<reference>")
@signed_in
def one(reference: str) -> str:
    """One official."""
    directory.official_in(db.session(), writer(), reference)
    return _official_page(reference, None)


@blueprint.post("/urad/kontakty/urednik/<reference>")
@keeps_words
def save_one(reference: str) -> Answer:
    """Keep the card, with a new portrait if one was chosen."""
    filled = forms.read(request.form, forms.OFFICIAL_NAMES)

    def act() -> None:
        card, slug, drop = forms.official_card(filled), filled.line("department"), filled.is_on("drop_portrait")
        portrait = _portrait(filled)
        if not filled.problems:
            acts.save_official(
                desk.scope(), reference, filled.version, slug, card, desk.now(), portrait, drop_portrait=drop
            )

    return save(
        filled,
        act,
        lambda: _official_page(reference, filled),
        lambda: url_for("directory_desk.office", slug=filled.line("department")),
    )


@blueprint.post("/urad/kontakty/urednik/<reference>/smazani")
@signed_in
def delete(reference: str) -> Answer:
    """Forget the official."""
    scope = writer()
    department = directory.official_in(db.session(), scope, reference).department.slug
    acts.delete_official(scope, reference, forms.read(request.form, ()).version, desk.now())
    flash(gettext("The card is deleted."), "success")
    return redirect(url_for("directory_desk.office", slug=department), 303)


def _portrait(filled: Filled) -> acts.Portrait | None:
    """The chosen picture, made anew and put into the storage; what is wrong with it becomes a problem of its field.

    A picture whose card is not saved after all goes by the job that looks for files nobody has.
    """
    file = request.files.get("portrait")
    if file is None or not file.filename:
        return None
    content = file.stream.read(LARGEST_PORTRAIT + 1)
    try:
        kind = uploads.check(file.filename, content, LARGEST_PORTRAIT).kind
        made = pictures.clean(content, kind.media_type, largest=SIDE)
    except uploads.Refused as refused:
        too_large = refused.reason is uploads.Reason.TOO_LARGE
        filled.wrong("portrait", gettext(TOO_LARGE) if too_large else gettext(NO_PICTURE))
        return None
    except pictures.BadPicture:
        filled.wrong("portrait", gettext(NO_PICTURE))
        return None
    return acts.Portrait(storage().put(made), kind.media_type, hashlib.sha256(made).hexdigest())


def _official_page(reference: str, filled: Filled | None) -> str:
    scope, session = writer(), db.session()
    try:
        one = directory.official_in(session, scope, reference)
    except errors.NotFound:
        one = None
    fields = forms.shown(forms.OFFICIAL)
    framed = frame(filled, forms.of_official(one) if one else None, fields)
    has_portrait = one is not None and one.portrait_digest is not None
    return render_template(
        "directory_desk/official.html",
        title=one.title if one else None,
        fields=fields,
        has_portrait=has_portrait,
        departments=departments(scope, framed["values"]["department"]),
        save_url=url_for(".save_one", reference=reference),
        delete_url=url_for(".delete", reference=reference) if one else None,
        back_url=url_for("directory_desk.office", slug=chosen(scope, framed["values"]["department"]).slug),
        **framed,
    )

"""Whose a case is, said from its own page."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors
from hub.actions import assigning as acts
from hub.language import gettext
from hub.signin import signed_in
from hub.views import desk
from hub.vocabulary import marked

blueprint = Blueprint("assigning", __name__)
NOBODY = "nikdo"


@blueprint.post("/urad/pripady/<reference>/pridel")
@signed_in
def assign(reference: str) -> BaseResponse:
    """Give the case to a colleague, or to nobody."""
    official, version = request.form.get("official", ""), request.form.get("version", "")
    if not all(one.isascii() and one.isdigit() and len(one) < 10 for one in (version, official) if one != NOBODY):
        raise errors.BadInput(marked("Choose a colleague from the list."))
    if version == NOBODY:
        raise errors.BadInput
    acts.assign(desk.scope(), reference, None if official == NOBODY else int(official), int(version), desk.now())
    flash(gettext("Nobody has the case now.") if official == NOBODY else gettext("The case is assigned."), "success")
    return redirect(url_for("cases.one", reference=reference), 303)

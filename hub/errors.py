"""What can go wrong, in the words of the one who did it. Each class is one row of the table that views/errors.py turns into pages.

Messages are English here and translated when shown. They never carry personal data.
"""

from __future__ import annotations

from hub.vocabulary import marked as _


class Problem(Exception):
    """Something the hub refuses or cannot do now. `code` is a word for machines, `status` the HTTP status."""

    status = 400
    code = "bad_request"
    title = _("This did not work")
    message = _("The request could not be understood. Please go back and try again.")
    retry_after: int | None = None

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)
        if message is not None:
            self.message = message


class BadInput(Problem):
    """A value that cannot be taken: empty, unreadable, outside its range."""

    code = "bad_input"


class FormExpired(Problem):
    """The form's signed token is missing, forged, too old or was made for another form."""

    code = "form_expired"
    title = _("The form has expired")
    message = _("The form is no longer valid. Open the page again and send it once more; nothing was recorded.")


class ForeignOrigin(Problem):
    """The request was sent by a page of somebody else."""

    status = 403
    code = "foreign_origin"
    title = _("The request came from another site")
    message = _("The request came from a page that is not ours, so it was not accepted.")


class NotAllowed(Problem):
    """Signed in, but without the right."""

    status = 403
    code = "not_allowed"
    title = _("You do not have access here")
    message = _("Your account may not see this page. Ask your administrator for access.")


class NotFound(Problem):
    """Nothing is at this address, or nothing that may be shown."""

    status = 404
    code = "not_found"
    title = _("Page not found")
    message = _("There is nothing at this address. It may have been moved, or the address has a typing error.")


class UnknownTouchpoint(NotFound):
    """No touchpoint of that name, or it is closed."""

    code = "unknown_touchpoint"
    title = _("We do not know this place")
    message = _("There is no place of this name for rating. Please ask at the reception.")


class Conflict(Problem):
    """The same id and revision came before with another body."""

    status = 409
    code = "conflict"
    title = _("This was already recorded differently")
    message = _("A rating with this number was already recorded with other content. The first one stays valid.")


class TooLarge(Problem):
    """The body exceeds what this address takes."""

    status = 413
    code = "too_large"
    title = _("Too much data at once")
    message = _("The request is larger than we accept here.")


class WrongType(Problem):
    """Neither a form nor JSON where one of them is due."""

    status = 415
    code = "wrong_type"
    title = _("This kind of data is not accepted here")
    message = _("Send the rating as a form or as JSON (application/json).")


class TooMany(Problem):
    """A rate limit was reached."""

    status = 429
    code = "too_many"
    title = _("Too many requests")
    message = _("Too many requests came in a short time. Please wait a minute and try again.")
    retry_after = 60


class Unavailable(Problem):
    """The database cannot be reached now; the sender keeps what it has and tries again."""

    status = 503
    code = "unavailable"
    title = _("We cannot record this now")
    message = _("The service is not available at the moment. Please try again in a little while.")
    retry_after = 15


class Busy(Unavailable):
    """The database is locked by somebody else for too long."""

    code = "busy"
    message = _("The service is very busy at the moment. Please try again in a few seconds.")
    retry_after = 5


class StorageFull(Unavailable):
    """The disk of the server is full."""

    status = 507
    code = "storage_full"
    message = _("The server has run out of space and cannot record anything now. The administrator must act.")
    retry_after = 300

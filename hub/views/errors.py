"""One table turns every problem into a page, or into JSON for who sent JSON. Nothing is ever answered by silence or a bare 500."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, jsonify, render_template, request, url_for
from flask.globals import request_ctx
from jinja2 import Template
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from hub import logs, signin
from hub.database import problem_of
from hub.errors import BadInput, Conflict, NotAllowed, NotFound, Problem, TooLarge, TooMany, WrongType
from hub.language import gettext
from hub.vocabulary import marked

Answer = TypeVar("Answer")

BY_STATUS: dict[int, type[Problem]] = {
    400: Problem,
    403: NotAllowed,
    404: NotFound,
    413: TooLarge,
    414: TooLarge,
    415: WrongType,
    422: BadInput,
    429: TooMany,
    431: TooLarge,
}


class Fault(Problem):
    """A fault of ours."""

    status = 500
    code = "fault"
    title = marked("Something broke on our side")
    message = marked(
        "This is our fault, not yours. The administrator can find it by the number below. Please try again later."
    )


class WrongMethod(Problem):
    """The address exists, but not for this method."""

    status = 405
    code = "wrong_method"
    message = marked("This address cannot be used in this way.")


class WrongRange(Problem):
    """The file has no such part."""

    status = 416
    code = "wrong_range"


def init_app(app: Flask) -> None:
    """Register the table."""
    app.register_error_handler(Problem, respond)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(Exception, _unexpected)


def respond(problem: Problem) -> Response:
    """The page of a problem; a room may have an error page of its own (`<blueprint>/error.html`)."""
    words = {"title": gettext(problem.title), "message": gettext(problem.message)}
    if _wants_json():
        answer = jsonify(error=problem.code, message=words["message"], request_id=logs.request_id())
    else:
        names: list[str | Template] = (
            [f"{request.blueprint}/error.html", "error.html"] if request.blueprint else ["error.html"]
        )
        page = {"status": problem.status, "request_id": logs.request_id(), "back_url": _back(), **words}
        page["doors"] = _doors() if problem.status in {404, 405, 410} else []
        answer = Response(render_template(names, **page), mimetype="text/html")
    answer.status_code = problem.status
    if problem.retry_after:
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error  # a redirect
    if isinstance(error, SecurityError):
        # A foreign Host is refused before routing; the page's own links (paths alone) still need something to be made by.
        request_ctx.url_adapter = current_app.url_map.bind("localhost")
    if error.code == 405:
        answer = respond(WrongMethod())
        answer.headers.extend(dict(error.get_headers()).items() - {("Content-Type", "text/html; charset=utf-8")})
        return answer
    if error.code == 416:
        return respond(WrongRange())
    return respond(BY_STATUS.get(error.code, Fault if error.code >= 500 else Problem)())


def attempted(attempt: Callable[[], Answer]) -> Answer | Problem:
    """What an attempt to record something brings, or the problem that kept it from it: for pages that give the words back."""
    try:
        return attempt()
    except DBAPIError as error:
        problem = problem_of(error)
        if problem is None:
            raise
        logs.unexpected(error)
        signin.forget_reader()
        return problem
    except Problem as refused:
        return refused


def _database(error: DBAPIError) -> Response:
    problem = problem_of(error)
    if problem is None:
        return _unexpected(error)
    logs.unexpected(error)
    signin.forget_reader()
    return respond(problem)


def _stale(_error: StaleDataError) -> Response:
    return respond(Conflict(marked("Somebody else changed this meanwhile. Open it again and look.")))


def _unexpected(error: Exception) -> Response:
    logs.unexpected(error)
    if current_app.testing:
        raise error
    return respond(Fault())


def _wants_json() -> bool:
    return request.mimetype == "application/json" or request.accept_mimetypes.best == "application/json"


def _doors() -> list[dict[str, str]]:
    """Where somebody who lost the way may go on: the menu of the public pages."""
    return [{"label": gettext(item.text), "url": url_for(item.endpoint)} for item in current_app.extensions["hub_menu"]]


def _back() -> str:
    """Where to go on: to the page of the form that was sent, else to the front page; always one that can be opened."""
    home = f"{request.script_root}/"
    if not request.blueprint or request.method != "POST" or request_ctx.url_adapter is None:
        return home
    if request_ctx.url_adapter.test(request.path, "GET"):
        return f"{request.script_root}{request.path}"
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:
        return home
    is_ours = before.netloc == request.host and before.path.startswith("/") and not before.path.startswith("//")
    return before.path if is_ours else home

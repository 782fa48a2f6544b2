"""Structured logs: one JSON object a line on standard error. No bodies, addresses, IPs, tokens or names ever.

A request is logged by its route, not its path (a path may carry a token), with its status and duration.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import MutableMapping
from secrets import token_hex
from typing import Any

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger()

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(level: str) -> None:
    """Set how this process logs, the standard library's loggers included."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_words,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(json_formatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def json_formatter() -> logging.Formatter:
    """Lines of the standard library's loggers (the server's, a library's) in the same form as ours."""
    before: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    after: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _without_words,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=after)


def init_app(app: Flask) -> None:
    """Give every request an id (sent back as X-Request-Id) and one line in the log."""

    @app.before_request
    def _begin() -> None:
        g.request_id = token_hex(8)
        g.began = time.perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        log.info(
            "request",
            id=request_id(),
            method=request.method if request.method.isalpha() else "?",
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
        )
        return response


def request_id() -> str:
    """The id of the present request, for error pages and the log."""
    if "request_id" not in g:
        g.request_id = token_hex(8)
    return str(g.request_id)


def _without_words(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its kind and where it happened: its text and the variables around it may hold what somebody wrote."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["kind"], event["where"] = type(error).__name__, _frames(error)
    return event


def unexpected(error: BaseException) -> None:
    """Log a fault of ours: where it happened and its kind, without its text, which may quote what somebody wrote."""
    log.error("unexpected", id=request_id(), kind=type(error).__name__, where=_frames(error))


def _frames(error: BaseException) -> list[str]:
    """The last places in the code that an error came through."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-8:]
